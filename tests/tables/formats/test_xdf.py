from __future__ import annotations

import gzip
import struct
from typing import Any

import numpy as np
import pytest

from tests.tables.formats.conftest import (
    WriteBytes,
    column_of,
    matrix,
    names_of,
    read,
    refusal_of,
    texts_of,
)
from tests.tables.formats.xdf_writer import XdfStreamContent, xdf_bytes

RNG = np.random.default_rng(4)


def emg(n: int = 1000, rate_hz: float = 1000.0, **more: Any) -> XdfStreamContent:
    values = RNG.normal(0.0, 50.0, (n, 2)).astype(np.float32)
    facts: dict[str, Any] = {
        "name": "arm",
        "kind": "EMG",
        "rate_hz": rate_hz,
        "channel_format": "float32",
        "times": (100.0 + np.arange(n) / rate_hz).tolist(),
        "values": values.tolist(),
        "labels": ("biceps", "triceps"),
        "unit": "microvolts",
    }
    return XdfStreamContent(**{**facts, **more})


def markers(*events: tuple[float, str], **more: Any) -> XdfStreamContent:
    times, texts = zip(*events, strict=True)
    facts: dict[str, Any] = {
        "name": "cues",
        "kind": "Markers",
        "rate_hz": 0.0,
        "channel_format": "string",
        "times": times,
        "values": [[text] for text in texts],
    }
    return XdfStreamContent(**{**facts, **more})


def test_the_stream_of_emg_is_read_with_names_units_times_and_rate(
    write_bytes: WriteBytes,
) -> None:
    stream = emg()
    recording = read(write_bytes(xdf_bytes(stream)))
    assert names_of(recording) == ["time_s", "biceps", "triceps"]
    np.testing.assert_array_equal(
        matrix(recording, "biceps", "triceps"), np.array(stream.values, np.float32)
    )
    assert column_of(recording, "biceps").unit == "microvolts"
    np.testing.assert_allclose(column_of(recording, "time_s").values, np.arange(1000) / 1e3)
    assert recording.rate_hz == 1000.0
    assert "nominal rate of the stream 'arm'" in recording.rate_reason
    assert recording.facts == {"stream": "arm (EMG)", "start": "2026-03-01T10:00:00+0100"}


def test_the_stream_of_emg_is_found_by_its_type_among_faster_ones(write_bytes: WriteBytes) -> None:
    sound = emg(4000, 8000.0, name="sound", kind="Audio")
    eeg = emg(500, 500.0, name="cap", kind="EEG")
    recording = read(write_bytes(xdf_bytes(sound, eeg, emg(100, 200.0, kind="emg"))))
    assert recording.rate_hz == 200.0
    assert "left out: the stream 'sound' of type Audio at 8000 Hz" in recording.notes
    assert "left out: the stream 'cap' of type EEG at 500 Hz" in recording.notes


def test_of_streams_of_other_types_the_fastest_that_is_no_sound_is_read(
    write_bytes: WriteBytes,
) -> None:
    sound = emg(4000, 8000.0, name="sound", kind="Audio")
    slow = emg(50, 50.0, name="glove", kind="MoCap")
    recording = read(write_bytes(xdf_bytes(sound, slow, emg(100, 200.0, kind="Myo"))))
    assert recording.rate_hz == 200.0


def test_each_marker_labels_the_samples_up_to_the_next_one(write_bytes: WriteBytes) -> None:
    cues = markers((100.2, "rest"), (100.5, "fist"), (100.9, ""))
    recording = read(write_bytes(xdf_bytes(emg(), cues)))
    assert texts_of(recording) == [""] * 200 + ["rest"] * 300 + ["fist"] * 400 + [""] * 100
    assert any("lasts until the next one, in the column 'label'" in n for n in recording.notes)


def test_markers_as_whole_numbers_are_labels_too(write_bytes: WriteBytes) -> None:
    codes = markers((100.5, ""), channel_format="int32", values=[[7]])
    recording = read(write_bytes(xdf_bytes(emg(), codes)))
    assert texts_of(recording) == [""] * 500 + ["7"] * 500


def test_two_streams_of_markers_keep_their_names_as_neither_is_sure_to_be_the_label(
    write_bytes: WriteBytes,
) -> None:
    keys = markers((100.1, "space"), name="keyboard")
    recording = read(write_bytes(xdf_bytes(emg(), keys, markers((100.0, "rest")))))
    assert names_of(recording)[-2:] == ["keyboard", "cues"]


def test_the_decisions_of_a_model_are_no_labels(write_bytes: WriteBytes) -> None:
    decisions = markers(
        (100.1, "fist"),
        name="arm decisions",
        labels=("label", "confidence", "status", "index"),
        values=[["fist", "0.9", "ok", "100"]],
    )
    recording = read(write_bytes(xdf_bytes(emg(), decisions)))
    assert names_of(recording) == ["time_s", "biceps", "triceps"]
    assert any("the decisions of a model, which are not labels" in n for n in recording.notes)


