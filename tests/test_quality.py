from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgstream.quality import CalmVerdicts, Quality, QualityKind, judge_quality
from emgstream.simulation import CueSchedule, SyntheticEmg
from emgstream.types import FloatArray

NAMES = ("biceps", "triceps", "middle")
RATE_HZ = 1000.0
N = 2000
TIME_S = np.arange(N) / RATE_HZ


def kinds(verdicts: tuple[Quality, ...]) -> list[QualityKind]:
    return [verdict.kind for verdict in verdicts]


@pytest.fixture
def muscles() -> FloatArray:
    """Two seconds of synthetic EMG while the hand closes."""
    emg = SyntheticEmg(CueSchedule.parse("rest:1,hand_close:3"), RATE_HZ, seed=3)
    emg.read(1500)
    return emg.read(N)


def judged(samples: FloatArray, rate_hz: float | None = RATE_HZ) -> tuple[Quality, ...]:
    return judge_quality(samples, NAMES, rate_hz)


def test_muscles_are_good(muscles: FloatArray) -> None:
    assert kinds(judged(muscles)) == [QualityKind.GOOD] * 3


@pytest.mark.parametrize("seed", range(5))
def test_a_muscle_at_rest_with_its_usual_noise_is_good(seed: int) -> None:
    emg = SyntheticEmg(CueSchedule.parse("rest:5"), RATE_HZ, seed=seed)
    assert kinds(judged(emg.read(N))) == [QualityKind.GOOD] * 3


@pytest.mark.parametrize("mains_hz", [50.0, 60.0])
@pytest.mark.parametrize("rate_hz", [200.0, 500.0, 1000.0, 1003.7])
def test_a_mains_tone_over_the_muscle_is_hum(mains_hz: float, rate_hz: float) -> None:
    time_s = np.arange(round(2 * rate_hz)) / rate_hz
    rng = np.random.default_rng(5)
    tone = 60.0 * np.sin(2 * np.pi * mains_hz * time_s[:, None] + np.array([0.0, 1.0, 2.0]))
    samples = np.round(512.0 + tone + rng.normal(0.0, 15.0, tone.shape)).astype(np.float32)
    assert kinds(judge_quality(samples, NAMES, rate_hz)) == [QualityKind.HUM] * 3


def test_a_little_hum_under_a_large_drift_is_good() -> None:
    drift = 80.0 * np.sin(2 * np.pi * 0.4 * TIME_S[:, None] + np.array([0.0, 2.0, 4.0]))
    hum = 1.5 * np.sin(2 * np.pi * 50.0 * TIME_S[:, None] + np.array([0.0, 1.0, 2.0]))
    assert kinds(judged(np.round(512.0 + drift + hum).astype(np.float32))) == [QualityKind.GOOD] * 3


def test_hum_is_not_guessed_where_the_rate_is_not_known(muscles: FloatArray) -> None:
    tone = 300.0 * np.sin(2 * np.pi * 50.0 * TIME_S + 0.3)
    muscles[:, 0] = np.round(512.0 + tone)
    assert judged(muscles, None)[0].kind is QualityKind.GOOD


def test_a_tone_that_is_no_mains_is_no_hum(muscles: FloatArray) -> None:
    muscles[:, 0] = np.round(512.0 + 200.0 * np.sin(2 * np.pi * 83.0 * TIME_S))
    assert judged(muscles)[0].kind is QualityKind.GOOD


@pytest.mark.parametrize(("low", "high"), [(0.0, 1023.0), (-128.0, 127.0)])
def test_clipping_is_saturation_and_tells_where(
    low: float, high: float, muscles: FloatArray
) -> None:
    rng = np.random.default_rng(1)
    loud = (low + high) / 2 + rng.normal(0.0, (high - low) * 0.4, N)
    muscles[:, 1] = np.clip(np.round(loud), low, high)
    verdict = judged(muscles)[1]
    assert verdict.kind is QualityKind.SATURATED
    assert verdict.rails == (low, high)


def test_clipping_at_one_end_tells_that_end(muscles: FloatArray) -> None:
    muscles[:, 2] = np.minimum(muscles[:, 2], 600.0)
    verdict = judged(muscles)[2]
    assert (verdict.kind, verdict.rails) == (QualityKind.SATURATED, (None, 600.0))


