"""Every figure against sequences whose figure is plain to see."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from emgstream_training.evaluation.evaluated_decisions import DecisionInstants, EvaluatedDecisions
from emgstream_training.evaluation.evaluation_figures import (
    N_BINS,
    active_error_rate,
    balanced,
    confidence_interval,
    confusion,
    difference_interval,
    false_activations,
    onsets,
)
from emgstream_training.evaluation.held_out_ribbon import RibbonRun, ribbon_of
from emgstream_training.metrics import Reliability, reliability
from scipy import stats

from emgstream.trial import instability

REST, FIST, POINT = range(3)
RATE_HZ, HOP = 100.0, 2


def decisions(
    truth: Sequence[int], decided: Sequence[int], *, sure: Sequence[float] | float = 1.0
) -> EvaluatedDecisions:
    """A decision every two rows; each run of a class is a movement, the first began unseen."""
    classes = np.array(truth)
    movements = np.concatenate(([0], np.cumsum(np.diff(classes) != 0)))
    starts = np.searchsorted(movements, movements)
    since = np.where(movements == 0, -1, HOP * (np.arange(len(classes)) - starts))
    rows = HOP * np.arange(len(classes))
    probabilities = np.zeros((len(classes), 3), dtype=np.float32)
    certain = np.broadcast_to(np.asarray(sure, dtype=np.float32), len(classes))
    probabilities[:] = ((1.0 - certain) / 2.0)[:, np.newaxis]
    probabilities[np.arange(len(classes)), list(decided)] = certain
    instants = DecisionInstants(
        rows, rows, classes, movements, np.ones(len(classes), np.bool_), since, np.zeros_like(rows)
    )
    return EvaluatedDecisions(instants, probabilities)


STEADY = decisions([0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 0, 0, 1, 1, 1, 1])


def instability_of(found: EvaluatedDecisions) -> float:
    return instability(found.decided, found.instants.movements)


def curve_of(found: EvaluatedDecisions) -> Reliability:
    return reliability(found.probabilities, found.instants.truth, N_BINS)


def test_perfect_decisions_have_no_error_of_any_kind() -> None:
    assert balanced(STEADY) == 1.0
    assert active_error_rate(STEADY, REST) == 0.0
    assert instability_of(STEADY) == 0.0
    found = onsets(STEADY, REST, RATE_HZ)
    assert found is not None
    assert (found.times_s, found.n_missed) == ((0.0,), 0)
    assert false_activations(STEADY, REST, 0.5) == 0.0


def test_all_labels_weigh_the_same_however_rare() -> None:
    assert balanced(decisions([0] * 9 + [1], [0] * 10)) == 0.5
    assert confusion(decisions([0, 0, 1], [0, 1, 1])).tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 0]]


def test_a_wrong_rest_moves_nothing_and_is_no_active_error() -> None:
    wrong = decisions([1, 1, 1, 1], [0, 1, 2, 1])
    assert active_error_rate(wrong, REST) == 0.25
    assert active_error_rate(wrong, None) == 0.5


def test_instability_counts_changes_within_a_movement_only() -> None:
    assert instability_of(decisions([0, 0, 0, 1, 1, 1], [0, 1, 0, 1, 1, 1])) == 2 / 4


def test_the_time_to_a_right_decision_is_counted_from_the_onset() -> None:
    late = decisions([0, 0, 1, 1, 1, 1, 0, 2, 2], [0, 0, 0, 2, 1, 0, 0, 1, 1])
    found = onsets(late, REST, RATE_HZ)
    assert found is not None
    assert list(found.times_s) == pytest.approx([2 * HOP / RATE_HZ])
    assert found.n_missed == 1
    assert np.isnan(found.median_s)
    assert found.p90_s == pytest.approx(0.04)
    assert onsets(late, REST, None) is None


def test_an_onset_that_was_not_recorded_is_not_timed() -> None:
    found = onsets(decisions([1, 1, 1], [0, 1, 1]), REST, RATE_HZ)
    assert found is not None
    assert (found.times_s, found.n_missed) == ((), 0)


def test_an_activation_in_settled_rest_counts_once_and_what_lingers_from_before_does_not() -> None:
    truth = [1, 1] + [0] * 12
    decided = [1, 1, 1, 1, 0, 0, 2, 2, 0, 1, 1, 0, 0, 2]
    hours = 6 * 0.25 / 3600.0  # from the fifth decision of the rest to the last but two
    assert false_activations(decisions(truth, decided), REST, 0.25) == pytest.approx(2 / hours)
    assert false_activations(decisions(truth, decided), None, 0.25) is None
    assert false_activations(decisions(truth, decided), REST, None) is None
    assert false_activations(decisions([1, 1, 0], [1, 1, 2]), REST, 0.25) is None


def test_calibration_is_perfect_where_confidence_equals_accuracy() -> None:
    curve = curve_of(decisions([0] * 10, [0] * 8 + [1] * 2, sure=0.8))
    assert curve.calibration_error == pytest.approx(0.0, abs=1e-6)
    assert curve.counts.sum() == 10


def test_the_calibration_error_is_the_mean_gap_weighed_by_decisions() -> None:
    sure = [0.95] * 6 + [0.55] * 2
    curve = curve_of(decisions([0] * 8, [0, 0, 0, 1, 1, 1, 0, 0], sure=sure))
    expected = (6 * abs(0.95 - 0.5) + 2 * abs(0.55 - 1.0)) / 8
    assert curve.calibration_error == pytest.approx(expected, abs=1e-6)


def test_the_interval_is_that_of_the_corrected_t_test() -> None:
    values, share = [0.7, 0.8, 0.9, 0.6], 1 / 3
    interval = confidence_interval(values, share)
    reach = stats.t.ppf(0.975, 3) * np.std(values, ddof=1) * np.sqrt(1 / 4 + share)
    assert interval.mean == pytest.approx(0.75)
    assert interval.low == pytest.approx(max(0.75 - reach, 0.0))
    assert interval.high == pytest.approx(min(0.75 + reach, 1.0))
    assert np.isnan(confidence_interval([0.5], share).low)
    widest = confidence_interval([0.0, 1.0], share)
    assert (widest.low, widest.high) == (0.0, 1.0)


def test_the_interval_of_a_difference_may_reach_below_zero_and_is_as_wide() -> None:
    values, share = [0.05, 0.15, 0.25, -0.05], 1 / 3
    interval = difference_interval(values, share)
    reach = stats.t.ppf(0.975, 3) * np.std(values, ddof=1) * np.sqrt(1 / 4 + share)
    assert interval.low == pytest.approx(0.1 - reach)
    assert interval.high == pytest.approx(0.1 + reach)
    assert interval.low < 0.0


def test_folds_are_joined_without_joining_their_movements() -> None:
    joined = EvaluatedDecisions.joined([STEADY, STEADY])
    assert len(joined.instants) == 2 * len(STEADY.instants)
    assert len(np.unique(joined.instants.movements)) == 4
    assert instability_of(joined) == 0.0


def test_the_ribbon_joins_equal_neighbours_and_ends_where_anything_changes() -> None:
    found = ribbon_of(decisions([0, 0, 0, 1, 1, 1], [0, 0, 2, 2, 1, 1]))
    assert found == (
        RibbonRun(0, 0, 2, 0, 0),
        RibbonRun(0, 4, 4, 0, 2),
        RibbonRun(0, 6, 6, 1, 2),
        RibbonRun(0, 8, 10, 1, 1),
    )
    assert ribbon_of(EvaluatedDecisions.none(3)) == ()
