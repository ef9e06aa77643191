"""How fast a recording of a million rows is audited, from the file to the page."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
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
        quickest = min((_seconds(path) for _ in range(N_REPEATS)), key=sum)
    read_s, audit_s, page_s = quickest
    yield Row(
        f"inspect of {n_rows:,} rows, from the file to the page",
        f"{read_s + audit_s + page_s:.2f} s (read {read_s:.2f}, audit {audit_s:.2f}, page "
        f"{page_s:.2f})",
        wanted="under 5 s",
    )


def _seconds(path: Path) -> tuple[float, float, float]:
    """Return how long reading, auditing and laying out took."""
    times = [time.perf_counter()]
    table = read_table(path)
    times.append(time.perf_counter())
    audit = audit_table(table, 1000.0)
    times.append(time.perf_counter())
    audit_page(audit)
    times.append(time.perf_counter())
    read_s, audit_s, page_s = (after - before for before, after in pairwise(times))
    return read_s, audit_s, page_s
