from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from emgstream.bundle import Model
from emgstream.decisions import (
    ARGMAX,
    BayesSmoothing,
    ConverterRails,
    Decisions,
    DecisionSettings,
    DecisionStage,
    HysteresisSmoothing,
    KnownSignal,
    MajoritySmoothing,
    NoSmoothing,
    RailWatch,
    RestGate,
    Smoothing,
    StrengthRange,
    WindowPredictions,
    added_hops,
    decision_from_manifest,
)
from emgstream.errors import ModelFileError, UsageError
from emgstream.pipeline import Pipeline
from emgstream.simulation import CueSchedule, SyntheticEmg
from emgstream.types import Chunk, FloatArray
from tests.decisions.guarded import guarded, settings_for
from tests.decisions.test_chunking import assert_same

CLASSES = ("fist", "open", "rest")


def seen(rows: list[list[float]], levels: list[float] | None = None) -> WindowPredictions:
    n = len(rows)
    strengths = np.array([[level] for level in levels or [1.0] * n])
    return WindowPredictions(
        np.arange(n),
        np.array(rows, dtype=np.float32),
        strengths,
        np.zeros(n, dtype=np.bool_),
    )


def decide(settings: DecisionSettings, what: WindowPredictions) -> Decisions:
    return DecisionStage(CLASSES, 1, settings).decide(what)


def sure_of(*classes: int) -> list[list[float]]:
    return [[0.9 if one == chosen else 0.05 for one in range(3)] for chosen in classes]


def test_the_default_is_the_likeliest_class_whatever_it_is() -> None:
    found = decide(ARGMAX, seen([[0.4, 0.35, 0.25], [0.1, 0.2, 0.7]]))
    assert [one.label for one in found] == ["fist", "rest"]
    assert [(one.status, one.strength) for one in found] == [("ok", None)] * 2


def test_what_is_not_sure_enough_is_rejected_but_never_rest() -> None:
    found = decide(DecisionSettings(threshold=0.6), seen([[0.5, 0.3, 0.2], [0.2, 0.3, 0.5]]))
    assert [(one.label, one.status) for one in found] == [("fist", "rejected"), ("rest", "ok")]


def test_a_movement_that_follows_a_rest_must_be_surer_to_begin_than_to_go_on() -> None:
    rows = [[0.7, 0.2, 0.1], [0.9, 0.05, 0.05], [0.7, 0.2, 0.1], [0.1, 0.2, 0.7], [0.7, 0.2, 0.1]]
    settings = DecisionSettings(threshold=0.6, begin_odds=3.0)
    at_once, one_by_one = decide(settings, seen(rows)), DecisionStage(CLASSES, 1, settings)
    statuses = ["rejected", "ok", "ok", "ok", "rejected"]
    assert [one.status for one in at_once] == statuses
    assert [one_by_one.decide(seen([row]))[0].status for row in rows] == statuses


def test_a_quiet_muscle_is_at_rest_whatever_the_classifier_says() -> None:
    settings = DecisionSettings(rest_gate=RestGate((0.5,)))
    found = decide(settings, seen(sure_of(0, 0), levels=[0.5, 0.51]))
    assert [(one.label, one.status) for one in found] == [("rest", "rest"), ("fist", "ok")]


def test_what_is_far_from_all_of_training_is_unknown_and_so_is_a_missing_value() -> None:
    familiar = KnownSignal(((2.0,),), ((2.0,), (4.0,), (0.0,)), limit=1.0, quietest=(0.0,))
    levels = [1.5, 2.4, 2.6, float("nan")]
    found = decide(DecisionSettings(familiar=familiar), seen(sure_of(0, 0, 0, 0), levels))
    assert [one.status for one in found] == ["ok", "ok", "unknown", "unknown"]


def test_an_unplugged_channel_is_unknown_rather_than_quiet() -> None:
    settings = DecisionSettings(
        familiar=KnownSignal(((1.0,),), ((5.0,), (6.0,), (4.0,)), limit=99.0, quietest=(3.0,)),
        rest_gate=RestGate((4.0,)),
    )
    assert decide(settings, seen(sure_of(2), [0.0]))[0].status == "unknown"


def test_strength_is_within_the_range_of_the_class_and_nothing_at_rest() -> None:
    settings = DecisionSettings(strength=StrengthRange((0.0, 2.0, 0.0), (1.0, 4.0, 1.0)))
    found = decide(settings, seen(sure_of(0, 1, 1, 2), [0.25, 3.0, 9.0, 0.5]))
    assert [one.strength for one in found] == [0.25, 0.5, 1.0, 0.0]


