"""Import of files: what is read, asked and remembered, in a thread; the cases are real shapes."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from emgstream.app.table_import import ImportState, TableImport
from emgstream.tables import ColumnRole, read_table
from emgstream.tables.settled_columns import read_settled, settled_path

CASES = Path(__file__).resolve().parent.parent.parent / "shared" / "cases" / "tables"
DEADLINE_S = 30.0
UCI = "time\tchannel1\tchannel2\tclass\n" + "".join(
    f"{1 + 5 * n}\t{n * 7919 % 101}e-5\t{n * 104729 % 97}e-5\t{n // 20 % 3}\n" for n in range(120)
)
Import = Callable[..., TableImport]


def until(one: TableImport, claim: Callable[[], bool]) -> None:
    """Poll an import until a claim holds."""
    deadline = time.monotonic() + DEADLINE_S
    while not claim():
        assert time.monotonic() < deadline, (one.state, one.outcome)
        one.poll()
        time.sleep(0.005)


@pytest.fixture
def open_import() -> Iterator[Import]:
    """Open imports that have been read and checked; their threads end with the test."""
    made: list[TableImport] = []

    def make(path: Path, *others: Path) -> TableImport:
        one = TableImport(path, others)
        made.append(one)
        assert one.state is ImportState.READING
        until(one, lambda: one.state is not ImportState.READING)
        return one

    yield make
    for one in made:
        one.shut_down()


@pytest.fixture
def uci(tmp_path: Path) -> Path:
    path = tmp_path / "uci.txt"
    path.write_text(UCI)
    return path


def case(name: str, folder: Path) -> Path:
    """Copy a case, as it is settled beside the file."""
    if not CASES.is_dir():
        pytest.skip("the cases are not here")
    return Path(shutil.copy(CASES / name, folder))


@pytest.mark.parametrize(
    ("name", "arguments", "hz"),
    [
        (
            "brainflow.csv",
            "--channels channel_1,channel_2,channel_3,channel_4 --label 10 --time 9:unix "
            "--counter 1 --ignore 6,7,8",
            200.0,
        ),
        (
            "uci_class_ms.csv",
            "--channels channel1,channel2,channel3 --label class --time time:ms",
            200.0,
        ),
        ("ninapro_like.csv", "--channels emg_0,emg_1 --label restimulus --ignore stimulus", None),
        (
            "openbci_gui.csv",
            "--channels 'EXG Channel 0,EXG Channel 1,EXG Channel 2,EXG Channel 3' "
            "--label 'Marker Channel' --time Timestamp:unix --counter 'Sample Index'",
            200.0,
        ),
        (
            "german_excel.csv",
            "--channels 'Bizeps [mV],Trizeps [mV]' --label Bewegung --time 'Zeit [s]:s'",
            1000.0,
        ),
    ],
)
def test_files_of_other_programs_are_proposed_as_they_are_right(
    name: str, arguments: str, hz: float | None, tmp_path: Path, open_import: Import
) -> None:
    path = case(name, tmp_path)
    one = open_import(path)
    assert one.state is ImportState.READY, one.outcome
    assert one.asked
    assert not any("--" in question for question in one.asked), "options are for the terminal"
    assert one.command_line == f"emgstream inspect {path} {arguments}"
    assert one.look is not None
    assert one.look.rate_hz == (hz if hz is None else pytest.approx(hz, rel=1e-3))
    assert not one.look.questions, "the choice answers all of them"
    one.settle()
    until(one, lambda: one.state is ImportState.SETTLED)
    table = read_table(path)
    assert not table.questions
    assert table.labels is not None
    assert open_import(path).asked == (), "it is asked once"


def test_a_file_of_our_own_asks_nothing(tmp_path: Path, open_import: Import) -> None:
    path = tmp_path / "arm.csv"
    path.write_text("biceps,triceps,label\n" + "0,1023,rest\n1023,0,fist\n" * 20)
    one = open_import(path)
    assert one.asked == ()
    assert one.state is ImportState.READY
    assert one.outcome == (
        "Reads 2 channels, label from column 3 'label', at an unknown rate; state it if you know it"
    )


def test_a_change_is_checked_against_the_file(uci: Path, open_import: Import) -> None:
    one = open_import(uci)
    assert one.draft is not None
    one.draft.set_role(0, ColumnRole.TIME, unit="us")
    assert one.state is ImportState.READING, "the rate by this unit is not known yet"
    until(one, lambda: one.state is ImportState.READY)
    assert one.outcome.endswith("at 200000 Hz")
    one.draft.set_role(3, ColumnRole.CHANNEL)
    one.draft.set_role(1, ColumnRole.LABEL)
    until(one, lambda: one.state is not ImportState.READING)
    for place in range(4):
        one.draft.set_role(place, ColumnRole.IGNORED)
    until(one, lambda: one.state is ImportState.ASKING)
    assert one.outcome == "No column is a channel; choose at least one"
    one.settle()
    until(one, lambda: one.state is ImportState.ASKING)
    assert not settled_path(uci).exists(), "what has problems is not remembered"


def test_what_the_reader_refuses_is_a_problem(tmp_path: Path, open_import: Import) -> None:
    path = tmp_path / "words.csv"
    path.write_text(
        "time_s,emg,note\n" + "".join(f"{n / 100},{n * 7919 % 101},x{n}\n" for n in range(50))
    )
    one = open_import(path)
    assert one.draft is not None
    one.draft.set_role(2, ColumnRole.CHANNEL)
    until(one, lambda: one.state is not ImportState.READING)
    assert one.state is ImportState.ASKING
    assert "column 'note' is not numeric" in one.outcome
    one.draft.set_role(2, ColumnRole.IGNORED)
    until(one, lambda: one.state is ImportState.READY)


def test_one_choice_is_remembered_for_all_files_of_the_same_columns(
    uci: Path, tmp_path: Path, open_import: Import
) -> None:
    paths = [tmp_path / f"{name}.txt" for name in ("alike", "other", "broken")]
    paths[0].write_text(UCI.replace("7", "3"))
    paths[1].write_text(UCI.replace("class", "gesture"))
    paths[2].write_text("")
    one = open_import(uci, *paths)
    one.settle(with_alike=True)
    until(one, lambda: one.state is ImportState.SETTLED)
    assert one.settled == (uci, paths[0]), "the others have been read before it was settled"
    for path in one.settled:
        assert read_settled(path, read_table(path).sha256) == one.choice
    assert not settled_path(paths[1]).exists()


def test_a_choice_for_one_file_waits_for_no_other(
    uci: Path, tmp_path: Path, open_import: Import
) -> None:
    other = tmp_path / "other.txt"
    other.write_text(UCI)
    one = open_import(uci, other)
    one.settle(with_alike=False)
    until(one, lambda: one.state is ImportState.SETTLED)
    assert one.settled == (uci,)
    assert not settled_path(other).exists()


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, open_import: Import) -> None:
    one = open_import(tmp_path / "gone.csv")
    assert one.state is ImportState.FAILED
    assert "gone.csv" in one.outcome
    one.settle()
    one.poll()
    assert one.state is ImportState.FAILED
