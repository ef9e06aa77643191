from __future__ import annotations

import pytest

from emgstream.tables.table_preamble import stated_facts

RATES = {
    "# Sampling rate (channel 1): 1000 Hz": 1000.0,
    "# Sampling rate of 2 channels: 1000 Hz": 1000.0,
    "# sampling frequency (v2.1 firmware) = 500": 500.0,
    "# Fréquence d'échantillonnage : 1 000 Hz": 1000.0,
    "Fréquence d'échantillonnage : 2\u202f048 Hz": 2048.0,
    "sampling rate: 1'000 Hz": 1000.0,
    "sampling rate: 1.000 Hz": 1000.0,
    "Abtastfrequenz [Hz]: 2.000": 2000.0,
    "sampling rate: 2.000 kHz": 2000.0,
    "sampling rate: 2,5 kHz": 2500.0,
    "sample rate: 1,926 Hz": 1926.0,
    "sampling rate 1.000E+03 Hz": 1000.0,
    "# fs = 1e3": 1000.0,
    "sample rate 148.148 Hz": 148.148,
    "Sampling Rate: 1259.2593 Hz": 1259.2593,
    "fs: 500, notch 50 Hz": 500.0,
    "Sampling Rate: 1000 samples/s, 4 channels": 1000.0,
    "sample rate: 1000, 2 channels": 1000.0,
    "sampling rate 2000 Hz - 16 bit": 2000.0,
    "sampling rate (Hz): 200": 200.0,
    "Sampling rate;1000;Hz": 1000.0,
    "SampleRate=512": 512.0,
    "EMG, sampled at 1 kHz": 1000.0,
    "Arm band, sampling rate: 500 Hz": 500.0,
    "Rate,1000": 1000.0,
    "Interval=\t0.001 s": 1000.0,
    "# Interval = 0.5 ms": 2000.0,
    "Sample interval: 0.002 s": 500.0,
    "0.5 msec/sample": 2000.0,
}
OF_SOMETHING_ELSE = [
    "# sampling rate: -1",
    "# original sampling rate: 2000 Hz",
    "# Rest interval: 1.5 s",
    "# Stimulus interval: 2 s",
    "# Smoothing interval: 0.05 s",
    "# Frequency band: 20-450 Hz",
    "# Rate: 5 of 10",
]


@pytest.mark.parametrize(("line", "rate_hz"), RATES.items(), ids=RATES)
def test_a_rate_is_read_as_people_write_it(line: str, rate_hz: float) -> None:
    assert stated_facts([line], 5).rate_hz == pytest.approx(rate_hz)


@pytest.mark.parametrize("line", OF_SOMETHING_ELSE)
def test_a_number_of_something_else_is_no_rate(line: str) -> None:
    assert stated_facts([line], 5).rate_hz is None
    assert stated_facts([line, "# fs: 500"], 5).rate_hz == 500.0


@pytest.mark.parametrize("heading", ["Age", "Participant", "Session"])
def test_a_number_below_another_heading_is_no_rate(heading: str) -> None:
    assert stated_facts([f"# {heading}", "# 25"], 5).rate_hz is None


@pytest.mark.parametrize("heading", ["Devices,,,", "Sampling rate", "Fréquence", "Hz"])
def test_a_number_below_a_heading_of_rates_is_one(heading: str) -> None:
    assert stated_facts([heading, "2000,,,"], 5).rate_hz == 2000.0
