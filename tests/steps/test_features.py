"""A step is a list of features, each the same however the samples are chunked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from emgstream.errors import ModelFileError
from emgstream.steps import (
    RAW_STEP,
    Correlation,
    Feature,
    RmsSettings,
    RootMeanSquare,
    Step,
    StepStream,
    feature_registry,
    step_from_manifest,
    step_to_manifest,
)
from tests.steps.features import WaveformLength, ZeroCrossings
from tests.steps.reference import rms_steps

SIGNALS = arrays(
    np.float32,
    st.tuples(st.integers(0, 80), st.integers(1, 4)),
    elements=st.one_of(st.floats(-1e3, 1e3, width=32), st.just(np.nan)),
)
CUTS = st.lists(st.integers(0, 80), max_size=8)
SETTINGS = st.builds(
    RmsSettings,
    length=st.integers(2, 25),
    about_mean=st.booleans(),
    floor=st.floats(1e-6, 10.0),
    power=st.sampled_from([0.0, 0.5, 1.0]),
    spans=st.lists(st.integers(1, 12), min_size=1, max_size=3).map(tuple),
    change=st.booleans(),
    correlation=st.integers(0, 12),
)


def chunked(step: Step, signal: np.ndarray, cuts: list[int]) -> np.ndarray:
    stream = StepStream(step, signal.shape[1])
    return np.concatenate([stream.steps_of(piece) for piece in np.split(signal, sorted(cuts))])


@pytest.mark.parametrize("feature", [*feature_registry.FEATURES, WaveformLength, ZeroCrossings])
@given(signal=SIGNALS, cuts=CUTS, length=st.integers(2, 25), span=st.integers(1, 12))
def test_every_feature_by_itself_gives_the_same_bits_for_any_chunking(
    feature: type[Any], signal: np.ndarray, cuts: list[int], length: int, span: int
) -> None:
    step, n_channels = Step(length, (feature(span=span),)), signal.shape[1]
    whole = chunked(step, signal, [])
    np.testing.assert_array_equal(chunked(step, signal, cuts), whole)
    assert whole.shape == (len(signal) // length, step.n_features(n_channels))
    assert len(step.feature_names("abcd"[:n_channels])) == step.n_features(n_channels)
    levels = step.strengths(whole, n_channels)
    assert levels.shape == (len(whole), step.n_strengths(n_channels))
    assert step.n_strengths(n_channels) == n_channels * feature.is_level


@given(signal=SIGNALS, cuts=CUTS, settings=SETTINGS)
def test_the_usual_features_give_the_bits_they_gave_before_there_were_features(
    signal: np.ndarray, cuts: list[int], settings: RmsSettings
) -> None:
    expected = rms_steps(settings, signal)
    found = chunked(settings.step(), signal, cuts)
    assert found.tobytes() == expected.tobytes()


@given(settings=SETTINGS)
def test_the_usual_features_are_written_as_they_always_were(settings: RmsSettings) -> None:
    entry = step_to_manifest(settings.step())
    assert list(entry) == [
        *("kind", "length", "about_mean", "floor", "power", "spans", "change", "correlation")
    ]
    assert entry["kind"] == "rms"
    assert step_from_manifest(entry) == settings.step()
    assert step_to_manifest(RAW_STEP) == {"kind": "raw"}


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one line that a feature takes."""
    features = (*feature_registry.FEATURES, WaveformLength, ZeroCrossings)
    monkeypatch.setattr(feature_registry, "FEATURES", features)


LISTED = Step(
    20,
    (
        WaveformLength(span=1),
        RootMeanSquare(span=1),
        WaveformLength(span=10),
        ZeroCrossings(threshold=3.0),
        Correlation(span=20),
    ),
)


@pytest.mark.usefixtures("registered")
def test_a_registered_feature_comes_back_from_a_manifest() -> None:
    entry = step_to_manifest(LISTED)
    assert entry["kind"] == "features"
    assert entry["features"][3] == {"kind": "unshipped_crossings", "span": 1, "threshold": 3.0}
    assert step_from_manifest(entry) == LISTED


def test_the_levels_are_those_over_the_longest_span_of_each_kind() -> None:
    signal = np.random.default_rng(1).normal(0, 40, (600, 2)).astype(np.float32)
    steps = chunked(LISTED, signal, [])
    names = LISTED.feature_names(["a", "b"])
    levels = LISTED.strengths(steps, 2)
    assert LISTED.n_strengths(2) == 4
    for place, name in enumerate(
        ["a waveform length over 10 steps", "b waveform length over 10 steps", "a", "b"]
    ):
        np.testing.assert_array_equal(levels[:, place], steps[:, names.index(name)])


GOOD = {"kind": "features", "length": 20, "features": [{"kind": "rms", "span": 10}]}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"features": []}, "features none; expected at least one"),
        ({"features": 3}, "features 3; expected a list"),
        ({"features": [3]}, "feature of kind None"),
        ({"features": [{"kind": "unshipped_length"}]}, "this version knows raw_sample, rms"),
        ({"features": [{"kind": "rms", "span": 0}]}, "span 0; expected a whole number from 1 to"),
        ({"features": [{"kind": "rms", "span": 101}]}, "span 101; expected"),
        ({"features": [{"kind": "rms", "speed": 1}]}, "'speed' is not known; expected span, floor"),
        ({"features": [{"kind": "correlation"}, {"kind": "rms"}]}, "those of one channel first"),
        ({"length": 1, "features": [{"kind": "rms_of_change"}]}, "length 1; expected 2 or more"),
        ({"length": 10**6}, "length 1000000; expected a whole number from 1 to 100000"),
    ],
)
def test_a_list_of_features_that_cannot_be_is_refused(change: dict[str, Any], says: str) -> None:
    assert step_from_manifest(GOOD).features == (RootMeanSquare(span=10),)
    with pytest.raises(ModelFileError, match=says):
        step_from_manifest({**GOOD, **change})


def test_a_feature_is_no_feature_without_its_formula() -> None:
    with pytest.raises(TypeError, match="abstract"):
        Feature()  # type: ignore[abstract]
