"""Run emgstream in a Windows Python under Wine: ``python3 scripts/windows_smoke.py``.

On Debian or Ubuntu, as root, with ``debootstrap`` and ``Xvfb``; `windows_python` says what is
built, once, in ``--folder``. No part of the suite: run it for a release, and put its figures into
BENCHMARKS.md. Whatever Wine cannot do is named in its table.
"""

from __future__ import annotations

import argparse
import getpass
import json
import math
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from windows_python import BuildError, WindowsPython

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from emgstream.app.process_group import ProcessGroup
from emgstream.host_system import platform_name
from emgstream.simulation.board import SimulatedBoard

ROOT = Path(__file__).resolve().parent.parent
EMGSTREAM = ("-m", "emgstream")
REPLAY = ("replay", "demo", "--model", "demo", "--headless", "--speed", "max", "--jsonl")
PURE = (
    *("tests/wire", "tests/steps", "tests/decisions", "tests/tables", "tests/audit"),
    *("tests/test_clock.py", "tests/test_conditioning.py", "tests/test_ringbuffer.py"),
    *("tests/test_transforms.py", "tests/test_windowing.py", "tests/test_pipeline.py"),
    *("tests/test_device_names.py", "tests/test_host_system.py", "tests/test_network_layers.py"),
    *("tests/serial_board/test_port_failure.py", "tests/test_cues.py", "tests/test_schema.py"),
    *("tests/outputs/test_lines.py", "tests/test_process_group.py"),
)
"""Tests of what is computed, and of what Windows does in its own way."""
_WAIT_S, _LOOK_S = 90.0, 0.2
_RECORDED_S = 8.0


@dataclass(frozen=True)
class Trial:
    """One thing that is tried under Wine."""

    what: str
    """Its name in the table."""
    run: Callable[[WindowsPython], str]
    """Try it and return the figures; raises FailedError."""


class FailedError(Exception):
    """A trial failed, in one sentence."""


def main() -> int:
    """Build the Windows Python if necessary, run every trial, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    kept = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "emgstream-windows"
    parser.add_argument("--folder", type=Path, default=kept, help=f"default: {kept}")
    parser.add_argument("--mirror", help="mirror of Debian; default: the one that apt uses")
    parser.add_argument("--only", metavar="TEXT", help="trials with this text in their name")
    arguments = parser.parse_args()
    if platform_name() != "linux" or getpass.getuser() != "root":
        sys.exit("Wine is set up in a folder of its own, which needs root on Linux")
    python = WindowsPython(arguments.folder.absolute(), ROOT)
    try:
        python.build(arguments.mirror)
    except BuildError as error:
        sys.exit(f"cannot build the Windows Python: {error}")
    rows = []
    try:
        for trial in TRIALS:
            if not arguments.only or arguments.only in trial.what:
                rows.append(_row(trial, python))
                print(" | ".join(("", *rows[-1], "")).strip(), flush=True)
    finally:
        python.end()
    n_failed = sum(row[1] != "yes" for row in rows)
    print(f"{len(rows) - n_failed} passed, {n_failed} failed")
    return 1 if n_failed else 0


def _row(trial: Trial, python: WindowsPython) -> tuple[str, str, str]:
    began_s = time.monotonic()
    try:
        figures = trial.run(python)
    except FailedError as error:
        return trial.what, "NO", str(error)
    except subprocess.TimeoutExpired as error:
        return trial.what, "NO", f"no end within {error.timeout:g} s"
    return trial.what, "yes", f"{figures}; {time.monotonic() - began_s:.0f} s"


def _said(done: subprocess.CompletedProcess[str], code: int = 0) -> str:
    """Return what a program printed; raises FailedError for another exit code or a traceback."""
    both = done.stdout + done.stderr
    last = both.strip().splitlines()[-1] if both.strip() else "nothing printed"
    if done.returncode != code or "Traceback" in both or "UnicodeEncodeError" in both:
        raise FailedError(f"exit code {done.returncode}: {last}")
    return both


def _help(python: WindowsPython) -> str:
    verbs = [
        line.split()[0]
        for line in _said(python.run(*EMGSTREAM, "--help")).splitlines()
        if line.startswith("  ") and line[2:3].isalpha()
    ]
    for verb in verbs:
        if f"emgstream {verb}" not in _said(python.run(*EMGSTREAM, verb, "--help")):
            raise FailedError(f"the help of {verb} is none")
    return f"{len(verbs)} verbs"


def _doctor(python: WindowsPython) -> str:
    text = _said(python.run(*EMGSTREAM, "doctor"))
    network = next((line for line in text.splitlines() if " network " in line), "")
    if not network.startswith("ok"):
        raise FailedError(network.strip() or "the network was not tried")
    return " ".join(network.split()[2:])


def _replay(python: WindowsPython, backend: str = "litert") -> str:
    """Compare all decisions of the demo with those of the same backend on this machine."""
    environment = {"EMGSTREAM_NETWORK": backend}
    _said(python.run(*EMGSTREAM, *REPLAY, f"{backend}.jsonl", environment=environment))
    with tempfile.TemporaryDirectory() as name:
        here = Path(name) / "here.jsonl"
        subprocess.run(
            [sys.executable, *EMGSTREAM, *REPLAY, str(here)],
            check=True,
            capture_output=True,
            cwd=ROOT,
            env=os.environ | environment,
        )
        theirs, ours = _decisions(python.work / f"{backend}.jsonl"), _decisions(here)
    if [_named(one) for one in theirs] != [_named(one) for one in ours]:
        raise FailedError("other labels than on Linux")
    furthest = max(
        abs(a["confidence"] - b["confidence"]) for a, b in zip(theirs, ours, strict=True)
    )
    return f"{len(ours):,} decisions, all labels equal, confidence within {furthest:.1e}"


def _named(decision: dict[str, Any]) -> tuple[Any, ...]:
    return decision["index"], decision["label"], decision["status"]


def _decisions(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _without_runtime(python: WindowsPython) -> str:
    """Hide the package with LiteRT's libraries, as on a Windows where it was removed."""
    hides = (
        "import importlib.metadata as m; f = m.files; "
        "m.files = lambda name: [] if name == 'msvc-runtime' else f(name); "
        "import sys; sys.argv[0] = 'emgstream'; "
        "from emgstream.__main__ import main; sys.exit(main())"
    )
    text = _said(python.run("-c", hides, *REPLAY, "without.jsonl"))
    network = next((line for line in text.splitlines() if line.startswith("network")), "")
    if "NumPy" not in network:
        raise FailedError(f"expected NumPy to run the network: {network}")
    return "NumPy runs the network, and says why"


