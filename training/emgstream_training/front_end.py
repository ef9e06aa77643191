"""The front end of the realtime recipe: conditioning and steps, chosen from the data and its rate.

Nothing here runs live: the choice goes into the model's manifest as numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.conditioning import Filters, NoConditioning, Section
from emgstream.filter_design import high_pass, notch
from emgstream.steps import (
    RAW_STEP,
    Correlation,
    Feature,
    LaggedCorrelation,
    LevelShare,
    RmsSettings,
    RootMeanSquare,
    RootMeanSquareOfChange,
    Step,
)
from emgstream.types import FloatArray

__all__ = [
    "NO_OVERRIDES",
    "STEP_S",
    "USUAL_STEPS",
    "FrontEnd",
    "SignalOverrides",
    "StepSettings",
    "choose",
    "signal_kind",
    "step_length",
]

Doubles: TypeAlias = npt.NDArray[np.float64]
Kind: TypeAlias = Literal["raw", "envelope"]

STEP_S = 0.020
"""Length of a step, in seconds (choice: 50 decisions per second)."""

_HIGH_PASS_HZ = 20.0
"""Corner against movement artefacts (De Luca 2010, doi:10.1016/j.jbiomech.2010.01.027)."""
_NOTCH_QUALITY = 30.0
"""Frequency of a notch over its nominal width, which is 1.7 Hz at 50 Hz (choice)."""
_HIGHEST_NOTCH_HZ = 500.0
"""Highest notch: surface EMG has little power above (De Luca 1997, doi:10.1123/jab.13.2.135)."""
_FITS = 0.95
"""Largest share of half the sampling rate that a filter's frequency may have (choice)."""
_MAINS_HZ = (50.0, 60.0)
"""Mains frequencies of the world, the more common one first."""
_LINE_SEEN = 3.0
"""Power over that of neighbouring frequencies from which it is a mains line (choice)."""
_ONE_SIDED = 3.0
"""Ratio of both sides from which a signal is an envelope; a raw one is symmetric (choice)."""
_QUIET_SHARE = 0.25
"""Share of the quietest stretches that the level is taken from (choice)."""
_MOST_CORRELATED = 16
"""Most channels with a correlation of each pair: 120 pairs. A grid of 64 would have 2,016."""
_MOST_LAGGED = 8
"""Most channels with lagged correlations of each two: 64 a lag and span. More have their own."""
_LEVELS = (RootMeanSquare, RootMeanSquareOfChange)
_SPECTRUM_S = 2.0
"""Length of a stretch for the spectrum: lines of 0.5 Hz (choice)."""
_FLOOR_SHARE: dict[Kind, float] = {"raw": 0.02, "envelope": 1e-6}
"""Smallest root mean square as a share of the usual one; an envelope's changes are far smaller."""


@dataclass(frozen=True)
class SignalOverrides:
    """Statements of the user about the signal; the rest is detected in the data."""

    signal: Kind | None = None
    """``raw`` or ``envelope``."""
    mains_hz: float | None = None
    """50 or 60; 0 for no notch."""


@dataclass(frozen=True)
class StepSettings:
    """Features of a step that is longer than a sample."""

    spans: tuple[int, ...] = (1, 10)
    """Spans of the features, in newest steps."""
    change: bool = True
    """True to add the change of the signal over each span."""
    correlation: int = 20
    """Span of the correlation of channel pairs of a raw signal, in steps; 0 for none."""
    context: tuple[int, ...] = (20, 40)
    """Spans of the context, in newest steps: features of the newest step of a window alone."""
    lag: int = 2
    """Longest lag of the correlations of a raw signal over these spans, in samples."""
    envelope_power: float = 0.5
    """Soft scale of an envelope, which has no noise floor to take a logarithm above."""
    further: tuple[Feature, ...] = ()
    """Further features, after these."""


NO_OVERRIDES = SignalOverrides()
"""Everything is detected in the data."""
USUAL_STEPS = StepSettings()
"""Features of the realtime recipe: the best of `scripts/ablation.py`."""


@dataclass(frozen=True)
class FrontEnd:
    """Conditioning and steps for one kind of signal at one rate."""

    conditioning: dict[str, Any]
    """Entry of the manifest."""
    step: Step
    """Step that the samples become."""
    notes: tuple[str, ...]
    """Properties of the signal that were detected or assumed, and filters left out, for people."""


