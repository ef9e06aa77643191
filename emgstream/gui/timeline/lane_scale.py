"""A vertical scale that follows the signal in few, calm steps."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["LaneScale", "Span"]

_HOLD_S = 3.0
"""Longer than the pause between two contractions of a recording, so that these share a scale."""
_GLIDE_S = 0.10
"""Time constant of the move to another scale: short, and still seen as a move."""
_ROOM = 1.08
"""Room above and below the signal, so that a peak does not touch the edge."""
_SMALLEST = 1e-6
"""Least span relative to the value: below it, float32 has no more steps to show."""
_FAR_TOO_WIDE = 0.6
"""A scale narrows only below this share of it, as neighbours of the series would alternate."""
_ARRIVED = 0.002
"""Share of a span that is less than a pixel of a lane."""


@dataclass(frozen=True, slots=True)
class Span:
    """The values at the ends of a lane, in the signal's unit."""

    low: float
    """Value at the bottom."""
    high: float
    """Value at the top."""


class LaneScale:
    """The span of values that one lane shows.

    Its ends are round numbers. It widens at once when the signal leaves it, so that nothing is cut
    off, and narrows only when a narrower one would have been enough for three seconds. The shown
    span moves smoothly from one to the next.

    >>> scale = LaneScale()
    >>> scale.update(430.0, 580.0, now_s=0.0)
    Span(low=400.0, high=600.0)
    >>> scale.update(505.0, 520.0, now_s=1.0)
    Span(low=400.0, high=600.0)
    """

    def __init__(self) -> None:
        self.fixed: Span | None = None
        """The span that the user has set; None to follow the signal."""
        self._target: Span | None = None
        self._shown = Span(-1.0, 1.0)
        self._too_wide_since_s: float | None = None
        self._updated_s = 0.0

    @property
    def target(self) -> Span:
        """The span of round numbers that the lane shows, or moves towards."""
        return self.fixed or self._target or self._shown

    @property
    def is_moving(self) -> bool:
        """True while the shown span has not reached its target."""
        return self.fixed is None and self._shown != self.target

    def update(self, low: float, high: float, now_s: float) -> Span:
        """Return the span to draw with, for a signal between ``low`` and ``high`` in view.

        NaN for both keeps what there is.
        """
        if not (math.isnan(low) or math.isnan(high)):
            self._follow(_round_span(low, high), low, high, now_s)
        elapsed_s, self._updated_s = now_s - self._updated_s, now_s
        self._glide(elapsed_s)
        return self.fixed or self._shown

    def reset(self) -> None:
        """Forget the signal, so that the next one sets the scale at once."""
        self._target = None

    def _follow(self, wanted: Span, low: float, high: float, now_s: float) -> None:
        if self._target is None:
            self._target = self._shown = wanted
        elif low < self._target.low or high > self._target.high:
            self._set(wanted)
        elif _width(wanted) >= _FAR_TOO_WIDE * _width(self._target):
            self._too_wide_since_s = None
        elif self._too_wide_since_s is None:
            self._too_wide_since_s = now_s
        elif now_s - self._too_wide_since_s >= _HOLD_S:
            self._set(wanted)

    def _set(self, wanted: Span) -> None:
        self._target = wanted
        self._too_wide_since_s = None

    def _glide(self, elapsed_s: float) -> None:
        share = 1.0 - math.exp(-max(elapsed_s, 0.0) / _GLIDE_S)
        target, shown = self._target or self._shown, self._shown
        low = shown.low + share * (target.low - shown.low)
        high = shown.high + share * (target.high - shown.high)
        near = abs(low - target.low) + abs(high - target.high) < _ARRIVED * _width(target)
        self._shown = target if near else Span(low, high)


def _width(span: Span) -> float:
    return span.high - span.low


def _round_span(low: float, high: float) -> Span:
    """Return four round steps around the middle that hold both values with some room."""
    step = _round_up(max((high - low) * _ROOM, _SMALLEST * max(1.0, abs(high))) / 4.0)
    while True:
        middle = round((low + high) / 2.0 / step) * step
        if low >= middle - 2.0 * step and high <= middle + 2.0 * step:
            return Span(middle - 2.0 * step, middle + 2.0 * step)
        step = _round_up(step * 1.01)


def _round_up(value: float) -> float:
    """Return the next number of the series 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10.

    >>> _round_up(130.0)
    150.0
    """
    decade = 10.0 ** math.floor(math.log10(value))
    for factor in (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0):
        if value <= factor * decade * (1.0 + 1e-9):
            return factor * decade
    return 10.0 * decade