def _leaving_reader(python: WindowsPython) -> str:
    script = (
        "import subprocess, sys; p = subprocess.Popen([sys.executable, *sys.argv[1:]], "
        "stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE); "
        "p.stdout.readline(); p.stdout.close(); sys.stderr.buffer.write(p.stderr.read()); "
        "sys.exit(p.wait())"
    )
    said = [
        _said(python.run("-c", script, *EMGSTREAM, *words), code=1)
        for words in (("inspect", "demo"), (*REPLAY, "-"))
    ]
    if not all("closed" in text and "reader" in text for text in said):
        raise FailedError(f"expected a line on the reader: {said[0][-200:]!r}")
    return "one line each from inspect and replay --jsonl -"


def _standing_reader(python: WindowsPython) -> str:
    script = (
        "import subprocess, sys, time; p = subprocess.Popen([sys.executable, *sys.argv[1:]], "
        "stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True); "
        "p.stdout.readline(); began = time.monotonic(); err = p.stderr.read(); p.wait(); "
        "print(round(time.monotonic() - began), p.returncode); print(err[-2000:])"
    )
    words = (*EMGSTREAM, "live", "--port", "simulated", "--seconds", "20", "--jsonl", "-")
    text = _said(python.run("-c", script, *words, patience_s=120.0))
    took_s = int(text.split()[0])
    if "dropped" not in text:
        raise FailedError("nothing was dropped although nobody read")
    return f"live of 20 s ends after {took_s} s, and counts what nobody read"


def _null_input(python: WindowsPython) -> str:
    words = ("record", "--port", "simulated", "--seconds", "1", "--out", "null.csv")
    if "--unattended" not in _said(python.run(*EMGSTREAM, *words), code=1):
        raise FailedError("NUL was taken for a terminal")
    return "record asks for --unattended"


def _code_pages(python: WindowsPython) -> str:
    """Print a label that the code page of Windows has not, into pipes and files."""
    rows = [f"{n / 1000},{500 + 300 * math.sin(n * n):.0f},閉じる→\n" for n in range(3000)]
    text = "time,biceps,label\n" + "".join(rows)
    (python.work / "page.csv").write_text(text, encoding="utf-8")
    for encoding in ("cp1252", "cp437", "utf-8", "ascii"):
        variables = {"PYTHONIOENCODING": encoding}
        _said(python.run(*EMGSTREAM, "inspect", "page.csv", environment=variables))
    return "cp1252, cp437, UTF-8 and ASCII"


