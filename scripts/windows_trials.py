"""What `windows_smoke` tries in a Windows Python under Wine."""

from __future__ import annotations

import json
import math
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from windows_python import WindowsPython
from windows_trial import (
    EMGSTREAM,
    REPLAY,
    ROOT,
    FailedError,
    Trial,
    display,
    remove,
    said,
    started,
)
from windows_verbs import press_keys, use_recordings, use_settings, use_training

from emgstream.simulation.board import SimulatedBoard

__all__ = ["TRIALS"]

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


def _help(python: WindowsPython) -> str:
    verbs = [
        line.split()[0]
        for line in said(python.run(*EMGSTREAM, "--help")).splitlines()
        if line.startswith("  ") and line[2:3].isalpha()
    ]
    for verb in verbs:
        if f"emgstream {verb}" not in said(python.run(*EMGSTREAM, verb, "--help")):
            raise FailedError(f"the help of {verb} is none")
    return f"{len(verbs)} verbs"


def _doctor(python: WindowsPython) -> str:
    text = said(python.run(*EMGSTREAM, "doctor", patience_s=600.0))
    network = next((line for line in text.splitlines() if " network " in line), "")
    if not network.startswith("ok"):
        raise FailedError(network.strip() or "the network was not tried")
    return " ".join(network.split()[2:])


def _replay(python: WindowsPython, backend: str = "litert") -> str:
    """Compare all decisions of the demo with those of the same backend on this machine."""
    environment = {"EMGSTREAM_NETWORK": backend}
    said(python.run(*EMGSTREAM, *REPLAY, f"{backend}.jsonl", environment=environment))
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
    text = said(python.run("-c", hides, *REPLAY, "without.jsonl"))
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
    for words in (("inspect", "demo"), (*REPLAY, "-")):
        text = said(python.run("-c", script, *EMGSTREAM, *words), code=1)
        if "closed" not in text or "reader" not in text:
            raise FailedError(f"expected a line on the reader: {text[-200:]!r}")
    return "one line each from inspect and replay --jsonl -"


def _standing_reader(python: WindowsPython) -> str:
    script = (
        "import subprocess, sys, time; p = subprocess.Popen([sys.executable, *sys.argv[1:]], "
        "stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True); "
        "p.stdout.readline(); began = time.monotonic(); err = p.stderr.read(); p.wait(); "
        "print(round(time.monotonic() - began), p.returncode); print(err[-2000:])"
    )
    words = (*EMGSTREAM, "live", "--port", "simulated", "--seconds", "20", "--jsonl", "-")
    text = said(python.run("-c", script, *words, patience_s=120.0))
    took_s = int(text.split()[0])
    if "dropped" not in text:
        raise FailedError("nothing was dropped although nobody read")
    return f"live of 20 s ends after {took_s} s, and counts what nobody read"


def _null_input(python: WindowsPython) -> str:
    words = ("record", "--port", "simulated", "--seconds", "1", "--out", "null.csv")
    if "--unattended" not in said(python.run(*EMGSTREAM, *words), code=1):
        raise FailedError("NUL was taken for a terminal")
    return "record asks for --unattended"


def _code_pages(python: WindowsPython) -> str:
    """Print a label that the code page of Windows has not, into pipes and files."""
    rows = [f"{n / 1000},{500 + 300 * math.sin(n * n):.0f},閉じる→\n" for n in range(3000)]
    text = "time,biceps,label\n" + "".join(rows)
    (python.work / "page.csv").write_text(text, encoding="utf-8")
    for encoding in ("cp1252", "cp437", "utf-8", "ascii"):
        variables = {"PYTHONIOENCODING": encoding}
        said(python.run(*EMGSTREAM, "inspect", "page.csv", environment=variables))
    return "cp1252, cp437, UTF-8 and ASCII"


def _tcp(python: WindowsPython) -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with started(python, "simulate", "--tcp", str(port)):
        _wait(lambda: _answers(port), "the simulated board does not listen")
        address = f"socket://127.0.0.1:{port}"
        words = ("live", "--port", address, "--seconds", "10", "--headless")
        text = said(python.run(*EMGSTREAM, *words, "--summary", "tcp.json"))
    summary = json.loads((python.work / "tcp.json").read_text(encoding="utf-8"))
    if "lost 0" not in text:
        raise FailedError("samples were lost")
    return f"{summary['samples']:,} samples, none lost"


def _com5(python: WindowsPython) -> str:
    words = ("live", "--port", "COM5", "--seconds", "20", "--summary", "uno.json")
    with SimulatedBoard() as board:
        python.plug(os.path.realpath(board.port))
        ports = said(python.run(*EMGSTREAM, "ports"))
        if "EMG firmware" not in ports:
            raise FailedError(f"ports does not find the board: {ports.strip()[-150:]}")
        text = said(python.run(*EMGSTREAM, *words))
    summary = json.loads((python.work / "uno.json").read_text(encoding="utf-8"))
    if " 0 reconnects" not in text:
        raise FailedError("the connection was lost")
    stood = "; it stood still" if "stood still" in text else ""
    lost = next(line for line in text.splitlines() if line.startswith("samples")).split("lost ")[1]
    return f"{summary['samples']:,} samples, {lost} lost{stood}"


def _killed_recording(python: WindowsPython) -> str:
    """Record on COM5, end that without a word, and repair what is left."""
    remove(python, "board.*")
    words = ("record", "--port", "COM5", "--unattended", "--no-check", "--movements", "rest,fist")
    table = python.work / "board.csv"
    with SimulatedBoard() as board:
        python.plug(os.path.realpath(board.port))
        with started(python, *words, "--out", "board.csv"):
            _wait(lambda: table.exists() and table.stat().st_size > 200_000, "nothing is recorded")
            python.end()  # every program in it, at once
    repaired = said(python.run(*EMGSTREAM, "recover", "board.csv"))
    n_rows = sum(1 for _ in table.open("rb")) - 1
    if "recover" not in repaired and "repair" not in repaired and "rows" not in repaired:
        raise FailedError(repaired.strip()[-200:])
    said(python.run(*EMGSTREAM, "inspect", "board.csv"))
    return f"{n_rows:,} rows kept of a recording that was killed, repaired and readable"


def _window(python: WindowsPython) -> str:
    words = ("live", "--port", "simulated", "--screenshot", "window.png", "--after", "8")
    with display(python) as on_it:
        said(python.run(*EMGSTREAM, *words, patience_s=300.0, environment=on_it))
    picture = python.work / "window.png"
    if picture.read_bytes()[:4] != b"\x89PNG":
        raise FailedError("the picture is none")
    return f"a picture of {picture.stat().st_size / 1e3:.0f} kB: {picture}"


def _pure_tests(python: WindowsPython) -> str:
    words = (
        *("-m", "pytest", "-q", "-p", "no:cacheprovider"),
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
    Trial("ports and live on COM5", _com5),
    Trial("record on COM5, kill, recover", _killed_recording),
    Trial("verbs for recordings", use_recordings),
    Trial("verbs for settings", use_settings),
    Trial("verbs for training", use_training),
    Trial("keys of movements", press_keys),
    Trial("the window's picture", _window),
    Trial("pure tests", _pure_tests),
)


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