def test_the_clock_offsets_bring_streams_of_two_computers_together(
    write_bytes: WriteBytes,
) -> None:
    measured = [100.0 + 0.1 * i for i in range(10)]
    here = emg(clock_offsets=[(time, 0.0) for time in measured])
    # the other computer's clock is 5000 s ahead
    there = markers(
        (5100.2495, "rest"), clock_offsets=[(time + 5000.0, -5000.0) for time in measured]
    )
    recording = read(write_bytes(xdf_bytes(here, there)))
    assert texts_of(recording) == [""] * 250 + ["rest"] * 750


def test_lost_samples_stay_visible_in_the_time_stamps(write_bytes: WriteBytes) -> None:
    times = 100.0 + np.arange(1000) / 1e3
    times[400:] += 0.05
    recording = read(write_bytes(xdf_bytes(emg(times=times.tolist()))))
    steps = np.diff(column_of(recording, "time_s").values)
    assert np.flatnonzero(steps > 0.04).tolist() == [399]


def test_time_stamps_that_run_backwards_are_smoothed_and_told(write_bytes: WriteBytes) -> None:
    times = 100.0 + np.arange(1000) / 1e3
    times[100::100] -= 0.002  # the chunks overlap a little
    recording = read(write_bytes(xdf_bytes(emg(times=times.tolist()))))
    np.testing.assert_allclose(np.diff(column_of(recording, "time_s").values), 1e-3, rtol=0.01)
    assert any(note.startswith("9 time stamps run backwards") for note in recording.notes)


def test_a_nominal_rate_that_the_time_stamps_contradict_is_not_used(
    write_bytes: WriteBytes,
) -> None:
    times = (100.0 + np.arange(1000) / 500.0).tolist()
    recording = read(write_bytes(xdf_bytes(emg(times=times))))
    assert recording.rate_hz is None
    assert any("1000 Hz does not fit the time stamps" in note for note in recording.notes)


def test_channels_without_names_get_that_of_the_stream(write_bytes: WriteBytes) -> None:
    assert names_of(read(write_bytes(xdf_bytes(emg(labels=()))))) == ["time_s", "arm_1", "arm_2"]


def test_a_file_that_was_cut_off_is_read_up_to_there(write_bytes: WriteBytes) -> None:
    content = xdf_bytes(emg())
    recording = read(write_bytes(content[: len(content) * 2 // 3]))
    assert 500 < recording.n_rows < 800
    assert any("damaged bytes left out" in note for note in recording.notes)


def test_behind_a_damaged_place_reading_goes_on_at_the_next_boundary(
    write_bytes: WriteBytes,
) -> None:
    content = xdf_bytes(emg())
    third = content.index(struct.pack("<d", 100.2)) - 1 - 5 - 4 - 2 - 5
    assert content[third] == 4
    recording = read(write_bytes(content[:third] + b"\xff" + content[third + 1 :]))
    assert recording.n_rows == 900
    steps = np.diff(column_of(recording, "time_s").values)
    assert np.flatnonzero(steps > 0.05).tolist() == [199]


def test_a_gzipped_file_is_unpacked(write_bytes: WriteBytes) -> None:
    assert read(write_bytes(gzip.compress(xdf_bytes(emg())))).n_rows == 1000


def test_a_file_of_markers_alone_is_refused(write_bytes: WriteBytes) -> None:
    message = refusal_of(write_bytes(xdf_bytes(markers((1.0, "rest")))))
    assert "it has no signal, only the stream 'cues' of type Markers" in message


@pytest.mark.parametrize("channel_format", ["string", "float32"])
def test_a_chunk_that_claims_more_samples_than_it_has_is_not_allocated(
    write_bytes: WriteBytes, channel_format: str
) -> None:
    values = [["x", "y"]] * 10 if channel_format == "string" else [[1.0, 2.0]] * 10
    stream = emg(10, values=values, channel_format=channel_format, times=[1.0] * 10)
    content = xdf_bytes(stream)
    claim = b"\x04" + struct.pack("<I", 10) + b"\x08"
    assert content.count(claim) == 1
    content = content.replace(claim, b"\x04" + struct.pack("<I", 2**32 - 1) + b"\x08")
    assert "it has no signal" in refusal_of(write_bytes(content))


def test_a_stream_that_claims_a_billion_channels_is_refused(write_bytes: WriteBytes) -> None:
    content = xdf_bytes(emg()).replace(b"<channel_count>2<", b"<channel_count>9<")
    content = content.replace(b"<name>arm</name>", b"<!-- -->").replace(
        b"<channel_count>9<", b"<channel_count>999999999<"
    )
    assert "it claims 999,999,999 channels" in refusal_of(write_bytes(content))
