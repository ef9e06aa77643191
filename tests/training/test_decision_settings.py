from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from emgstream_training.decision_fitting import fit_decision
from emgstream_training.front_end import FrontEnd
from emgstream_training.realtime import (
    cut_recordings,
    inner_folds,
    windows_ending_at,
)

from emgstream.bundle import Model
from emgstream.decisions import ARGMAX, DecisionSettings, decision_from_manifest
from emgstream.network.network_backend import open_classifier
from emgstream.simulation import CueSchedule, record_session
from emgstream.tables import EmgTable, read_table
from emgstream.trial import DecisionScore, added_delay_s, decisions_on, score


def session(folder: Path, number: int) -> EmgTable:
    """Return a session of the simulated person the shipped model is of."""
    script = CueSchedule.shuffled(repetitions=3, hold_s=2.0, rest_s=1.5, seed=number)
    path = folder / f"session{number}.csv"
    record_session(path, script, seed=1, session=number)
    return read_table(path)


@pytest.fixture(scope="module")
def settings(demo_model: Model, tmp_path_factory: pytest.TempPathFactory) -> DecisionSettings:
    """Settings fitted on a session that the shipped network has not seen."""
    manifest = demo_model.manifest
    table = session(tmp_path_factory.mktemp("fit"), 301)
    front_end = FrontEnd(dict(manifest.conditioning), manifest.step, ())
    cuts = cut_recordings(
        [table], manifest.class_names, front_end, inner_folds([table], manifest.class_names)
    )
    predict = open_classifier(demo_model).predict
    probabilities = [
        predict(windows_ending_at(manifest.transforms.apply(cut.steps), cut.last_steps))
        for cut in cuts
    ]
    return fit_decision(cuts, probabilities, [table], manifest.class_names, manifest.step, 0.02)


@pytest.fixture(scope="module")
def scores(
    demo_model: Model, settings: DecisionSettings, tmp_path_factory: pytest.TempPathFactory
) -> tuple[DecisionScore, DecisionScore, DecisionScore]:
    """What the likeliest class, it smoothed, and the settings come to on another session."""
    table = session(tmp_path_factory.mktemp("score"), 302)
    steady = replace(ARGMAX, smoothing=settings.smoothing)
    plain, smoothed, fitted = (
        score(one.decisions, one.truth, one.hop_s)
        for one in (decisions_on(table, demo_model, way) for way in (ARGMAX, steady, settings))
    )
    return plain, smoothed, fitted


def test_the_settings_say_what_they_were_fitted_for_and_reached(settings: DecisionSettings) -> None:
    fitted = settings.fitted
    assert fitted["active_error_rate"] < fitted["active_error_rate_argmax"]
    assert fitted["completion_rate"] >= fitted["completion_rate_argmax"]
    assert fitted["abstained"] <= 0.08
    assert settings.threshold < 1.0
    assert settings.begin_odds in (1.0, 2.0, 4.0)
    assert settings.begin >= settings.threshold > 0.0
    assert settings.rails is not None
    assert (settings.rails.low, settings.rails.high) == (0.0, 1023.0)


def test_they_go_into_the_model_file_and_back(
    demo_model: Model, settings: DecisionSettings
) -> None:
    manifest = demo_model.manifest
    n_strengths = manifest.step.n_strengths(3)
    found = decision_from_manifest(
        settings.to_manifest(), len(manifest.class_names), 3, n_strengths
    )
    assert found == settings
    assert found.fitted == settings.fitted


def test_on_another_session_they_move_less_wrongly(
    scores: tuple[DecisionScore, DecisionScore, DecisionScore],
) -> None:
    plain, smoothed, fitted = scores
    assert fitted.active_error_rate < smoothed.active_error_rate
    assert fitted.active_error_rate < 0.75 * plain.active_error_rate
    assert fitted.abstained < 0.08
    assert added_delay_s(fitted, plain) < 0.08
    assert fitted.missed <= plain.missed
    assert added_delay_s(smoothed, plain) < 0.04


def test_an_unplugged_channel_is_unknown(
    demo_model: Model, settings: DecisionSettings, tmp_path: Path
) -> None:
    table = session(tmp_path, 303)
    samples = table.samples.copy()
    samples[:, 0] = 512.0
    found = decisions_on(replace(table, samples=samples), demo_model, settings)
    assert np.mean([one.status == "unknown" for one in found.decisions]) > 0.9