def choose(
    seen: Sequence[FloatArray],
    sampling_rate_hz: float,
    overrides: SignalOverrides = NO_OVERRIDES,
    settings: StepSettings = USUAL_STEPS,
) -> FrontEnd:
    """Return the front end for recordings of one rate.

    A raw signal is high-passed at 20 Hz and notched at the mains frequency and its harmonics; an
    envelope keeps its level. A step is 20 ms, or one sample where 20 ms are not even two.

    Parameters
    ----------
    seen
        Samples to detect from, one array of shape ``(n_samples, n_channels)`` per recording, with
        short gaps filled as in training; NaN for what is missing still.
    sampling_rate_hz
        Samples per second.
    overrides
        What the user states about the signal.
    settings
        Features of a step.
    """
    length = step_length(sampling_rate_hz)
    kind = overrides.signal or signal_kind(seen, length)
    told = "as stated" if overrides.signal else "as detected"
    notes = [f"the signal is {'an envelope' if kind == 'envelope' else 'raw'}, {told}"]
    if kind == "envelope":
        conditioning = NoConditioning({"signal": kind}).to_manifest()
    else:
        conditioning = _raw_conditioning(seen, sampling_rate_hz, length, overrides.mains_hz, notes)
    step = _step(seen, length, kind, settings, notes)
    return FrontEnd(conditioning, step, tuple(notes))


def step_length(sampling_rate_hz: float) -> int:
    """Return the number of samples of a step: 20 ms, or one sample where 20 ms are not even two."""
    return max(round(STEP_S * sampling_rate_hz), 1)


def signal_kind(seen: Sequence[FloatArray], length: int) -> Kind:
    """Return whether a signal swings about a level (raw) or rises from one (envelope).

    The level is where most channels are at their quietest, by stretches of ``length`` samples. An
    envelope, or a rectified signal, goes more than three times as far to one side as to the other.
    """
    return "envelope" if np.median(_one_sidedness(seen, length)) > _ONE_SIDED else "raw"


def _raw_conditioning(
    seen: Sequence[FloatArray],
    rate_hz: float,
    length: int,
    mains_hz: float | None,
    notes: list[str],
) -> dict[str, Any]:
    highest_hz = _FITS * rate_hz / 2.0
    sections: list[Section] = []
    about: dict[str, Any] = {"signal": "raw"}
    if highest_hz > _HIGH_PASS_HZ:
        sections.append(high_pass(_HIGH_PASS_HZ, rate_hz))
        about["high_pass_hz"] = _HIGH_PASS_HZ
    else:
        notes.append(
            f"no high-pass filter: 20 Hz is too near half the sampling rate of {rate_hz:.6g} Hz"
        )
    mains_hz = _mains(seen, rate_hz, notes) if mains_hz is None else mains_hz
    if mains_hz:
        lines = np.arange(mains_hz, min(highest_hz, _HIGHEST_NOTCH_HZ), mains_hz).tolist()
        sections += [notch(line, rate_hz, _NOTCH_QUALITY) for line in lines]
        about |= {"mains_hz": mains_hz, "notches_hz": lines}
        if mains_hz * (len(lines) + 1) < _HIGHEST_NOTCH_HZ:
            notes.append(
                f"no notch filter at {mains_hz * (len(lines) + 1):.6g} Hz and above: too near half "
                f"the sampling rate of {rate_hz:.6g} Hz"
            )
    if not sections:
        return NoConditioning(about).to_manifest()
    return Filters(sections, length, about).to_manifest()


def _mains(seen: Sequence[FloatArray], rate_hz: float, notes: list[str]) -> float:
    """Return the mains frequency that stands out of the spectrum, 50 Hz where none does."""
    found = {mains_hz: _prominence(seen, rate_hz, mains_hz) for mains_hz in _MAINS_HZ}
    best = max(_MAINS_HZ, key=lambda mains_hz: found[mains_hz])
    if found[best] < _LINE_SEEN:
        notes.append(
            "no mains hum was found; the notch filter is set to 50 Hz; set another frequency with "
            "--mains"
        )
        return _MAINS_HZ[0]
    notes.append(
        f"mains hum found at {best:.0f} Hz, {found[best]:.0f} times as strong as the frequencies "
        "around it"
    )
    return best


