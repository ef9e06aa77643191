"""Training and evaluation bridge the gaps of a recording as a live stream does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from emgstream_training.bridged_recording import (
    bridged_samples,
    bridged_stretches,
    bridging_notes,
)
from emgstream_training.evaluation.baselines import hudgins_features
from emgstream_training.evaluation.evaluated_decisions import (
    conditioned_samples,
    decided_windows,
    replay,
)
from emgstream_training.front_end import FrontEnd
from emgstream_training.realtime import (
    NEITHER,
    TRAINING,
    cut_recordings,
    windows_ending_at,
)
from emgstream_training.recipes import REALTIME
from emgstream_training.training_material import prepare_parts

from emgstream.bundle import Model
from emgstream.pipeline import Pipeline
from emgstream.simulation import CueSchedule, SyntheticEmg
from emgstream.tables import EmgTable
from emgstream.types import Chunk

NAMES = ("rest", "hand_close", "wrist_left")
N_ROWS = 6000


@pytest.fixture(scope="module")
def whole() -> EmgTable:
    script = CueSchedule.of([("rest", 2.0), ("hand_close", 2.0), ("wrist_left", 2.0)])
    return EmgTable(
        path=Path("arm.csv"),
        channel_names=("biceps", "triceps", "middle"),
        samples=SyntheticEmg(script, seed=3).read(N_ROWS),
        labels=(np.arange(N_ROWS) // 2000).astype(np.int32),
        label_names=NAMES,
        repetitions=None,
        segments=(np.arange(N_ROWS) >= 4500).astype(np.int64),
        index=np.arange(N_ROWS),
        time_s=np.arange(N_ROWS) / 1000.0,
        repairs=(),
        sha256="",
    )


@pytest.fixture(scope="module")
def table(whole: EmgTable) -> EmgTable:
    """Single lost samples, empty cells, a short and a long burst, and an open gap at an end."""
    random = np.random.default_rng(5)
    lost = random.random(N_ROWS) < 0.02
    lost[1200:1219], lost[2500:2560] = True, True
    lost[[0, 4499, 4500, N_ROWS - 1]] = False
    samples = whole.samples.copy()
    samples[random.random(samples.shape) < 0.01] = np.nan
    samples[[0, 2560, 2999, 3040, 4500]] = 500.0
    samples[3000:3040, 1] = np.nan
    samples[4490:4500, 0] = np.nan
    left = np.flatnonzero(~lost)
    assert whole.labels is not None
    assert whole.segments is not None
    return replace(
        whole,
        samples=samples[left],
        labels=whole.labels[left],
        segments=whole.segments[left],
        index=left,
        time_s=left / 1000.0,
    )


def test_decisions_fall_where_they_are_counted(model: Model, table: EmgTable) -> None:
    rows, probabilities = replay(model, table)
    np.testing.assert_array_equal(rows, decided_windows(model.manifest, table).rows)
    assert len(probabilities) == len(rows) > 100


def test_the_windows_of_a_training_are_those_of_the_live_path(
    demo_model: Model, table: EmgTable
) -> None:
    manifest = demo_model.manifest
    front_end = FrontEnd(manifest.conditioning, manifest.step, ())
    cuts = cut_recordings([table], NAMES, front_end, [np.zeros(table.n_rows, np.int64)])
    examples = np.concatenate(
        [windows_ending_at(manifest.transforms.apply(cut.steps), cut.last_steps) for cut in cuts]
    )
    seen: list[bytes] = []
    pipeline = Pipeline(demo_model)
    windows_of_steps = pipeline._windowing.windows_of

    def kept(steps: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> object:
        windows = windows_of_steps(steps)
        seen.extend(window.tobytes() for window in windows.values)
        return windows

    pipeline._windowing.windows_of = kept  # type: ignore[method-assign,assignment]
    assert table.index is not None
    assert table.segments is not None
    filled = []
    for row in range(table.n_rows):
        chunk = Chunk(int(table.index[row]), table.samples[row : row + 1], int(table.segments[row]))
        filled += [one.filled for one in pipeline.push(chunk) if one.probabilities["rest"] > 0.0]
    assert len(examples) > 200
    assert {window.tobytes() for window in examples} <= set(seen)
    by_cut = [cut.filled[manifest.n_steps - 1 :] for cut in cuts]
    assert np.concatenate(by_cut).tolist() == filled


def test_every_row_that_was_measured_keeps_its_value(demo_model: Model, table: EmgTable) -> None:
    stretches = list(bridged_stretches(table, demo_model.manifest.step.length))
    assert [len(one.rows) for one in stretches] == [2500, 1920, 1500]
    samples, rows = bridged_samples(table, demo_model.manifest.step.length)
    assert table.index is not None
    assert np.array_equal(np.unique(rows), np.arange(table.n_rows))
    measured = np.flatnonzero(np.diff(rows, append=table.n_rows) == 1)  # the last one of each row
    known = np.isfinite(table.samples)
    np.testing.assert_array_equal(samples[measured][known], table.samples[known])


def test_windows_of_baselines_are_as_long_in_time_as_those_of_the_network(
    demo_model: Model, whole: EmgTable, table: EmgTable
) -> None:
    """Lost samples of a ramp are filled with what they were: its features are the same."""
    manifest = replace(demo_model.manifest, conditioning={"kind": "none"})
    ramp = (np.arange(N_ROWS)[:, np.newaxis] * [1.0, -2.0, 4.0]).astype(np.float32)
    assert table.index is not None
    of_whole, of_lossy = (
        replace(one, samples=ramp if one.index is None else ramp[one.index])
        for one in (whole, table)
    )

    def features(one: EmgTable) -> dict[int, list[float]]:
        windows = decided_windows(manifest, one)
        samples, n_window = conditioned_samples(manifest, one), manifest.window_samples
        found = hudgins_features(samples, windows.places, n_window, np.zeros(3))
        last = samples[windows.places, 0].astype(int)
        return dict(zip(last.tolist(), found.tolist(), strict=True))

    every, some = features(of_whole), features(of_lossy)
    assert 200 < len(some) < len(every)
    shared = [index for index in some if index in every]
    assert len(shared) > 200
    for index in shared:
        np.testing.assert_allclose(some[index], every[index], rtol=1e-6)


def test_the_mains_is_found_in_a_recording_with_lost_samples(table: EmgTable) -> None:
    """Rows put together without their gaps would smear the line of 60 Hz."""
    assert table.index is not None
    hum = 8.0 * np.sin(2.0 * np.pi * 60.0 * table.index / 1000.0)[:, np.newaxis]
    humming = replace(table, samples=(table.samples + hum).astype(np.float32))
    part = np.where(table.index % 2000 < 1400, TRAINING, NEITHER)
    material = prepare_parts(REALTIME, [humming], [part], NAMES, 1000.0)
    assert material.front_end.conditioning["mains_hz"] == 60.0


def test_a_recording_without_gaps_is_as_it_was(demo_model: Model, whole: EmgTable) -> None:
    for stretch in bridged_stretches(whole, demo_model.manifest.step.length):
        np.testing.assert_array_equal(stretch.samples, whole.samples[stretch.rows])
        assert not stretch.is_lost.any()
    samples, rows = bridged_samples(whole, demo_model.manifest.step.length)
    np.testing.assert_array_equal(samples, whole.samples)
    np.testing.assert_array_equal(rows, np.arange(N_ROWS))
    assert bridging_notes([whole], 20) == []


def test_what_was_filled_is_told(table: EmgTable) -> None:
    (note,) = bridging_notes([table], 20)
    assert note.startswith("gaps shorter than a step (20 samples) are filled: ")
    assert "; 40 samples in longer empty stretches are left empty" in note
    assert bridging_notes([table], 1) == []
