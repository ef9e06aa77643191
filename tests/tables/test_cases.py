"""Every case of other people's files, with the outcome that is right, without any option."""

from __future__ import annotations

from pathlib import Path

import pytest

from emgstream.errors import UndecidedColumnsError
from emgstream.tables import ColumnChoice, ColumnRole, look_at_table, read_table

CASES = Path(__file__).parents[3] / "shared" / "cases" / "tables"

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not beside the project")

READ = {
    "arduino_serial_monitor": (("channel_1", "channel_2"), 100.0, ()),
    "openbci_gui": (tuple(f"EXG Channel {n}" for n in range(4)), 200.0, ()),
    "opensignals": (("A1", "A2"), 1000.0, ()),
    "trigno_discover": (
        ("Sensor 1 (11111) EMG 1 (mV)", "Sensor 2 (22222) EMG 1 (mV)"),
        1259.2593,
        (),
    ),
    "preamble_two_header_rows": (("L_TA", "L_SOL"), 2000.0, ()),
    "counter_mod256": (("emg1", "emg2"), None, ("rest", "fist")),
    "index_no_header": (("channel_1",), None, ()),
    "time_with_unit": (("emg1", "emg2"), 200.0, ("rest", "fist")),
    "uci_class_ms": (("channel1", "channel2", "channel3"), 200.0, ()),
    "label_and_id": (("emg1", "emg2"), None, ("rest", "fist")),
    "ninapro_like": (("emg_0", "emg_1"), None, ()),
    "german_excel": (("Bizeps [mV]", "Trizeps [mV]"), 1000.0, ()),
    "clock_of_day": (("ADC value",), 200.0, ()),
    "simple_text_rate_in_comment": (("EMG",), 1000.0, ()),
    "wide_with_names": (("Channel1", "Channel2", "Channel3"), None, ()),
    "by_file_name_rock": (("emg1", "emg2"), None, ()),
    "by_file_name_paper": (("emg1", "emg2"), None, ()),
    "arduino_plotter_labels": (("biceps", "triceps"), None, ()),
}


@pytest.mark.parametrize("case", READ)
def test_a_case_has_the_right_channels_rate_and_labels(case: str) -> None:
    channels, rate_hz, labels = READ[case]
    table = read_table(CASES / f"{case}.csv")
    assert table.channel_names == channels
    assert table.sampling_rate_hz == (rate_hz if rate_hz is None else pytest.approx(rate_hz))
    assert table.label_names == labels


@pytest.mark.parametrize(
    ("case", "role", "column", "modulo"),
    [
        ("openbci_gui", ColumnRole.COUNTER, "Sample Index", None),
        ("opensignals", ColumnRole.COUNTER, "nSeq", 16),
        ("counter_mod256", ColumnRole.COUNTER, "Sample Index", 256),
        ("wide_with_names", ColumnRole.COUNTER, "Counter", 256),
        ("index_no_header", ColumnRole.COUNTER, "column 1", None),
        ("ninapro_like", ColumnRole.REPETITION, "rerepetition", None),
        ("clock_of_day", ColumnRole.TIME, "Time (HH:MM:SS.ms)", None),
    ],
)
def test_a_counter_a_clock_or_a_repetition_is_found(
    case: str, role: ColumnRole, column: str, modulo: int | None
) -> None:
    found = [one for one in read_table(CASES / f"{case}.csv").columns if one.role is role]
    assert [(one.name, one.modulo) for one in found] == [(column, modulo)]


@pytest.mark.parametrize(
    ("case", "options"),
    [
        ("uci_class_ms", ("--label", "class")),
        ("ninapro_like", ("--label", "restimulus")),
        ("german_excel", ("--label", "Bewegung")),
        ("openbci_gui", ("--label", "Marker Channel")),
    ],
)
def test_a_label_under_another_name_is_asked_for(case: str, options: tuple[str, ...]) -> None:
    table = read_table(CASES / f"{case}.csv")
    assert [question.options for question in table.questions] == [options]
    labelled = read_table(CASES / f"{case}.csv", ColumnChoice(label=options[1]))
    assert labelled.channel_names == table.channel_names
    assert len(labelled.label_names) >= 2
    assert not labelled.questions


def test_rows_of_a_value_can_be_left_without_a_label() -> None:
    table = read_table(CASES / "uci_class_ms.csv", ColumnChoice(label="class:0"))
    assert table.label_names == ("1", "2")
    assert table.labels is not None
    assert (table.labels == -1).sum() == 12


def test_a_file_without_header_that_cannot_be_guessed_names_what_it_holds() -> None:
    with pytest.raises(UndecidedColumnsError) as caught:
        read_table(CASES / "brainflow.csv")
    said = str(caught.value)
    for part in (
        "no header line",
        "column 1 counts up by 1",
        "columns 6-8 are constant (0)",
        "column 9",
        "UNIX time",
        "--channels 2,3,4,5",
        "emgstream convert",
    ):
        assert part in said
    table = read_table(CASES / "brainflow.csv", ColumnChoice(("2", "3", "4", "5")))
    assert table.samples.shape == (24, 4)
    assert table.sampling_rate_hz == pytest.approx(200.0)
    assert look_at_table(CASES / "brainflow.csv").rate_hz == pytest.approx(200.0)


def test_the_number_of_a_label_beside_it_is_no_channel_and_told() -> None:
    table = read_table(CASES / "label_and_id.csv")
    column = table.columns[3]
    assert column.role is ColumnRole.IGNORED
    assert "one-to-one with column 3 'label'" in column.reason
    assert any("gesture_id" in note for note in table.notes)


@pytest.mark.parametrize("case", ["rock", "paper"])
def test_a_file_of_one_movement_takes_its_label_from_its_name(case: str) -> None:
    path = CASES / f"by_file_name_{case}.csv"
    table = read_table(path, ColumnChoice(label_from_name=True))
    assert table.label_names == (f"by_file_name_{case}",)
    assert table.labels is not None
    assert (table.labels == 0).all()
