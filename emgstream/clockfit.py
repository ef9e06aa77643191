"""The line from a board's clock to the host's, which gives the host time of each sample.

Every sample arrives late: its arrival is its host time plus a delay that is never negative. The
delay is a few microseconds at best; it is long where a USB bridge collects bytes or the host is
busy. So the line must lie below all points (device time, arrival) and as close to them as
possible: it is the edge of their lower convex hull over the middle of the points (Moon, Skelly and
Towsley 1999, "Estimation and removal of clock skew from network delay measurements",
doi:10.1109/INFCOM.1999.749287). Long or frequent delays do not change it, as long as some arrivals
in every few seconds are quick.
"""

from __future__ import annotations

from collections import deque
from typing import TypeAlias

__all__ = ["ClockFit"]

_EPOCH_S = 4.0
"""Seconds of arrivals that are kept or forgotten together: a choice, so that the hull of each is
short and the oldest can be dropped."""
_N_EPOCHS = 32
"""Epochs kept, two minutes: a choice between a steady slope and a clock that drifts."""
_REFRESH_S = 0.25
"""Seconds until the line is computed again where no arrival shows that it is too late: a choice."""

Point: TypeAlias = tuple[float, float]


class ClockFit:
    """The straight line from device time to host time, over the last two minutes of arrivals.

    ``device`` may be in any unit that rises steadily: microseconds of the board's clock, or the
    sample number where a board sends no time. One thread uses it.

    >>> fit = ClockFit()
    >>> for i in range(8):
    ...     fit.add(i * 1e6, 50.0 + i + 0.002 * (i % 3))
    >>> round(fit.host_at(10e6), 3), round(fit.slope * 1e6, 6)
    (60.0, 1.0)
    """

    def __init__(self) -> None:
        self._epochs: deque[list[Point]] = deque(maxlen=_N_EPOCHS)
        self._epoch_end_s = -float("inf")
        self._refresh_s = -float("inf")
        self._last: Point = (0.0, 0.0)
        self._edge: tuple[Point, float] | None = None

    @property
    def span_s(self) -> float:
        """Host time from the oldest to the newest arrival kept, in seconds."""
        return self._last[1] - self._epochs[0][0][1] if self._epochs else 0.0

    @property
    def slope(self) -> float:
        """Host seconds per unit of the device; NaN before two arrivals."""
        return self._line()[1]

    def add(self, device: float, host_s: float) -> None:
        """Add the arrival of one sample; ignored where the device time did not rise."""
        if self._epochs and device <= self._last[0]:
            return
        if host_s >= self._epoch_end_s:
            self._epochs.append([])
            self._epoch_end_s = host_s + _EPOCH_S
        self._last = (device, host_s)
        is_under = self._edge is not None and host_s < self._value(self._edge, device)
        if is_under or host_s >= self._refresh_s:
            self._edge = None
            self._refresh_s = host_s + _REFRESH_S
        _extend_hull(self._epochs[-1], self._last)

    def host_at(self, device: float) -> float:
        """Return the host time of a device time: its arrival with the shortest delay."""
        return self._value(self._line(), device)

    @staticmethod
    def _value(line: tuple[Point, float], device: float) -> float:
        (x, y), slope = line
        return y + (device - x) * slope

    def _line(self) -> tuple[Point, float]:
        if self._edge is None:
            self._edge = _middle_edge([point for epoch in self._epochs for point in epoch])
        return self._edge


def _extend_hull(hull: list[Point], point: Point) -> None:
    """Append a point of greater device time to a lower convex hull (Andrew 1979)."""
    while len(hull) >= 2 and _is_above(hull[-2], hull[-1], point):
        hull.pop()
    hull.append(point)


def _is_above(left: Point, middle: Point, right: Point) -> bool:
    """Return whether the middle point lies on or above the line between the other two."""
    return (middle[1] - left[1]) * (right[0] - left[0]) >= (right[1] - left[1]) * (
        middle[0] - left[0]
    )


def _middle_edge(points: list[Point]) -> tuple[Point, float]:
    """Return a point and the slope of the hull's edge over the middle of the points."""
    hull: list[Point] = []
    for point in points:
        _extend_hull(hull, point)
    if len(hull) < 2:
        return (hull[0] if hull else (0.0, 0.0)), float("nan")
    middle = (hull[0][0] + hull[-1][0]) / 2.0
    place = next(i for i in range(1, len(hull)) if hull[i][0] >= middle)
    (x, y), (right_x, right_y) = hull[place - 1], hull[place]
    return (x, y), (right_y - y) / (right_x - x)
