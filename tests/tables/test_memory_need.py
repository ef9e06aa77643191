"""A file that does not fit into memory is refused before it is read."""

from __future__ import annotations

import gzip
from pathlib import Path

import psutil
import pytest

from emgstream.errors import TableError
from emgstream.tables import read_table
from emgstream.tables.memory_need import bytes_to_read


def test_a_file_that_does_not_fit_is_refused_with_its_size_and_what_would_fit(
    tmp_path: Path,
) -> None:
    path = tmp_path / "huge.csv"
    free = psutil.virtual_memory().available
    with path.open("wb") as file:
        file.write(b"emg1,emg2\n1,2\n")
        file.truncate(free)  # a sparse file: it takes no room on the disk
    with pytest.raises(TableError, match=r"GB to read, .* of memory; .* are free, enough for"):
        read_table(path)


def test_a_packed_file_counts_with_its_content(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv.gz"
    content = gzip.compress(b"emg1\n1\n") + bytes(8 << 20)
    path.write_bytes(content[:-4] + b"\xff\xff\xff\xff")
    assert bytes_to_read(path) == (1 << 32) - 1
    assert bytes_to_read(tmp_path / "absent.csv") == 0
