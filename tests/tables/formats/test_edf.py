from __future__ import annotations

import gzip
import hashlib
from datetime import date, time
from pathlib import Path
from typing import Any, Literal

import edfio
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emgstream.data import DEMO_RECORDING
from emgstream.export import write_edf
from emgstream.recording.recorded_session import RecordedSession
from emgstream.tables import EmgTable, read_table
from emgstream.tables.raw_columns import RawRecording
from tests.tables.formats.conftest import (
    WriteBytes,
    column_of,
    matrix,
    names_of,
    read,
    refusal_of,
    texts_of,
)

RNG = np.random.default_rng(3)
KINDS: tuple[Literal["edf", "bdf"], ...] = ("edf", "bdf")


def signal(
    n: int, rate_hz: float, name: str = "EMG 1", unit: str = "uV", peak: float = 500.0
) -> edfio.EdfSignal:
    values = RNG.uniform(-peak, peak, n)
    return edfio.EdfSignal(
        values, rate_hz, label=name, physical_dimension=unit, physical_range=(-peak, peak)
    )


def edf_bytes(*signals: Any, **more: Any) -> bytes:
    return edfio.Edf(signals, **more).to_bytes()


def session_of(table: EmgTable, rate_hz: float = 1000.0) -> RecordedSession:
    return RecordedSession(
        table, {"unit": "counts", "started": "2026-03-01T10:00:00.25+01:00"}, rate_hz
    )


def assert_equal(recording: RawRecording, session: RecordedSession) -> None:
    """Check that a recording is that of a session: counts, labels, gaps, segments and rate."""
    table = session.table
    assert recording.rate_hz == pytest.approx(session.rate_hz, rel=1e-6)
    np.testing.assert_array_equal(matrix(recording, *table.channel_names), table.samples)
    found = texts_of(recording) if "label" in names_of(recording) else [""] * recording.n_rows
    assert found == table.label_names_by_row().tolist()
    index = column_of(recording, "index").values
    np.testing.assert_array_equal(index, session.index)
    times = column_of(recording, "time_s").values
    np.testing.assert_allclose(times, session.index / session.rate_hz, rtol=1e-6)
    segments = np.zeros(table.n_rows) if table.segments is None else table.segments
    changes = np.zeros(table.n_rows - 1)
    if "segment" in names_of(recording):
        changes = np.diff(column_of(recording, "segment").values)
    np.testing.assert_array_equal(changes != 0, np.diff(segments) != 0)


@pytest.mark.parametrize("kind", KINDS)
def test_the_demo_recording_comes_back_equal(kind: Literal["edf", "bdf"], tmp_path: Path) -> None:
    session = session_of(read_table(DEMO_RECORDING))
    out = tmp_path / "exported"
    write_edf(session, out, kind)
    recording = read(out)
    assert_equal(recording, session)
    assert recording.notes == ()
    assert recording.sha256 == hashlib.sha256(out.read_bytes()).hexdigest()
    assert {"index", "time_s"} <= set(names_of(recording)), "our own form asks nothing"
    assert recording.facts["start"] == "2026-03-01 10:00:00.250"


@st.composite
def tables(draw: st.DrawFn) -> EmgTable:
    """Draw a recording: gaps, segments, missing values, repetitions that follow each other."""
    n_rows = draw(st.integers(1, 300))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    samples = rng.integers(-(2**15), 2**15, (n_rows, 2)).astype(np.float32)
    if draw(st.booleans()):
        samples[rng.random(samples.shape) < 0.1] = np.nan
    steps = np.where(rng.random(n_rows) < 0.05, rng.integers(1, 60, n_rows), 1)
    names = draw(st.lists(st.text("abzäß _-1", min_size=1), min_size=1, max_size=4, unique=True))
    names = [*dict.fromkeys(name.strip() for name in names if name.strip()), "transition"]
    changes = np.cumsum(rng.random(n_rows) < draw(st.floats(0.0, 0.3)))
    labels = rng.integers(-1, len(names), n_rows + 1)[changes].astype(np.int32)
    used = dict.fromkeys(code for code in labels.tolist() if code >= 0)
    place_of = {code: place for place, code in enumerate(used)}
    return EmgTable(
        path=Path("arm.csv"),
        channel_names=("a", "b"),
        samples=samples,
        labels=np.array([place_of.get(code, -1) for code in labels.tolist()], np.int32),
        label_names=tuple(names[code] for code in used),
        repetitions=changes.astype(np.int64),
        segments=np.cumsum(rng.random(n_rows) < 0.02),
        index=np.cumsum(steps) + 7,
        time_s=None,
        repairs=(),
        sha256="",
    )


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tables(), st.sampled_from(KINDS), st.floats(90.0, 4000.0))
def test_any_recording_comes_back_equal_from_its_export(
    tmp_path: Path, table: EmgTable, kind: Literal["edf", "bdf"], rate_hz: float
) -> None:
    session = session_of(table, rate_hz)
    out = tmp_path / "exported"
    out.unlink(missing_ok=True)
    write_edf(session, out, kind)
    recording = read(out)
    assert_equal(recording, session)
    assert recording.notes == ()


