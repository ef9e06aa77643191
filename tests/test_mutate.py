"""The parts of `scripts/mutate.py` that need no mutmut; a release runs the whole of it."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.scripts import script_module

ROOT = Path(__file__).resolve().parent.parent
SOURCE = '''class Reader:
    """Reads."""

    # of a file
    @staticmethod
    def read(path):
        if path is None:
            raise ValueError(
                f"no path {path}"
            )
        return path + 1


def refused(n):
    message = "too many"
    if n < 3:
        return n
    return ReaderError(message)
'''


@pytest.fixture(scope="module")
def script() -> ModuleType:
    return script_module("mutate")


def test_every_room_has_its_files_and_its_tests(script: ModuleType) -> None:
    for room in script.ROOMS.values():
        assert all(list(ROOT.glob(one)) for one in room.files)
        assert all((ROOT / one).exists() for one in room.tests)


def test_only_errors_and_their_texts_are_left_out(script: ModuleType) -> None:
    marked = script._without_errors(SOURCE)
    left_out = [
        number
        for number, line in enumerate(marked.splitlines(), 1)
        if line.endswith("# pragma: no mutate")
    ]
    assert left_out == [8, 9, 10, 15, 18]
    assert marked.replace("  # pragma: no mutate", "") == SOURCE


@pytest.mark.parametrize(
    ("mutant", "line"), [("m.xǁReaderǁread__mutmut_7", 4), ("m.x_refused__mutmut_1", 14)]
)
def test_a_function_is_found_with_the_comments_and_decorators_above_it(
    script: ModuleType, tmp_path: Path, mutant: str, line: int
) -> None:
    path = tmp_path / "m.py"
    path.write_text(SOURCE, encoding="utf-8")
    assert script._function_line(path, mutant) == line


def test_an_unknown_room_is_refused(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["mutate.py", "kitchen"])
    with pytest.raises(SystemExit):
        script.main()
    assert "no room kitchen; expected of wire, " in capsys.readouterr().err
