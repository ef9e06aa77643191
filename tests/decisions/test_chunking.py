"""The central theorem holds for every setting of the decisions."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgstream.bundle import Model
from emgstream.decisions import (
    BayesSmoothing,
    Decisions,
    DecisionStatus,
    HysteresisSmoothing,
    MajoritySmoothing,
    NoSmoothing,
    Smoothing,
)
from emgstream.pipeline import Pipeline
from emgstream.simulation import CueSchedule, SyntheticEmg
from emgstream.types import Chunk, FloatArray
from tests.decisions.guarded import guarded, settings_for

SMOOTHINGS = st.one_of(
    st.just(NoSmoothing()),
    st.builds(MajoritySmoothing, st.integers(1, 9)),
    st.builds(HysteresisSmoothing, st.integers(1, 6)),
    st.builds(
        BayesSmoothing,
        st.floats(0.0, 0.99),
        st.floats(0.01, 1.0),
        st.floats(0.0, 0.99),
        st.none() | st.floats(0.001, 0.99),
    ),
)


@pytest.fixture(scope="module")
def samples() -> FloatArray:
    script = CueSchedule.of(
        [("rest", 1.0), ("hand_close", 1.5), ("rest", 0.5), ("wrist_left", 1.0)]
    )
    return SyntheticEmg(script, seed=3).read(4000)


def push(
    model: Model, samples: FloatArray, cuts: list[int], lost: int, n_lost: int = 20
) -> Decisions:
    """Return the decisions on chunks that end at ``cuts``; samples are lost at ``lost``."""
    pipeline = Pipeline(model)
    ends = sorted({*cuts, lost, len(samples)} - {0})
    found, first = [], 0
    for end in ends:
        gap = n_lost * (first >= lost)
        found.append(pipeline.push(Chunk(first + gap, samples[first:end])))
        first = end
    together = found[0]
    for one in found[1:]:
        together = together.joined(one)
    return together


def assert_same(found: Decisions, expected: Decisions) -> None:
    for part in fields(Decisions):
        np.testing.assert_array_equal(
            getattr(found, part.name), getattr(expected, part.name), part.name
        )


@settings(max_examples=settings().max_examples // 6, deadline=None)
@given(
    cuts=st.lists(st.integers(1, 3999), max_size=25),
    lost=st.integers(500, 3500),
    n_lost=st.sampled_from([1, 19, 20, 100]),
    smoothing=SMOOTHINGS,
    without=st.sets(st.sampled_from(["familiar", "rest_gate", "strength", "rails"])),
    threshold=st.floats(0.0, 1.0),
    begin_odds=st.floats(1.0, 20.0),
)
def test_any_chunking_gives_the_same_bits_for_every_setting(
    demo_model: Model,
    samples: FloatArray,
    cuts: list[int],
    lost: int,
    n_lost: int,
    smoothing: Smoothing,
    without: set[str],
    threshold: float,
    begin_odds: float,
) -> None:
    wanted = settings_for(demo_model.manifest, samples, smoothing)
    wanted = replace(
        wanted,
        threshold=threshold,
        begin_odds=begin_odds,
        familiar=None if "familiar" in without else wanted.familiar,
        rest_gate=None if "rest_gate" in without else wanted.rest_gate,
        strength=None if "strength" in without else wanted.strength,
        rails=None if "rails" in without else wanted.rails,
    )
    model = guarded(demo_model, wanted)
    found = push(model, samples, cuts, lost, n_lost)
    assert_same(found, push(model, samples, [], lost, n_lost))


def test_one_sample_at_a_time_is_one_pass(demo_model: Model, samples: FloatArray) -> None:
    model = guarded(demo_model, settings_for(demo_model.manifest, samples))
    few = samples[:1500]
    assert_same(push(model, few, list(range(1, 1500)), 700), push(model, few, [], 700))


def test_the_settings_meet_every_status(demo_model: Model, samples: FloatArray) -> None:
    model = guarded(demo_model, settings_for(demo_model.manifest, samples))
    assert set(push(model, samples, [], 2000).statuses.tolist()) == set(map(int, DecisionStatus))
