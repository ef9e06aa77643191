"""The sketch as the package hands it out. Needs no compiler."""

import re
from pathlib import Path

import pytest

from emgstream import firmware
from emgstream.errors import OutputError
from emgstream.wire import MAX_RATE_HZ, MIN_RATE_HZ, PROTOCOL, VERBS
from tests.board.toolchain import APT


def test_an_exported_sketch_is_where_the_arduino_ide_wants_it(tmp_path: Path) -> None:
    path = firmware.export(tmp_path / "new")
    assert path == tmp_path / "new" / "emg_board" / "emg_board.ino"
    assert path.read_text("utf-8") == firmware.source()
    assert (path.parent / "README.md").read_text("utf-8") == firmware.wiring()


def test_a_sketch_that_may_have_been_edited_is_not_overwritten(tmp_path: Path) -> None:
    firmware.export(tmp_path).write_text("mine")
    with pytest.raises(OutputError, match="exists already"):
        firmware.export(tmp_path)
    assert (tmp_path / "emg_board" / "emg_board.ino").read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="choose another folder"):
        firmware.export(tmp_path / "file")


def test_continuous_integration_installs_what_the_simulated_board_needs() -> None:
    script = Path(__file__).parents[2] / ".ci" / "packages"
    if not script.exists():
        pytest.skip("only the repository has it")
    assert set(APT.removeprefix("apt-get install ").split()) <= set(script.read_text().split())


def test_the_types_a_function_takes_come_before_the_first_function() -> None:
    """The Arduino IDE declares every function in front of the first one."""
    first = re.search(r"^[a-z][\w ]* \w+\(.*\) \{$", firmware.source(), re.MULTILINE)
    assert first is not None
    assert "begin_instant()" in first.group()
    assert firmware.source().index("struct Instant {") < first.start()
    assert "constexpr" not in "".join(
        line for line in firmware.source().splitlines() if line[:1].isalpha()
    )


def test_the_safety_of_the_person_comes_first() -> None:
    for text in (firmware.source(), firmware.wiring()):
        assert "battery" in text[:900].lower()


def test_the_sketch_and_the_wire_room_agree_on_the_protocol() -> None:
    sketch = firmware.source()
    assert f"proto={PROTOCOL} " in sketch
    assert f"#define MIN_RATE_HZ {MIN_RATE_HZ}UL" in sketch
    assert f"#define MAX_RATE_HZ {MAX_RATE_HZ}UL" in sketch
    for verb in VERBS:
        assert f'strcmp(verb, "{verb}")' in sketch
