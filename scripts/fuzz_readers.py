"""Look for inputs that a reader cannot take, guided by the code that each input reaches.

python scripts/fuzz_readers.py [TARGET ...] --seconds 60 --jobs 2
python scripts/fuzz_readers.py --replay build/fuzz/wire/crash-0123

The targets are in `scripts/fuzz_targets.py`. A finding is an exception that is not an error of
`emgstream.errors`, a warning, a broken claim, no end within 20 s, or more than 2 GB of memory. The
inputs that reach new code are kept in build/fuzz/TARGET/corpus, and the next run begins with them.
It needs Atheris, of the extra ``proof``; a replay does not.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha1
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "fuzz"
NAMES = ("wire", "tables", "manifests", "control")
"""As in `fuzz_targets.TARGETS`, which is imported only where it is run."""

_SLOWEST_S = 60
"""Seconds after which an input counts as a hang. A choice: far above the usual."""
_MOST_MB = 2048
"""Memory in MB. A choice: ten times what the readers need for inputs of this size."""
_GRACE_S = 120.0
"""Seconds for starting and ending a child, which reads all of its corpus first."""
_AS_CHILD = "--child"
_STATE = re.compile(r"^#\d+\s+\w+\s+cov: (\d+) ft: (\d+)", re.MULTILINE)
_RUNS = re.compile(r"^stat::number_of_executed_units:\s*(\d+)", re.MULTILINE)
_FOUND = re.compile(r"(?:Test unit|Input) written to (\S+)")
_RAISED = re.compile(r"=== Uncaught Python exception: ===\n(.+)")


@dataclass(frozen=True)
class FuzzResult:
    """The result of one target."""

    name: str
    """The target."""
    n_runs: int
    """Inputs that were read."""
    seconds: float
    """Time that it took."""
    edges: int
    """Edges of the code that were reached."""
    features: int
    """Edges, and how often each was run."""
    finding: str = ""
    """A sentence on what was found; empty for nothing."""

    @property
    def row(self) -> str:
        """A row of the table."""
        rate = self.n_runs / max(self.seconds, 1e-3)
        numbers = (self.n_runs, round(rate), self.edges, self.features, int(bool(self.finding)))
        return f"| {self.name} | " + " | ".join(f"{one:,}" for one in numbers) + " |"


def main() -> int:
    """Fuzz the targets; return 1 after any finding."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--seconds", type=int, default=60, help="of each target; default 60")
    parser.add_argument("--jobs", type=int, default=1, help="targets at a time; default 1")
    parser.add_argument(
        "--seed", type=int, default=0, help="of the changes; default: another each time"
    )
    parser.add_argument("--replay", type=Path, metavar="FILE", help="run one input, and end")
    arguments = parser.parse_args()
    unknown = set(arguments.targets) - set(NAMES)
    if unknown:
        parser.error(f"there is no target {min(unknown)!r}; expected {', '.join(NAMES)}")
    if arguments.replay is not None:
        return _replay(arguments.replay, arguments.targets)
    if importlib.util.find_spec("atheris") is None:
        print(
            "fuzz_readers.py needs Atheris, which is not installed; expected Linux on x86-64 with "
            "Python 3.11 to 3.13; install it with: pip install --constraint constraints.txt "
            '--editable ".[proof]"',
            file=sys.stderr,
        )
        return 1
    with ThreadPoolExecutor(max(arguments.jobs, 1)) as pool:
        names = arguments.targets or NAMES
        results = list(
            pool.map(lambda name: _fuzzed(name, arguments.seconds, arguments.seed), names)
        )
    print("| target | runs | runs per second | edges | features | findings |")
    print("|---|---|---|---|---|---|")
    print(*(one.row for one in results), sep="\n")
    found = [one.finding for one in results if one.finding]
    print(*found, sep="\n", file=sys.stderr)
    return 1 if found else 0


def _replay(path: Path, targets: list[str]) -> int:
    """Run one input in this process; what it raises is shown with its traceback."""
    folder = path.resolve().parent
    name = targets[0] if targets else next((one for one in NAMES if one in folder.parts), "")
    if not name:
        sys.exit(f"of which target is {path}? Write its name too, one of {', '.join(NAMES)}")
    with tempfile.TemporaryDirectory() as place:
        _keep_files_in(Path(place))
        from fuzz_targets import TARGETS, tried

        print(f"{name}: {tried(TARGETS[name], path.read_bytes(), Path(place))}")
    return 0


