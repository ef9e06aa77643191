"""Signal quality: what is wrong with a channel, if anything, and what to do about it.

Pure: a stretch of samples in, one verdict a channel out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from emgstream.types import FloatArray

__all__ = ["CalmVerdicts", "Quality", "QualityKind", "judge_quality", "rails_of"]

Doubles = npt.NDArray[np.float64]

_MIN_SAMPLES = 64
_STUCK_SHARE = 0.99
_RAIL_SHARE = 0.01
_RAIL_SAMPLES = 8
_PILE_UP = 6.0
_NEAR_LEVELS = 5
_RAIL_SPAN_LEVELS = 16
_WEAK_LEVELS = 3.0
_HUM_SHARE = 0.6
_HUM_LEVELS = 4.0
_MAINS_HZ = (50.0, 60.0)
_HARMONICS = 5
_HUM_WIDTH_HZ = 1.0
_DRIFT_HZ = 5.0
_SAME = 0.995


class QualityKind(Enum):
    """What may be said of a channel."""

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
    """What was found."""
    detail: str = ""
    """A name or figure that goes with it: the other channel, the share of clipped samples."""
    rails: tuple[float | None, float | None] = (None, None)
    """Lower and upper value the signal was seen to be cut at; None where it was not."""

    @property
    def words(self) -> str:
        """The verdict in a few words.

        >>> Quality(QualityKind.SAME, "biceps").words
        'same as biceps'
        """
        return f"{self.kind.value} {self.detail}".strip()

    @property
    def advice(self) -> str:
        """What to do about it."""
        return _ADVICE[self.kind]

    @property
    def fine(self) -> bool:
        """Whether there is nothing to be done."""
        return self.kind in (QualityKind.GOOD, QualityKind.NO_SIGNAL)


def judge_quality(
    samples: FloatArray, channel_names: tuple[str, ...], sampling_rate_hz: float | None
) -> tuple[Quality, ...]:
    """Return a verdict a channel on about two seconds of raw samples.

    ``samples`` has shape ``(n_samples, n_channels)``, in the stream's unit; a row with a missing
    value is left out. Where several things are wrong, the one to mend first is named: flat,
    saturated, mains hum, the same as another channel, too weak. Hum needs a known rate.
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
    """Verdicts that do not fidget: another kind is believed once it was found often enough.

    Of a muscle at rest there is little but hum, and of a short rest nothing to be done about it.
    The first verdict, that there is no signal, and where the input was cut are believed at once.

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
        """Return what to believe after the newest verdicts, one a channel."""
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
    """Return the lower and upper value that a channel was cut at; None where it was not.

    ``values`` has shape ``(n_samples,)``, none missing: all of a recording, or a stretch of it.
    """
    levels, counts = np.unique(values, return_counts=True)
    return _rails(levels, counts, _step(levels))


def _step(levels: Doubles) -> float:
    """Return the smallest step between two levels; 0 for a single one."""
    return float(np.diff(levels).min()) if len(levels) > 1 else 0.0


def _alone(values: Doubles, rate_hz: float | None) -> Quality:
    """Judge one channel by itself; ``values`` has shape ``(n_samples,)``."""
    levels, counts = np.unique(values, return_counts=True)
    step = _step(levels)
    rails = _rails(levels, counts, step)
    if counts.max() / len(values) >= _STUCK_SHARE:
        return Quality(QualityKind.FLAT)
    if rails != (None, None):
        share = sum(float(np.mean(values == rail)) for rail in rails if rail is not None)
        return Quality(QualityKind.SATURATED, f"{share:.0%}", rails)
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
    """Whether the first level has many more samples than those next to it.

    The bottom of a sine has some more too, hence the factor; and of few samples one at the end
    proves nothing, hence the least number.
    """
    near = (levels > levels[0]) & (levels <= levels[0] + (_NEAR_LEVELS + 0.5) * step)
    beside = float(counts[near].sum()) / _NEAR_LEVELS
    least = max(_RAIL_SHARE * counts.sum(), _RAIL_SAMPLES)
    return bool(counts[0] >= least and counts[0] > _PILE_UP * beside)


def _hums(values: Doubles, rate_hz: float, step: float) -> bool:
    """Whether most of the power above the drift is at a mains frequency and its harmonics."""
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
    """Return the verdict, or that the channel is the same as an earlier or later one."""
    if verdict.kind is not QualityKind.GOOD:
        return verdict
    for other, name in enumerate(names):
        if other != position and verdicts[other].kind is QualityKind.GOOD:
            correlation = np.corrcoef(rows[:, position], rows[:, other])[0, 1]
            if abs(correlation) >= _SAME:
                return Quality(QualityKind.SAME, name)
    return verdict