@pytest.mark.parametrize("hertz", [1.0, 7.0, 83.0])
def test_a_whole_sine_is_not_taken_for_a_cut_one(hertz: float, muscles: FloatArray) -> None:
    muscles[:, 0] = np.round(512.0 + 100.0 * np.sin(2 * np.pi * hertz * TIME_S))
    assert judged(muscles)[0].kind is QualityKind.GOOD


@pytest.mark.parametrize("level", [0.0, 512.0, 1023.0])
def test_a_line_is_flat_even_with_a_few_stray_values(level: float, muscles: FloatArray) -> None:
    muscles[:, 0] = level
    muscles[::400, 0] = 700.0
    assert judged(muscles)[0].kind is QualityKind.FLAT


@pytest.mark.parametrize("n_samples", [64, 90, 150, 300, 700])
def test_the_first_moments_of_a_muscle_are_not_taken_for_saturation(n_samples: int) -> None:
    emg = SyntheticEmg(CueSchedule.parse("hand_close:9,wrist_left:9"), RATE_HZ, seed=11)
    for _ in range(20):
        verdicts = judged(emg.read(n_samples))
        assert QualityKind.SATURATED not in kinds(verdicts)
        assert {verdict.rails for verdict in verdicts} == {(None, None)}


def test_two_copies_name_each_other(muscles: FloatArray) -> None:
    muscles[:, 2] = muscles[:, 0]
    first, second, third = judged(muscles)
    assert first.words == "same as middle"
    assert second.kind is QualityKind.GOOD
    assert third.words == "same as biceps"


def test_neighbouring_muscles_with_crosstalk_are_not_the_same(muscles: FloatArray) -> None:
    muscles[:, 2] = np.round(0.8 * muscles[:, 2] + 0.2 * muscles[:, 0])
    assert kinds(judged(muscles)) == [QualityKind.GOOD] * 3


def test_a_signal_of_a_few_counts_is_too_weak(muscles: FloatArray) -> None:
    rng = np.random.default_rng(2)
    muscles[:, 1] = np.clip(np.round(rng.normal(512.0, 0.8, N)), 511.0, 514.0)
    assert judged(muscles)[1].kind is QualityKind.WEAK


def test_too_little_signal_is_not_judged(muscles: FloatArray) -> None:
    assert kinds(judged(muscles[:40])) == [QualityKind.NO_SIGNAL] * 3
    muscles[50:] = np.nan
    assert kinds(judged(muscles)) == [QualityKind.NO_SIGNAL] * 3


def test_missing_values_do_not_change_the_verdict(muscles: FloatArray) -> None:
    muscles[::7, 0] = np.nan
    assert kinds(judged(muscles)) == [QualityKind.GOOD] * 3


def test_every_verdict_has_words_and_advice() -> None:
    for kind in QualityKind:
        assert Quality(kind).words
        assert Quality(kind).advice.endswith(".")


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.3, 3.0, 300.0, 5000.0]), st.integers(0, 400)
)
def test_any_stretch_gets_one_verdict_a_channel(seed: int, spread: float, n_samples: int) -> None:
    rng = np.random.default_rng(seed)
    samples = np.clip(np.round(rng.normal(512.0, spread, (n_samples, 3))), 0, 1023)
    assert len(judged(samples.astype(np.float32))) == 3


@pytest.mark.parametrize(
    ("found", "believed"),
    [
        ("GOOD HUM HUM GOOD HUM", "GOOD GOOD GOOD GOOD GOOD"),
        ("GOOD HUM HUM HUM GOOD", "GOOD GOOD GOOD HUM HUM"),
        ("GOOD SATURATED", "GOOD SATURATED"),
        ("NO_SIGNAL FLAT NO_SIGNAL", "NO_SIGNAL FLAT NO_SIGNAL"),
    ],
)
def test_a_verdict_must_be_found_again_to_be_believed(found: str, believed: str) -> None:
    calm = CalmVerdicts()
    said = [calm.update((Quality(QualityKind[name]),))[0].kind.name for name in found.split()]
    assert said == believed.split()