def test_values_in_microvolt_keep_their_unit_and_tell_their_quantisation(
    write_bytes: WriteBytes,
) -> None:
    one = signal(1000, 1000.0)
    recording = read(write_bytes(edf_bytes(one)))
    (column,) = recording.columns
    assert (column.name, column.unit, recording.rate_hz) == ("EMG 1", "uV", 1000.0)
    np.testing.assert_allclose(column.values, one.data, atol=1e-4)
    assert recording.notes == ("quantised in steps of 0.01526 uV (16 bits)",)


def test_annotations_become_labels_by_row(write_bytes: WriteBytes) -> None:
    events = [
        edfio.EdfAnnotation(0.0, 1.0, "block"),
        edfio.EdfAnnotation(0.2, 0.3, "fist"),
        edfio.EdfAnnotation(0.7, None, "button"),
        edfio.EdfAnnotation(0.8, 0.1, "BAD_muscle"),
    ]
    recording = read(write_bytes(edf_bytes(signal(2000, 1000.0), annotations=events)))
    expected = ["block"] * 200 + ["fist"] * 300 + ["block"] * 500 + [""] * 1000
    assert texts_of(recording) == expected
    assert "1 annotation without a duration left out" in recording.notes
    assert "1 annotation of bad signal (BAD..., EDGE...) left out" in recording.notes


def test_a_label_without_any_recorded_row_is_none_of_the_labels(write_bytes: WriteBytes) -> None:
    events = [
        edfio.EdfAnnotation(0.0, 0.4, "hidden"),
        edfio.EdfAnnotation(0.0, 0.2, "rest"),
        edfio.EdfAnnotation(0.2, 0.2, "fist"),
        edfio.EdfAnnotation(0.5, 0.1, "lost"),
        edfio.EdfAnnotation(0.4, 0.3, "BAD_lost"),
    ]
    recording = read(write_bytes(edf_bytes(signal(1000, 1000.0), annotations=events)))
    assert column_of(recording, "label").texts == ("rest", "fist")
    assert recording.n_rows == 700


def test_annotations_without_any_duration_last_until_the_next(write_bytes: WriteBytes) -> None:
    events = [edfio.EdfAnnotation(0.5, None, "rest"), edfio.EdfAnnotation(0.7, None, "fist")]
    recording = read(write_bytes(edf_bytes(signal(1000, 1000.0), annotations=events)))
    assert texts_of(recording) == [""] * 500 + ["rest"] * 200 + ["fist"] * 300
    assert any("2 annotations without a duration" in note for note in recording.notes)


def test_of_signals_of_several_rates_those_of_the_emg_are_kept_and_the_others_told(
    write_bytes: WriteBytes,
) -> None:
    acceleration = [signal(200, 100.0, f"ACC {axis}", "g") for axis in "XYZW"]
    sound = signal(20_000, 10_000.0, "Sound", "V")
    emg = [signal(2000, 1000.0, "L EMG"), signal(2000, 1000.0, "R EMG")]
    recording = read(write_bytes(edf_bytes(*acceleration, sound, *emg)))
    assert names_of(recording) == ["L EMG", "R EMG"]
    assert recording.rate_hz == 1000.0
    assert "left out at 100 Hz, not 1000 Hz: ACC X, ACC Y, ACC Z and 1 more" in recording.notes
    assert "left out at 10000 Hz, not 1000 Hz: Sound" in recording.notes


def test_without_a_signal_called_emg_the_highest_rate_counts_but_not_of_triggers(
    write_bytes: WriteBytes,
) -> None:
    content = edf_bytes(
        signal(200, 100.0, "Temp"), signal(2000, 1000.0, "CH1"), signal(4000, 2000.0, "Trigger")
    )
    assert names_of(read(write_bytes(content))) == ["CH1"]


