"""A model file that an earlier version wrote loads, and decides as it did."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from emgstream.bundle import Model, read_model
from emgstream.data import DEMO_RECORDING
from emgstream.pipeline import Pipeline
from emgstream.tables import ColumnChoice, read_table
from emgstream.types import Chunk

OLD_MODEL = Path(__file__).parent / "data" / "old_rms.emgmodel"
"""Trained by the realtime recipe of commit f07d559 on 31 s of synthetic EMG (seed 3), with layers
of 8 to 12 units instead of 64 to 128, so that the file is small."""

SAID = "152b15ec05dc15d7090a6f07f61f332b1fceb9c4da0fa2b70e9ad03be4f97363"
"""SHA-256 of index, label and status of its decisions on the demo recording, as f07d559 decided."""


@pytest.fixture(scope="module")
def model() -> Model:
    return read_model(OLD_MODEL)


@pytest.mark.parametrize("n_samples", [7, 1000, 50_000])
def test_it_decides_as_it_did_when_it_was_trained(model: Model, n_samples: int) -> None:
    samples = read_table(DEMO_RECORDING, ColumnChoice(model.manifest.channel_names)).samples
    pipeline = Pipeline(model)
    parts = [
        pipeline.push(Chunk(first, samples[first : first + n_samples]))
        for first in range(0, len(samples), n_samples)
    ]
    decisions = parts[0].joined(*parts[1:])
    lines = [f"{one.index} {one.label} {one.status}\n" for one in decisions]
    assert {one.status for one in decisions} == {"ok", "rest", "rejected", "unknown"}
    assert hashlib.sha256("".join(lines).encode()).hexdigest() == SAID


def test_its_manifest_is_written_as_it_was(model: Model) -> None:
    with zipfile.ZipFile(OLD_MODEL) as archive:
        stated = json.loads(archive.read("manifest.json"))
    del stated["members"]
    assert model.manifest.to_json() == stated
    assert stated["step"]["kind"] == "rms"
