"""Calibration without labels: levels that moved are found, and moved back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from emgstream_training.unlabelled_calibration import calibrate_unlabelled

from emgstream.bundle import Model, read_model, write_model
from emgstream.cli import main
from emgstream.data import DEMO_RECORDING
from emgstream.decisions import STATUSES
from emgstream.errors import TrainingDataError
from emgstream.pipeline import Pipeline
from emgstream.tables import EmgTable, read_table
from emgstream.types import Chunk

GAINS = np.array([0.5, 0.6, 0.35], dtype=np.float32)
"""Of another day: all electrodes see less of the muscles."""


@pytest.fixture(scope="module")
def today() -> EmgTable:
    table = read_table(DEMO_RECORDING)
    middle = np.median(table.samples, axis=0)
    return replace(table, samples=(middle + (table.samples - middle) * GAINS).astype(np.float32))


def share_right(model: Model, table: EmgTable) -> float:
    decisions = Pipeline(model.tuned(replace(model.manifest.decision, threshold=0.0))).push(
        Chunk(0, table.samples)
    )
    truth = table.label_names_by_row()[decisions.indices]
    told = np.array(decisions.class_names)[decisions.probabilities.argmax(axis=1)]
    return float(np.mean((told == truth)[np.isin(truth, decisions.class_names)]))


def rate_of(model: Model) -> float:
    rate_hz = model.manifest.sampling_rate_hz
    assert rate_hz is not None
    return rate_hz


def test_levels_that_moved_are_moved_back(demo_model: Model, today: EmgTable) -> None:
    known = share_right(demo_model, read_table(DEMO_RECORDING))
    before = share_right(demo_model, today)
    found = calibrate_unlabelled(demo_model, [today], rate_of(demo_model))
    after = share_right(found.model, today)
    assert before < known - 0.1
    assert after > before + 0.5 * (known - before)
    assert found.unseen == ()
    assert found.duration_s == pytest.approx(today.n_rows / rate_of(demo_model), abs=0.1)


def test_labels_are_not_looked_at(demo_model: Model, today: EmgTable) -> None:
    unlabelled = replace(today, labels=None, label_names=())
    found = [
        calibrate_unlabelled(demo_model, [table], rate_of(demo_model))
        for table in (today, unlabelled)
    ]
    assert found[0].model.manifest.transforms == found[1].model.manifest.transforms
    assert found[0].distance == found[1].distance


def test_all_that_depends_on_levels_moves_with_them(demo_model: Model, today: EmgTable) -> None:
    """A strength and an unknown signal are the same as on the day of the training."""
    found = calibrate_unlabelled(demo_model, [today], rate_of(demo_model)).model
    known = Pipeline(demo_model).push(Chunk(0, read_table(DEMO_RECORDING).samples))
    moved = Pipeline(found).push(Chunk(0, today.samples))
    unmoved = Pipeline(demo_model).push(Chunk(0, today.samples))

    off = [np.nanmean(np.abs(one.strengths - known.strengths)) for one in (moved, unmoved)]
    assert off[0] < 0.5 * off[1]
    unknown = STATUSES.index("unknown")
    shares = [np.mean(one.statuses == unknown) for one in (known, unmoved, moved)]
    assert shares[1] > 0.2
    assert shares[2] < shares[0] + 0.02


def test_a_session_as_in_the_training_is_left_alone(demo_model: Model, today: EmgTable) -> None:
    with pytest.raises(TrainingDataError, match=r"are as in the training \(0\.\d\d spreads away"):
        calibrate_unlabelled(demo_model, [read_table(DEMO_RECORDING)], rate_of(demo_model))
    adapted = calibrate_unlabelled(demo_model, [today], rate_of(demo_model)).model
    with pytest.raises(TrainingDataError, match=r"are as in the training \(0\.0\d spreads away"):
        calibrate_unlabelled(adapted, [today], rate_of(demo_model))


def of_rest_alone(model: Model, table: EmgTable) -> tuple[Model, EmgTable]:
    rest = table.label_names_by_row() == "rest"
    held = {"samples": table.samples[rest], "index": None, "time_s": None, "segments": None}
    return model, replace(table, **held, repetitions=None, labels=None, label_names=())


def with_a_dead_electrode(model: Model, table: EmgTable) -> tuple[Model, EmgTable]:
    samples = table.samples.copy()
    samples[:, 1] = 512.0
    return model, replace(table, samples=samples)


def with_another_gain(model: Model, table: EmgTable) -> tuple[Model, EmgTable]:
    middle = np.median(table.samples, axis=0)
    samples = middle + 0.05 * (table.samples - middle)
    return model, replace(table, samples=samples.astype(np.float32))


def of_an_earlier_version(model: Model, table: EmgTable) -> tuple[Model, EmgTable]:
    return replace(model, manifest=replace(model.manifest, shift=None)), table


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (of_rest_alone, "has no label, and .*; expected"),
        (with_a_dead_electrode, "channel triceps does not change at all; expected a signal"),
        (with_another_gain, "has no label, and .*; expected"),
        (of_an_earlier_version, "does not know how its signals usually are"),
    ],
)
def test_what_cannot_be_adapted_is_refused(
    change: Callable[[Model, EmgTable], tuple[Model, EmgTable]],
    reason: str,
    demo_model: Model,
    today: EmgTable,
) -> None:
    model, table = change(demo_model, today)
    with pytest.raises(TrainingDataError, match=reason):
        calibrate_unlabelled(model, [table], rate_of(demo_model))


@pytest.mark.tensorflow
@pytest.mark.parametrize("progress", ["bar", "jsonl"])
def test_the_verb_adapts_to_a_recording_without_labels(
    progress: str, today: EmgTable, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recording, out = tmp_path / "today.csv", tmp_path / "today.emgmodel"
    rows = "\n".join(",".join(map(str, row)) for row in today.samples[:120_000].tolist())
    recording.write_text(f"{','.join(today.channel_names)}\n{rows}\n")
    words = ["calibrate", str(recording), "--rate", "1000", "--out", str(out)]
    assert main([*words, "--progress", progress]) == 0
    told = capsys.readouterr().out
    entry = read_model(out).manifest.evaluation["calibration_session"]
    assert entry["labelled"] is False
    if progress == "jsonl":
        event = json.loads(told.splitlines()[-1])
        assert event["event"] == "moved"
        assert event["distance"] == entry["distance"] > 0.4
    else:
        seconds = len(today.samples[:120_000]) // 1000
        assert f"the levels of {seconds} s of signal were {entry['distance']:.2f} spreads" in told


@pytest.mark.tensorflow
def test_a_column_that_looks_like_the_label_is_asked_about(
    demo_model: Model, today: EmgTable, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recording, out = tmp_path / "today.csv", tmp_path / "today.emgmodel"
    labelled = np.array(today.label_names_by_row()[:60_000])
    rows = "\n".join(
        ",".join([*map(str, row), label])
        for row, label in zip(today.samples[:60_000].tolist(), labelled, strict=True)
    )
    recording.write_text(f"{','.join(today.channel_names)},movement\n{rows}\n")
    write_model(out, demo_model)
    words = ["calibrate", str(recording), "--rate", "1000", "--model", str(out), "--out", str(out)]
    assert main(words) == 1
    assert "Add --label movement" in capsys.readouterr().err
    assert read_model(out).manifest.training_data == demo_model.manifest.training_data
