"""A step of a short stretch: how strong each channel is, how fast it changes, which go together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, ClassVar, TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.steps.step import Doubles
from emgstream.types import FloatArray

__all__ = ["Rms"]

_LONGEST = 100_000
_HIGHEST = 1e9
_LONGEST_SPAN = 100
_MOST_SPANS = 10

Pairs: TypeAlias = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


@dataclass(frozen=True)
class Rms:
    """How strong each channel is, and how fast it changes: root mean squares on a soft scale.

    Over a step and over longer spans. The level's are taken about the stretch's own mean when
    ``about_mean``, so that the level at which a board rests (mid-scale) does not hide the muscle;
    about zero for a signal that has no such level. The change's are of the differences between
    neighbouring samples of a step, as the waveform length (Hudgins 1993) is. Beside them, where
    asked for, the correlation of each two channels, -1 to 1: electrodes that see one muscle swing
    together, and which do changes with the movement.

    >>> Rms(2).features(Rms(2).reduce(np.array([[511], [513]], dtype=np.float32)), n_channels=1)
    array([[0.]])
    """

    kind: ClassVar[str] = "rms"
    length: int
    """Samples a step."""
    about_mean: bool = True
    """Whether the mean of the stretch is taken out first."""
    floor: float = 0.1
    """Smallest root mean square, in the stream's unit: a flat line has no logarithm."""
    power: float = 0.0
    """What the root mean square is raised to; 0 for its natural logarithm."""
    spans: tuple[int, ...] = (1,)
    """How many of the newest steps each number is over; one number a channel for each."""
    change: bool = False
    """Whether there are as many numbers again, of the differences."""
    correlation: int = 0
    """How many of the newest steps the correlation of each two channels is over; 0 for none."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "spans", tuple(self.spans))
        if not (
            isinstance(self.length, int)
            and 1 <= self.length <= _LONGEST
            and 0.0 < self.floor < _HIGHEST
        ):
            raise ValueError(f"length {self.length!r}, floor {self.floor!r}; both must be positive")
        if not 0.0 <= self.power <= 1.0:
            raise ValueError(f"power {self.power!r}; expected 0 to 1")
        if self.change and self.length < 2:
            raise ValueError("a step of one sample has no change; expected at least 2 samples")
        if not (
            1 <= len(self.spans) <= _MOST_SPANS
            and all(isinstance(span, int) and 1 <= span <= _LONGEST_SPAN for span in self.spans)
        ):
            raise ValueError(f"spans {self.spans!r}; expected up to {_MOST_SPANS} numbers of steps")
        if not (isinstance(self.correlation, int) and 0 <= self.correlation <= _LONGEST_SPAN):
            raise ValueError(f"correlation {self.correlation!r}; expected a number of steps")

    @property
    def n_earlier(self) -> int:
        """Steps before a step that its longest span reaches back to."""
        return max(*self.spans, self.correlation) - 1

    def n_reduced(self, n_channels: int) -> int:
        """One mean square a channel, or two, and one mean product a pair of channels."""
        return self.n_strengths(n_channels) + self._n_pairs(n_channels)

    def n_of_one_channel(self, n_channels: int) -> int:
        """One number for each mean square and span."""
        return self.n_strengths(n_channels) * len(self.spans)

    def n_features(self, n_channels: int) -> int:
        """As many, and one for each pair of channels."""
        return self.n_of_one_channel(n_channels) + self._n_pairs(n_channels)

    def feature_names(self, channel_names: Sequence[str]) -> tuple[str, ...]:
        """Return the channels' names, with what is more than the strength of a step."""
        spoken = {
            span: f" over {span} steps" if span > 1 else ""
            for span in (*self.spans, self.correlation)
        }
        kinds = ("", " change") if self.change else ("",)
        strengths = tuple(
            f"{name}{kind}{spoken[span]}"
            for span in self.spans
            for kind in kinds
            for name in channel_names
        )
        if not self.correlation:
            return strengths
        return strengths + tuple(
            f"{channel_names[i]} with {channel_names[j]}{spoken[self.correlation]}"
            for i, j in zip(*_pairs(len(channel_names)), strict=True)
        )

    def reduce(self, samples: FloatArray) -> Doubles:
        """Return mean squares, then products, ``(n_steps, n_reduced)``; NaN for missing samples."""
        stretches = samples.reshape(-1, self.length, samples.shape[1]).astype(np.float64)
        level = stretches
        if self.about_mean:
            level = stretches - _mean(stretches)[:, np.newaxis, :]
        means = [_mean(level * level)]
        if self.change:
            changes = stretches[:, 1:] - stretches[:, :-1]
            means.append(_mean(changes * changes))
        if self.correlation:
            first, second = _pairs(samples.shape[1])
            means.append(_mean(level[:, :, first] * level[:, :, second]))
        return means[0] if len(means) == 1 else np.concatenate(means, axis=1)

    def features(self, reduced: Doubles, n_channels: int) -> Doubles:
        """Return the root mean squares over the known steps of each span, on the soft scale.

        Then the correlations. ``reduced``, shape ``(n_earlier + n_steps, n_reduced)``, begins with
        the steps before; the result has shape ``(n_steps, n_features)``.
        """
        n_strengths = self.n_strengths(n_channels)
        by_span = [self._means(reduced[:, :n_strengths], span) for span in self.spans]
        strengths = self._softened(np.concatenate(by_span, axis=1))
        if not self.correlation:
            return strengths
        return np.concatenate((strengths, self._correlations(reduced, n_channels)), axis=1)

    def n_strengths(self, n_channels: int) -> int:
        """As many as a step has mean squares."""
        return n_channels * (1 + self.change)

    def strengths(self, features: Doubles, n_channels: int) -> Doubles:
        """Return the numbers over the longest span, shape ``(n_steps, n_strengths)``."""
        n = self.n_strengths(n_channels)
        place = self.spans.index(max(self.spans)) * n
        return features[:, place : place + n]

    def to_manifest(self) -> dict[str, Any]:
        """Return the settings, ready for JSON."""
        return {"kind": self.kind, **asdict(self), "spans": list(self.spans)}

    def _n_pairs(self, n_channels: int) -> int:
        return n_channels * (n_channels - 1) // 2 if self.correlation else 0

    def _means(self, reduced: Doubles, span: int) -> Doubles:
        """Return the mean of each step and the ``span - 1`` before it."""
        return _mean_of_known(reduced[self.n_earlier - (span - 1) :], span)

    def _softened(self, squares: Doubles) -> Doubles:
        square = np.maximum(squares, self.floor**2)
        if self.power == 0.0:
            logarithm: Doubles = 0.5 * np.log(square)
            return logarithm
        powered: Doubles = square ** (0.5 * self.power)
        return powered

    def _correlations(self, reduced: Doubles, n_channels: int) -> Doubles:
        """Return the mean product of each two channels over their root mean squares."""
        means = self._means(reduced, self.correlation)
        squares = np.maximum(means[:, :n_channels], self.floor**2)
        first, second = _pairs(n_channels)
        products = means[:, self.n_strengths(n_channels) :]
        correlations: Doubles = products / np.sqrt(squares[:, first] * squares[:, second])
        correlations.clip(-1.0, 1.0, out=correlations)  # a step may be missing of one channel only
        return correlations