@pytest.mark.parametrize(
    ("smoothing", "expected"),
    [
        (NoSmoothing(), [0, 0, 0, 1, 0, 1, 1, 1, 1, 1]),
        (MajoritySmoothing(3), [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]),
        (MajoritySmoothing(5), [0, 0, 0, 0, 0, 0, 1, 1, 1, 1]),
        (HysteresisSmoothing(3), [0, 0, 0, 0, 0, 0, 0, 1, 1, 1]),
        (BayesSmoothing(0.99, 0.3), [0, 0, 0, 0, 0, 0, 0, 1, 1, 1]),
    ],
)
def test_smoothing_bridges_a_flicker_and_follows_a_change(
    smoothing: Smoothing, expected: list[int]
) -> None:
    rows = sure_of(0, 0, 0, 1, 0, 1, 1, 1, 1, 1)
    found = decide(DecisionSettings(smoothing=smoothing, threshold=0.01), seen(rows))
    assert found.classes.tolist() == expected


@pytest.mark.parametrize(
    ("smoothing", "hops"),
    [
        (NoSmoothing(), 0),
        (MajoritySmoothing(7), 3),
        (HysteresisSmoothing(4), 3),
        (BayesSmoothing(0.0, 1.0), 0),
    ],
)
def test_the_delay_of_a_smoothing_is_counted(smoothing: Smoothing, hops: int) -> None:
    assert added_hops(smoothing, 5) == hops


def test_a_filter_that_believes_more_in_staying_is_later() -> None:
    delays = [added_hops(BayesSmoothing(stay, 0.3), 6) for stay in (0.5, 0.9, 0.99, 0.999)]
    assert delays == sorted(delays)
    assert delays[0] < delays[-1]


def test_rest_ends_as_often_as_it_is_said_to_or_as_any_movement_changes() -> None:
    rows = [[0.2, 0.2, 0.6], [0.5, 0.2, 0.3], [0.6, 0.3, 0.1], [0.1, 0.8, 0.1]]
    any_change, as_said = (
        BayesSmoothing(0.8, 0.7, 0.6),
        BayesSmoothing(0.8, 0.7, 0.6, (1.0 - 0.8) * (1.0 - 0.6)),
    )
    believed = [
        decide(DecisionSettings(smoothing=one), seen(rows)).confidences
        for one in (any_change, as_said)
    ]
    assert believed[0] == pytest.approx(believed[1])
    delays = [
        added_hops(BayesSmoothing(0.8, 0.7, 0.6, one), 3, rest=2) for one in (0.5, 0.01, 1e-6)
    ]
    assert delays == sorted(set(delays))


def test_samples_at_an_end_of_the_range_are_counted_over_a_window() -> None:
    watch = RailWatch(ConverterRails(0.0, 9.0, share=0.25), n_window=4)
    samples = np.array([[5.0], [9.0], [0.0], [5.0], [5.0], [5.0]], dtype=np.float32)
    watch.add_samples(0, samples[:2])
    watch.add_samples(2, samples[2:])
    assert watch.are_saturated(np.array([1, 3, 4, 5])).tolist() == [False, True, True, False]


RAILS = ConverterRails(0.0, 1023.0, share=0.05)


@pytest.mark.parametrize(
    ("rails", "is_whole"),
    [
        (RAILS, True),
        (ConverterRails(-128.0, 127.0, 0.1), True),
        (ConverterRails(0.0, 16_777_215.0, 0.1), True),
        (ConverterRails(0.0, 1000.0, 0.1), False),
        (ConverterRails(-1.0, 1023.0, 0.1), False),
        (ConverterRails(0.0, 0.5, 0.1), False),
        (ConverterRails(-9.0, -1.0, 0.1), False),
    ],
)
def test_the_whole_range_of_a_converter_is_known(rails: ConverterRails, is_whole: bool) -> None:
    assert rails.is_whole_range is is_whole


