from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from emgstream_training.epoch_progress import EpochProgress
from emgstream_training.fold import train_fold
from emgstream_training.realtime import NEITHER, TRAINING, PartArray
from emgstream_training.recipes import REALTIME
from emgstream_training.recordings import class_names_of
from emgstream_training.row_folds import repetition_folds
from joblib import Parallel, delayed

from emgstream.bundle import Model
from emgstream.errors import InterruptedByUserError
from emgstream.tables import EmgTable, read_table

pytestmark = pytest.mark.tensorflow

TWO_EPOCHS = REALTIME.with_max_epochs(2)


@pytest.fixture(scope="module")
def table(session_path: Path) -> EmgTable:
    return read_table(session_path)


def fold(table: EmgTable, part: PartArray, seed: int = 1) -> Model:
    return train_fold(
        [table],
        [part],
        class_names=class_names_of([table]),
        sampling_rate_hz=None,
        seed=seed,
        recipe=TWO_EPOCHS,
    )


def held_out(table: EmgTable) -> PartArray:
    (folds,) = repetition_folds([table], class_names_of([table]), 5)
    return np.where((folds >= 0) & (folds != 2), TRAINING, NEITHER)


def test_rows_of_neither_part_change_nothing(table: EmgTable) -> None:
    part = held_out(table)
    unseen = np.arange(table.n_rows) >= 0.8 * table.n_rows
    part = np.where(unseen, NEITHER, part)
    other = table.samples.copy()
    other[unseen] *= -7.0
    first, second = fold(table, part), fold(replace(table, samples=other), part)
    assert first.classifier == second.classifier
    assert first.manifest.transforms == second.manifest.transforms


def test_the_same_seed_gives_the_same_model_in_another_process(table: EmgTable) -> None:
    part = held_out(table)
    (elsewhere,) = Parallel(n_jobs=2)(delayed(fold)(table, part) for _ in range(1))
    assert elsewhere.classifier == fold(table, part).classifier
    assert elsewhere.classifier != fold(table, part, seed=2).classifier


def test_no_fold_is_of_half_a_network(table: EmgTable) -> None:
    def press_ctrl_c(progress: EpochProgress) -> None:
        if progress.epoch == 1:
            raise KeyboardInterrupt

    names = class_names_of([table])
    with pytest.raises(InterruptedByUserError, match="Ctrl-C"):
        train_fold(
            [table],
            [held_out(table)],
            class_names=names,
            sampling_rate_hz=None,
            seed=1,
            recipe=TWO_EPOCHS,
            progress=press_ctrl_c,
        )
