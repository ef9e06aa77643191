"""The truth, to the sample."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emgstream.errors import UsageError
from emgstream.simulation import CueSchedule, CueTimeline

durations = st.lists(st.floats(0.02, 5.0), min_size=1, max_size=8)


def script_of(durations_s: list[float], *, repeats: bool = False) -> CueSchedule:
    names = itertools.cycle(["rest", "hand_open", "rest", "hand_close"])
    return CueSchedule.of(list(zip(names, durations_s, strict=False)), repeats=repeats)


def test_a_cue_holds_from_its_first_sample_to_the_one_before_the_next() -> None:
    timeline = CueTimeline(CueSchedule.parse("rest:0.5,hand_open:0.25,rest:0.25"), 1000.0)
    assert timeline.n_samples == 1000
    labels = timeline.labels_at(np.array([0, 499, 500, 749, 750, 999]))
    assert labels == ["rest", "rest", "hand_open", "hand_open", "rest", "rest"]
    assert timeline.repetitions_at(np.array([0, 500, 750])).tolist() == [1, 1, 2]


@given(durations_s=durations, rate_hz=st.floats(50.0, 5000.0))
def test_labels_agree_with_the_script_to_the_sample(
    durations_s: list[float], rate_hz: float
) -> None:
    script = script_of(durations_s)
    timeline = CueTimeline(script, rate_hz)
    expected: list[str] = []
    end_s = 0.0
    for cue in script.cues:
        end_s += cue.duration_s
        expected += [cue.label] * (round(end_s * rate_hz) - len(expected))
    assert timeline.n_samples == len(expected)
    assert timeline.labels_at(np.arange(len(expected))) == expected


@given(durations_s=durations)
def test_cues_come_in_order_without_a_gap_and_say_what_the_labels_say(
    durations_s: list[float],
) -> None:
    timeline = CueTimeline(script_of(durations_s, repeats=True), 200.0)
    end_before = 0
    for start, end, cue in itertools.islice(timeline.cues(), 3 * len(durations_s)):
        assert start == end_before
        assert timeline.labels_at(np.arange(start, end)) == [cue.label] * (end - start)
        end_before = end
    assert end_before == 3 * timeline.pass_samples


def test_an_endless_script_starts_again_and_repetitions_count_on() -> None:
    timeline = CueTimeline(CueSchedule.parse("rest:1,hand_open:1,rest:1", repeats=True), 100.0)
    assert timeline.n_samples is None
    far = 300 * 10**9
    assert timeline.labels_at(np.array([far, far + 100, far + 250])) == [
        "rest",
        "hand_open",
        "rest",
    ]
    assert timeline.repetitions_at(np.array([0, 250, 300, 400])).tolist() == [1, 2, 3, 2]


@pytest.mark.parametrize("index", [-1, 100])
def test_a_sample_outside_the_stream_has_no_label(index: int) -> None:
    with pytest.raises(UsageError, match="expected 0 to 99"):
        CueTimeline(CueSchedule.parse("rest:1"), 100.0).labels_at(np.array([0, index]))


def test_no_index_has_no_label() -> None:
    empty = np.empty(0, dtype=np.int64)
    assert CueTimeline(CueSchedule.parse("rest:1"), 100.0).labels_at(empty) == []


def test_a_script_too_short_for_one_sample_is_refused() -> None:
    with pytest.raises(UsageError, match="has no sample"):
        CueTimeline(CueSchedule.parse("rest:0.001"), 100.0)
