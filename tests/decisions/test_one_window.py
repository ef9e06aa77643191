"""One window at a time, as live, decides as all windows at once do."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from emgstream.decisions import (
    BayesSmoothing,
    ConverterRails,
    Decisions,
    DecisionSettings,
    DecisionStage,
    HysteresisSmoothing,
    KnownSignal,
    MajoritySmoothing,
    RailWatch,
    RestGate,
    StrengthRange,
    WindowPredictions,
)
from emgstream.types import FloatArray

NAMES = ("fist", "open", "rest")
LIMITED = DecisionSettings(
    threshold=0.5,
    begin_odds=2.0,
    class_odds=(0.5, 2.0, 1.0),
    familiar=KnownSignal(
        ((1.0, 0.0, 0.0), (0.3, 1.2, 0.0), (-0.1, 0.2, 0.9)),
        ((0.5, 0.5, 0.5), (1.5, 1.0, 1.0), (-1.0, 0.0, 0.0)),
        limit=3.0,
        quietest=(-1.5, -1.5),
    ),
    rest_gate=RestGate((-0.5, -0.3)),
    strength=StrengthRange((0.0, -1.0, -2.0), (1.0, 0.5, 0.0)),
    tells_gaps=True,
)


def predictions(seed: int, n: int) -> WindowPredictions:
    """Return random windows, of which some are saturated, filled, or have a missing value."""
    random = np.random.default_rng(seed)
    strengths = random.normal(0.0, 1.0, (n, 3))
    strengths[random.random(n) < 0.05, 1] = np.nan
    return WindowPredictions(
        np.arange(n),
        random.dirichlet((0.4, 0.4, 0.4), n).astype(np.float32),
        strengths,
        random.random(n) < 0.05,
        random.random(n) ** 3,
    )


def part(whole: WindowPredictions, rows: slice) -> WindowPredictions:
    return WindowPredictions(*(getattr(whole, one.name)[rows] for one in fields(whole)))


def assert_same(found: Any, expected: Any) -> None:
    for one in fields(Decisions):
        np.testing.assert_array_equal(getattr(found, one.name), getattr(expected, one.name))


@settings(max_examples=2 * settings().max_examples // 5, deadline=None)
@given(
    seed=st.integers(0, 1000),
    smoothing=st.sampled_from(
        [BayesSmoothing(0.3, 0.8, 0.7), MajoritySmoothing(4), HysteresisSmoothing(2)]
    ),
    without=st.sets(st.sampled_from(["familiar", "rest_gate", "strength", "class_odds"])),
    names=st.sampled_from([NAMES, ("fist", "open", "point")]),
)
def test_one_window_at_a_time_is_all_at_once(
    seed: int, smoothing: Any, without: set[str], names: tuple[str, ...]
) -> None:
    chosen: dict[str, Any] = dict.fromkeys(without)
    wanted = replace(LIMITED, smoothing=smoothing, **chosen)
    whole, n = predictions(seed, 60), 60
    at_once = DecisionStage(names, 2, wanted).decide(whole)
    stage = DecisionStage(names, 2, wanted)
    single = [stage.decide(part(whole, slice(row, row + 1))) for row in range(n)]
    assert_same(single[0].joined(*single[1:]), at_once)


def test_the_windows_meet_every_status() -> None:
    found = DecisionStage(NAMES, 2, LIMITED).decide(predictions(1, 500))
    assert set(found.statuses.tolist()) == {0, 1, 2, 3, 4}


def test_a_known_window_is_one_within_the_limit_of_the_distance() -> None:
    known = LIMITED.familiar
    assert known is not None
    strengths = np.random.default_rng(2).normal(0.0, 1.0, (200, 3))
    whitened = strengths @ np.array(known.whitening).T
    apart = whitened[:, np.newaxis, :] - np.array(known.centres)
    nearest = (apart**2).sum(axis=2).min(axis=1)
    np.testing.assert_allclose(known.distances(strengths), nearest)
    alive = (strengths[:, :2] >= known.quietest).all(axis=1)
    told = [known.is_known(row) for row in strengths.tolist()]
    assert told == (alive & (nearest <= known.limit)).tolist()
    assert 0 < sum(told) < 200


def test_each_decision_tells_the_threshold_it_is_held_against() -> None:
    rows = np.array([[0.6, 0.3, 0.1], [0.9, 0.1, 0.0], [0.6, 0.3, 0.1], [0.3, 0.6, 0.1]])
    n = len(rows)
    wanted = DecisionSettings(threshold=0.5, begin_odds=4.0, class_odds=(1.0, 3.0, 1.0))
    seen = WindowPredictions(
        np.arange(n), rows.astype(np.float32), np.zeros((n, 2)), np.zeros(n, dtype=np.bool_)
    )
    found = DecisionStage(NAMES, 2, wanted).decide(seen)
    assert [one.status for one in found] == ["rejected", "ok", "ok", "rejected"]
    np.testing.assert_allclose(found.needed, [0.8, 0.8, 0.5, 0.75])


@settings(max_examples=2 * settings().max_examples // 5, deadline=None)
@given(
    seed=st.integers(0, 1000),
    scale=st.sampled_from([3.0, 12.0, 40.0]),
    share_foreign=st.sampled_from([0.0, 0.02, 0.3]),
    n_at_once=st.sampled_from([1, 3, 8, 200]),
)
def test_saturation_is_the_same_for_any_chunking(
    seed: int, scale: float, share_foreign: float, n_at_once: int
) -> None:
    random = np.random.default_rng(seed)
    samples: FloatArray = np.rint(random.normal(0.0, scale, (200, 2))).astype(np.float32)
    samples = np.clip(samples, -32.0, 31.0)
    samples[random.random(200) < share_foreign, 0] += np.float32(0.5)
    samples[random.random(200) < 0.02, 1] = np.nan
    rails = ConverterRails(-32.0, 31.0, share=0.1)

    def told(n_samples: int) -> tuple[list[bool], object]:
        watch, found = RailWatch(rails, n_window=16), []
        for first in range(0, 200, n_samples):
            watch.add_samples(first, samples[first : first + n_samples])
            ends = np.arange(15, 200, 8)
            ends = ends[(ends >= first) & (ends < first + n_samples)]
            found += watch.are_saturated(ends).tolist()
        watch.are_saturated(np.array([199]))
        return found, watch.figures

    assert told(n_at_once) == told(200)
