from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import emgstream.decisions
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
@pytest.mark.parametrize("n_at_once", [1, 7, 200, 1000])
def test_a_signal_of_another_board_is_not_saturated_however_it_is_chunked(
    others: Callable[[FloatArray], FloatArray], n_at_once: int
) -> None:
    noise = np.random.default_rng(1).standard_normal((1000, 3)).astype(np.float32)
    samples = others(noise).astype(np.float32)
    watch = RailWatch(RAILS, n_window=200)
    saturated: list[bool] = []
    for first in range(0, 1000, n_at_once):
        chunk = samples[first : first + n_at_once]
        watch.add_samples(first, chunk)
        ends = np.arange(199, 1000, 20)
        ends = ends[(ends >= first) & (ends < first + n_at_once)]
        saturated += watch.are_saturated(ends).tolist()
    assert saturated == [False] * 41
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


def test_before_the_first_sample_nothing_is_counted_of_any_channel() -> None:
    figures = RailWatch(RAILS, n_window=4).figures
    assert figures is not None
    counts = figures.to_json(("a", "b"))
    assert (counts["samples"], counts["at_low"], counts["at_high"]) == (0, {}, {})


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


SIZES = {
    "familiar": {
        "whitening": [[1.0, 0.0], [0.0, 1.0]],
        "centres": [[0.0, 0.0]] * 3,
        "limit": 1.0,
        "quietest": [0.0],
    },
    "rest_gate": {"levels": [1.0]},
    "strength": {"low": [0.0] * 3, "high": [1.0] * 3},
    "class_odds": [1.0, 2.0, 3.0],
}
"""Settings for three classes, one channel and two strengths per step."""


def entry_with(name: str, path: tuple[str, ...], value: object) -> dict[str, object]:
    entry: dict[str, Any] = {**DecisionSettings(threshold=0.5).to_manifest(), **deepcopy(SIZES)}
    holder = entry[name] if path else entry
    holder[path[0] if path else name] = value
    return entry


@pytest.mark.parametrize(
    ("name", "path", "value", "says"),
    [
        ("familiar", ("whitening",), [[1.0, 0.0]], "1 rows; expected 2"),
        ("familiar", ("whitening",), [[1.0, 0.0], [1.0]], "1 numbers; expected 2"),
        ("familiar", ("centres",), [[0.0, 0.0]] * 2, "2 rows; expected 3"),
        ("familiar", ("centres",), [[0.0, 0.0]] * 2 + [[0.0] * 3], "3 numbers; expected 2"),
        ("familiar", ("quietest",), [0.0, 0.0], "2 numbers; expected 1"),
        ("rest_gate", ("levels",), [], "0 numbers; expected 1"),
        ("strength", ("low",), [0.0] * 4, "not as expected"),
        ("class_odds", (), [1.0, 2.0], "2 factors of classes; expected 3"),
    ],
)
def test_settings_for_other_classes_channels_or_strengths_are_refused(
    name: str, path: tuple[str, ...], value: object, says: str
) -> None:
    whole = entry_with("class_odds", (), [1.0, 2.0, 3.0])
    settings = decision_from_manifest(whole, n_classes=3, n_channels=1, n_strengths=2)
    assert decision_from_manifest(settings.to_manifest(), 3, 1, 2) == settings
    with pytest.raises(ModelFileError, match=says):
        decision_from_manifest(entry_with(name, path, value), 3, 1, 2)


def test_ranges_of_strength_for_other_classes_are_refused() -> None:
    entry = {
        **entry_with("class_odds", (), None),
        "strength": {"low": [0.0] * 2, "high": [1.0] * 2},
    }
    with pytest.raises(ModelFileError, match="2 numbers; expected 3"):
        decision_from_manifest(entry, 3, 1, 2)


@pytest.mark.parametrize("name", ["smoothing", "threshold", "tells_gaps", "confidence", "fitted"])
def test_settings_without_what_every_file_has_are_refused(name: str) -> None:
    entry = DecisionSettings(threshold=0.5).to_manifest()
    del entry[name]
    with pytest.raises(ModelFileError, match=f"no {name}"):
        decision_from_manifest(entry, 3, 1, 2)


def test_a_file_has_newer_settings_only_where_they_say_something() -> None:
    assert ARGMAX.to_manifest() == {"kind": "argmax"}
    usual = DecisionSettings(threshold=0.5).to_manifest()
    assert usual["kind"] == "guarded"
    assert not {"most_filled", "class_odds"} & set(usual)
    own = DecisionSettings(most_filled=0.1, class_odds=(1.0, 2.0, 3.0)).to_manifest()
    assert own["most_filled"] == 0.1
    assert list(own["class_odds"]) == [1.0, 2.0, 3.0]


