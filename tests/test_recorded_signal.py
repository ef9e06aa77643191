from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from emgstream.app.recorded_signal import RecordedSignal, SignalReading
from emgstream.data import DEMO_RECORDING

DEADLINE_S = 60.0


def wait_for(reading: SignalReading) -> None:
    deadline_s = time.monotonic() + DEADLINE_S
    while not reading.poll():
        assert time.monotonic() < deadline_s, f"not read within {DEADLINE_S:g} s"
        time.sleep(0.01)


def test_every_column_has_the_extremes_of_its_rows() -> None:
    samples = np.arange(12.0, dtype=np.float32).reshape(12, 1)
    samples[3] = np.nan
    signal = RecordedSignal(Path("a.csv"), ("a",), samples, 100.0)
    low, high = signal.envelope(0, 12, 4)
    assert low[:, 0].tolist() == [0.0, 4.0, 6.0, 9.0]
    assert high[:, 0].tolist() == [2.0, 5.0, 8.0, 11.0]


def test_columns_outside_the_recording_are_empty() -> None:
    signal = RecordedSignal(Path("a.csv"), ("a",), np.ones((4, 1), dtype=np.float32), 100.0)
    low, _ = signal.envelope(0, 8, 4)
    assert np.isnan(low[:, 0]).tolist() == [False, False, True, True]


def test_a_recording_is_read_about_the_middle_of_each_channel() -> None:
    reading = SignalReading()
    reading.read(DEMO_RECORDING)
    wait_for(reading)
    assert reading.failure is None
    assert reading.signal is not None
    np.testing.assert_allclose(np.median(reading.signal.samples, axis=0), 0.0, atol=1e-3)
    assert not reading.is_busy


def test_the_newest_wish_is_read_and_a_failure_is_kept(tmp_path: Path) -> None:
    reading = SignalReading()
    reading.read(DEMO_RECORDING)
    reading.poll()
    reading.read(tmp_path / "none.csv")
    wait_for(reading)
    assert reading.signal is None
    assert "none.csv" in str(reading.failure)
    reading.shut_down()
