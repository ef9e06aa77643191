"""Count the processor's instructions of a decision, a decoded frame and a row read, against a base.

    python scripts/count_instructions.py                 # against the commit before
    python scripts/count_instructions.py --base v0.2.0 --only decision

Both sides run under valgrind (Debian: valgrind), which counts what a program does and not how long
it takes, so that other work on the machine changes nothing. Each workload runs with two lengths,
and what the longer one needs more is divided by how much longer it is: starting Python costs
nothing that way. A side starts once, and each run is a fork of it.
More than 3 % above the base is a failure, with exit code 1. Takes some minutes; not on Windows.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOLERANCE = 0.03
_COUNTED = re.compile(r"I\s+refs:\s+([\d,]+)")
_SETTINGS = {
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}


_FORKS = """
import gzip, json, os, sys, tempfile
from emgstream.bundle import read_model
from emgstream.pipeline import Pipeline
from emgstream.tables import read_table
from emgstream.wire import FrameDecoder, encode_frames
for n, program in json.load(sys.stdin):
    child = os.fork()
    if not child:
        exec(program, {"n": n})
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if status:
        sys.exit(1)
    print(child)
"""
"""Python that runs each program of a list in a process of its own, and prints the processes."""


@dataclass(frozen=True)
class Workload:
    """A program that does something so many times."""

    what: str
    """One of it, for people."""
    program: str
    """Python that does it ``n`` times."""
    lengths: tuple[int, int]
    """How often it is done in the two runs."""


WORKLOADS = {
    "decision": Workload(
        "a decision of the live pipeline, one step at a time",
        """
from emgstream.bundle import read_model
from emgstream.data import DEMO_MODEL, DEMO_RECORDING
from emgstream.pipeline import Pipeline
from emgstream.tables import read_table
from emgstream.types import Chunk
pipeline, samples = Pipeline(read_model(DEMO_MODEL)), read_table(DEMO_RECORDING).samples
pipeline.push(Chunk(0, samples[:2000]))
for first in range(2000, 2000 + 20 * n, 20):
    pipeline.push(Chunk(first, samples[first : first + 20]))
""",
        (100, 300),
    ),
    "frame": Workload(
        "a decoded frame of three channels, 512 bytes at a time",
        """
import numpy as np
from emgstream.wire import FrameDecoder, encode_frames
numbers = np.arange(n)
values = np.random.default_rng(0).integers(0, 1024, (n, 3))
data = encode_frames(numbers, numbers * 1000, values)
decoder = FrameDecoder(3, 1000.0)
for at in range(0, len(data), 512):
    decoder.feed(data[at : at + 512])
""",
        (4_000, 12_000),
    ),
    "row": Workload(
        "a row of a recording of three channels and a label",
        """
import gzip, tempfile
from pathlib import Path
from emgstream.data import DEMO_RECORDING
from emgstream.tables import read_table
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "rows.csv"
    with gzip.open(DEMO_RECORDING, "rt") as recording:
        path.write_text("".join(recording.readlines()[: n + 1]))
    read_table(path)
""",
        (5_000, 15_000),
    ),
}


def main() -> int:
    """Count each workload on both sides, print a table, and return 1 for a slowdown."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--base", default="HEAD~1", help="commit to compare with; default HEAD~1")
    parser.add_argument("--only", choices=WORKLOADS, help="one workload; default all")
    arguments = parser.parse_args()
    if shutil.which("valgrind") is None:
        print("valgrind is not installed; on Debian: apt install valgrind", file=sys.stderr)
        return 1
    slower = []
    print("| instructions of | base | now | difference | allowed |\n|---|---|---|---|---|")
    names = [arguments.only] if arguments.only else [*WORKLOADS]
    with _checked_out(arguments.base) as base, ThreadPoolExecutor(2) as pool:
        before, now = pool.map(lambda root: _counts(root, names), (base, ROOT))
    for name in names:
        share = now[name] / before[name] - 1.0
        slower += [name] if share > TOLERANCE else []
        print(
            f"| {WORKLOADS[name].what} | {before[name]:,.0f} | {now[name]:,.0f} | {share:+.1%} | "
            f"{TOLERANCE:+.0%} |"
        )
    if slower:
        print(f"slower than {arguments.base}: {', '.join(slower)}", file=sys.stderr)
    return 1 if slower else 0


@contextmanager
def _checked_out(commit: str) -> Iterator[Path]:
    """Give a folder with the files of a commit."""
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(
            ["git", "archive", commit], cwd=ROOT, stdout=subprocess.PIPE, check=True
        )
        subprocess.run(["tar", "-x"], cwd=folder, input=archive.stdout, check=True)
        yield Path(folder)


def _counts(root: Path, names: Sequence[str]) -> dict[str, float]:
    """Return the instructions of one of each workload, on the files of a folder."""
    runs = [(name, n) for name in names for n in WORKLOADS[name].lengths]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [
                *("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"),
                *(f"--log-file={folder}/%p", sys.executable, "-c", _FORKS),
            ],
            input=json.dumps([(n, WORKLOADS[name].program) for name, n in runs]),
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **_SETTINGS, "PYTHONPATH": str(root)},
            cwd=root,
            check=True,
        )
        counts = [_counted(Path(folder, process)) for process in done.stdout.split()]
    of_run = dict(zip(runs, counts, strict=True))
    figures = {}
    for name in names:
        short, long = WORKLOADS[name].lengths
        figures[name] = (of_run[name, long] - of_run[name, short]) / (long - short)
    return figures


def _counted(log: Path) -> int:
    """Return the instructions that valgrind counted of a process."""
    found = _COUNTED.search(log.read_text(encoding="utf-8"))
    assert found is not None, "valgrind counted nothing"
    return int(found.group(1).replace(",", ""))


if __name__ == "__main__":
    sys.exit(main())
