"""A feature that is added: one class, one line of the registry, and a recipe that names it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from emgstream_training.fold import export_learned, learn
from emgstream_training.front_end import USUAL_STEPS
from emgstream_training.recipes import REALTIME
from emgstream_training.recordings import class_names_of
from emgstream_training.training_material import prepare

from emgstream.bundle import read_model, write_model
from emgstream.errors import ModelFileError
from emgstream.pipeline import Pipeline
from emgstream.steps import feature_registry
from emgstream.tables import read_table
from emgstream.types import Chunk
from tests.decisions.test_chunking import assert_same
from tests.steps.features import WaveformLength, ZeroCrossings

pytestmark = pytest.mark.tensorflow

RECIPE = replace(
    REALTIME,
    steps=replace(USUAL_STEPS, further=(WaveformLength(span=10), ZeroCrossings(threshold=5.0))),
).with_max_epochs(1)


def test_a_model_trained_with_it_is_written_read_and_decides_the_same_in_any_chunks(
    session_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = read_table(session_path)
    material = prepare(RECIPE, [table], class_names_of([table]), None)
    named = ("biceps waveform length over 10 steps", "middle zero crossings")
    assert set(named) < set(material.feature_names)
    path = tmp_path / "further.emgmodel"
    write_model(path, export_learned(RECIPE, material, learn(RECIPE, material, seed=1)))
    with pytest.raises(ModelFileError, match="feature of kind 'unshipped_length'; this version"):
        read_model(path)

    features = (*feature_registry.FEATURES, WaveformLength, ZeroCrossings)
    monkeypatch.setattr(feature_registry, "FEATURES", features)
    model = read_model(path)
    assert model.manifest.step == material.front_end.step
    samples = table.samples[:5000]
    whole = Pipeline(model).push(Chunk(0, samples))
    pipeline, parts = Pipeline(model), []
    first = 0
    for piece in np.array_split(samples, 171):
        parts.append(pipeline.push(Chunk(first, piece)))
        first += len(piece)
    assert_same(parts[0].joined(*parts[1:]), whole)
    assert len({*whole.statuses.tolist()}) > 1
