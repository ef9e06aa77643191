"""Signal truths: what the synthetic EMG is made of can be found in it."""

import numpy as np
import pytest

from emgstream.errors import UsageError
from emgstream.simulation import ACTIVATIONS, CueSchedule, CueTimeline, Disturbances, SyntheticEmg
from emgstream.simulation.electrodes import Electrodes
from emgstream.simulation.emg_noise import emg_band_hz, shaping_filter
from emgstream.simulation.muscle_activation import MuscleActivation
from emgstream.simulation.seeding import Seeds
from emgstream.types import FloatArray, TimeArray

QUIET = Disturbances(hum_counts=0.0, drift_counts=0.0, noise_counts=0.0)


def power(samples: FloatArray) -> TimeArray:
    """Return the power at 0, 1, 2 ... Hz of samples at 1 kHz, averaged over whole seconds."""
    seconds = samples[: len(samples) // 1000 * 1000].reshape(-1, 1000, samples.shape[1])
    tapered = (seconds - seconds.mean(axis=1, keepdims=True)) * np.hanning(1000)[:, None]
    spectrum: TimeArray = np.mean(np.abs(np.fft.rfft(tapered, axis=1)) ** 2, axis=0)
    return spectrum


def held(label: str, seconds: float = 30.0, **arguments: object) -> FloatArray:
    emg = SyntheticEmg(CueSchedule.of([(label, seconds)]), **arguments)  # type: ignore[arg-type]
    return emg.read(10**6)


@pytest.mark.parametrize("mains_hz", [50.0, 60.0])
def test_hum_stands_as_a_line_where_it_was_asked_for(mains_hz: float) -> None:
    line = int(mains_hz)
    spectrum = power(held("rest", disturbances=Disturbances(mains_hz=mains_hz)))
    for frequency in (line, 3 * line):
        beside = np.median(spectrum[frequency - 9 : frequency + 10], axis=0)
        assert np.all(spectrum[frequency] > 10.0 * beside)
    without = power(held("rest", disturbances=QUIET))
    assert np.all(without[line] < 0.05 * spectrum[line])


def test_muscle_noise_has_its_power_inside_the_band_and_peaks_below_120_hz() -> None:
    spectrum = power(held("elbow_bend", disturbances=QUIET))
    low, high = (int(edge) for edge in emg_band_hz(1000.0))
    total = spectrum.sum(axis=0)
    assert np.all(spectrum[low - 5 : high + 5].sum(axis=0) > 0.98 * total)
    strongest = int(np.argmax(np.convolve(spectrum[:, 0], np.ones(9), "same")))
    assert 40 < strongest < 120


@pytest.mark.parametrize("rate_hz", [50.0, 200.0, 1000.0, 5000.0])
def test_the_shaping_filter_keeps_unit_variance_and_lets_no_baseline_through(
    rate_hz: float,
) -> None:
    taps = shaping_filter(rate_hz)
    assert np.sum(taps**2) == pytest.approx(1.0)
    assert abs(taps.sum()) < 0.1 * np.abs(taps).sum()
    np.testing.assert_allclose(taps, taps[::-1], atol=1e-12)


def test_nothing_shows_where_two_blocks_meet() -> None:
    samples = held("elbow_bend", 200.0, disturbances=QUIET)[:, 0] - 512.0
    jumps = np.diff(samples).reshape(-1)
    at_blocks = jumps[999::1000]
    assert at_blocks.std() == pytest.approx(jumps.std(), rel=0.2)


def test_amplitude_follows_activation() -> None:
    biceps = [
        np.mean([held(label, 5.0, seed=seed)[1000:, 0].std() for seed in range(20)])
        for label in ("elbow_bend", "wrist_right", "hand_open")
    ]
    activations = [ACTIVATIONS[label][0] for label in ("elbow_bend", "wrist_right", "hand_open")]
    assert biceps[0] / biceps[1] == pytest.approx(activations[0] / activations[1], rel=0.25)
    assert biceps[0] > 2.0 * biceps[1] > 2.0 * biceps[2]


def test_a_muscle_needs_a_moment_to_come_and_to_go_and_starts_with_its_cue() -> None:
    script = CueSchedule.parse("rest:1,hand_close:1,rest:1")
    takes = [
        SyntheticEmg(script, seed=seed, disturbances=QUIET).read(3000)[:, 2] for seed in range(60)
    ]
    centred = np.array(takes) - np.median(takes, axis=1, keepdims=True)
    rms = np.sqrt(np.mean(centred.reshape(60, 60, 50) ** 2, axis=(0, 2)))
    before, rising, full, falling, gone = (rms[bin_] for bin_ in (19, 20, 30, 41, 50))
    assert before < 2.0 < rising < 0.7 * full
    assert 0.2 * full < falling < full
    assert gone < 2.0


@pytest.mark.parametrize("rate_hz", [250.0, 1000.0, 4000.0])
def test_a_muscle_takes_the_same_time_at_any_rate(rate_hz: float) -> None:
    script = CueSchedule.parse("rest:1,hand_close:1")
    muscle = MuscleActivation(CueTimeline(script, rate_hz), Seeds(seed=1)).next_activations(
        int(2 * rate_hz)
    )
    first_full = np.argmax(muscle[:, 2] > 0.9 * muscle[int(1.5 * rate_hz), 2])
    assert 1.04 < first_full / rate_hz < 1.20


def test_gain_and_crosstalk_show_in_what_the_electrodes_pick_up() -> None:
    electrodes = Electrodes(Seeds(seed=2), QUIET)
    times_s = np.arange(2) / 1000.0
    silent = electrodes.pick_up(np.zeros((2, 3)), times_s)
    biceps_only = electrodes.pick_up(np.array([[100.0, 0.0, 0.0]] * 2), times_s) - silent
    np.testing.assert_allclose(biceps_only[:, 0], 100.0 * electrodes.gains[0])
    np.testing.assert_allclose(biceps_only, 100.0 * electrodes.mixing[None, :, 0].repeat(2, 0))
    assert np.all(biceps_only[:, 1:] > 0.5)


def test_rest_is_a_count_or_two_of_noise_and_hum() -> None:
    samples = held("rest")
    smooth = np.apply_along_axis(np.convolve, 0, samples, np.ones(200) / 200.0, "same")
    around_drift = (samples - smooth)[200:-200]
    assert np.all(around_drift.std(axis=0) > 0.8)
    assert np.all(around_drift.std(axis=0) < 4.0)


def test_the_baseline_drifts_slowly_and_not_at_all_where_none_was_asked_for() -> None:
    with_drift, without = (
        held("rest", 60.0, disturbances=Disturbances(hum_counts=0.0, drift_counts=drift))
        for drift in (8.0, 0.0)
    )
    means = with_drift.reshape(60, 1000, 3).mean(axis=1)
    assert np.all(means.std(axis=0) > 3.0)
    assert np.all(without.reshape(60, 1000, 3).mean(axis=1).std(axis=0) < 0.2)


def test_each_session_has_its_own_gain_and_mixes_the_muscles_a_little() -> None:
    script = CueSchedule.parse("elbow_bend:1")
    electrodes = [SyntheticEmg(script, session=session).electrodes for session in range(20)]
    gains = np.array([one.gains for one in electrodes])
    assert len(np.unique(gains)) == gains.size
    assert 0.05 < np.log(gains).std() < 0.2
    relative = np.array([one.mixing / one.gains[:, None] for one in electrodes])
    np.testing.assert_allclose(relative[:, [0, 1, 2], [0, 1, 2]], 1.0)
    assert 0.0 < relative[:, ~np.eye(3, dtype=bool)].max() < 0.2


def test_repetitions_of_one_movement_differ_in_strength() -> None:
    script = CueSchedule.shuffled(("elbow_bend",), repetitions=12, hold_s=2.0, rest_s=1.0)
    emg = SyntheticEmg(script)
    samples = emg.read(10**6)
    indices = np.arange(len(samples))
    bent = np.array(emg.labels_at(indices)) == "elbow_bend"
    repetition = emg.timeline.repetitions_at(indices)
    strength = [samples[bent & (repetition == number), 0].std() for number in range(1, 13)]
    assert 0.08 < np.std(np.log(strength)) < 0.5


def test_a_strong_pull_saturates_at_the_rails_rather_than_wrapping() -> None:
    samples = held("rest", 10.0, disturbances=Disturbances(hum_counts=2000.0))
    assert samples.min() == 0.0
    assert samples.max() == 1023.0
    assert np.mean((samples == 0.0) | (samples == 1023.0)) > 0.5


@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
def test_impossible_disturbances_are_refused(value: float) -> None:
    with pytest.raises(UsageError, match="finite"):
        Disturbances(drift_counts=value)
