"""A file that grows while another thread looks at it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from emgstream.recording.growing_file import GrowingFile

N_LOOKS = 3000


@pytest.fixture
def many_switches() -> Iterator[None]:
    usual_s = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual_s)


@pytest.mark.usefixtures("many_switches")
def test_a_file_that_grows_during_the_look_at_it_was_not_cut_short(tmp_path: Path) -> None:
    file = GrowingFile(tmp_path / "take.csv")
    ends = threading.Event()

    def append() -> None:
        while not ends.is_set():
            file.append(b"1,2,3\n")

    thread = threading.Thread(target=append)
    thread.start()
    try:
        found = {file.loss() for _ in range(N_LOOKS)}
    finally:
        ends.set()
        thread.join()
        file.close()
    assert found == {None}
