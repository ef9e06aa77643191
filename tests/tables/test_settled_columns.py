"""What was settled about a recording's columns is kept beside it, for this content of it only."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emgstream.errors import OutputError
from emgstream.tables import ColumnChoice
from emgstream.tables.settled_columns import (
    SettledColumns,
    find_settled,
    has_settled,
    read_settled,
    remember,
    settled_path,
)
from tests.user_data import set_user_data

HASH, OTHER_HASH = "a" * 64, "b" * 64
CHOICE = ColumnChoice(("2", "Handschluß, links"), label="class:0", time="1:ms", rate_hz=200.0)
CHANGED = ColumnChoice(label="class")

FOREIGN = [
    pytest.param(b'{"format": "somebody else\'s"}', "is not of emgstream", id="foreign"),
    pytest.param(b"[1, 2]", "is not of emgstream", id="no object"),
    pytest.param(b"\xff\xfe\x00", "is damaged, or not of emgstream", id="no JSON"),
    pytest.param(b"", "is damaged, or not of emgstream", id="empty"),
    pytest.param(b"[" * 100_000, "is damaged, or not of emgstream", id="nested"),
    pytest.param(b" " * (1 << 21), "is not of emgstream", id="huge"),
    pytest.param(
        b'{"format": "emgstream columns", "version": 2}', r"version 2.*update emgstream", id="newer"
    ),
    pytest.param(
        b'{"format": "emgstream columns", "version": 1}', "is damaged; move it away", id="no hash"
    ),
    pytest.param(
        json.dumps(
            {
                "format": "emgstream columns",
                "version": 1,
                "sha256": HASH,
                "columns": {"channels": 3},
            }
        ).encode(),
        "is damaged .*channels.*move it away",
        id="no choice",
    ),
    pytest.param(
        b'{"format": "emgstream columns", "version": 1, "sha256": "%s", '
        b'"columns": {"rate_hz": NaN}}' % HASH.encode(),
        r"is damaged .*sampling rate is nan.*move it away",
        id="no rate",
    ),
]


@pytest.fixture(autouse=True)
def user_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's data folder, of this test alone."""
    folder = tmp_path / "user"
    set_user_data(folder, monkeypatch)
    return folder


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "arm.csv"
    path.write_text("a,b,class\n1,2,3\n")
    return path


@pytest.fixture
def cornered(tmp_path: Path) -> Path:
    """A recording with so long a name that no file can stand beside it under a longer one."""
    path = tmp_path / f"{'n' * 246}.csv"
    path.write_text("a,b,class\n1,2,3\n")
    return path


def test_a_choice_is_read_back_for_the_same_content(recording: Path) -> None:
    assert not has_settled(recording)
    kept = remember(recording, HASH, CHOICE)
    assert kept == settled_path(recording) == recording.with_name("arm.csv.columns.json")
    assert has_settled(recording)
    assert read_settled(recording, HASH) == CHOICE
    assert find_settled(recording, HASH).note == ""


def test_files_of_one_stem_do_not_share_a_settlement(tmp_path: Path) -> None:
    packed, text, other = (tmp_path / f"a.{end}" for end in ("csv.gz", "csv", "edf"))
    session = tmp_path / "a.json"
    session.write_text("{}")
    for path in (packed, text, other):
        path.write_text("x")
        remember(path, HASH, ColumnChoice(label=path.name))
    for path in (packed, text, other):
        assert read_settled(path, HASH) == ColumnChoice(label=path.name)
    assert session.read_text() == "{}"


def test_other_content_is_told_and_what_was_settled_is_not_used(recording: Path) -> None:
    remember(recording, HASH, CHOICE)
    found = find_settled(recording, OTHER_HASH)
    assert found.choice is None
    assert found.note == (
        "arm.csv.columns.json is not used: arm.csv has changed since its columns were settled"
    )
    remember(recording, OTHER_HASH, CHANGED)
    assert read_settled(recording, OTHER_HASH) == CHANGED


