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
    LaggedCorrelation,
    LevelShare,
    RmsSettings,
    RootMeanSquare,
    Step,
    StepStream,
    step_from_manifest,
    step_to_manifest,
)

signals = arrays(
    np.float32,
    st.tuples(st.integers(0, 80), st.integers(1, 4)),
    elements=st.floats(-1e3, 1e3, width=32),
)


def rms(length: int, **settings: Any) -> Step:
    return RmsSettings(length, **settings).step()


any_step = st.one_of(
    st.just(RAW_STEP),
    st.builds(
        rms,
        length=st.integers(2, 25),
        change=st.booleans(),
        power=st.sampled_from([0.0, 0.5]),
        about_mean=st.booleans(),
        spans=st.lists(st.integers(1, 12), min_size=1, max_size=3),
        correlation=st.integers(0, 12),
    ),
)


@given(signals, any_step, st.lists(st.integers(0, 80), max_size=8))
def test_any_chunking_gives_the_same_steps_to_the_bit(
    signal: np.ndarray, step: Step, cuts: list[int]
) -> None:
    whole = StepStream(step, signal.shape[1]).steps_of(signal)
    stream = StepStream(step, signal.shape[1])
    pieces = [stream.steps_of(piece) for piece in np.split(signal, sorted(cuts))]
    np.testing.assert_array_equal(np.concatenate(pieces), whole)
    assert len(whole) == len(signal) // step.length


def steps_of(step: Step, signal: np.ndarray) -> np.ndarray:
    return StepStream(step, signal.shape[1]).steps_of(signal)


def test_log_rms_is_that_of_the_formula() -> None:
    signal = np.random.default_rng(1).normal(512, 40, (60, 3)).astype(np.float32)
    about = signal.astype(float).reshape(3, 20, 3)
    about = about - about.mean(axis=1, keepdims=True)
    expected = np.log(np.sqrt((about**2).mean(axis=1)))
    np.testing.assert_allclose(steps_of(rms(20), signal), expected, rtol=1e-12)


def test_the_level_a_board_rests_at_does_not_matter_about_the_mean() -> None:
    signal = np.random.default_rng(1).integers(-50, 50, (40, 3)).astype(np.float32)
    np.testing.assert_allclose(
        steps_of(rms(20), signal + 512), steps_of(rms(20), signal), rtol=1e-9
    )


def test_a_flat_line_has_the_floor() -> None:
    flat = np.full((5, 1), 512, dtype=np.float32)
    assert steps_of(rms(5, floor=0.5), flat).item() == pytest.approx(np.log(0.5))


def test_a_missing_sample_makes_its_step_missing_and_no_other() -> None:
    signal = np.ones((6, 2), dtype=np.float32)
    signal[3, 1] = np.nan
    np.testing.assert_array_equal(
        np.isnan(steps_of(rms(2), signal)), [[False, False], [False, True], [False, False]]
    )


def test_a_span_is_over_the_steps_there_are_and_leaves_missing_ones_out() -> None:
    signal = np.array([[1.0], [2.0], [np.nan], [4.0], [5.0]], dtype=np.float32)
    found = steps_of(rms(1, about_mean=False, spans=(1, 3)), signal)
    expected = [1.0, (1.0 + 4.0) / 2, (1.0 + 4.0) / 2, (4.0 + 16.0) / 2, (16.0 + 25.0) / 2]
    np.testing.assert_allclose(found[:, 1], 0.5 * np.log(expected))
    assert rms(1, spans=(1, 3)).feature_names(["a"]) == ("a", "a over 3 steps")


def test_the_change_is_that_of_neighbouring_samples_of_a_step() -> None:
    signal = np.array([[0.0], [3.0], [100.0], [104.0]], dtype=np.float32)
    found = steps_of(rms(2, about_mean=False, power=1.0, change=True), signal)
    np.testing.assert_allclose(found[:, 1], [3.0, 4.0])
    assert rms(2, change=True).feature_names(["a"]) == ("a", "a change")
    longer = np.array([[0.0], [3.0], [7.0], [100.0], [106.0], [98.0]], dtype=np.float32)
    found = steps_of(rms(3, about_mean=False, power=1.0, change=True), longer)
    np.testing.assert_allclose(found[:, 1], [np.sqrt(12.5), np.sqrt(50.0)])