def _fuzzed(name: str, seconds: int, seed: int) -> FuzzResult:
    """Fuzz a target in a child process, which libFuzzer ends."""
    folder = FOLDER / name
    (folder / "corpus").mkdir(parents=True, exist_ok=True)
    started_s = time.monotonic()
    with tempfile.TemporaryDirectory() as place, (folder / "log.txt").open("w+") as log:
        command = [
            sys.executable,
            __file__,
            _AS_CHILD,
            name,
            place,
            str(folder / "corpus"),
            f"-max_total_time={seconds}",
            f"-seed={seed}",
            f"-timeout={_SLOWEST_S}",
            f"-rss_limit_mb={_MOST_MB}",
            f"-artifact_prefix={folder}{os.sep}",
            "-print_final_stats=1",
        ]
        try:
            code = subprocess.call(
                command, stdout=log, stderr=subprocess.STDOUT, timeout=seconds + _GRACE_S, cwd=ROOT
            )
        except subprocess.TimeoutExpired:
            code = -1
        log.seek(0)
        told = log.read()
    states, runs = _STATE.findall(told), _RUNS.findall(told)
    edges, features = map(int, states[-1] if states else ("0", "0"))
    finding = "" if code == 0 else _finding(name, told, folder)
    n_runs = int(runs[-1]) if runs else 0
    return FuzzResult(name, n_runs, time.monotonic() - started_s, edges, features, finding)


def _finding(name: str, told: str, folder: Path) -> str:
    """Return a sentence on what ended a child, with the input that does it again."""
    files, raised = _FOUND.findall(told), _RAISED.findall(told)
    what = raised[-1].strip() if raised else "no exception, but a hang, a crash or its memory"
    if not files:
        return f"{name}: the child ended without a result ({what}); see {folder / 'log.txt'}"
    again = f"{Path(sys.executable).name} scripts/fuzz_readers.py {name} --replay {files[-1]}"
    return f"{name}: {what}; do it again with: {again}"


def _keep_files_in(folder: Path) -> None:
    """Let neither the configuration, the log nor the data of the user be touched."""
    os.environ["EMGSTREAM_CONFIG"] = str(folder / "config.toml")
    os.environ["EMGSTREAM_LOG_FOLDER"] = str(folder / "logs")
    os.environ["XDG_DATA_HOME"] = str(folder / "data")


def _child(name: str, place: str, corpus: str, *flags: str) -> None:
    """Run libFuzzer on one target; it ends this process."""
    import atheris

    folder = Path(place)
    _keep_files_in(folder)
    # entered and never left: modules that a function imports later are seen, too
    atheris.instrument_imports(include=["emgstream"]).__enter__()
    from fuzz_targets import TARGETS, tried

    target = TARGETS[name]
    for seed in target.seeds():
        (Path(corpus) / f"seed-{sha1(seed).hexdigest()}").write_bytes(seed)
    words = folder / "words.txt"
    words.write_text("\n".join(f'"{_escaped(word)}"' for word in target.words) + "\n")
    options = [*flags, f"-max_len={target.max_bytes}", f"-dict={words}", corpus]
    changes = {}
    if target.mutate is not None:
        mutate = target.mutate

        def mutated(data: bytes, longest: int, seed: int) -> bytes:
            return mutate(data, longest, random.Random(seed), atheris.Mutate)

        changes["custom_mutator"] = mutated
    inputs = folder / "inputs"
    inputs.mkdir()

    def run(data: bytes) -> None:
        try:
            tried(target, data, inputs)
        except BaseException:  # libFuzzer writes it, too, but not if it is ended by its time
            found = Path(corpus).with_name(f"crash-{sha1(data).hexdigest()}")
            found.write_bytes(data)
            print(f"Input written to {found}", flush=True)
            raise

    atheris.Setup([sys.argv[0], *options], run, **changes)
    atheris.Fuzz()


def _escaped(word: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word.encode("utf-8"))


if __name__ == "__main__":
    if sys.argv[1:2] == [_AS_CHILD]:
        _child(*sys.argv[2:])
    sys.exit(main())