def _tcp(python: WindowsPython) -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with _started(python, "simulate", "--tcp", str(port)):
        _wait(lambda: _answers(port), "the simulated board does not listen")
        address = f"socket://127.0.0.1:{port}"
        words = ("live", "--port", address, "--seconds", "10", "--headless")
        text = _said(python.run(*EMGSTREAM, *words, "--summary", "tcp.json"))
    summary = json.loads((python.work / "tcp.json").read_text(encoding="utf-8"))
    if "lost 0" not in text:
        raise FailedError("samples were lost")
    return f"{summary['samples']:,} samples, none lost"


def _com5(python: WindowsPython) -> str:
    """Record on COM5, end that without a word, and repair what is left."""
    for left in python.work.glob("board.*"):
        left.unlink()
    words = ("record", "--port", "COM5", "--unattended", "--no-check", "--movements", "rest,fist")
    table = python.work / "board.csv"
    with SimulatedBoard() as board:
        python.plug(os.path.realpath(board.port))
        ports = _said(python.run(*EMGSTREAM, "ports"))
        if "EMG firmware" not in ports:
            raise FailedError(f"ports does not find the board: {ports.strip()[-150:]}")
        with _started(python, *words, "--out", "board.csv"):
            _wait(lambda: table.exists() and table.stat().st_size > 200_000, "nothing is recorded")
            python.end()  # every program in it, at once
    repaired = _said(python.run(*EMGSTREAM, "recover", "board.csv"))
    n_rows = sum(1 for _ in table.open("rb")) - 1
    if "recover" not in repaired and "repair" not in repaired and "rows" not in repaired:
        raise FailedError(repaired.strip()[-200:])
    _said(python.run(*EMGSTREAM, "inspect", "board.csv"))
    return f"{n_rows:,} rows kept of a recording that was killed, repaired and readable"


def _window(python: WindowsPython) -> str:
    if shutil.which("Xvfb") is None:
        raise FailedError("no Xvfb here; install it: apt-get install xvfb")
    reader, writer = os.pipe()
    server = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]
    with subprocess.Popen(server, pass_fds=[writer], stderr=subprocess.DEVNULL) as display:
        os.close(writer)
        with os.fdopen(reader) as numbers:
            number = numbers.readline().strip()
        try:
            words = ("live", "--port", "simulated", "--screenshot", "window.png", "--after", "8")
            on_it = {"DISPLAY": f":{number}"}
            _said(python.run(*EMGSTREAM, *words, patience_s=300.0, environment=on_it))
        finally:
            python.end()
            display.send_signal(signal.SIGTERM)
    picture = python.work / "window.png"
    if picture.read_bytes()[:4] != b"\x89PNG":
        raise FailedError("the picture is none")
    return f"a picture of {picture.stat().st_size / 1e3:.0f} kB: {picture}"


def _pure_tests(python: WindowsPython) -> str:
    words = (
        *("-m", "pytest", "-q", "-m", "not tensorflow", "-p", "no:cacheprovider"),
        *("--rootdir", r"Z:\w\project"),
    )
    there = [rf"Z:\w\project\{path}".replace("/", "\\") for path in PURE]
    done = python.run(*words, *there, patience_s=2400.0)
    (python.work / "pytest.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
    lines = [line for line in done.stdout.splitlines() if " passed" in line or " failed" in line]
    closing = lines[-1].strip("= ") if lines else "no test ran"
    if done.returncode != 0:
        raise FailedError(f"{closing}; see {python.work / 'pytest.txt'}")
    return closing


TRIALS = (
    Trial("help of every verb", _help),
    Trial("doctor", _doctor),
    Trial("replay demo, LiteRT", _replay),
    Trial("replay demo, NumPy", lambda python: _replay(python, "numpy")),
    Trial("replay demo without msvc-runtime", _without_runtime),
    Trial("a reader that leaves", _leaving_reader),
    Trial("a reader that stands still", _standing_reader),
    Trial("standard input from NUL", _null_input),
    Trial("code pages", _code_pages),
    Trial("simulate --tcp and live", _tcp),
    Trial("record on COM5, kill, recover", _com5),
    Trial("the window's picture", _window),
    Trial("pure tests", _pure_tests),
)


@contextmanager
def _started(python: WindowsPython, *words: str) -> Iterator[None]:
    """Let a verb run meanwhile; it is ended after the block."""
    nothing = subprocess.DEVNULL
    group = ProcessGroup(
        python.command([*EMGSTREAM, *words]), stdin=nothing, stdout=nothing, stderr=nothing
    )
    try:
        yield
    finally:
        group.kill()
        python.end()


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1.0):
        return True
    return False


def _wait(is_so: Callable[[], bool], failure: str) -> None:
    until_s = time.monotonic() + _WAIT_S
    while not is_so():
        if time.monotonic() > until_s:
            raise FailedError(failure)
        time.sleep(_LOOK_S)


if __name__ == "__main__":
    sys.exit(main())
