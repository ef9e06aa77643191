"""The central theorem: however a stream is chunked, the same decisions come out, to the bit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgstream.bundle import Model
from emgstream.data import DEMO_RECORDING
from emgstream.decisions import ARGMAX, Decisions, DecisionStatus
from emgstream.network.network_backend import open_classifier
from emgstream.pipeline import Pipeline
from emgstream.simulation import CueSchedule, SyntheticEmg
from emgstream.tables import read_table
from emgstream.types import Chunk, FloatArray


def synthetic(n_samples: int) -> FloatArray:
    return SyntheticEmg(CueSchedule.shuffled(repetitions=1), seed=3).read(n_samples)


def one_pass(model: Model, samples: FloatArray) -> Decisions:
    return Pipeline(model).push(Chunk(0, samples))


def pieces(samples: FloatArray, cuts: list[int]) -> Iterator[Chunk]:
    first_index = 0
    for piece in np.split(samples, sorted(cuts)):
        yield Chunk(first_index, piece)
        first_index += len(piece)


def assert_same(found: list[Decisions], expected: Decisions) -> None:
    np.testing.assert_array_equal(np.concatenate([d.indices for d in found]), expected.indices)
    np.testing.assert_array_equal(
        np.concatenate([d.probabilities for d in found]), expected.probabilities
    )
    np.testing.assert_array_equal(np.concatenate([d.classes for d in found]), expected.classes)


@settings(max_examples=25)
@given(cuts=st.lists(st.integers(0, 700), max_size=30))
def test_any_chunking_gives_the_same_decisions_to_the_bit(model: Model, cuts: list[int]) -> None:
    samples = synthetic(700)
    pipeline = Pipeline(model)
    found = [pipeline.push(chunk) for chunk in pieces(samples, cuts)]
    assert_same(found, one_pass(model, samples))


@pytest.mark.usefixtures("each_backend")
def test_one_sample_at_a_time_is_one_pass(model: Model) -> None:
    samples = synthetic(500)
    pipeline = Pipeline(model)
    found = [pipeline.push(Chunk(i, samples[i : i + 1])) for i in range(len(samples))]
    assert_same(found, one_pass(model, samples))
    assert max(map(len, found)) == 1


@settings(max_examples=10)
@given(cuts=st.lists(st.integers(0, 1000), max_size=30))
def test_the_damaged_stretch_of_the_published_recording_is_one_pass_in_any_pieces(
    seed_table_path: Path, model: Model, cuts: list[int]
) -> None:
    samples = read_table(seed_table_path).samples[:1000]
    assert np.isnan(samples).sum() == 188
    pipeline = Pipeline(model)
    found = [pipeline.push(chunk) for chunk in pieces(samples, cuts)]
    assert_same(found, one_pass(model, samples))


def test_a_missing_value_does_not_depend_on_the_chunking(model: Model) -> None:
    samples = synthetic(500)
    samples[100:140:7, 1] = np.nan
    pipeline = Pipeline(model)
    found = [pipeline.push(chunk) for chunk in pieces(samples, [99, 101, 105, 300])]
    expected = one_pass(model, samples)
    assert_same(found, expected)
    assert np.isfinite(expected.probabilities).all()


def test_the_index_is_that_of_the_last_sample_of_the_window(model: Model) -> None:
    length = model.manifest.step.length
    first_end = 10 * length - 1
    decisions = Pipeline(model).push(Chunk(4000, synthetic(20 * length)))
    assert decisions.indices.tolist() == [4000 + first_end + i * length for i in range(11)]


def test_without_settings_every_decision_names_the_most_probable_class(model: Model) -> None:
    decisions = one_pass(model.tuned(ARGMAX), synthetic(2000))
    for decision in decisions:
        assert set(decision.probabilities) == set(model.manifest.class_names)
        assert sum(decision.probabilities.values()) == pytest.approx(1.0, abs=1e-5)
        assert decision.confidence == max(decision.probabilities.values())
        assert decision.probabilities[decision.label] == decision.confidence
        assert decision.status == "ok"


@pytest.mark.parametrize("broken_by", ["segment", "gap"])
def test_no_window_reaches_across_a_break(model: Model, broken_by: str) -> None:
    samples, plain = synthetic(800), model.tuned(ARGMAX)
    pipeline = Pipeline(plain)
    pipeline.push(Chunk(0, samples[:390]))
    length = plain.manifest.step.length
    first_index, segment = (390, 1) if broken_by == "segment" else (390 + length, 0)
    after = pipeline.push(Chunk(first_index, samples[390:], segment))
    assert_same([after], Pipeline(plain).push(Chunk(first_index, samples[390:], segment)))


def test_an_empty_chunk_changes_nothing(model: Model) -> None:
    samples = synthetic(400)
    pipeline = Pipeline(model)
    found = [
        pipeline.push(Chunk(0, samples[:123])),
        pipeline.push(Chunk(123, samples[:0])),
        pipeline.push(Chunk(123, samples[123:])),
    ]
    assert_same(found, one_pass(model, samples))


class _Broken:
    """A network of which every third window is no number."""

    def __init__(self, model: Model) -> None:
        self._given = open_classifier(model)
        self.window_shape, self.n_classes = self._given.window_shape, self._given.n_classes
        self._n = 0

    def predict(self, windows: FloatArray) -> FloatArray:
        probabilities = self._given.predict(windows)
        numbers = self._n + np.arange(len(windows))
        self._n += len(windows)
        probabilities[numbers % 3 == 0] = np.nan
        probabilities[numbers % 6 == 3] = np.inf
        return probabilities


@pytest.mark.parametrize("is_plain", [True, False])
def test_a_decision_that_is_no_number_is_unknown(demo_model: Model, is_plain: bool) -> None:
    model = demo_model.tuned(ARGMAX) if is_plain else demo_model
    samples = read_table(DEMO_RECORDING).samples[:20_000]
    whole = Pipeline(model, classifier=_Broken(model)).push(Chunk(0, samples))
    broken = np.arange(len(whole)) % 3 == 0
    assert np.isfinite(whole.probabilities).all()
    assert np.isfinite(whole.confidences).all()
    assert (whole.statuses[broken] == DecisionStatus.UNKNOWN).all()
    assert (whole.statuses[~broken] == DecisionStatus.OK).sum() > 0.3 * np.sum(~broken)
    pipeline = Pipeline(model, classifier=_Broken(model))
    parts = [pipeline.push(Chunk(at, samples[at : at + 70])) for at in range(0, 20_000, 70)]
    assert_same(parts, whole)
