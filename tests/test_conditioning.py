from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal as scipy_signal

from emgstream.conditioning import Filters, NoConditioning, conditioner_from_manifest
from emgstream.errors import ModelFileError
from emgstream.filter_design import high_pass, notch
from emgstream.types import FloatArray

RATE_HZ = 1000.0
SECTIONS = (high_pass(20.0, RATE_HZ), notch(50.0, RATE_HZ, 30.0), notch(100.0, RATE_HZ, 30.0))


def noise(n_samples: int, n_channels: int = 3, level: float = 512.0) -> FloatArray:
    random = np.random.default_rng(n_samples)
    return (level + 40.0 * random.standard_normal((n_samples, n_channels))).astype(np.float32)


def tone(frequency_hz: float, seconds: float = 4.0) -> FloatArray:
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return np.sin(2.0 * np.pi * frequency_hz * time_s)[:, np.newaxis].astype(np.float32)


def settled_rms(samples: FloatArray) -> float:
    return float(np.sqrt(np.mean(samples[len(samples) // 2 :].astype(np.float64) ** 2)))


@given(
    block=st.sampled_from([1, 4, 20]),
    n_channels=st.integers(1, 4),
    n_samples=st.integers(0, 300),
    cuts=st.lists(st.integers(0, 300), max_size=12),
    missing=st.lists(st.tuples(st.integers(0, 299), st.integers(0, 3)), max_size=20),
)
def test_any_chunking_gives_the_same_bits(
    block: int, n_channels: int, n_samples: int, cuts: list[int], missing: list[tuple[int, int]]
) -> None:
    samples = noise(n_samples, n_channels)
    for row, channel in missing:
        if row < n_samples and channel < n_channels:
            samples[row, channel] = np.nan
    whole = Filters(SECTIONS, block).condition(samples)
    filters = Filters(SECTIONS, block)
    pieces = [filters.condition(piece) for piece in np.split(samples, sorted(cuts))]
    np.testing.assert_array_equal(np.concatenate(pieces), whole)
    assert len(whole) == n_samples - n_samples % block


def test_the_blocks_do_what_one_filter_after_the_other_does() -> None:
    samples = noise(2000)
    sos = np.array([[b0, b1, b2, 1.0, a1, a2] for b0, b1, b2, a1, a2 in SECTIONS])
    at_rest = scipy_signal.sosfilt_zi(sos)[:, :, np.newaxis] * samples[0]
    expected, _ = scipy_signal.sosfilt(sos, samples.astype(np.float64), axis=0, zi=at_rest)
    np.testing.assert_allclose(Filters(SECTIONS, 20).condition(samples), expected, atol=1e-3)


@pytest.mark.parametrize("mains_hz", [50.0, 100.0])
def test_a_tone_of_the_mains_dies_in_the_notch(mains_hz: float) -> None:
    filters = Filters(SECTIONS, 20)
    assert settled_rms(filters.condition(tone(mains_hz))) < 0.003 * settled_rms(tone(mains_hz))


def test_what_a_muscle_gives_goes_through() -> None:
    for frequency_hz in (40.0, 75.0, 150.0, 300.0):
        kept = settled_rms(Filters(SECTIONS, 20).condition(tone(frequency_hz)))
        assert kept == pytest.approx(settled_rms(tone(frequency_hz)), rel=0.05)


def test_drift_is_taken_away() -> None:
    assert settled_rms(Filters(SECTIONS, 20).condition(tone(1.0))) < 0.005


def test_the_level_at_the_start_makes_no_transient() -> None:
    level = np.full((400, 3), 511.0, dtype=np.float32)
    np.testing.assert_allclose(Filters(SECTIONS, 20).condition(level), 0.0, atol=1e-6)


def test_a_missing_sample_stays_missing_and_is_forgotten() -> None:
    samples = noise(3000)
    broken = samples.copy()
    broken[500:510, 1] = np.nan
    whole, holed = Filters(SECTIONS, 20).condition(samples), Filters(SECTIONS, 20).condition(broken)
    np.testing.assert_array_equal(np.isnan(holed), np.isnan(broken))
    np.testing.assert_array_equal(holed[:, [0, 2]], whole[:, [0, 2]])
    np.testing.assert_allclose(holed[2500:], whole[2500:], atol=0.01)


def test_after_a_reset_nothing_of_the_past_is_left() -> None:
    filters = Filters(SECTIONS, 20)
    filters.condition(1000.0 + noise(333))
    filters.reset()
    np.testing.assert_array_equal(
        filters.condition(noise(400)), Filters(SECTIONS, 20).condition(noise(400))
    )


def test_it_comes_back_from_its_manifest() -> None:
    entry = Filters(SECTIONS, 20, {"signal": "raw", "mains_hz": 50.0}).to_manifest()
    again = conditioner_from_manifest(entry)
    assert again.to_manifest() == entry
    np.testing.assert_array_equal(
        again.condition(noise(100)), Filters(SECTIONS, 20).condition(noise(100))
    )


def test_an_envelope_keeps_its_level() -> None:
    conditioner = conditioner_from_manifest({"kind": "none", "signal": "envelope"})
    assert isinstance(conditioner, NoConditioning)
    np.testing.assert_array_equal(conditioner.condition(noise(50)), noise(50))
    assert conditioner.to_manifest() == {"kind": "none", "signal": "envelope"}


GOOD = Filters(SECTIONS, 20).to_manifest()


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "wavelet"},
        {"block": 0},
        {"block": 2.5},
        {"block": 10**6},
        {"sections": []},
        {"sections": [[1.0, 0.0, 0.0, 0.0]]},
        {"sections": [[1.0, 0.0, 0.0, 0.0, 1.0]]},
        {"sections": [[1.0, 0.0, 0.0, -2.0, 0.9]]},
        {"sections": [[float("nan"), 0.0, 0.0, 0.0, 0.0]]},
        {"sections": [["import os", 0.0, 0.0, 0.0, 0.0]]},
        {"sections": None},
        {"sections": [[1e308, 1e308, 0.0, 0.9, 0.0]]},
        {"sections": [[1e300, 0.0, 0.0, 0.0, 0.0]] * 2},
    ],
)
def test_conditioning_that_is_not_known_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ModelFileError):
        conditioner_from_manifest({**GOOD, **change})
