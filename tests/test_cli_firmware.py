from __future__ import annotations

from pathlib import Path

import pytest

from emgstream import firmware
from emgstream.cli import main

SKETCH = Path(firmware.__file__).parent / "emg_board"
"""The folder of the sketch, as it is in the source tree."""


@pytest.mark.parametrize(
    ("action", "name", "part"),
    [
        ("show", "emg_board.ino", "void setup() {"),
        ("wiring", "README.md", "| channel 1 (biceps), signal |"),
    ],
)
def test_the_sketch_and_its_notes_are_printed_as_they_are(
    action: str, name: str, part: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["firmware", action]) == 0
    printed = capsys.readouterr().out
    assert printed == (SKETCH / name).read_text(encoding="utf-8")
    assert part in printed


def test_the_notes_say_plainly_what_is_safe() -> None:
    for text in (firmware.source(), firmware.wiring()):
        assert "battery" in text.lower()
        assert "person is attached" in text.lower()


def test_the_sketch_is_exported_as_the_arduino_ide_wants_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["firmware", "export", str(tmp_path / "new")]) == 0
    folder = tmp_path / "new" / "emg_board"
    exported = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert exported == {path.name: path.read_bytes() for path in SKETCH.iterdir()}
    assert f"{folder.name}.ino" in exported, "the Arduino IDE wants the name of the folder"
    printed = capsys.readouterr().out
    assert str(folder / "emg_board.ino") in printed
    assert "battery" in printed


def test_an_edited_sketch_is_never_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["firmware", "export", str(tmp_path)]) == 0
    sketch = tmp_path / "emg_board" / "emg_board.ino"
    sketch.write_text("mine")
    assert main(["firmware", "export", str(tmp_path)]) == 1
    assert sketch.read_text() == "mine"
    (line,) = capsys.readouterr().err.splitlines()
    assert "exists already" in line


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["flash"], "invalid choice: 'flash'"),
        (["export"], "firmware export got no folder; expected a folder for export"),
        (["show", "here"], "firmware show got the folder here; expected a folder for export"),
    ],
)
def test_words_that_will_not_do_are_one_line(
    words: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["firmware", *words]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert reason in line