def test_the_thresholds_of_the_classes_are_multiples_of_the_odds() -> None:
    settings = DecisionSettings(threshold=0.5, begin_odds=4.0, class_odds=(1.0, 3.0, 1.0 / 3.0))
    assert settings.thresholds(3) == pytest.approx((0.5, 0.75, 0.25))
    assert settings.begins(3) == pytest.approx((0.8, 12 / 13, 4 / 7))
    assert DecisionSettings(threshold=0.6).thresholds(2) == (0.6, 0.6)
    assert DecisionSettings(threshold=0.6).begins(2) == (0.6, 0.6)


@pytest.mark.parametrize(
    ("level", "strength"),
    [(-1.0, 0.0), (1.0, 0.0), (2.0, 0.25), (4.0, 0.75), (5.0, 1.0), (9.0, 1.0)],
)
def test_the_strength_is_the_share_of_the_range_and_within_it(
    level: float, strength: float
) -> None:
    assert StrengthRange((0.0, 1.0), (1.0, 5.0)).share(1, level) == strength


def test_ranges_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="the first to be the smaller"):
        StrengthRange((0.0, 1.0), (1.0, 1.0))
    with pytest.raises(ValueError, match="low below high"):
        ConverterRails(1.0, 1.0, 0.1)


def test_the_strength_is_of_the_levels_of_all_channels_and_of_nothing_else() -> None:
    settings = DecisionSettings(strength=StrengthRange((0.0,) * 3, (10.0,) * 3))
    predictions = WindowPredictions(
        np.arange(2),
        np.array(sure_of(0, 1), np.float32),
        np.array([[1.0, 5.0, 900.0], [2.0, 4.0, 0.0]]),
        np.zeros(2, np.bool_),
    )
    found = DecisionStage(CLASSES, 2, settings).decide(predictions)
    assert found.strengths.tolist() == [0.3, 0.3]


def test_a_decision_has_all_that_its_window_has() -> None:
    predictions = replace(
        seen([[0.25, 0.5, 0.25], [0.5, 0.25, 0.25]], [0.5, 0.5]),
        indices=np.array([41, 83]),
        saturated=np.array([False, True]),
        filled=np.array([0.125, 0.25]),
    )
    settings = DecisionSettings(
        threshold=0.375, strength=StrengthRange((0.0,) * 3, (1.0,) * 3), tells_gaps=True
    )
    one, other = found = decide(settings, predictions)
    assert found.classes.tolist() == [1, -1]
    assert (one.index, one.label, one.confidence, one.status) == (41, "open", 0.5, "ok")
    assert one.probabilities == {"fist": 0.25, "open": 0.5, "rest": 0.25}
    assert (one.strength, one.filled, one.needed) == (0.5, 0.125, 0.375)
    assert (other.index, other.label, other.confidence, other.status) == (83, "", 0.0, "gap")
    assert other.probabilities == {"fist": 0.5, "open": 0.25, "rest": 0.25}
    assert (other.strength, other.filled, other.needed) == (0.0, 0.25, 0.0)


def test_without_more_a_window_is_measured_as_a_whole_and_needs_nothing() -> None:
    found = decide(ARGMAX, seen(sure_of(0, 1)))
    assert found.filled.tolist() == found.needed.tolist() == [0.0, 0.0]
    assert found.decided.tolist() == [True, True]
    assert decide(ARGMAX, replace(seen(sure_of(0)), filled=np.array([0.5])))[0].filled == 0.5


def test_a_window_without_a_number_is_unknown() -> None:
    for settings in (ARGMAX, DecisionSettings(threshold=0.01)):
        found = decide(settings, seen([[0.0, 0.0, 0.0], [0.2, 0.7, 0.1]]))
        assert [one.status for one in found] == ["unknown", "ok"]
        assert found.decided.tolist() == [False, True]


@pytest.mark.parametrize(("filled", "status"), [(0.3, "ok"), (0.31, "gap")])
def test_a_window_may_be_filled_up_to_its_limit(filled: float, status: str) -> None:
    predictions = replace(seen(sure_of(0)), filled=np.array([filled]))
    assert decide(DecisionSettings(threshold=0.5), predictions)[0].status == status


