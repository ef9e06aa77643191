"""Mending: whatever is missing at the end of the file, all that is whole stays as it was."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgstream.errors import RecordingError
from emgstream.recording import RepetitionOutcome, SessionDescription, put_in_order, read_sidecar
from emgstream.tables import read_table
from tests.recording.streams import recorded

CUES = [("", 20), ("rest", 30), ("fist", 40), ("rest", 30)]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "arm.csv"
    recorded(path, CUES)
    return path


def broken_off(whole: Path, folder: Path, text: bytes) -> Path:
    """Put a table beside a sidecar as a take that never ended leaves it."""
    path = folder / "arm.csv"
    path.write_bytes(text)
    sidecar = {**read_sidecar(whole), "state": "recording"}
    path.with_suffix(".json").write_text(json.dumps(sidecar))
    return path


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_table_cut_off_at_any_byte_is_mended_to_its_last_whole_line(
    whole: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    text = whole.read_bytes()
    first = text.index(b"\n", text.index(b"\n") + 1) + 1
    end = data.draw(st.integers(first, len(text)))
    tail = data.draw(st.sampled_from([b"", b"\0" * 700, b"\xff\xfe"]))
    path = broken_off(whole, tmp_path_factory.mktemp("cut"), text[:end] + tail)
    recovered = put_in_order(path)
    lines = text[:end].count(b"\n")
    assert recovered.n_samples == lines - 1
    assert "was interrupted" in recovered.found[0]
    before = [line.rsplit(b",", 4) for line in text.splitlines()[1:lines]]
    after = [line.rsplit(b",", 4) for line in path.read_bytes().splitlines()[1:]]
    assert [[*a[:2], *a[3:]] for a in after] == [[*b[:2], *b[3:]] for b in before]
    assert read_table(path).repairs == ()
    assert read_sidecar(path)["state"] == "complete"
    assert put_in_order(path).found == ()


def test_damaged_lines_within_are_left_out_and_told(whole: Path, tmp_path: Path) -> None:
    lines = whole.read_bytes().splitlines(keepends=True)
    lines[40] = b"\0" * 300 + b"\n"
    lines[50] = lines[50][:9] + b"\n"
    path = broken_off(whole, tmp_path, b"".join(lines))
    recovered = put_in_order(path)
    assert "2 damaged lines left out" in recovered.found
    assert path.with_name("arm.csv.damaged").read_bytes() == b"".join(lines)
    assert recovered.n_samples == 118
    assert read_table(path).repairs == ()
    assert [run.run.label for run in recovered.runs] == ["rest", "fist", "rest"]


def test_what_was_discarded_loses_its_label_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "arm.csv"
    samples = recorded(
        path,
        [("rest", 50), ("fist", 60), ("rest", 50), ("fist", 70)],
        outcomes={"fist 1": RepetitionOutcome.DISCARDED},
    )
    put_in_order(path)
    table = read_table(path)
    np.testing.assert_array_equal(table.samples, samples)
    labels = table.label_names_by_row()
    assert set(labels[50:110]) == {""}
    assert set(labels[160:]) == {"fist"}
    cues = [line.split(",")[6] for line in path.read_text().splitlines()[1:]]
    assert cues[50:110] == ["fist"] * 60
    entries = {(e["label"], e["repetition"]): e for e in read_sidecar(path)["repetitions"]}
    assert entries["fist", 1]["outcome"] == "discarded"
    assert entries["fist", 1]["label_from"] is None
    assert (entries["fist", 2]["first_index"], entries["fist", 2]["end_index"]) == (160, 230)


def test_labels_can_be_trimmed_and_as_cued_again_at_any_time(tmp_path: Path) -> None:
    path = tmp_path / "arm.csv"
    quiet = np.random.default_rng(0).normal(512, 2, (9000, 3)).round().astype(np.float32)
    quiet[3250:6250] += np.random.default_rng(1).normal(0, 60, (3000, 3)).round().astype(np.float32)
    recorded(
        path,
        [("rest", 3000), ("fist", 3000), ("rest", 3000)],
        quiet,
        about=SessionDescription(is_trimmed=True),
    )
    as_wished = put_in_order(path)
    assert as_wished.shifts_s[1] == pytest.approx(0.25, abs=0.03)
    trimmed = path.read_bytes()
    assert b",fist,transition,1,0\n" in trimmed
    as_cued = put_in_order(path, trim=False)
    assert as_cued.shifts_s == (0.0, 0.0, 0.0)
    assert b"transition" not in path.read_bytes()
    put_in_order(path, trim=True)
    assert path.read_bytes() == trimmed


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "has no samples"),
        (b"index,time_s,a,cue,label,repetition,segment\n", "has no samples"),
        (b"index,time_s,a,cue,lab", "is not a recorded session"),
        (b"biceps,triceps,label\n1,2,rest\n", "is not a recorded session"),
    ],
)
def test_what_cannot_be_mended_is_said(
    whole: Path, tmp_path: Path, text: bytes, reason: str
) -> None:
    path = broken_off(whole, tmp_path, text)
    with pytest.raises(RecordingError, match=reason):
        put_in_order(path)
    assert path.read_bytes() == text


def ours(entry: str) -> str:
    return f'{{"format": "emgstream session", {entry}}}'


@pytest.mark.parametrize(
    ("sidecar", "reason"),
    [
        (None, "does not exist"),
        ("{", "is damaged"),
        ('{"format": "something"}', "is not the sidecar"),
        ('{"format": "emgstream session", "version": 2}', "update emgstream"),
        (ours('"version": "1"'), "has version = '1'; expected a whole number; take it from a copy"),
        (ours('"labels": []'), r"has labels = \[\]; expected an object"),
        (ours('"samples": null'), "has samples = None; expected an object"),
        (ours('"started": "soon"'), "has started = 'soon'; expected a date and time"),
        (ours('"channels": [{"placement": "wrist"}]'), r"has no channels\[0\].name"),
        (ours('"repetitions": [{"label": "fist"}]'), r"has no repetitions\[0\].repetition"),
        (
            ours('"repetitions": [{"label": "fist", "repetition": 1, "outcome": "lost"}]'),
            "outcome = 'lost'; expected one of held, cut short, discarded, interrupted",
        ),
    ],
)
def test_a_sidecar_that_is_not_there_or_not_ours_is_said(
    whole: Path, tmp_path: Path, sidecar: str | None, reason: str
) -> None:
    path = tmp_path / "arm.csv"
    path.write_bytes(whole.read_bytes())
    if sidecar is not None:
        path.with_suffix(".json").write_text(sidecar)
    with pytest.raises(RecordingError, match=reason):
        put_in_order(path)