def test_the_correlation_of_channels_is_that_of_the_formula_over_its_steps() -> None:
    signal = np.random.default_rng(1).normal(0, 40, (30, 3)).astype(np.float32)
    signal[:, 2] += 2 * signal[:, 0]
    step = rms(2, about_mean=False, correlation=5)
    found = steps_of(step, signal)[-1, step.n_of_one_channel(3) :]
    newest = signal[-10:].astype(float)
    products = newest.T @ newest
    for value, (i, j) in zip(found, [(0, 1), (0, 2), (1, 2)], strict=True):
        assert value == pytest.approx(products[i, j] / np.sqrt(products[i, i] * products[j, j]))
    assert step.feature_names("abc") == (
        *("a", "b", "c"),
        *("a with b over 5 steps", "a with c over 5 steps", "b with c over 5 steps"),
    )


@pytest.mark.parametrize("step", [rms(40, correlation=1), Step(40, (Correlation(1),))])
def test_the_level_a_board_rests_at_does_not_correlate_its_channels(step: Step) -> None:
    signal = np.random.default_rng(1).normal([512, 500, 80], 40, (40, 3)).astype(np.float32)
    signal[:, 2] -= 2 * signal[:, 0]
    found = steps_of(step, signal)[0, step.n_of_one_channel(3) :]
    expected = np.corrcoef(signal.T.astype(float))[np.triu_indices(3, 1)]
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_spans_in_any_order_each_give_what_they_give_alone() -> None:
    signal = np.random.default_rng(1).normal(0, 40, (24, 2)).astype(np.float32)
    spans = (5, 1, 3)
    found = steps_of(rms(2, spans=spans, change=True), signal)
    alone = [steps_of(rms(2, spans=(span,), change=True), signal) for span in spans]
    np.testing.assert_array_equal(found, np.concatenate(alone, axis=1))


def test_a_channel_alone_has_no_correlation_and_a_flat_one_has_none_with_others() -> None:
    alone = np.ones((4, 1), dtype=np.float32)
    assert steps_of(rms(2, correlation=2), alone).shape == (2, 1)
    flat = np.array([[0.0, 40.0], [0.0, -40.0]] * 3, dtype=np.float32)
    np.testing.assert_array_equal(
        steps_of(rms(2, about_mean=False, correlation=2), flat)[:, 2], [0.0, 0.0, 0.0]
    )


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_correlation_stays_within_its_bounds_where_one_channel_misses_a_step(sign: float) -> None:
    signal = np.array([[9.0, 9.0], [9.0, 9.0], [0.1, np.nan], [0.1, np.nan]], dtype=np.float32)
    signal[:, 1] *= sign
    found = steps_of(rms(2, about_mean=False, correlation=2), signal)[:, 2]
    np.testing.assert_array_equal(found, [sign, sign])


def test_a_reset_drops_the_unfinished_step() -> None:
    stream = StepStream(rms(3), 1)
    stream.steps_of(np.zeros((2, 1), dtype=np.float32))
    stream.reset()
    assert len(stream.steps_of(np.zeros((2, 1), dtype=np.float32))) == 0


def test_no_span_reaches_back_across_a_reset() -> None:
    step = rms(2, spans=(1, 4))
    signal = np.random.default_rng(1).normal(0, 40, (10, 1)).astype(np.float32)
    stream = StepStream(step, 1)
    stream.steps_of(signal * 9)
    stream.reset()
    np.testing.assert_array_equal(stream.steps_of(signal), steps_of(step, signal))


@pytest.mark.parametrize(
    "step",
    [RAW_STEP, rms(20), rms(4, about_mean=False, floor=1.0, spans=(1, 10), correlation=20)],
)
def test_a_step_comes_back_from_its_manifest(step: Step) -> None:
    assert step_from_manifest(step_to_manifest(step)) == step


@pytest.mark.parametrize(
    "entry",
    [
        {"kind": "raw", "length": 2},
        {"kind": "rms"},
        {"kind": "rms", "length": 0},
        {"kind": "rms", "length": 2.5},
        {"kind": "rms", "length": "20"},
        {"kind": "rms", "length": 20, "floor": 0},
        {"kind": "rms", "length": 20, "power": -1.0},
        {"kind": "rms", "length": 1, "change": True},
        {"kind": "rms", "length": 20, "spans": []},
        {"kind": "rms", "length": 20, "spans": [0]},
        {"kind": "rms", "length": 20, "spans": [1.5]},
        {"kind": "rms", "length": 20, "spans": 3},
        {"kind": "rms", "length": 20, "correlation": -1},
        {"kind": "rms", "length": 20, "correlation": 1.5},
        {"kind": "rms", "length": 20, "correlation": 10**6},
    ],
)
def test_a_step_that_is_not_known_is_refused(entry: dict[str, object]) -> None:
    with pytest.raises(ModelFileError):
        step_from_manifest(entry)


@pytest.mark.parametrize(("entry", "kind"), [({}, "None"), ({"kind": "wavelet"}, "'wavelet'")])
def test_a_kind_of_step_that_is_not_known_is_named(entry: dict[str, object], kind: str) -> None:
    with pytest.raises(ModelFileError) as caught:
        step_from_manifest(entry)
    expected = f"step of kind {kind}; this version knows raw, rms, features; update emgstream"
    assert str(caught.value).startswith(expected)


