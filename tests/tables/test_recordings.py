"""The recordings kept beside the project, where they are."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from emgstream.tables import read_table

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the recordings are not beside this copy of the project"
)


def test_the_seed_file_is_read_with_every_repair_told() -> None:
    table = read_table(DATA / "seed" / "emg_dataset.csv")
    assert table.channel_names == ("biceps", "triceps", "middle")
    assert table.n_rows == 11_595
    assert np.isnan(table.samples).sum(axis=0).tolist() == [189, 0, 0]
    assert [str(repair) for repair in table.repairs] == [
        "biceps: 188 empty fields taken as missing (data rows 399, 402, 405, ... 960)",
        "biceps: 1 field with nothing before its first NUL byte taken as missing (data row 1569)",
        "biceps: 1 field read up to its first NUL byte (data row 8943)",
    ]
    assert table.repairs[0].rows == tuple(range(399, 961, 3))


def test_the_seed_file_has_as_many_distinct_rows_as_published() -> None:
    table = read_table(DATA / "seed" / "emg_dataset.csv")
    assert table.labels is not None
    rows = np.column_stack([table.samples, table.labels])
    assert len(np.unique(np.nan_to_num(rows, nan=-1.0), axis=0)) == 2_486


def test_the_labels_of_the_seed_file_come_in_its_order() -> None:
    table = read_table(DATA / "seed" / "emg_dataset.csv")
    assert Counter(table.label_names_by_row().tolist()) == {
        "elbow_bend": 2699,
        "elbow_extend": 2061,
        "wrist_left": 1648,
        "wrist_right": 2136,
        "hand_open": 1626,
        "hand_close": 1425,
    }
    assert table.label_names[0] == "elbow_bend"
    assert table.label_names[-1] == "hand_close"


def test_the_published_table_is_read_without_its_row_numbers() -> None:
    table = read_table(DATA / "seed" / "preprosesseddata.csv")
    assert table.channel_names == ("biceps", "triceps", "middle")
    assert table.n_rows == 2_486
    assert set(table.label_names) == set("012345")
    assert table.repairs == ()


@pytest.mark.parametrize("folder", ["myo_readings", "unibo_inail"])
def test_every_recording_of_a_folder_is_clean(folder: str) -> None:
    files = sorted((DATA / folder).glob("*.csv.gz"))
    assert files
    for file in files:
        table = read_table(file)
        assert table.channel_names == ("emg1", "emg2", "emg3")
        assert table.repairs == ()
        assert not np.isnan(table.samples).any()
        assert "rest" in table.label_names
        assert table.repetitions is not None
        assert table.segments is not None