def test_the_status_channel_of_a_bdf_file_gives_its_trigger_bits(write_bytes: WriteBytes) -> None:
    triggers = np.repeat([0, 3, 0x10007], 100).astype(np.int32)
    values = RNG.integers(-(2**23), 2**23, 300).astype(np.int32)
    document = edfio.Bdf(
        [
            edfio.BdfSignal.from_digital(values, 100.0, label="A1"),
            edfio.BdfSignal.from_digital(triggers, 100.0, label="Status"),
        ]
    )
    recording = read(write_bytes(document.to_bytes()))
    np.testing.assert_array_equal(column_of(recording, "A1").values, values)
    assert column_of(recording, "Status").values.tolist() == [0] * 100 + [3] * 100 + [7] * 100
    assert column_of(recording, "Status").values.dtype == np.int64


def test_a_discontinuous_file_jumps_in_index_and_segment(write_bytes: WriteBytes) -> None:
    events = [edfio.EdfAnnotation(1.0, 1.0, "fist")]
    content = edf_bytes(signal(300, 100.0), annotations=events, data_record_duration=1.0)
    content = content.replace(b"EDF+C", b"EDF+D")
    # the third record begins at 5 s in the place of 2 s
    content = content.replace(b"+2\x14\x14\0", b"+5\x14\x14\0")
    recording = read(write_bytes(content))
    index = column_of(recording, "index").values
    np.testing.assert_array_equal(index, [*range(200), *range(500, 600)])
    assert column_of(recording, "segment").values.tolist() == [0] * 200 + [1] * 100
    assert texts_of(recording) == [""] * 100 + ["fist"] * 100 + [""] * 100


def test_records_whose_times_overlap_follow_each_other_in_a_new_segment(
    write_bytes: WriteBytes,
) -> None:
    content = edf_bytes(signal(300, 100.0), annotations=[], data_record_duration=1.0)
    content = content.replace(b"EDF+C", b"EDF+D").replace(b"+2\x14\x14\0", b"-9\x14\x14\0")
    recording = read(write_bytes(content))
    assert column_of(recording, "segment").values.tolist() == [0] * 200 + [1] * 100
    assert "index" not in names_of(recording)


def test_a_file_that_was_cut_off_is_read_to_its_last_whole_record(write_bytes: WriteBytes) -> None:
    content = edf_bytes(signal(1000, 100.0), data_record_duration=1.0)
    recording = read(write_bytes(content[:-250]))
    assert recording.n_rows == 800
    assert "8 of the 10 data records that the header states are there" in recording.notes


def test_a_gzipped_file_is_unpacked_and_its_hash_is_that_of_the_file(
    write_bytes: WriteBytes,
) -> None:
    content = edf_bytes(signal(1000, 100.0), recording=edfio.Recording(startdate=date(2026, 3, 1)))
    path = write_bytes(gzip.compress(content))
    recording = read(path)
    assert recording.n_rows == 1000
    assert recording.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_bytes(path.read_bytes()[:-100])
    assert "gzip data that cannot be unpacked" in refusal_of(path)


def test_a_file_in_which_nothing_was_recorded_is_refused(write_bytes: WriteBytes) -> None:
    events = [edfio.EdfAnnotation(0.0, 1.0, "BAD_lost")]
    content = edf_bytes(
        signal(100, 100.0),
        annotations=events,
        recording=edfio.Recording(equipment_code="emgstream_1"),
    )
    assert "no sample was recorded" in refusal_of(write_bytes(content))


def test_a_file_without_signals_is_refused(write_bytes: WriteBytes) -> None:
    only_events = edfio.Edf(
        [], annotations=[edfio.EdfAnnotation(0.0, 1.0, "rest")], starttime=time(10, 0)
    )
    assert "it holds no samples" in refusal_of(write_bytes(only_events.to_bytes()))


def test_a_signal_without_a_scale_is_told(write_bytes: WriteBytes) -> None:
    content = bytearray(edf_bytes(signal(100, 100.0)))
    content[256 + 104 : 256 + 120] = b"0       0       "  # physical minimum and maximum
    recording = read(write_bytes(bytes(content)))
    assert recording.notes == ("EMG 1 has no scale in the header; its values are counts",)
