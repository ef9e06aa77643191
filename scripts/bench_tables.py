"""Speed of reading EMG tables, against the plain ``csv`` and ``float`` loop of the same run."""

from __future__ import annotations

import csv
import gzip
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from bench_rows import Row

from emgstream.tables import read_table

LABELS = ("rest", "elbow_bend", "elbow_extend", "wrist_left", "hand_open", "hand_close")
N_CHANNELS = 3
N_REPEATS = 3

# peak resident memory is that of a process, so the reading runs in one of its own
_MEASURE_MEMORY = """
import json, sys
from pathlib import Path
from emgstream.tables import read_table

def peak_bytes():
    if sys.platform == "linux":  # ru_maxrss would begin at the parent's peak
        status = Path("/proc/self/status").read_text()
        return 1024 * int(status.split("VmHWM:")[1].split()[0])
    import resource
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

read_table(sys.argv[2])
before = peak_bytes()
table = read_table(sys.argv[1])
print(json.dumps({"grown_bytes": peak_bytes() - before, "raw_bytes": table.samples.nbytes}))
"""


def write_tables(folder: Path, n_rows: int) -> dict[str, Path]:
    """Write the same rows as a clean file, gzipped, quoted, and with damage in few and all rows."""
    samples = np.random.default_rng(1).integers(0, 1024, (n_rows, N_CHANNELS)).tolist()
    held = max(n_rows // 60, 1)
    rows = [
        f"{a},{b},{c},{LABELS[row // held % len(LABELS)]}" for row, (a, b, c) in enumerate(samples)
    ]
    one_damaged = rows.copy()
    one_damaged[n_rows // 2] = ",,,"
    variants = {
        "clean": rows,
        "quoted labels": [
            f'{row[: row.rindex(",")]},"{row[row.rindex(",") + 1 :]}"' for row in rows
        ],
        "one damaged row": one_damaged,
        "damage in every row": [row[row.index(",") :] for row in rows],
    }
    paths = {name: folder / f"{name.replace(' ', '_')}.csv" for name in variants}
    for name, lines in variants.items():
        text = "\r\n".join(["biceps,triceps,middle,label", "1,2,3,rest", *lines, ""])
        paths[name].write_bytes(text.encode())
    paths["clean, gzipped"] = folder / "clean.csv.gz"
    paths["clean, gzipped"].write_bytes(gzip.compress(paths["clean"].read_bytes(), 6))
    return paths


def read_plainly(path: Path) -> list[tuple[list[float], str]]:
    """Return the rows as the loop everybody writes gives them."""
    with path.open(newline="") as file:
        reader = csv.reader(file)
        next(reader)
        return [([float(field) for field in row[:N_CHANNELS]], row[N_CHANNELS]) for row in reader]


def seconds(run: Callable[[], object]) -> float:
    """Return the time of the fastest of a few runs."""
    times = []
    for _ in range(N_REPEATS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def memory_ratio(path: Path, small: Path) -> float | None:
    """Return how far the process grew, as a multiple of the raw numbers; None on Windows."""
    if os.name == "nt":
        return None
    child = subprocess.run(
        [sys.executable, "-c", _MEASURE_MEMORY, str(path), str(small)],
        check=True,
        capture_output=True,
        text=True,
    )
    measured = json.loads(child.stdout)
    return float(measured["grown_bytes"] / measured["raw_bytes"])


def measure(n_rows: int = 1_000_000) -> Iterator[Row]:
    """Read the same rows clean and damaged, and as the plain loop reads the clean ones."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small = folder / "small.csv"
        small.write_text("biceps,triceps,middle,label\n1,2,3,rest\n")
        paths = write_tables(folder, n_rows)
        plain_s = seconds(lambda: read_plainly(paths["clean"]))
        for case, path in paths.items():
            read_s = seconds(lambda path=path: read_table(path))  # type: ignore[misc]
            memory = memory_ratio(path, small) or math.nan
            yield Row(
                f"{n_rows:,} rows, {case}",
                f"{n_rows / read_s / 1e6:.2f} M rows/s, memory {memory:.1f}x the numbers",
                f"csv and float loop, clean: {n_rows / plain_s / 1e6:.2f} M rows/s",
                plain_s / read_s,
                "1 M rows/s, 10x" if case.startswith("clean") else "",
            )
