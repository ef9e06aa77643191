from __future__ import annotations

import gzip

import pytest
from emgstream_training.demo_data import (
    HELD_OUT_SESSIONS,
    TRAINING_SESSIONS,
    demo_recording,
    score_sessions,
)

from emgstream.bundle import read_model
from emgstream.data import DEMO_MODEL, DEMO_RECORDING
from emgstream.simulation import MOVEMENTS
from emgstream.tables import read_table

FRESH_SESSIONS = tuple(range(501, 501 + len(HELD_OUT_SESSIONS)))


def test_the_shipped_model_scores_on_fresh_sessions_what_its_manifest_says() -> None:
    model = read_model(DEMO_MODEL)
    stated = model.manifest.evaluation["held_out_sessions"]
    assert not {*FRESH_SESSIONS} & {*TRAINING_SESSIONS, *stated["sessions"]}
    fresh = score_sessions(model, FRESH_SESSIONS)
    assert fresh.accuracy == pytest.approx(stated["accuracy"], abs=0.03)
    assert fresh.balanced_accuracy == pytest.approx(stated["balanced_accuracy"], abs=0.03)


def test_what_the_manifest_says_was_measured_on_the_sessions_it_names() -> None:
    model = read_model(DEMO_MODEL)
    stated = model.manifest.evaluation["held_out_sessions"]
    again = score_sessions(model, stated["sessions"])
    assert again.accuracy == pytest.approx(stated["accuracy"], abs=1e-3)
    assert again.n_decisions == stated["n_decisions"]


def test_the_shipped_model_says_it_is_synthetic_and_from_which_seeds() -> None:
    manifest = read_model(DEMO_MODEL).manifest
    assert manifest.synthetic
    assert manifest.recipe == "realtime"
    assert [data["session"] for data in manifest.training_data] == list(TRAINING_SESSIONS)
    assert all("synthetic" in data["name"] for data in manifest.training_data)
    assert set(manifest.class_names) == set(MOVEMENTS)


def test_the_shipped_recording_is_rebuilt_to_the_byte() -> None:
    # Compared unpacked: another zlib may pack the same text in other bytes.
    assert gzip.decompress(demo_recording()) == gzip.decompress(DEMO_RECORDING.read_bytes())


def test_the_shipped_recording_has_every_movement_and_stays_small() -> None:
    table = read_table(DEMO_RECORDING)
    assert set(table.label_names) == set(MOVEMENTS)
    assert table.sampling_rate_hz == pytest.approx(1000.0)
    assert DEMO_RECORDING.stat().st_size < 300_000
    assert DEMO_MODEL.stat().st_size < 2_500_000