def test_a_lagged_correlation_is_that_of_the_formula_across_the_ends_of_steps() -> None:
    signal = np.random.default_rng(1).normal(0, 40, (40, 2)).astype(np.float32)
    signal[1:, 1] += 2 * signal[:-1, 0]
    step = Step(4, (LaggedCorrelation(5, lag=2),))
    found = dict(zip(step.feature_names("ab"), steps_of(step, signal)[-1], strict=True))
    later = signal[-20:].astype(float)
    level = np.sqrt((later**2).mean(axis=0))
    for lag in (1, 2):
        earlier = signal[-20 - lag : -lag].astype(float)
        expected = (later.T @ earlier) / 20 / np.outer(level, level)
        for i, one in enumerate("ab"):
            for j, other in enumerate("ab"):
                value = found[f"{one} with {other} {lag} before over 5 steps"]
                assert value == pytest.approx(np.clip(expected[i, j], -1.0, 1.0))
    assert found["b with a 1 before over 5 steps"] > 0.7


def test_of_many_channels_each_is_correlated_with_itself_alone() -> None:
    signal = np.random.default_rng(1).normal(0, 40, (40, 3)).astype(np.float32)
    whole, own = (Step(4, (LaggedCorrelation(5, lag=2, pairs=one),)) for one in (True, False))
    assert own.feature_names("abc")[0] == "a with a 1 before over 5 steps"
    assert own.n_features(3) == 6
    columns = [whole.feature_names("abc").index(name) for name in own.feature_names("abc")]
    np.testing.assert_array_equal(steps_of(own, signal), steps_of(whole, signal)[:, columns])


def test_where_a_stream_begins_a_lagged_correlation_has_no_first_step() -> None:
    signal = np.random.default_rng(1).normal(0, 40, (40, 1)).astype(np.float32)
    step = Step(4, (LaggedCorrelation(1), LaggedCorrelation(3)))
    found = steps_of(step, signal)
    np.testing.assert_array_equal(np.isnan(found[0]), True)
    assert np.isfinite(found[1:]).all()
    stream = StepStream(step, 1)
    stream.steps_of(signal)
    stream.reset()
    np.testing.assert_array_equal(stream.steps_of(signal), found)


def test_the_shares_of_the_channels_add_up_to_one_however_strong_the_signal_is() -> None:
    signal = np.random.default_rng(1).normal(0, 40, (40, 3)).astype(np.float32)
    step = Step(4, (LevelShare(3),))
    shares = steps_of(step, signal)
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    np.testing.assert_allclose(steps_of(step, 8 * signal), shares, rtol=1e-12)
    np.testing.assert_allclose(steps_of(step, 0 * signal), 1.0 / 3.0)


def test_the_context_comes_last_and_has_no_levels() -> None:
    step = Step(4, (RootMeanSquare(1),), (RootMeanSquare(40), LaggedCorrelation(30, lag=2)))
    assert step.feature_names("ab")[:4] == ("a", "b", "a over 40 steps", "b over 40 steps")
    assert (step.n_features(2), step.n_context(2)) == (12, 10)
    assert step.level_columns(2) == [0, 1]
    assert step.reach(10) == 40
    assert Step(4, (RootMeanSquare(10),)).reach(10) == 19
    assert step_from_manifest(step_to_manifest(step)) == step


def test_more_steps_than_are_computed_at_once_are_the_same() -> None:
    signal = np.random.default_rng(1).normal(0, 40, (2 * 4500, 2)).astype(np.float32)
    step = Step(2, (RootMeanSquare(1), RootMeanSquare(3)), (LaggedCorrelation(5, lag=2),))
    whole, stream = steps_of(step, signal), StepStream(step, 2)
    pieces = [stream.steps_of(piece) for piece in np.split(signal, 9)]
    np.testing.assert_array_equal(np.concatenate(pieces), whole)
    assert whole.shape == (4500, step.n_features(2))


@pytest.mark.parametrize(
    ("step", "n_steps", "reach"),
    [
        (Step(4, (RootMeanSquare(1),)), 10, 10),
        (Step(4, (RootMeanSquare(1), RootMeanSquare(3))), 10, 12),
        (Step(4, (RootMeanSquare(3),), (RootMeanSquare(11),)), 10, 12),
        (Step(4, (RootMeanSquare(3),), (RootMeanSquare(13),)), 10, 13),
    ],
)
def test_a_window_reaches_back_over_its_steps_and_their_spans(
    step: Step, n_steps: int, reach: int
) -> None:
    assert step.reach(n_steps) == reach
    assert step.n_earlier == max(one.span for one in step.all_features) - 1