def test_a_gap_is_told_with_nothing_in_it() -> None:
    for settings, strength in (
        (DecisionSettings(tells_gaps=True), None),
        (DecisionSettings(strength=StrengthRange((0.0,) * 3, (1.0,) * 3)), 0.0),
    ):
        found = DecisionStage(CLASSES, 1, settings).gap_decisions(np.array([7, 9]))
        one, other = found
        assert (one.index, other.index) == (7, 9)
        assert (one.label, one.confidence, one.status, one.strength) == ("", 0.0, "gap", strength)
        assert one.probabilities == {"fist": 0.0, "open": 0.0, "rest": 0.0}
        assert (one.filled, one.needed) == (0.0, 0.0)
        assert found.classes.tolist() == [-1, -1]
        usual = decide(settings, seen(sure_of(0, 1)))
        assert found.probabilities.dtype == usual.probabilities.dtype
        assert (found.classes.dtype, found.statuses.dtype) == (
            usual.classes.dtype,
            usual.statuses.dtype,
        )


def test_the_rest_gate_is_sure_and_ends_a_movement() -> None:
    settings = DecisionSettings(
        smoothing=BayesSmoothing(0.9, 0.5), threshold=0.5, rest_gate=RestGate((0.5,))
    )
    found = decide(settings, seen(sure_of(0, 0, 0, 0, 0), levels=[1.0, 1.0, 1.0, 0.1, 0.1]))
    assert [one.label for one in found] == ["fist"] * 3 + ["rest"] * 2
    smoother = BayesSmoothing(0.9, 0.5).begin(3, rest=2)
    rows = [*np.array(sure_of(0, 0, 0), np.float32).tolist(), *[[0.005, 0.005, 0.99]] * 2]
    smoothed = [smoother.update(row) for row in rows]
    assert found.confidences.tolist()[:3] == [confidence for _, confidence in smoothed[:3]]
    assert found.confidences.tolist()[3:] == pytest.approx(
        [confidence if chosen == 2 else 0.99 for chosen, confidence in smoothed[3:]], rel=1e-12
    )
    assert found.confidences[4] != pytest.approx(0.99, abs=1e-3)
    assert found.needed.tolist()[3:] == [0.0, 0.0]
    held = DecisionSettings(smoothing=HysteresisSmoothing(3), rest_gate=RestGate((0.5,)))
    found = decide(held, seen(sure_of(0, 0, 0), levels=[1.0, 0.1, 0.1]))
    assert found.confidences.tolist() == pytest.approx([0.9, 0.99, 0.99])


def test_without_a_class_of_rest_there_is_no_rest_gate() -> None:
    settings = DecisionSettings(threshold=0.5, rest_gate=RestGate((0.5,)))
    stage = DecisionStage(("fist", "open", "point"), 1, settings)
    assert [one.label for one in stage.decide(seen(sure_of(0, 2), [0.1, 0.1]))] == ["fist", "point"]


def test_as_many_samples_at_an_end_as_the_share_are_not_too_many() -> None:
    watch = RailWatch(ConverterRails(0.0, 9.0, share=0.5), n_window=4)
    watch.add_samples(10, np.array([[9.0], [5.0], [9.0], [5.0], [0.0], [0.0]], dtype=np.float32))
    assert watch.are_saturated(np.array([13, 14, 15])).tolist() == [False, False, True]
    assert RailWatch(None, n_window=4).figures is None
    without = RailWatch(None, n_window=4).are_saturated(np.array([3, 4]))
    assert without.tolist() == [False, False]
    assert without.dtype == watch.are_saturated(np.array([15])).dtype == np.bool_


def test_a_value_beyond_an_end_is_at_it_and_a_missing_one_is_not() -> None:
    rails = ConverterRails(0.0, 1023.0, share=0.5)
    samples = np.array([[-1.0, 5.0], [0.0, 5.0], [1.0, 1022.0], [5.0, 1023.0], [np.nan, 5.0]])
    assert rails.touched(samples.astype(np.float32)).tolist() == [True, True, False, True, False]
    strange = np.array([[-1.0, 5.0], [0.0, 1023.0], [5.5, 7.0], [5.0, 1024.0], [np.nan, 5.0]])
    told = rails.impossible(strange.astype(np.float32)).tolist()
    assert told == [True, False, True, True, False]
    limits = ConverterRails(400.0, 600.0, share=0.5)
    assert limits.impossible(strange.astype(np.float32)).tolist() == [False] * 5


