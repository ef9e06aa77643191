from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from emgstream_training.front_end import NO_OVERRIDES, FrontEnd, SignalOverrides, choose
from hypothesis import given
from hypothesis import strategies as st

from emgstream.conditioning import conditioner_from_manifest
from emgstream.simulation import CueSchedule, SyntheticEmg
from emgstream.steps import RAW_STEP, RmsSettings, Step, StepStream
from emgstream.tables import read_table
from emgstream.types import FloatArray
from tests.conftest import SHARED_DATA


def hum(mains_hz: float, rate_hz: float = 1000.0) -> FloatArray:
    time_s = np.arange(round(8 * rate_hz)) / rate_hz
    noise = np.random.default_rng(1).standard_normal((len(time_s), 2))
    tone = np.sin(2 * np.pi * mains_hz * time_s)[:, np.newaxis]
    return (512.0 + 20.0 * noise + 10.0 * tone).astype(np.float32)


def envelope(rate_hz: float = 500.0) -> FloatArray:
    time_s = np.arange(round(8 * rate_hz)) / rate_hz
    burst = np.maximum(np.sin(2 * np.pi * 0.4 * time_s), 0.0)
    noise = np.random.default_rng(1).standard_normal((2, len(time_s)))
    return (3.0 + 900.0 * burst + 2.0 * noise).T.astype(np.float32)


def chosen(
    samples: FloatArray, rate_hz: float, overrides: SignalOverrides = NO_OVERRIDES
) -> FrontEnd:
    return choose([samples], rate_hz, overrides)


def settings_of(step: Step) -> RmsSettings:
    settings = RmsSettings.of(replace(step, context=()))
    assert settings is not None
    return settings


@pytest.mark.parametrize("mains_hz", [50.0, 60.0])
def test_the_mains_is_found_and_taken_out_with_its_harmonics(mains_hz: float) -> None:
    conditioning = chosen(hum(mains_hz), 1000.0).conditioning
    assert conditioning["mains_hz"] == mains_hz
    assert conditioning["notches_hz"] == np.arange(mains_hz, 475.0, mains_hz).tolist()
    assert conditioning["high_pass_hz"] == 20.0


def test_channels_of_a_raw_signal_are_correlated() -> None:
    names = chosen(hum(50.0), 1000.0).step.feature_names(("biceps", "triceps"))
    assert "biceps with triceps over 20 steps" in names
    assert "biceps with triceps over 40 steps" in names
    assert names[-1] == "triceps with triceps 2 before over 40 steps"
    alone = chosen(hum(50.0)[:, :1], 1000.0).step.feature_names(("biceps",))
    assert not [name for name in alone if "with" in name and "before" not in name]
    assert alone[-1] == "biceps with biceps 2 before over 40 steps"


def test_an_envelope_has_the_share_of_each_channel_and_no_correlation() -> None:
    front_end = chosen(envelope(), 500.0)
    assert [one.kind for one in front_end.step.context][-3:] == ["level_share"] * 3
    names = front_end.step.feature_names(("biceps", "triceps"))
    assert names[-2:] == ("biceps share over 40 steps", "triceps share over 40 steps")
    assert not [name for name in names if "with" in name]
    alone = chosen(envelope()[:, :1], 500.0).step
    assert "level_share" not in [one.kind for one in alone.context]


def test_of_a_grid_of_electrodes_no_two_are_correlated_and_it_is_said() -> None:
    grid = np.repeat(hum(50.0), 9, axis=1)
    front_end = chosen(grid, 1000.0)
    names = front_end.step.feature_names([f"c{number}" for number in range(18)])
    pairs = [name.partition(" before")[0].split(" with ") for name in names if " with " in name]
    assert pairs
    assert all(later == earlier.split()[0] for later, earlier in pairs)
    assert "no correlations between channels: 18 channels are too many" in front_end.notes
    few = chosen(grid[:, :16], 1000.0).step
    of_steps = few.n_features(16) - few.n_context(16)
    assert of_steps - few.n_of_one_channel(16) == 120


def test_the_features_of_many_channels_do_not_grow_with_their_square() -> None:
    grid = np.repeat(hum(50.0), 32, axis=1)
    many, twice_as_many = (chosen(grid[:, :n], 1000.0).step for n in (32, 64))
    assert twice_as_many.n_features(64) == 2 * many.n_features(32)


