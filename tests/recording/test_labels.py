"""Labels: from when the muscles do it; shown against people who do it late, early or not at all."""

from __future__ import annotations

import numpy as np
import pytest

from emgstream.cue_schedule import REST, CueSchedule
from emgstream.recording.cue_events import RepetitionOutcome
from emgstream.recording.label_runs import CueRun, LabelledCueRun, label_runs
from emgstream.recording.muscle_onset import find_onset, find_release
from emgstream.simulation import SyntheticEmg
from emgstream.types import FloatArray

RATE_HZ = 1000.0
MOVEMENTS = ("elbow_bend", "elbow_extend", "wrist_left", "wrist_right", "hand_open", "hand_close")


def held(
    label: str, seed: int, rate_hz: float = RATE_HZ, reaction_s: float = 0.25
) -> tuple[FloatArray, list[CueRun], int, int]:
    """Return a rest, a movement and a rest as a late person does them, and when they truly did.

    That is samples, the runs of the cues, and the first rows of movement and second rest.
    """
    script = CueSchedule.of([(REST, 4), (label, 3), (REST, 4)])
    emg = SyntheticEmg(script, rate_hz, seed, session=seed)
    samples = emg.read(emg.n_samples or 0)
    late = round(reaction_s * rate_hz)
    starts = [0, round(4 * rate_hz) - late, round(7 * rate_hz) - late, len(samples)]
    labels = (REST, label, REST)
    runs = [CueRun(name, 1, a, b) for name, a, b in zip(labels, starts, starts[1:], strict=False)]
    return samples, runs, round(4 * rate_hz), round(7 * rate_hz)


def labelled(
    samples: FloatArray, runs: list[CueRun], rate_hz: float = RATE_HZ, **options: bool
) -> list[LabelledCueRun]:
    outcomes = {(run.label, run.repetition): RepetitionOutcome.HELD for run in runs}
    segments = np.zeros(len(samples), np.int64)
    return label_runs(runs, outcomes, samples, segments, rate_hz, **{"trim": True, **options})


@pytest.mark.parametrize("rate_hz", [200.0, 1000.0, 2000.0])
@pytest.mark.parametrize("label", MOVEMENTS)
def test_a_label_begins_within_50_ms_of_the_muscles(label: str, rate_hz: float) -> None:
    for seed in range(5):
        samples, runs, true_row, _ = held(label, seed, rate_hz)
        _, movement, _ = labelled(samples, runs, rate_hz)
        assert movement.label_from is not None
        assert abs(movement.label_from - true_row) <= 0.05 * rate_hz, (seed, movement)
        assert movement.note == ""


@pytest.mark.parametrize("label", MOVEMENTS)
def test_a_rest_begins_once_the_muscles_have_let_go(label: str) -> None:
    for seed in range(5):
        samples, runs, _, true_row = held(label, seed)
        rest = labelled(samples, runs)[-1]
        assert rest.label_from is not None
        assert true_row <= rest.label_from <= true_row + 350, (seed, rest)


def test_the_level_of_a_sensor_that_gives_an_envelope_is_seen_too() -> None:
    samples, runs, true_row, _ = held("hand_close", 3)
    power = (samples - samples.mean(axis=0)) ** 2
    smooth = np.array([np.convolve(c, np.full(150, 1 / 150), "same") for c in power.T]).T
    envelope = np.rint(10 * np.sqrt(smooth)).astype(np.float32)
    _, movement, _ = labelled(envelope, runs)
    assert movement.label_from is not None
    assert abs(movement.label_from - true_row) < 120  # the sensor's own smoothing is 150 ms


def test_a_movement_that_was_not_done_is_told_and_cut_by_the_usual_reaction() -> None:
    samples, runs, _, _ = held(REST, 1)
    runs[1] = CueRun("fist", 1, runs[1].start, runs[1].end)
    _, movement, _ = labelled(samples, runs)
    assert movement.label_from == runs[1].start + 300
    assert "was the movement made?" in movement.note


def test_without_a_rest_before_it_the_usual_reaction_is_cut_and_it_is_told() -> None:
    samples, runs, _, _ = held("hand_close", 1)
    runs[0] = CueRun("elbow_bend", 1, 0, runs[0].end)
    _, movement, _ = labelled(samples, runs)
    assert movement.label_from == runs[1].start + 300
    assert "no rest before it" in movement.note


def test_a_rest_before_a_break_in_time_is_no_rest_before() -> None:
    samples, runs, _, _ = held("hand_close", 1)
    segments = np.zeros(len(samples), np.int64)
    segments[runs[1].start - 100 :] = 1
    outcomes = {(run.label, run.repetition): RepetitionOutcome.HELD for run in runs}
    _, movement, _ = label_runs(runs, outcomes, samples, segments, RATE_HZ, trim=True)
    assert "no rest before it" in movement.note


def test_someone_who_moves_before_the_cue_is_labelled_from_the_cue_on() -> None:
    samples, runs, _, _ = held("hand_close", 2, reaction_s=-0.1)
    _, movement, _ = labelled(samples, runs)
    assert movement.label_from == runs[1].start


@pytest.mark.parametrize(("outcome", "has_label"), [(o, o.counts) for o in RepetitionOutcome])
def test_what_was_discarded_or_interrupted_carries_no_label(
    outcome: RepetitionOutcome, has_label: bool
) -> None:
    samples, runs, _, _ = held("hand_close", 1)
    segments = np.zeros(len(samples), np.int64)
    outcomes = {(REST, 1): RepetitionOutcome.HELD, ("hand_close", 1): outcome}
    _, movement, _ = label_runs(runs, outcomes, samples, segments, RATE_HZ, trim=True)
    assert (movement.label_from is not None) == has_label


def test_labels_as_cued_begin_with_the_cue() -> None:
    samples, runs, _, _ = held("hand_close", 1)
    assert [one.label_from for one in labelled(samples, runs, trim=False)] == [
        run.start for run in runs
    ]


@pytest.mark.parametrize("value", [0.0, 512.0, np.nan])
def test_a_signal_that_stands_still_has_no_onset_and_is_at_rest_at_once(value: float) -> None:
    samples = np.full((2000, 3), value, np.float32)
    assert find_onset(samples, slice(0, 800), 1000, RATE_HZ) is None
    assert find_release(samples, slice(1000, 1900), 0, RATE_HZ) == 0
