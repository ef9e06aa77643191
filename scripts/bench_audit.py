"""Time to audit a recording of a million rows, from the file to the page."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench_rows import Row
from bench_tables import write_tables

from emgstream.audit import audit_page, audit_table
from emgstream.tables import read_table

N_REPEATS = 3


def measure(n_rows: int = 1_000_000) -> Iterator[Row]:
    """Read, audit and lay out the same rows a few times; the quickest counts."""
    with tempfile.TemporaryDirectory() as name:
        path = write_tables(Path(name), n_rows)["clean"]
        wall_s, cpu_s = min(_seconds(path) for _ in range(N_REPEATS))
    yield Row(
        f"inspect of {n_rows:,} rows, from the file to the page",
        f"{wall_s:.2f} s, {cpu_s:.2f} s of processor time",
        wanted="under 5 s",
    )


def _seconds(path: Path) -> tuple[float, float]:
    """Return the time that reading, auditing and laying out took, by the wall and the processor."""
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    audit_page(audit_table(read_table(path), 1000.0))
    return time.perf_counter() - wall_s, time.process_time() - cpu_s