def test_the_tenth_impossible_sample_proves_another_board_and_what_was_before_stays() -> None:
    samples = np.full((30, 1), 1023.0, np.float32)
    samples[5:14] = 0.5
    samples[20] = 0.5  # the tenth
    watch = RailWatch(ConverterRails(0.0, 1023.0, share=0.25), n_window=4)
    watch.add_samples(100, samples)
    ends = np.array([104, 113, 119, 120, 129])
    assert watch.are_saturated(ends).tolist() == [True, False, True, False, False]
    assert watch.figures is not None
    assert watch.figures.is_foreign


def test_another_smoothing_is_used_from_the_next_window_on() -> None:
    settings = DecisionSettings(smoothing=HysteresisSmoothing(5), threshold=0.01)
    stage = DecisionStage(CLASSES, 1, settings)
    assert [one.label for one in stage.decide(seen(sure_of(0, 0, 1)))] == ["fist"] * 3
    stage.tune(replace(settings, smoothing=MajoritySmoothing(1)))
    assert [one.label for one in stage.decide(seen(sure_of(1, 0)))] == ["open", "fist"]
    stage.tune(replace(settings, smoothing=MajoritySmoothing(1), threshold=0.95))
    assert [one.status for one in stage.decide(seen(sure_of(1)))] == ["rejected"]


def test_a_movement_that_goes_on_needs_no_more_after_the_settings_change() -> None:
    settings = DecisionSettings(threshold=0.6, begin_odds=3.0)
    stage = DecisionStage(CLASSES, 1, settings)
    going_on = [[0.7, 0.2, 0.1]]
    assert stage.decide(seen(sure_of(0)))[0].status == "ok"
    stage.tune(replace(settings, threshold=0.65))
    assert stage.decide(seen(going_on))[0].status == "ok"
    stage.restart()
    assert stage.decide(seen(going_on))[0].status == "rejected"


def test_a_reset_forgets_the_samples_at_an_end_and_the_impossible_ones() -> None:
    watch = RailWatch(ConverterRails(0.0, 1023.0, share=0.2), n_window=4)
    for first in (0, 5):
        samples = np.full((13, 1), 0.5, np.float32)
        samples[:3], samples[3] = 5.0, 1023.0
        watch.add_samples(first, samples)
        assert watch.are_saturated(first + np.array([1, 3, 6, 7])).tolist() == [
            *(False, True, True, False)
        ]
        watch.reset()
    assert watch.figures is not None
    assert not watch.figures.is_foreign
    assert watch.figures.n_samples == 26


def test_the_likeliest_class_is_told_without_a_stage_too() -> None:
    probabilities = np.array([[0.25, 0.5, 0.25], [0.5, 0.5, 0.0], [0.0, 0.0, 0.0]], np.float32)
    found = emgstream.decisions.decide(CLASSES, np.arange(3), probabilities)
    assert [one.label for one in found] == ["open", "fist", "fist"]
    assert [one.status for one in found] == ["ok", "ok", "unknown"]
    assert found.filled.tolist() == [0.0, 0.0, 0.0]
    assert [one.strength for one in found] == [None] * 3
    assert found.confidences.dtype == np.float64


def test_a_window_at_rest_counts_as_one_for_the_smoothing() -> None:
    settings = DecisionSettings(smoothing=MajoritySmoothing(3), rest_gate=RestGate((0.5,)))
    found = decide(settings, seen(sure_of(0, 0, 0, 0, 0), levels=[1.0, 1.0, 0.1, 0.1, 1.0]))
    assert [one.label for one in found] == ["fist", "fist", "rest", "rest", "rest"]


def test_an_unknown_window_does_not_count_for_the_smoothing() -> None:
    familiar = KnownSignal(((1.0,),), ((1.0,),) * 3, limit=1.0, quietest=(0.0,))
    settings = DecisionSettings(smoothing=HysteresisSmoothing(2), familiar=familiar)
    found = decide(settings, seen(sure_of(0, 1, 1, 1, 2), levels=[1.0, 9.0, 9.0, 1.0, 1.0]))
    assert [one.status for one in found] == ["ok", "unknown", "unknown", "ok", "ok"]
    assert [one.label for one in found] == ["fist"] * 5
    assert found.confidences.tolist()[:3] == [found.confidences[0]] * 3


def test_a_confidence_of_just_the_threshold_is_enough() -> None:
    found = decide(DecisionSettings(threshold=0.5), seen([[0.5, 0.25, 0.25], [0.49, 0.26, 0.25]]))
    assert [one.status for one in found] == ["ok", "rejected"]
    assert [one.strength for one in found] == [None, None]
