from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from emgstream_training.leakage import look_up
from emgstream_training.published import PublishedRows, distinct_rows, random_split, window_rows
from emgstream_training.recipes import PUBLISHED
from emgstream_training.recordings import class_names_of
from emgstream_training.report import TrainingReport
from emgstream_training.report.folder import preprocessed_csv
from emgstream_training.training_material import prepare
from sklearn.impute import KNNImputer
from sklearn.preprocessing import PowerTransformer

from emgstream.audit.stuck_loops import StuckLoop, find_stuck_loops, stuck_rows
from emgstream.errors import TrainingDataError
from emgstream.tables import ColumnChoice, EmgTable, read_table


@pytest.fixture(scope="session")
def seed_rows(seed_table: EmgTable) -> PublishedRows:
    return distinct_rows(seed_table, class_names_of([seed_table]))


def test_the_written_table_is_the_published_one(
    seed_rows: PublishedRows, seed_table: EmgTable, published_path: Path, tmp_path: Path
) -> None:
    fitted = seed_rows.fit(seed_table.channel_names)
    written = tmp_path / "preprosesseddata.csv"
    written.write_text(preprocessed_csv(seed_rows, fitted.processed, seed_table.channel_names))
    ours, published = (
        np.loadtxt(path, delimiter=",", skiprows=1) for path in (written, published_path)
    )
    assert written.read_text().splitlines()[0] == published_path.read_text().splitlines()[0]
    assert ours.shape == (2486, 5)
    np.testing.assert_array_equal(ours[:, [0, 4]], published[:, [0, 4]])
    np.testing.assert_allclose(ours, published, rtol=0, atol=1e-6)


def test_saved_numbers_equal_scikit_learn_on_every_row_missing_ones_included(
    seed_rows: PublishedRows, seed_table: EmgTable
) -> None:
    transforms = seed_rows.fit(seed_table.channel_names).transforms
    fitted_on = seed_rows.samples.astype(np.float64)
    every_row = seed_table.samples.astype(np.float64)
    assert np.isnan(every_row).sum() == 189
    for channel in range(3):
        imputer = KNNImputer(n_neighbors=5).fit(fitted_on[:, [channel]])
        fitted_on[:, [channel]] = imputer.transform(fitted_on[:, [channel]])
        every_row[:, [channel]] = imputer.transform(every_row[:, [channel]])
    low, high = np.percentile(fitted_on, [1, 99], axis=0)
    power = PowerTransformer().fit(np.clip(fitted_on, low, high))
    seen = power.transform(np.clip(fitted_on, low, high))
    low_end = np.percentile(seen, 5, axis=0, method="lower")
    high_end = np.percentile(seen, 95, axis=0, method="higher")
    expected = np.clip(power.transform(np.clip(every_row, low, high)), low_end, high_end)
    np.testing.assert_allclose(transforms.apply(seed_table.samples), expected, rtol=0, atol=1e-6)


def test_the_published_split_is_found_again(seed_rows: PublishedRows, seed_table: EmgTable) -> None:
    names = class_names_of([seed_table])
    transforms = seed_rows.fit(seed_table.channel_names).transforms
    windows = window_rows(transforms.apply(seed_rows.samples), seed_rows.classes)
    split = random_split(windows, names)
    assert windows.windows.shape == (2476, 10, 3)
    assert (len(split.training), len(split.validation)) == (1980, 496)
    found = look_up(split)
    assert found.accuracy == pytest.approx(0.996, abs=0.001)
    assert found.share_overlapping == 1.0


def test_the_published_correlations_with_the_label_are_found_again(seed_table: EmgTable) -> None:
    material = prepare(PUBLISHED, [seed_table], class_names_of([seed_table]), None)
    report = TrainingReport(
        PUBLISHED, material, figures=cast(Any, None), network=cast(Any, None), seed=42
    )
    found = {name: round(value, 3) for name, value in report.correlations.items()}
    assert found == {"biceps": -0.057, "triceps": -0.004, "middle": 0.029}


def test_a_window_is_labelled_as_the_row_after_it() -> None:
    rows = np.arange(12, dtype=np.float32).reshape(12, 1)
    windows = window_rows(rows, np.arange(12))
    assert windows.classes.tolist() == [10, 11]
    assert windows.windows[1, :, 0].tolist() == list(range(1, 11))


def test_of_equal_rows_only_the_first_is_kept_and_missing_equals_missing(tmp_path: Path) -> None:
    path = tmp_path / "twice.csv"
    path.write_text("a,b,label\n1,2,x\n,2,x\n1,2,x\n,2,x\n1,2,y\n1,2,\n")
    rows = distinct_rows(read_table(path), ("x", "y"))
    assert rows.places.tolist() == [0, 1, 4]
    assert rows.classes.tolist() == [0, 0, 1]


def test_the_stuck_loops_of_the_published_data_are_found(seed_table: EmgTable) -> None:
    assert find_stuck_loops(seed_table.samples) == [
        StuckLoop(397, 566, 3),
        StuckLoop(962, 607, 2),
        StuckLoop(3093, 449, 2),
        StuckLoop(6802, 498, 2),
    ]
    assert np.count_nonzero(stuck_rows(seed_table.samples)) == 2119  # two loops share a row


def test_noise_is_not_stuck_and_a_flat_line_is() -> None:
    samples = np.random.default_rng(0).integers(0, 1024, (500, 3)).astype(np.float32)
    assert find_stuck_loops(samples) == []
    samples[200:350] = 511.0
    assert find_stuck_loops(samples) == [StuckLoop(200, 150, 1)]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["1,2,x", "3,4,x"] * 30, "only the label 'x'"),
        ([f"{i},{i},x" for i in range(60)] + ["9,9,y"], "label 'y' gives 1 window of"),
        (["1,2,"] + [f"{i},,{'xy'[i % 2]}" for i in range(60)], "b has no value in 60 rows"),
        ([f"{i},7,{'xy'[i % 2]}" for i in range(60)], "channel b does not change at all"),
    ],
)
def test_data_nothing_can_be_learned_from_is_one_line(
    tmp_path: Path, rows: list[str], message: str
) -> None:
    path = tmp_path / "few.csv"
    path.write_text("a,b,label\n" + "\n".join(rows) + "\n")
    table = read_table(path, ColumnChoice(("a", "b")))
    with pytest.raises(TrainingDataError, match=message) as caught:
        prepare(PUBLISHED, [table], class_names_of([table]), None)
    assert "\n" not in str(caught.value)
