"""A simulated session on disk."""

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest

from emgstream.errors import OutputError, UsageError
from emgstream.simulation import CueSchedule, SyntheticEmg, record_session

SCRIPT = CueSchedule.parse("rest:0.5,hand_open:0.25,rest:0.25")


def test_the_file_holds_every_sample_with_its_truth(tmp_path: Path) -> None:
    path = tmp_path / "session.csv"
    assert record_session(path, SCRIPT, sampling_rate_hz=500.0, seed=4, session=1) == 500
    with path.open(newline="") as text:
        rows = list(csv.DictReader(text))
    assert ",".join(rows[0]) == "index,time_s,biceps,triceps,middle,label,repetition,segment"
    emg = SyntheticEmg(SCRIPT, 500.0, seed=4, session=1)
    samples = [[float(row[name]) for name in emg.channel_names] for row in rows]
    np.testing.assert_array_equal(samples, emg.read(500))
    assert [row["label"] for row in rows] == emg.labels_at(np.arange(500))
    assert [int(row["index"]) for row in rows] == list(range(500))
    np.testing.assert_allclose([float(row["time_s"]) for row in rows], np.arange(500) / 500.0)
    assert (rows[0]["repetition"], rows[-1]["repetition"]) == ("1", "2")
    assert {row["segment"] for row in rows} == {"0"}


def test_a_compressed_session_is_the_same_table_the_same_bytes_each_time_and_small(
    tmp_path: Path,
) -> None:
    script = CueSchedule.shuffled(repetitions=1, hold_s=2.0, rest_s=1.0)
    plain, packed, again = (tmp_path / name for name in ("a.csv", "b.csv.gz", "c.csv.gz"))
    for path in (plain, packed, again):
        n_samples = record_session(path, script)
    assert gzip.decompress(packed.read_bytes()) == plain.read_bytes()
    assert packed.read_bytes() == again.read_bytes()
    assert len(packed.read_bytes()) < 10 * n_samples


def test_a_session_that_cannot_be_written_is_one_error_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot write"):
        record_session(tmp_path / "missing" / "a.csv", SCRIPT)
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(OutputError, match=r"folder\.csv"):
        record_session(tmp_path / "folder.csv", SCRIPT)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.csv"]


def test_an_endless_script_fills_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="for ever"):
        record_session(tmp_path / "a.csv", CueSchedule.parse("rest:1", repeats=True))
    assert not list(tmp_path.iterdir())
