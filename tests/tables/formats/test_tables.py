"""One recording in every format: the same table."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from emgstream.data import DEMO_RECORDING
from emgstream.tables import ColumnChoice, EmgTable, look_at_table, read_table
from tests.tables.formats.conftest import WriteBytes
from tests.tables.formats.test_edf import edf_bytes, signal
from tests.tables.formats.test_mat import mat5, mat73
from tests.tables.formats.test_numpy import npy, npz
from tests.tables.formats.test_xdf import emg, markers
from tests.tables.formats.xdf_writer import xdf_bytes

N_ROWS = 20_000


def as_xdf(samples: np.ndarray, labels: list[str]) -> bytes:
    stream = emg(len(samples), values=samples.tolist(), labels=("a", "b", "c"))
    changes = [row for row in range(len(labels)) if row == 0 or labels[row] != labels[row - 1]]
    cues = markers(*[(stream.times[row] - 1e-4, labels[row]) for row in changes])
    return xdf_bytes(stream, cues)


WRITERS: dict[str, Callable[[np.ndarray, list[str]], bytes]] = {
    "xdf": as_xdf,
    "mat": lambda samples, labels: mat5({"emg": samples, "label": np.array(labels), "fs": 1000}),
    "npz": lambda samples, labels: npz(emg=samples, label=np.array(labels), fs=1000),
}


@pytest.fixture(scope="module")
def table() -> EmgTable:
    return read_table(DEMO_RECORDING)


@pytest.mark.parametrize("name", WRITERS)
def test_one_recording_is_the_same_table_in_every_format(
    name: str, table: EmgTable, write_bytes: WriteBytes
) -> None:
    samples, labels = table.samples[:N_ROWS], table.label_names_by_row()[:N_ROWS].tolist()
    found = read_table(write_bytes(WRITERS[name](samples, labels), "arm.csv"))
    np.testing.assert_array_equal(found.samples, samples)
    assert found.label_names_by_row().tolist() == labels
    assert found.sampling_rate_hz == pytest.approx(1000.0)
    assert found.index is None


def test_a_matrix_without_names_needs_the_rate_alone(
    table: EmgTable, write_bytes: WriteBytes
) -> None:
    found = read_table(write_bytes(npy(table.samples)), ColumnChoice(rate_hz=1000.0))
    np.testing.assert_array_equal(found.samples, table.samples)
    assert found.sampling_rate_hz == 1000.0


def test_the_look_at_a_file_tells_what_was_left_out(write_bytes: WriteBytes) -> None:
    look = look_at_table(write_bytes(edf_bytes(signal(2000, 1000.0), signal(200, 100.0, "ACC"))))
    assert look.is_ready
    assert look.rate_hz == 1000.0
    assert "left out at 100 Hz, not 1000 Hz: ACC" in look.notes
    assert "quantised in steps of 0.01526 uV (16 bits)" in look.notes


def test_a_stimulus_is_no_channel_and_asked_for(write_bytes: WriteBytes) -> None:
    stimulus = np.repeat([0, 1, 0, 2, 0], 200)
    samples = np.random.default_rng(8).normal(0.0, 1.0, (1000, 4))
    found = read_table(write_bytes(mat73({"emg": samples, "stimulus": stimulus, "fs": 2000.0})))
    assert found.channel_names == ("emg_1", "emg_2", "emg_3", "emg_4")
    assert [question.options for question in found.questions] == [("--label", "stimulus")]
