"""The states of the smoothings against their rules, window by window."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emgstream.decisions import (
    SMOOTHINGS,
    BayesSmoothing,
    HysteresisSmoothing,
    MajoritySmoothing,
    NoSmoothing,
    Smoothing,
    added_hops,
)
from emgstream.decisions.smoothing import parameters

A, B, C = [0.8, 0.1, 0.1], [0.1, 0.7, 0.2], [0.2, 0.2, 0.6]


def chosen_by(smoothing: Smoothing, rows: list[Any]) -> list[tuple[int, float]]:
    smoother = smoothing.begin(3)
    return [smoother.update(row) for row in rows]


@pytest.mark.parametrize("smoothing", SMOOTHINGS, ids=lambda one: one.kind)
def test_before_any_window_that_counts_all_classes_are_as_likely(smoothing: Smoothing) -> None:
    smoother = smoothing.begin(4)
    for _ in range(2):
        chosen, confidence = smoother.update(None)
        assert chosen == 0
        assert confidence == pytest.approx(0.25)


@pytest.mark.parametrize("smoothing", [NoSmoothing(), MajoritySmoothing(3), HysteresisSmoothing(2)])
def test_a_window_that_does_not_count_changes_nothing(smoothing: Smoothing) -> None:
    with_it = chosen_by(smoothing, [A, B, None, B, None, C, A])
    assert [with_it[2], with_it[4]] == [with_it[1], with_it[3]]
    counted = [one for place, one in enumerate(with_it) if place not in (2, 4)]
    assert counted == chosen_by(smoothing, [A, B, B, C, A])


def test_the_majority_is_of_the_newest_windows_and_of_equals_stays() -> None:
    found = chosen_by(MajoritySmoothing(4), [B, A, C, C, A, A, B, B, B, C])
    #          votes:       B    BA   BAC  BACC ACCA CCAA CAAB AABB ABBB BBBC
    assert [one for one, _ in found] == [1, 1, 1, 2, 2, 2, 0, 0, 1, 1]
    assert [confidence for _, confidence in found[:3]] == [0.7, 0.1, 0.2]


def test_of_new_classes_with_as_many_votes_the_newest_is_taken() -> None:
    found = chosen_by(MajoritySmoothing(5), [A, B, B, C, C, C, B])
    assert [one for one, _ in found] == [0, 0, 1, 1, 1, 2, 2]
    smoother = MajoritySmoothing(4).begin(3)
    rows = [A, A, B, B, C, C]  # at the last, AABB has become BBCC
    assert [smoother.update(row)[0] for row in rows] == [0, 0, 0, 0, 1, 1]


def test_another_class_needs_its_windows_in_a_row_and_the_first_needs_none() -> None:
    found = chosen_by(HysteresisSmoothing(2), [B, A, B, A, A, C, B, C, C])
    assert [one for one, _ in found] == [1, 1, 1, 1, 0, 0, 0, 0, 2]
    assert [confidence for _, confidence in found[:2]] == [0.7, 0.1]


def transition(smoothing: BayesSmoothing, n_classes: int, rest: int | None) -> Any:
    """Return the probability of each class after each class, as `BayesSmoothing` states it."""
    changes = 1.0 - smoothing.stay
    matrix = np.zeros((n_classes, n_classes))
    movements = [one for one in range(n_classes) if one != rest]
    if rest is None or n_classes < 2:
        matrix += changes / len(movements or [0])
        matrix[np.diag_indices(n_classes)] += smoothing.stay
        return matrix
    to_movements = changes * (1.0 - smoothing.to_rest)
    from_rest = to_movements if smoothing.from_rest is None else smoothing.from_rest
    for one in movements:
        matrix[one, movements] = to_movements / len(movements)
        matrix[one, one] += smoothing.stay
        matrix[one, rest] = changes * smoothing.to_rest
    matrix[rest, movements] = from_rest / len(movements)
    matrix[rest, rest] = 1.0 - from_rest
    return matrix


@given(
    smoothing=st.builds(
        BayesSmoothing,
        st.floats(0.0, 0.99),
        st.floats(0.05, 1.0),
        st.floats(0.0, 0.9),
        st.none() | st.floats(0.01, 0.99),
    ),
    n_classes=st.integers(2, 4),
    rest=st.none() | st.integers(0, 1),
    seed=st.integers(0, 1000),
)
def test_bayes_is_the_forward_filter_of_its_transitions(
    smoothing: BayesSmoothing, n_classes: int, rest: int | None, seed: int
) -> None:
    rows = np.random.default_rng(seed).dirichlet([0.5] * n_classes, 12)
    smoother = smoothing.begin(n_classes, rest)
    believed = np.full(n_classes, 1.0 / n_classes)
    for place, row in enumerate(rows):
        believed = believed @ transition(smoothing, n_classes, rest)
        if place != 5:
            believed = believed * np.maximum(row, 1e-6) ** smoothing.weight
        believed = believed / believed.sum()
        chosen, confidence = smoother.update(None if place == 5 else row.tolist())
        assert confidence == pytest.approx(believed.max(), rel=1e-6)
        assert believed[chosen] == pytest.approx(confidence, rel=1e-6)


def test_one_window_rules_no_class_out_for_ever() -> None:
    smoother = BayesSmoothing(stay=0.0, weight=1.0).begin(2)
    chosen, confidence = smoother.update([1.0, 0.0])
    assert chosen == 0
    assert confidence == pytest.approx(1.0 / (1.0 + 1e-6), rel=1e-12)
    smoother = BayesSmoothing(stay=0.9, weight=1.0).begin(2)
    for _ in range(50):
        smoother.update([1.0, 0.0])
    assert smoother.update([0.0, 1.0])[0] == 1


@pytest.mark.parametrize(("rest", "n_more"), [(None, 2), (1, 2)])
def test_the_delay_is_counted_from_rest_to_the_class_after_it(
    rest: int | None, n_more: int
) -> None:
    assert added_hops(HysteresisSmoothing(3), 2, rest=rest) == n_more


def test_a_class_that_is_never_sure_enough_is_never_decided_for() -> None:
    assert added_hops(BayesSmoothing(0.99, 0.01, 0.9, 1e-9), 2, confidence=0.5, rest=0) == 1000


def test_a_single_class_has_no_other_to_wait_for() -> None:
    assert added_hops(MajoritySmoothing(5), 1) == 0


@pytest.mark.parametrize("smoothing", SMOOTHINGS, ids=lambda one: one.kind)
def test_a_setting_that_is_none_is_not_written(smoothing: Smoothing) -> None:
    entry = smoothing.to_manifest()
    assert None not in entry.values()
    assert entry["kind"] == smoothing.kind


@pytest.mark.parametrize("n_classes", [2, 3, 5])
@pytest.mark.parametrize("weight", [0.1, 0.5])
def test_the_delay_is_that_of_windows_in_which_the_other_classes_are_alike(
    n_classes: int, weight: float
) -> None:
    smoothing = BayesSmoothing(0.95, weight)
    for confidence in np.linspace(1.2 / n_classes, 0.99, 12).tolist():
        rows = np.full((2, n_classes), (1.0 - confidence) / (n_classes - 1))
        rows[[0, 1], [0, 1]] = confidence
        before, after = rows.tolist()
        smoother = smoothing.begin(n_classes, 0)
        for _ in range(200):
            smoother.update(before)
        expected = next((n for n in range(1000) if smoother.update(after)[0] == 1), 1000)
        assert added_hops(smoothing, n_classes, confidence, rest=0) == expected


def test_the_settings_of_a_smoothing_are_told_with_their_kinds_of_number() -> None:
    assert parameters(NoSmoothing()) == {}
    assert parameters(HysteresisSmoothing()) == {"agreeing": int}
    names = ("stay", "weight", "to_rest", "from_rest")
    assert parameters(BayesSmoothing()) == dict.fromkeys(names, float)
