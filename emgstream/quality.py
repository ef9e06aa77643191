"""Signal quality: one verdict per channel on a stretch of samples, and advice for each.

Pure functions. The thresholds are choices, made so that synthetic EMG at rest and at work, sines of
any frequency but the mains, and drift are judged good, and each fault alone is found
(`tests/test_quality.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from emgstream.significant_digits import percent
from emgstream.types import FloatArray

__all__ = ["CalmVerdicts", "Quality", "QualityKind", "judge_quality", "rails_of"]

Doubles = npt.NDArray[np.float64]

_MIN_SAMPLES = 64
"""Fewest samples that are judged: a third of a second at 200 Hz."""
_STUCK_SHARE = 0.99
"""Share of equal samples from which a channel is flat; the rest may be stray values."""
_RAIL_SHARE = 0.01
"""Least share of the samples at an end of the range that is saturation."""
_RAIL_SAMPLES = 8
"""Least number of samples at an end that is saturation, where a hundredth is fewer."""
_PILE_UP = 6.0
"""Least ratio of the samples at an end of the range to those of a level beside it. At the peak of a
sine it is at most 3.5, by the arcsine distribution."""
_NEAR_LEVELS = 5
"""Levels beside an end that it is compared with."""
_RAIL_SPAN_LEVELS = 16
"""Fewest levels from the lowest to the highest sample of a signal that can be saturated: with
fewer, every level has many samples."""
_WEAK_LEVELS = 3.0
"""Range of a signal, in steps of the converter, up to which it is too weak."""
_HUM_SHARE = 0.6
"""Least share of the power, drift apart, at the mains frequency and its harmonics that is hum."""
_HUM_LEVELS = 4.0
"""Least root mean square of hum, in steps of the converter; less is near its rounding."""
_MAINS_HZ = (50.0, 60.0)
"""Mains frequencies of the world (IEC 60038)."""
_HARMONICS = 5
"""Multiples of the mains frequency that count as hum, up to 250 or 300 Hz."""
_HUM_WIDTH_HZ = 1.0
"""Greatest distance from a multiple, two lines of the spectrum of two seconds."""
_DRIFT_HZ = 5.0
"""Frequency below which power is drift of the skin potential or movement of the electrodes."""
_SAME = 0.995
"""Correlation from which two channels are the same; neighbouring muscles with a fifth of crosstalk
stay well below."""


class QualityKind(Enum):
    """The verdicts that a channel may get."""

    NO_SIGNAL = "no signal"
    GOOD = "good"
    FLAT = "flat"
    SATURATED = "saturated"
    HUM = "mains hum"
    SAME = "same as"
    WEAK = "too weak"


_ADVICE = {
    QualityKind.NO_SIGNAL: "No signal, or not enough yet to tell.",
    QualityKind.GOOD: "Nothing to do.",
    QualityKind.FLAT: "The value does not move: check the wire, the sensor's power and the pin.",
    QualityKind.SATURATED: "The signal hits the end of the converter's range: turn the gain down, "
    "press the electrodes on, check the reference electrode.",
    QualityKind.HUM: "Mains voltage covers the muscle: press the electrodes on, moisten the skin, "
    "check the reference electrode, run the computer on its battery, keep away from chargers.",
    QualityKind.SAME: "Two channels show the same signal: check that each sensor has its own pin "
    "and that no gel or wire joins the electrodes.",
    QualityKind.WEAK: "The signal is as small as the converter's smallest step: check that the "
    "electrodes sit on the muscle, or turn the gain up.",
}


@dataclass(frozen=True, slots=True)
class Quality:
    """The verdict on one channel."""

    kind: QualityKind
    """The kind of the verdict."""
    detail: str = ""
    """A name or figure that goes with it: the other channel, the share of clipped samples."""
    rails: tuple[float | None, float | None] = (None, None)
    """Lower and upper value that the signal is cut at; None where it is not cut."""

    @property
    def words(self) -> str:
        """The verdict in a few words.

        >>> Quality(QualityKind.SAME, "biceps").words
        'same as biceps'
        """
        return f"{self.kind.value} {self.detail}".strip()

    @property
    def advice(self) -> str:
        """Advice to the user."""
        return _ADVICE[self.kind]

    @property
    def fine(self) -> bool:
        """True where there is nothing to do."""
        return self.kind in (QualityKind.GOOD, QualityKind.NO_SIGNAL)


def judge_quality(
    samples: FloatArray, channel_names: tuple[str, ...], sampling_rate_hz: float | None
) -> tuple[Quality, ...]:
    """Return a verdict on each channel from about two seconds of raw samples.

    ``samples`` has shape ``(n_samples, n_channels)``, in the stream's unit; a row with a missing
    value is left out. Of several faults, the one to repair first is named: flat, saturated, mains
    hum, the same as another channel, too weak. Hum is found only where the rate is known.
    """
    rows = samples[np.all(np.isfinite(samples), axis=1)].astype(np.float64)
    if len(rows) < _MIN_SAMPLES:
        return tuple(Quality(QualityKind.NO_SIGNAL) for _ in channel_names)
    verdicts = [_alone(column, sampling_rate_hz) for column in rows.T]
    return tuple(
        _compared(position, verdict, verdicts, rows, channel_names)
        for position, verdict in enumerate(verdicts)
    )


class CalmVerdicts:
    """Verdicts with hysteresis: another kind is shown once it was found several times in a row.

    A muscle at rest gives little but hum, and a short rest needs no advice. The first verdict, no
    signal and saturation are shown at once.

    >>> calm, hum = CalmVerdicts(agreeing=2), Quality(QualityKind.HUM)
    >>> found = [(Quality(QualityKind.GOOD),), (hum,), (hum,)]
    >>> [calm.update(verdicts)[0].words for verdicts in found]
    ['good', 'good', 'mains hum']
    """

    def __init__(self, agreeing: int = 3) -> None:
        self._n_needed = agreeing
        self._believed: list[Quality] = []
        self._found: list[tuple[QualityKind, int]] = []

    def update(self, verdicts: tuple[Quality, ...]) -> tuple[Quality, ...]:
        """Return the verdicts to show after the newest ones, one per channel."""
        if len(verdicts) != len(self._believed):
            self._believed = list(verdicts)
            self._found = [(verdict.kind, 1) for verdict in verdicts]
        for place, verdict in enumerate(verdicts):
            kind, n_before = self._found[place]
            n = n_before + 1 if kind is verdict.kind else 1
            self._found[place] = verdict.kind, n
            if n >= self._n_needed or _is_plain(verdict, self._believed[place]):
                self._believed[place] = verdict
        return tuple(self._believed)


def _is_plain(verdict: Quality, believed: Quality) -> bool:
    at_once = QualityKind.NO_SIGNAL, QualityKind.SATURATED, believed.kind
    return verdict.kind in at_once or believed.kind is QualityKind.NO_SIGNAL


def rails_of(values: Doubles) -> tuple[float | None, float | None]:
    """Return the lower and upper value that a channel is cut at; None where it is not cut.

    ``values`` has shape ``(n_samples,)``, none missing: all of a recording, or a stretch of it.
    """
    levels, counts = np.unique(values, return_counts=True)
    return _rails(levels, counts, _step(levels))


def _step(levels: Doubles) -> float:
    """Return the smallest step between two levels; 0 for a single one."""
    return float(np.diff(levels).min()) if len(levels) > 1 else 0.0


def _alone(values: Doubles, rate_hz: float | None) -> Quality:
    """Return the verdict on one channel by itself; ``values`` has shape ``(n_samples,)``."""
    levels, counts = np.unique(values, return_counts=True)
    step = _step(levels)
    rails = _rails(levels, counts, step)
    if counts.max() / len(values) >= _STUCK_SHARE:
        return Quality(QualityKind.FLAT)
    if rails != (None, None):
        share = sum(float(np.mean(values == rail)) for rail in rails if rail is not None)
        return Quality(QualityKind.SATURATED, percent(share), rails)
    if rate_hz is not None and _hums(values, rate_hz, step):
        return Quality(QualityKind.HUM)
    if levels[-1] - levels[0] <= _WEAK_LEVELS * step:
        return Quality(QualityKind.WEAK)
    return Quality(QualityKind.GOOD)


def _rails(
    levels: Doubles, counts: npt.NDArray[np.intp], step: float
) -> tuple[float | None, float | None]:
    """Return the lowest and the highest level where samples pile up there, None where not."""
    if len(levels) < 2 or levels[-1] - levels[0] < _RAIL_SPAN_LEVELS * step:
        return None, None
    low = _piles_up(levels, counts, step)
    high = _piles_up(-levels[::-1], counts[::-1], step)
    return (float(levels[0]) if low else None, float(levels[-1]) if high else None)


def _piles_up(levels: Doubles, counts: npt.NDArray[np.intp], step: float) -> bool:
    """Return whether the first level has many more samples than those beside it.

    The factor is needed because a sine has more samples at its peak, too; the least number because
    a single sample at the end proves nothing.
    """
    near = (levels > levels[0]) & (levels <= levels[0] + (_NEAR_LEVELS + 0.5) * step)
    beside = float(counts[near].sum()) / _NEAR_LEVELS
    least = max(_RAIL_SHARE * counts.sum(), _RAIL_SAMPLES)
    return bool(counts[0] >= least and counts[0] > _PILE_UP * beside)


def _hums(values: Doubles, rate_hz: float, step: float) -> bool:
    """Return whether most of the power above the drift is at a mains frequency and multiples."""
    spectrum = np.abs(np.fft.rfft((values - values.mean()) * np.hanning(len(values)))) ** 2
    frequencies_hz: Doubles = np.fft.rfftfreq(len(values), 1.0 / rate_hz).astype(np.float64)
    width_hz = max(_HUM_WIDTH_HZ, 2.0 * rate_hz / len(values))
    power = float(spectrum.sum())
    spectrum[frequencies_hz < _DRIFT_HZ] = 0.0
    if not spectrum.any():
        return False
    hum = max(_mains_power(spectrum, frequencies_hz, hz, width_hz) for hz in _MAINS_HZ)
    rms = float(np.std(values)) * np.sqrt(hum / power)
    return hum >= _HUM_SHARE * float(spectrum.sum()) and rms >= _HUM_LEVELS * step


def _mains_power(
    spectrum: Doubles, frequencies_hz: Doubles, mains_hz: float, width_hz: float
) -> float:
    harmonics = mains_hz * np.arange(1, _HARMONICS + 1)
    harmonics = harmonics[harmonics <= frequencies_hz[-1]]
    distance_hz = np.abs(frequencies_hz[:, np.newaxis] - harmonics)
    return float(spectrum[np.any(distance_hz <= width_hz, axis=1)].sum())


def _compared(
    position: int, verdict: Quality, verdicts: list[Quality], rows: Doubles, names: tuple[str, ...]
) -> Quality:
    """Return the verdict, or for a good channel that it is the same as another good one."""
    if verdict.kind is not QualityKind.GOOD:
        return verdict
    for other, name in enumerate(names):
        if other != position and verdicts[other].kind is QualityKind.GOOD:
            correlation = np.corrcoef(rows[:, position], rows[:, other])[0, 1]
            if abs(correlation) >= _SAME:
                return Quality(QualityKind.SAME, name)
    return verdict