def _prominence(seen: Sequence[FloatArray], rate_hz: float, line_hz: float) -> float:
    """Return a line's power over the median of 2 to 6 Hz away from it; 0 without a spectrum.

    Stretches with a missing value are left out: a zero in its place would hide the line.
    """
    length = round(_SPECTRUM_S * rate_hz)
    stretches = np.concatenate(
        [
            samples[: len(samples) // length * length].reshape(-1, length)
            for recording in seen
            for samples in recording.T
        ]
    )
    whole = np.isfinite(stretches).all(axis=1)
    power = _mean_power(stretches[whole].astype(np.float64))
    distance_hz = np.abs(np.fft.rfftfreq(length, 1.0 / rate_hz) - line_hz)
    around = power[(distance_hz >= 2.0) & (distance_hz <= 6.0)]
    at = power[distance_hz <= 1.0]
    if not (len(at) and len(around)) or np.median(around) <= 0.0:
        return 0.0
    return float(at.max() / np.median(around))


def _mean_power(stretches: Doubles) -> Doubles:
    if not len(stretches):
        return np.zeros(stretches.shape[1] // 2 + 1)
    centred = stretches - stretches.mean(axis=1, keepdims=True)
    spectra = np.fft.rfft(centred * np.hanning(stretches.shape[1]), axis=1)
    power: Doubles = np.mean(np.abs(spectra) ** 2, axis=0)
    return power


def _step(
    seen: Sequence[FloatArray], length: int, kind: Kind, settings: StepSettings, notes: list[str]
) -> Step:
    if length < 2:
        return RAW_STEP
    samples = np.concatenate(seen).astype(np.float64)
    level = 0.0 if kind == "envelope" else np.nanmedian(samples, axis=0)
    strength = float(np.median(np.sqrt(np.nanmean((samples - level) ** 2, axis=0))))
    floor = max(_FLOOR_SHARE[kind] * strength, 1e-9)
    usual = RmsSettings(
        length,
        about_mean=False,
        floor=floor,
        power=settings.envelope_power if kind == "envelope" else 0.0,
        spans=settings.spans,
        change=settings.change,
        correlation=_correlation(samples.shape[1], kind, settings, notes),
    ).step()
    features = sorted(
        (*usual.features, *settings.further), key=lambda one: not one.is_of_one_channel
    )
    return Step(length, tuple(features), _context(usual, samples.shape[1], kind, settings))


def _context(
    usual: Step, n_channels: int, kind: Kind, settings: StepSettings
) -> tuple[Feature, ...]:
    """Return the features of the newest step of a window alone."""
    levels = [one for one in usual.features if isinstance(one, _LEVELS)]
    floor = levels[0].floor
    kinds = dict.fromkeys(replace(one, span=1) for one in levels)
    features: list[Feature] = [
        replace(one, span=span) for span in settings.context for one in kinds
    ]
    if kind == "envelope":
        if n_channels > 1:
            spans = (*settings.spans, *settings.context[-1:])
            features += [LevelShare(span, floor) for span in spans]
        return tuple(features)
    if any(isinstance(one, Correlation) for one in usual.features):
        features += [
            Correlation(span, about_mean=False, floor=floor) for span in settings.context[-1:]
        ]
    pairs = n_channels <= _MOST_LAGGED
    features += [LaggedCorrelation(span, floor, settings.lag, pairs) for span in settings.context]
    return tuple(features)


def _correlation(n_channels: int, kind: Kind, settings: StepSettings, notes: list[str]) -> int:
    """Return how many steps channels are correlated over; an envelope does not swing."""
    if kind == "envelope" or n_channels == 1:
        return 0
    if n_channels > _MOST_CORRELATED:
        notes.append(f"no correlations between channels: {n_channels} channels are too many")
        return 0
    return settings.correlation


def _one_sidedness(seen: Sequence[FloatArray], length: int) -> Doubles:
    """Return how much further each channel goes to one side of its level than to the other."""
    samples = np.concatenate([one[: len(one) - len(one) % length] for one in seen])
    stretches = samples.astype(np.float64).reshape(-1, length, samples.shape[1])
    stretches = stretches[np.isfinite(stretches).all(axis=(1, 2))]
    if not len(stretches):
        return np.ones(1)
    means, spreads = stretches.mean(axis=1), np.ptp(stretches, axis=1)
    ratios = np.ones(samples.shape[1])
    for channel, (mean, spread) in enumerate(zip(means.T, spreads.T, strict=True)):
        level = np.median(mean[spread <= np.quantile(spread, _QUIET_SHARE)])
        low, high = np.quantile(stretches[:, :, channel], [0.005, 0.995])
        nearer, further = sorted((abs(high - level), abs(level - low)))
        ratios[channel] = further / max(nearer, 1e-9)
    return ratios