@cache
def _pairs(n_channels: int) -> Pairs:
    """Return each two channels once: the places of the first and of the second of them."""
    first, second = np.triu_indices(n_channels, 1)
    return first, second


def _mean(stretches: Doubles) -> Doubles:
    """Average over axis 1, added up in the order of time.

    numpy's own sum may choose another order for another number of stretches, and then the last
    bit would depend on how the samples were chunked. A running sum has one order only.
    """
    total: Doubles = np.add.accumulate(stretches, axis=1)[:, -1]
    total /= stretches.shape[1]
    return total


def _mean_of_known(reduced: Doubles, span: int) -> Doubles:
    """Average each row with the ``span - 1`` before it, NaN left out; NaN where all of them are."""
    n_steps = max(len(reduced) - (span - 1), 0)
    if span == 1 or n_steps == 0:
        return reduced[span - 1 :]
    within = np.arange(n_steps)[:, np.newaxis] + np.arange(span)
    stretches = reduced[within]
    known = np.isfinite(stretches)
    if known.all():
        return _mean(stretches)
    totals = np.add.accumulate(np.where(known, stretches, 0.0), axis=1)[:, -1]
    counts = known.sum(axis=1)
    unknown: Doubles = np.full_like(totals, np.nan)
    np.divide(totals, counts, out=unknown, where=counts > 0)
    return unknown