def test_a_power_of_the_level_is_that_of_the_root_mean_square() -> None:
    signal = np.array([[3.0], [4.0], [0.0], [0.0]], dtype=np.float32)
    for power in (0.5, 1.0):
        found = steps_of(rms(2, about_mean=False, power=power, floor=0.25), signal)
        np.testing.assert_allclose(found[:, 0], [12.5 ** (power / 2), 0.25**power])


@pytest.mark.parametrize("floor", [0.5, 1.0])
def test_the_floor_of_a_correlation_holds_for_each_channel(floor: float) -> None:
    signal = floor * np.array([[0.5, 2.0], [-0.5, -2.0]], dtype=np.float32)
    whole = Step(2, (Correlation(1, about_mean=False, floor=0.1),))
    floored = Step(2, (Correlation(1, about_mean=False, floor=floor),))
    assert steps_of(whole, signal).item() == pytest.approx(1.0)
    assert steps_of(floored, signal).item() == pytest.approx(0.5)
    of_settings = rms(2, about_mean=False, floor=floor, correlation=1)
    assert steps_of(of_settings, signal)[0, 2] == pytest.approx(0.5)
    lagged = Step(2, (LaggedCorrelation(1, floor=floor),))
    found = steps_of(lagged, np.concatenate((signal, signal)))[1]
    np.testing.assert_allclose(found, [-0.25, -0.5, -0.5, -1.0])


@pytest.mark.parametrize("floor", [0.5, 1.0])
def test_the_floor_of_a_share_holds_for_each_channel(floor: float) -> None:
    signal = floor * np.array([[0.0, 3.0], [0.0, 3.0]], dtype=np.float32)
    found = steps_of(Step(2, (LevelShare(1, floor=floor),)), signal)
    np.testing.assert_allclose(found, [[0.25, 0.75]])


def test_a_step_of_several_kinds_is_stated_by_its_list_and_of_the_usual_by_settings() -> None:
    usual = rms(20, spans=(1, 10), change=True, correlation=10, power=0.5, floor=1.0)
    assert step_to_manifest(usual) == {
        "kind": "rms",
        "length": 20,
        "about_mean": True,
        "floor": 1.0,
        "power": 0.5,
        "spans": [1, 10],
        "change": True,
        "correlation": 10,
    }
    for other in (
        Step(20, (RootMeanSquare(1), RootMeanSquare(2, floor=2.0))),
        Step(20, (LevelShare(1),)),
        Step(20, (RootMeanSquare(1), Correlation(5), Correlation(10))),
        Step(20, (RootMeanSquare(1),), (RootMeanSquare(40),)),
    ):
        entry = step_to_manifest(other)
        assert list(entry) == [
            "kind",
            "length",
            "features",
            *(["context"] if other.context else []),
        ]
        assert entry["kind"] == "features"
        assert step_from_manifest(entry) == other


def test_features_of_several_channels_come_after_those_of_one() -> None:
    step = Step(4, (RootMeanSquare(1), RootMeanSquare(2), Correlation(1)), (LevelShare(3),))
    assert step.n_of_one_channel(3) == 6
    assert step.names_of_one_channel("abc") == step.feature_names("abc")[:6]
    assert step.feature_names("abc")[-3:] == tuple(f"{one} share over 3 steps" for one in "abc")
    assert (step.n_features(3), step.n_context(3)) == (12, 3)
    said = "features correlation, rms; expected at least one, those of one channel first"
    with pytest.raises(ValueError, match=said):
        Step(4, (Correlation(1), RootMeanSquare(1)))


@pytest.mark.parametrize("spans", [(3, 1), (1, 3), (2, 3, 1)])
def test_the_level_is_that_over_the_longest_span_in_any_order(spans: tuple[int, ...]) -> None:
    step = Step(4, tuple(RootMeanSquare(span) for span in spans))
    names = [step.feature_names("ab")[column] for column in step.level_columns(2)]
    assert names == ["a over 3 steps", "b over 3 steps"]


def test_one_step_is_reduced_to_the_means_of_its_products() -> None:
    step = np.array([[[9.0], [1.0], [3.0]]])
    about_zero = RootMeanSquare(about_mean=False).reduce(step[:, 1:])
    np.testing.assert_allclose(about_zero, [[5.0]])
    np.testing.assert_allclose(RootMeanSquare().reduce(step[:, 1:]), [[1.0]])
    lagged = LaggedCorrelation(lag=1).reduce(step)
    np.testing.assert_allclose(lagged, [[5.0, (9.0 * 1.0 + 1.0 * 3.0) / 2]])