@pytest.mark.parametrize(
    "others",
    [
        lambda noise: 80.0 * noise,  # microvolts
        lambda noise: np.round(6.0 * noise),  # signed, often exactly zero
        lambda noise: np.round(50.0 * noise + 2048.0),  # 12 bits
        lambda noise: np.round(1e5 * noise + 2.0**23),  # 24 bits
        lambda noise: np.maximum(0.0, noise),  # an envelope in volts, zero at rest
    ],
)
@pytest.mark.parametrize("n_at_once", [1, 7, 200, 4000])
def test_a_signal_of_another_board_is_not_saturated_however_it_is_chunked(
    others: Callable[[FloatArray], FloatArray], n_at_once: int
) -> None:
    noise = np.random.default_rng(1).standard_normal((4000, 3)).astype(np.float32)
    samples = others(noise).astype(np.float32)
    watch = RailWatch(RAILS, n_window=200)
    saturated: list[bool] = []
    for first in range(0, 4000, n_at_once):
        chunk = samples[first : first + n_at_once]
        watch.add_samples(first, chunk)
        ends = np.arange(199, 4000, 20)
        ends = ends[(ends >= first) & (ends < first + n_at_once)]
        saturated += watch.are_saturated(ends).tolist()
    assert saturated == [False] * 191
    assert watch.figures is not None
    assert watch.figures.is_foreign


def test_a_few_damaged_samples_are_no_other_board_and_time_begins_anew_after_a_gap() -> None:
    samples = np.full((1000, 2), 1023.0, np.float32)
    samples[:9, 0] = 70_000.5
    watch = RailWatch(RAILS, n_window=200)
    watch.add_samples(0, samples)
    assert watch.are_saturated(np.array([199, 999])).tolist() == [True, True]
    samples[9:20, 1] = -3.0
    samples[20, :] = np.nan  # a missing value tells nothing
    watch.reset()
    watch.add_samples(0, samples)
    assert watch.are_saturated(np.array([5, 999])).tolist() == [False, False]
    watch.reset()
    watch.add_samples(1000, np.full((400, 2), 1023.0, np.float32))
    assert watch.are_saturated(np.array([1399])).tolist() == [True]


def test_samples_at_the_ends_are_counted_by_channel_over_all_stretches() -> None:
    watch = RailWatch(RAILS, n_window=4)
    watch.add_samples(0, np.array([[0.0, 5.0], [1023.0, 5.0], [5.0, np.nan]], np.float32))
    watch.are_saturated(np.array([2]))
    watch.reset()
    watch.add_samples(9, np.array([[0.0, 1023.0]], np.float32))
    watch.are_saturated(np.array([9]))
    figures = watch.figures
    assert figures is not None
    assert figures.to_json(("a", "b")) == {
        "low": 0.0,
        "high": 1023.0,
        "is_range_of_stream": True,
        "samples": 4,
        "at_low": {"a": 2, "b": 0},
        "at_high": {"a": 1, "b": 1},
    }


@pytest.fixture(scope="module")
def signal() -> FloatArray:
    script = CueSchedule.of([("rest", 1.0), ("hand_close", 2.0)])
    return SyntheticEmg(script, seed=3).read(3000)


def test_every_step_after_a_break_is_told_as_a_gap_until_a_window_is_whole(
    demo_model: Model, signal: FloatArray
) -> None:
    settings = replace(settings_for(demo_model.manifest, signal), rails=None)
    pipeline = Pipeline(guarded(demo_model, settings))
    before = pipeline.push(Chunk(0, signal[:1000]))
    after = pipeline.push(Chunk(1027, signal[1000:]))
    length, n_steps = demo_model.manifest.step.length, demo_model.manifest.n_steps
    assert before.indices[0] == n_steps * length - 1
    assert "gap" not in {one.status for one in before}
    told = [(one.index, one.label, one.confidence) for one in after if one.status == "gap"]
    assert told == [(1026 + (step + 1) * length, "", 0.0) for step in range(n_steps - 1)]
    assert after.indices[n_steps - 1] == 1026 + n_steps * length


def test_a_model_without_settings_says_nothing_of_a_break(
    demo_model: Model, signal: FloatArray
) -> None:
    pipeline = Pipeline(guarded(demo_model, ARGMAX))
    pipeline.push(Chunk(0, signal[:1000]))
    after = pipeline.push(Chunk(1027, signal[1000:]))
    assert {one.status for one in after} == {"ok"}


def test_settings_change_while_it_runs(demo_model: Model, signal: FloatArray) -> None:
    pipeline = Pipeline(guarded(demo_model, ARGMAX))
    assert "rejected" not in {one.status for one in pipeline.push(Chunk(0, signal[:1500]))}
    pipeline.tune(DecisionSettings(threshold=1.0, smoothing=MajoritySmoothing(3)))
    statuses = {one.status for one in pipeline.push(Chunk(1500, signal[1500:]))}
    assert "rejected" in statuses
    assert pipeline.fixed_delay(None).smoothing_s == pytest.approx(0.02)