@pytest.mark.parametrize(("content", "told"), FOREIGN)
def test_a_file_that_is_not_ours_is_told_and_left_alone(
    content: bytes, told: str, recording: Path, user_data: Path
) -> None:
    beside = settled_path(recording)
    beside.write_bytes(content)
    found = find_settled(recording, HASH)
    assert found.choice is None
    assert re.search(told, found.note)
    kept = remember(recording, HASH, CHOICE)
    assert user_data in kept.parents
    assert beside.read_bytes() == content
    assert find_settled(recording, HASH).choice == CHOICE


def test_a_folder_in_its_place_is_no_settlement(recording: Path) -> None:
    settled_path(recording).mkdir()
    assert find_settled(recording, HASH).choice is None
    remember(recording, HASH, CHOICE)
    assert read_settled(recording, HASH) == CHOICE


def test_where_no_file_can_stand_beside_it_the_users_folder_keeps_it(
    cornered: Path, user_data: Path, tmp_path: Path
) -> None:
    assert not has_settled(cornered)
    assert find_settled(cornered, HASH) == SettledColumns()
    kept = remember(cornered, HASH, CHOICE)
    assert user_data in kept.parents
    assert HASH in kept.name
    assert has_settled(cornered)
    moved = cornered.rename(tmp_path / "moved.csv")
    assert read_settled(moved, HASH) == CHOICE
    assert find_settled(moved, OTHER_HASH) == SettledColumns()


def test_once_it_can_be_kept_beside_the_users_folder_has_no_older_one(
    cornered: Path, tmp_path: Path
) -> None:
    kept = remember(cornered, HASH, CHOICE)
    moved = cornered.rename(tmp_path / "moved.csv")
    remember(moved, HASH, CHANGED)
    assert read_settled(moved, HASH) == CHANGED
    assert not kept.exists()


def test_where_it_can_be_kept_nowhere_it_is_an_error_that_says_what_to_do(
    cornered: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_user_data(cornered, monkeypatch)  # a file, so that no folder can be in it
    with pytest.raises(OutputError, match=r"cannot be remembered.*emgstream convert"):
        remember(cornered, HASH, CHOICE)
    assert read_settled(cornered, HASH) is None


def test_no_part_of_a_file_is_left(recording: Path) -> None:
    remember(recording, HASH, CHOICE)
    remember(recording, HASH, CHANGED)
    assert sorted(path.name for path in recording.parent.iterdir() if path.is_file()) == [
        "arm.csv",
        "arm.csv.columns.json",
    ]


def test_processes_that_settle_at_the_same_time_leave_one_whole_choice(recording: Path) -> None:
    program = (
        "import sys, pathlib\n"
        "from emgstream.tables import ColumnChoice\n"
        "from emgstream.tables.settled_columns import read_settled, remember\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "own = ColumnChoice(tuple(f'{sys.argv[2]}{n}' for n in range(500)))\n"
        "for _ in range(100):\n"
        "    remember(path, 'a' * 64, own)\n"
        "    seen = read_settled(path, 'a' * 64)\n"
        "    assert seen and len(seen.channels) == 500\n"
        "    assert len({name[0] for name in seen.channels}) == 1\n"
    )
    children = [
        subprocess.Popen([sys.executable, "-c", program, str(recording), letter])
        for letter in "pqr"
    ]
    assert [child.wait(120) for child in children] == [0, 0, 0]
    assert settled_path(recording).exists()


words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)


@given(
    st.builds(
        ColumnChoice,
        channels=st.none() | st.lists(words, min_size=1, max_size=5, unique=True).map(tuple),
        label=st.none() | words,
        time=st.none() | words,
        counter=st.none() | words,
        rate_hz=st.none() | st.floats(0.1, 1e6),
    )
)
def test_every_choice_is_read_back_as_it_was(choice: ColumnChoice) -> None:
    assert ColumnChoice.from_json(json.loads(json.dumps(choice.to_json()))) == choice
