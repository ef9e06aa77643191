"""A recording seen once and decided on by any settings is a whole replay by each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from emgstream.bundle import Model
from emgstream.decisions import (
    ARGMAX,
    BayesSmoothing,
    ConverterRails,
    Decisions,
    DecisionSettings,
    HysteresisSmoothing,
    MajoritySmoothing,
    NoSmoothing,
)
from emgstream.errors import EndOfStream, UsageError
from emgstream.pipeline import Pipeline
from emgstream.simulation import CueSchedule, SyntheticEmg
from emgstream.sources.replay_source import ReplaySource
from emgstream.tables import EmgTable
from emgstream.trial import PredictedRecording, decisions_on, score, seen_on, sweep, truth_at
from tests.decisions.guarded import guarded, settings_for
from tests.decisions.test_chunking import assert_same

N_ROWS = 6000


@pytest.fixture(scope="module")
def table(demo_model: Model) -> EmgTable:
    """Six seconds with a long gap, two short ones, and a segment too short for a window."""
    script = CueSchedule.of([("rest", 2.0), ("hand_close", 2.0), ("wrist_left", 2.0)])
    rows = np.arange(N_ROWS)
    index = rows + 37 * (rows >= 1503) + 7 * (rows >= 2500) + 11 * (rows >= 5012)
    return EmgTable(
        path=Path("arm.csv"),
        channel_names=demo_model.manifest.channel_names,
        samples=SyntheticEmg(script, seed=3).read(N_ROWS),
        labels=(rows // 2000).astype(np.int32),
        label_names=("rest", "hand_close", "wrist_left"),
        repetitions=None,
        segments=(rows >= 3500).astype(np.int64) + (rows >= 3600),
        index=index,
        time_s=index / 1000.0,
        repairs=(),
        sha256="",
    )


@pytest.fixture(scope="module")
def model(demo_model: Model, table: EmgTable) -> Model:
    return guarded(demo_model, settings_for(demo_model.manifest, table.samples))


@pytest.fixture(scope="module")
def seen(table: EmgTable, model: Model) -> PredictedRecording:
    return seen_on(table, model)


def replay(table: EmgTable, model: Model) -> Decisions:
    """What the pipeline says, chunk by chunk, by the settings of the model."""
    pipeline, parts = Pipeline(model), []
    with ReplaySource(table, speed=None) as source:
        while True:
            try:
                parts.append(pipeline.push(source.read()))
            except EndOfStream:
                return parts[0].joined(*parts[1:])


Change = Callable[[DecisionSettings], DecisionSettings]
WAYS: dict[str, Change] = {
    "the likeliest class": lambda _: ARGMAX,
    "the model's own": lambda own: own,
    "another threshold": lambda own: replace(own, threshold=0.9),
    "surer to begin": lambda own: replace(own, threshold=0.5, begin_odds=8.0),
    "no threshold": lambda own: replace(own, threshold=0.0),
    "votes": lambda own: replace(own, smoothing=MajoritySmoothing(5)),
    "hysteresis": lambda own: replace(own, smoothing=HysteresisSmoothing(3), threshold=0.3),
    "another filter": lambda own: replace(own, smoothing=BayesSmoothing(0.95, 0.3, 0.2)),
    "no smoothing": lambda own: replace(own, smoothing=NoSmoothing()),
    "no rest gate": lambda own: replace(own, rest_gate=None),
    "nothing unknown": lambda own: replace(own, familiar=None),
    "no strength": lambda own: replace(own, strength=None),
    "gaps not told": lambda own: replace(own, tells_gaps=False),
    "no rails": lambda own: replace(own, rails=None),
    "narrower rails": lambda own: replace(own, rails=ConverterRails(400.0, 600.0, 0.5)),
}


@pytest.mark.parametrize("name", WAYS)
def test_what_was_seen_once_is_decided_on_as_a_whole_replay_decides(
    name: str, table: EmgTable, model: Model, seen: PredictedRecording
) -> None:
    settings = WAYS[name](model.manifest.decision)
    found, expected = seen.decided(settings), replay(table, guarded(model, settings))
    assert_same(found.decisions, expected)
    assert_same(decisions_on(table, model, settings).decisions, expected)
    truth = truth_at(table, expected.indices, model.manifest.class_names)
    np.testing.assert_array_equal(found.truth.classes, truth.classes)


def test_the_ways_differ(model: Model, seen: PredictedRecording) -> None:
    said = {
        name: tuple(seen.decided(way(model.manifest.decision)).decisions.statuses.tolist())
        for name, way in WAYS.items()
        if name not in ("no strength", "another filter")
    }
    assert len(set(said.values())) == len(said)


def test_the_network_runs_once_however_many_settings_are_tried(
    table: EmgTable, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = seen_on(table, model)
    monkeypatch.setattr("emgstream.network.litert_classifier._Network.run", None)
    for way in WAYS.values():
        assert len(seen.decided(way(model.manifest.decision)).decisions) > 0


def test_a_sweep_tells_what_each_threshold_comes_to(model: Model, seen: PredictedRecording) -> None:
    own = model.manifest.decision
    found = sweep(seen, own)
    assert (found.thresholds[0], found.thresholds[-1]) == (0.0, 1.0)
    assert (np.diff(found.thresholds) > 0.0).all()
    assert (np.diff(found.active_error_rates) <= 0.0).all()
    assert found.abstained[-1] > found.abstained[0]
    for place in (0, 17, 40):
        at = seen.decided(replace(own, threshold=float(found.thresholds[place])))
        figures = score(at.decisions, at.truth, at.hop_s)
        assert found.active_error_rates[place] == figures.active_error_rate
        assert found.abstained[place] == figures.abstained


def test_a_movement_is_the_one_the_recording_counts(table: EmgTable, model: Model) -> None:
    repetitions = np.where(np.arange(N_ROWS) < 2500, 1, 2)
    counted = replace(table, repetitions=repetitions.astype(np.int64))
    indices = decisions_on(counted, model).decisions.indices
    truth = truth_at(counted, indices, model.manifest.class_names)
    rows = np.searchsorted(np.asarray(counted.index), indices)
    np.testing.assert_array_equal(truth.movements, counted.movement_numbers()[rows])
    changes = indices[1:][np.diff(truth.movements) != 0]
    assert any(2507 <= index < 2600 for index in changes), "the second repetition begins"


def test_a_recording_too_short_for_a_window_is_told(table: EmgTable, model: Model) -> None:
    few = replace(
        table,
        samples=table.samples[:50],
        **{name: getattr(table, name)[:50] for name in ("labels", "segments", "index", "time_s")},
    )
    with pytest.raises(UsageError, match=r"too short.*50 rows; expected at least 200"):
        decisions_on(few, model)