def test_settings_equal_to_those_it_has_change_nothing(
    demo_model: Model, signal: FloatArray
) -> None:
    settings = settings_for(demo_model.manifest, signal, BayesSmoothing(0.99, 0.1))
    model = guarded(demo_model, settings)
    whole, pipeline = Pipeline(model).push(Chunk(0, signal)), Pipeline(model)
    parts = []
    for first in range(0, len(signal), 250):
        pipeline.tune(replace(settings, fitted={"again": first}))
        parts.append(pipeline.push(Chunk(first, signal[first : first + 250])))
    assert_same(parts[0].joined(*parts[1:]), whole)


@pytest.mark.parametrize(
    "change",
    [
        lambda own: replace(own, threshold=0.95),
        lambda own: replace(own, strength=None),
        lambda own: replace(own, tells_gaps=False),
    ],
)
def test_what_the_smoothing_has_is_kept_where_something_else_changes(
    demo_model: Model,
    signal: FloatArray,
    change: Callable[[DecisionSettings], DecisionSettings],
) -> None:
    settings = settings_for(demo_model.manifest, signal, BayesSmoothing(0.99, 0.1))
    changed = change(settings)
    expected = Pipeline(guarded(demo_model, changed)).push(Chunk(0, signal))
    pipeline = Pipeline(guarded(demo_model, settings))
    pipeline.push(Chunk(0, signal[:1500]))
    pipeline.tune(changed)
    found = pipeline.push(Chunk(1500, signal[1500:]))
    later = expected.indices >= 1500
    np.testing.assert_array_equal(found.confidences, expected.confidences[later])
    np.testing.assert_array_equal(found.statuses, expected.statuses[later])
    np.testing.assert_array_equal(found.strengths, expected.strengths[later])


def test_another_smoothing_begins_anew(demo_model: Model, signal: FloatArray) -> None:
    settings = replace(settings_for(demo_model.manifest, signal), familiar=None, rest_gate=None)
    pipeline = Pipeline(guarded(demo_model, settings))
    pipeline.push(Chunk(0, signal[:1500]))
    pipeline.tune(replace(settings, smoothing=MajoritySmoothing(9)))
    found = pipeline.push(Chunk(1500, signal[1500:]))
    assert found.classes[0] == found.probabilities[0].argmax(), "no vote from before"
    assert pipeline.fixed_delay(None).smoothing_s == pytest.approx(0.08)


def test_settings_of_another_model_are_refused_where_they_are_asked_for(
    demo_model: Model, signal: FloatArray
) -> None:
    pipeline = Pipeline(demo_model)
    with pytest.raises(UsageError, match=r"of another model.*2 numbers; expected 3"):
        pipeline.tune(DecisionSettings(rest_gate=RestGate((1.0, 2.0))))
    assert pipeline.settings is demo_model.manifest.decision
    assert len(pipeline.push(Chunk(0, signal)))


def test_settings_come_back_from_the_manifest_as_they_were(
    demo_model: Model, signal: FloatArray
) -> None:
    manifest = demo_model.manifest
    settings = settings_for(manifest, signal, HysteresisSmoothing(4))
    n_channels = len(manifest.channel_names)
    found = decision_from_manifest(
        settings.to_manifest(), len(manifest.class_names), n_channels, 2 * n_channels
    )
    assert found == settings
    assert decision_from_manifest({"kind": "argmax"}, 3, 3, 6) == ARGMAX


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"kind": "oracle"}, "knows argmax, guarded"),
        ({"threshold": 3.0}, "expected 0 to 1"),
        ({"begin_odds": 0.5}, "expected 1 or more"),
        ({"class_odds": [1.0, 2.0]}, "2 factors of classes; expected"),
        ({"class_odds": [0.0] * 7}, "class_odds"),
        ({"smoothing": {"kind": "bayes", "stay": 1.0}}, "stay 1.0"),
        ({"smoothing": {"kind": "median"}}, "smoothing of kind 'median'"),
        ({"rest_gate": {"levels": [1.0]}}, "1 numbers; expected 3"),
        ({"rest_gate": 5}, "not as expected"),
        ({"rails": {"low": 5.0, "high": 1.0, "share": 0.1}}, "low below high"),
        ({"confidence": float("nan")}, "not finite"),
    ],
)
def test_a_damaged_setting_is_refused_by_name(
    demo_model: Model, signal: FloatArray, change: dict[str, object], says: str
) -> None:
    manifest = demo_model.manifest
    entry = {**settings_for(manifest, signal).to_manifest(), **change}
    with pytest.raises(ModelFileError, match=says):
        decision_from_manifest(entry, len(manifest.class_names), 3, 6)
