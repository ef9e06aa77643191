"""Quality of repetitions while recording: a bad one is easiest to repeat at once."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

import numpy as np
import numpy.typing as npt

from emgstream.cue_schedule import REST
from emgstream.types import FloatArray

__all__ = ["RepetitionMonitor", "amplitudes"]

_LEAST_CONTRAST = 1.5  # a choice: below it, a movement looks like rest to any classifier
_QUIETEST = 0.5  # half a count, as no converter resolves less
_LEAST_REPETITIONS = 2  # the fewest that have a spread

Doubles = npt.NDArray[np.float64]


def amplitudes(samples: FloatArray, level: Doubles | None = None) -> Doubles:
    """Return the RMS of each channel about ``level``, or about its mean; shape ``(n_channels,)``.

    ``samples`` has shape ``(n_samples, n_channels)``; rows with missing values are left out.
    """
    values = samples[np.all(np.isfinite(samples), axis=1)].astype(np.float64)
    about = values.mean(axis=0) if level is None else level
    rms: Doubles = np.sqrt(np.mean((values - about) ** 2, axis=0))
    return rms


class RepetitionMonitor:
    """Compares each repetition with rest, and each movement with the others.

    A repetition is a point: the logarithms of its amplitudes. Two movements look the same if their
    means are closer to each other than their repetitions are to their own mean, on average.
    """

    def __init__(self) -> None:
        self._rest: tuple[Doubles, Doubles] | None = None
        self._points: dict[str, list[Doubles]] = defaultdict(list)
        self._said: set[tuple[str, str]] = set()

    def add(self, label: str, repetition: int, samples: FloatArray) -> list[str]:
        """Add the steady part of a repetition, ``(n, n_channels)``; return warnings for people."""
        if len(samples) < 2:
            return []
        if label == REST:
            self._rest = samples.mean(axis=0, dtype=np.float64), amplitudes(samples)
            return []
        if self._rest is None:
            return []
        level, quiet = self._rest
        strengths = np.maximum(amplitudes(samples, level), _QUIETEST)
        if np.max(strengths / np.maximum(quiet, _QUIETEST)) < _LEAST_CONTRAST:
            return [f"{label} no. {repetition} looks like rest; press r to repeat it"]
        self._points[label].append(np.log(strengths))
        return self._alike(label)

    def _alike(self, label: str) -> list[str]:
        """Return a warning for each movement that looks the same as this one, each once."""
        warnings = []
        for pair in combinations(sorted(self._points), 2):
            if label in pair and pair not in self._said and self._look_the_same(*pair):
                self._said.add(pair)
                warnings.append(
                    f"{pair[0]} and {pair[1]} look the same so far; make them differ, move an "
                    "electrode, or leave one of them out"
                )
        return warnings

    def _look_the_same(self, one: str, other: str) -> bool:
        sets = [np.array(self._points[name]) for name in (one, other)]
        if min(map(len, sets)) < _LEAST_REPETITIONS:
            return False
        apart = np.linalg.norm(sets[0].mean(axis=0) - sets[1].mean(axis=0))
        spreads = [np.linalg.norm(points - points.mean(axis=0), axis=1).mean() for points in sets]
        return bool(apart < max(spreads))
