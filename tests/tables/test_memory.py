from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from emgstream.tables import read_table

N_ROWS = 150_000
RAW_BYTES = N_ROWS * 3 * 4


def clean(row: int) -> str:
    return f"{row * 389 % 1021},{row * row % 1019},{row * row % 97},rest\n"


def with_damage_in_every_row(row: int) -> str:
    return f"{row * 389 % 1021},{row * row % 1019},,rest\n"


@pytest.mark.parametrize("line", [clean, with_damage_in_every_row])
def test_reading_takes_at_most_ten_times_the_raw_numbers(
    tmp_path: Path, line: Callable[[int], str]
) -> None:
    path = tmp_path / "arm.csv"
    path.write_text("a,b,c,label\n1,2,3,rest\n" + "".join(map(line, range(N_ROWS))))
    tracemalloc.start()
    try:
        read_table(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= 10 * RAW_BYTES
