"""A recording that was not ended in order: every verb that reads it says that recover is due."""

from __future__ import annotations

from pathlib import Path

import pytest

from emgstream.cli import main
from emgstream.recording import put_in_order
from emgstream.tables import read_table
from tests.recording.streams import recorded


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "arm.csv"
    recorded(path, [("rest", 1500), ("fist", 1500), ("rest", 1500), ("fist", 1500)])
    return path


def due(path: Path) -> list[str]:
    return [note for note in read_table(path).notes if f"emgstream recover {path}" in note]


def test_a_recording_says_that_recover_is_due_until_it_was_run(path: Path) -> None:
    assert len(due(path)) == 1
    put_in_order(path)
    assert due(path) == []


def test_inspect_says_it(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["inspect", str(path)])
    assert "emgstream recover" in capsys.readouterr().out.replace("\n", " ")
