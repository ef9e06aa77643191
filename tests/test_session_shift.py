"""The shift of a session: what moves it, what does not, and what comes of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgstream.app.live_session import LiveSession
from emgstream.app.session_shift_notice import ShiftNotice
from emgstream.bundle import Model
from emgstream.data import DEMO_RECORDING
from emgstream.decisions import ARGMAX
from emgstream.errors import ModelFileError
from emgstream.manifest import Manifest
from emgstream.pipeline import Pipeline
from emgstream.session_shift import (
    ShiftFollower,
    ShiftLimits,
    shift_from_manifest,
    shift_temperatures,
    tempered,
)
from emgstream.simulation import CueSchedule, SyntheticEmg, record_session
from emgstream.sources.replay_source import ReplaySource
from emgstream.tables import read_table
from emgstream.types import Chunk, FloatArray

REST, FIST = (0.0, 0.0), (10.0, 10.0)
LIMITS = ShiftLimits((1.0, 1.0), ((REST, FIST),), moving=0.25, resting=0.25, memory=100)


def follower(limits: ShiftLimits = LIMITS) -> ShiftFollower:
    return ShiftFollower(limits, rest=0)


def near(centre: tuple[float, float], by: float, n: int = 1000) -> npt.NDArray[np.float64]:
    """Return windows that scatter around a centre that is moved."""
    return np.array(centre) + by + np.random.default_rng(1).normal(0.0, 1.0, (n, 2))


def shifting(model: Model) -> Model:
    """Return a model for which the synthetic signal is soon another day."""
    manifest = model.manifest
    n, n_classes = manifest.n_features, len(manifest.class_names)
    centres = tuple((float(k),) * n for k in range(n_classes))
    limits = ShiftLimits((1.0,) * n, (centres, centres), moving=0.02, resting=0.02, memory=30)
    return replace(model, manifest=replace(manifest, shift=limits, decision=ARGMAX))


def synthetic(n_samples: int) -> FloatArray:
    return SyntheticEmg(CueSchedule.shuffled(repetitions=1), seed=3).read(n_samples)


def test_windows_around_the_centres_are_no_shift() -> None:
    windows = np.concatenate([near(REST, 0.0), near(FIST, 0.0)])
    assert follower().push(windows).max() < 1.0


@pytest.mark.parametrize("centre", [REST, FIST])
def test_windows_beside_a_centre_become_a_shift(centre: tuple[float, float]) -> None:
    shifts = follower().push(near(centre, 1.0))
    assert shifts[0] < 0.2  # one window proves nothing
    assert shifts[-1] > 1.5


def test_rest_as_in_the_training_does_not_hide_shifted_movements() -> None:
    watched = follower()
    watched.push(near(FIST, 1.0))
    before = watched.shift
    watched.push(near(REST, 0.0, 5000))
    assert watched.shift == before


def test_a_shift_is_over_when_the_signal_is_as_in_the_training_again() -> None:
    watched = follower()
    watched.push(near(FIST, 2.0))
    assert watched.shift > 1.0
    watched.push(near(FIST, 0.0))
    assert watched.shift < 1.0


def test_the_most_similar_session_of_the_training_counts() -> None:
    moved = tuple((a + 1.0, b + 1.0) for a, b in (REST, FIST))
    both = replace(LIMITS, sessions=(*LIMITS.sessions, moved))
    assert follower(both).push(near(FIST, 1.0))[-1] < 1.0


def test_one_artefact_is_no_other_day() -> None:
    watched = follower()
    watched.push(np.full((1, 2), 1e6))
    assert watched.shift < 1.0


def test_a_window_with_a_missing_feature_changes_nothing() -> None:
    watched = follower()
    watched.push(near(FIST, 0.5))
    before = watched.shift
    assert watched.push(np.array([[np.nan, 3.0]])).tolist() == [before]


@settings(max_examples=25)
@given(
    probabilities=st.lists(st.floats(0.0, 1.0, width=32), min_size=2, max_size=9),
    shift=st.floats(0.0, 20.0),
)
def test_the_likeliest_class_stays_the_likeliest(probabilities: list[float], shift: float) -> None:
    given_row = np.array([probabilities], dtype=np.float32)
    found = tempered(given_row, shift_temperatures(np.array([shift])))
    assert found.argmax() == given_row.argmax()


def test_a_shift_makes_probabilities_less_sure_and_none_leaves_every_bit() -> None:
    rows = np.array([[0.9, 0.1], [0.9, 0.1]], dtype=np.float32)
    found = tempered(rows, shift_temperatures(np.array([0.5, 2.0])))
    assert found[0].tolist() == rows[0].tolist()
    assert 0.5 < found[1, 0] < 0.8
    np.testing.assert_allclose(found.sum(axis=1), 1.0, rtol=1e-6)
    assert rows.tolist()[1] == pytest.approx([0.9, 0.1])  # what was given is not changed


@settings(max_examples=10)
@given(cuts=st.lists(st.integers(0, 3000), max_size=20))
def test_any_chunking_gives_the_same_probabilities_to_the_bit(
    demo_model: Model, cuts: list[int]
) -> None:
    samples, unlike = synthetic(3000), shifting(demo_model)
    expected = Pipeline(unlike).push(Chunk(0, samples))
    pipeline, first = Pipeline(unlike), 0
    found = []
    for piece in np.split(samples, sorted(cuts)):
        found.append(pipeline.push(Chunk(first, piece)).probabilities)
        first += len(piece)
    np.testing.assert_array_equal(np.concatenate(found), expected.probabilities)


def test_the_pipeline_is_less_sure_of_the_same_classes_and_a_gap_forgets_nothing(
    demo_model: Model,
) -> None:
    samples = synthetic(4000)
    plain_model = replace(
        demo_model, manifest=replace(demo_model.manifest, shift=None, decision=ARGMAX)
    )
    pipeline = Pipeline(shifting(demo_model))
    found = pipeline.push(Chunk(0, samples))
    as_before = Pipeline(plain_model).push(Chunk(0, samples))
    np.testing.assert_array_equal(found.classes, as_before.classes)
    assert found.confidences[-1] < as_before.confidences[-1]
    shift = pipeline.session_shift
    assert shift is not None
    assert shift > 1.0
    pipeline.push(Chunk(9000, samples[:40]))  # a few steps at most
    assert pipeline.session_shift == pytest.approx(shift, rel=0.1)
    assert Pipeline(plain_model).session_shift is None


def test_the_limits_survive_the_model_file_and_an_old_one_has_none(model: Model) -> None:
    manifest = shifting(model).manifest
    assert Manifest.from_json(manifest.to_json()).shift == manifest.shift
    old = {name: entry for name, entry in manifest.to_json().items() if name != "shift"}
    assert Manifest.from_json(old).shift is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"memory": 0}, "memory"),
        ({"spread": [1.0]}, "1 numbers; expected 2"),
        ({"spread": [1.0, 0.0]}, "spread"),
        ({"sessions": []}, "sessions"),
        ({"sessions": [[[0.0, 0.0]]]}, "1 centres; expected 2"),
        ({"moving": float("nan")}, "moving"),
    ],
)
def test_damaged_limits_are_one_clear_error(change: dict[str, object], told: str) -> None:
    with pytest.raises(ModelFileError, match=told):
        shift_from_manifest({**LIMITS.to_manifest(), **change}, n_classes=2, n_features=2)


def test_the_notice_comes_beyond_the_limit_and_does_not_flicker_at_it() -> None:
    notice = ShiftNotice()
    told = [bool(notice.update(shift)) for shift in (None, 0.99, 1.01, 0.95, 1.01, 0.79, 0.95)]
    assert told == [False, False, True, True, True, False, False]


@pytest.mark.parametrize("is_other_day", [True, False])
def test_a_session_on_another_day_is_told_with_what_to_do(
    demo_model: Model, tmp_path: Path, is_other_day: bool
) -> None:
    path = tmp_path / "short.csv"
    record_session(path, CueSchedule.shuffled(repetitions=1, hold_s=1.0, rest_s=0.5, seed=3))
    model = shifting(demo_model) if is_other_day else demo_model
    path = path if is_other_day else DEMO_RECORDING
    with LiveSession(ReplaySource(read_table(path), speed=None), model) as session:
        wait_until(session)
        document = session.document()
        told = session.warnings
    if is_other_day:
        assert "calibrate" in told[0]
        assert told[0] in session.notes
        assert document["session_shift"] > 1.0
    else:
        assert told == ()
        assert 0.0 < document["session_shift"] < 1.0


def wait_until(session: LiveSession) -> None:
    """Poll until the recording is used up."""
    for _ in range(600):
        session.poll(session.clock.now(), 0.1)
        if session.ended:
            return
    pytest.fail("the recording did not end within a minute")