def test_what_is_stated_counts_more_than_what_is_found() -> None:
    stated = chosen(hum(50.0), 1000.0, SignalOverrides(mains_hz=60.0)).conditioning
    assert stated["notches_hz"][0] == 60.0
    assert "notches_hz" not in chosen(hum(50.0), 1000.0, SignalOverrides(mains_hz=0.0)).conditioning
    assert (
        chosen(hum(50.0), 1000.0, SignalOverrides(signal="envelope")).conditioning["kind"] == "none"
    )
    assert (
        chosen(envelope(), 500.0, SignalOverrides(signal="raw")).conditioning["kind"] == "filters"
    )


def test_an_envelope_is_told_from_a_raw_signal_and_keeps_its_level() -> None:
    front_end = chosen(envelope(), 500.0)
    assert front_end.conditioning == {"kind": "none", "signal": "envelope"}
    settings = settings_of(front_end.step)
    assert not settings.about_mean
    assert settings.correlation == 0
    assert "the signal is an envelope, as detected" in front_end.notes


def test_synthetic_emg_is_raw() -> None:
    emg = SyntheticEmg(CueSchedule.shuffled(repetitions=1), seed=3)
    assert chosen(emg.read(20_000), 1000.0).conditioning["signal"] == "raw"


@pytest.mark.parametrize(
    ("folder", "rate_hz", "kind"),
    [("myo_readings", 200.0, "raw"), ("unibo_inail", 500.0, "envelope")],
)
def test_real_recordings_are_what_they_are(folder: str, rate_hz: float, kind: str) -> None:
    paths: list[Path] = sorted((SHARED_DATA / folder).glob("*.csv.gz"))
    if not paths:
        pytest.skip("the shared recordings are not on this machine")
    for path in (paths[0], paths[-1]):
        assert chosen(read_table(path).samples, rate_hz).conditioning["signal"] == kind


def test_what_does_not_fit_under_half_the_rate_is_left_out_and_said() -> None:
    at_200 = chosen(hum(50.0, 200.0), 200.0)
    assert at_200.conditioning["notches_hz"] == [50.0]
    assert any("no notch filter at 100 Hz and above" in note for note in at_200.notes)
    at_40 = chosen(hum(0.0, 40.0), 40.0)
    assert at_40.conditioning["kind"] == "none"
    assert any("no high-pass filter: 20 Hz is too near" in note for note in at_40.notes)


@pytest.mark.parametrize("rate_hz", [50.0, 75.0, 100.0, 200.0, 333.0, 500.0, 1000.0, 2000.0])
def test_a_step_is_20_ms_or_one_sample_where_that_is_less_than_two(rate_hz: float) -> None:
    step = chosen(hum(50.0, rate_hz), rate_hz).step
    assert step.length == max(round(0.02 * rate_hz), 1)
    assert (step == RAW_STEP) == (rate_hz < 75.0)


@given(
    rate_hz=st.sampled_from([50.0, 100.0, 200.0, 1000.0]),
    kind=st.sampled_from(["raw", "envelope"]),
    cuts=st.lists(st.integers(0, 399), max_size=10),
)
def test_streaming_is_one_pass_for_every_front_end(
    rate_hz: float, kind: str, cuts: list[int]
) -> None:
    signal = hum(50.0, rate_hz) if kind == "raw" else envelope(rate_hz)
    front_end = chosen(signal, rate_hz)
    samples = signal[:400]

    def steps(pieces: list[FloatArray]) -> FloatArray:
        conditioner = conditioner_from_manifest(front_end.conditioning)
        stream = StepStream(front_end.step, samples.shape[1])
        return np.concatenate([stream.steps_of(conditioner.condition(piece)) for piece in pieces])

    np.testing.assert_array_equal(steps(np.split(samples, sorted(cuts))), steps([samples]))


def test_the_floor_follows_the_unit_of_the_signal() -> None:
    counts = settings_of(chosen(hum(50.0), 1000.0).step)
    volts = settings_of(chosen(hum(50.0) / 1000.0, 1000.0).step)
    assert volts.floor == pytest.approx(counts.floor / 1000.0, rel=1e-3)


def test_every_number_of_a_slow_envelope_tells_something() -> None:
    slow = envelope(2000.0)
    front_end = chosen(slow, 2000.0)
    steps = StepStream(front_end.step, 2).steps_of(slow)
    assert np.all(np.ptp(steps, axis=0) > 0.0)
