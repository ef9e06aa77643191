"""The time of every sample, from the clock fit and never from its arrival."""

from __future__ import annotations

import threading

import numpy as np

from emgstream.clockfit import ClockFit
from emgstream.types import IndexArray, TimeArray

__all__ = ["Timebase"]

_RECENT = 1 << 16
_KNOT_SAMPLES = 4096
_TELLS_RATE_S = 2.0
_MICROSECOND = 1e-6
_FARTHEST_OFF = 0.1
"""What no clock that counts microseconds is off by: an RC oscillator that nobody trimmed."""


class Timebase:
    """Sample index -> seconds since the first sample, and the rate and pace behind it.

    A sample gets its time once, when it is read, from the device's clock and the fit as it stands;
    where the line sinks, time stands still rather than run back. For the first two seconds of a
    segment the pace is the nominal one, or the one measured before; so it is where microseconds
    seem to last more than a tenth too long or too short: that is a computer too busy to take the
    samples in, and no clock. The newest 65,536 times are
    kept one by one, older ones at every 4096th sample or so, with even steps between them. The
    reader's thread adds, any thread asks.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._fit = ClockFit()
        self._recent: TimeArray = np.empty(_RECENT)
        self._knots: list[tuple[int, float]] = []
        self._end = 0  # index behind the newest sample
        self._zero_s: float | None = None  # host time of the first sample
        self._newest_s = 0.0
        self._anchor: tuple[int, float] | None = None  # index and device time, of this segment
        self._last: tuple[int, float] = (0, 0.0)
        self._kept: tuple[float, float] | None = None  # rate and slope of the segment before
        self._unit_s = self._nominal_s = _MICROSECOND
        self._offset_s = np.inf

    def begin_segment(self, unit_s: float = _MICROSECOND) -> None:
        """Forget the device's clock: the next sample's does not go on from the last one's.

        ``unit_s`` is the nominal length of one unit of the device's time in seconds.
        """
        with self._lock:
            self._kept = self._rate_and_slope() or self._kept
            self._unit_s = unit_s
            self._nominal_s = unit_s if self._kept is None else self._kept[1]
            self._fit, self._anchor, self._offset_s = ClockFit(), None, np.inf

    def add(self, first_index: int, device: TimeArray | IndexArray, received_s: float) -> TimeArray:
        """Take consecutive samples, their device time ``(n,)`` and the host time of their receipt.

        Device time is in microseconds, or the number of the sample where the board sends none.
        Gives the host time at which each was taken, ``(n,)``: that of an arrival without any
        avoidable delay.
        """
        with self._lock:
            end = first_index + len(device)
            self._last = (end - 1, float(device[-1]))
            if self._anchor is None:
                self._anchor = (first_index, float(device[0]))
            self._fit.add(self._last[1], received_s)
            times_s = self._times(device, received_s)
            self._recent[np.arange(first_index, end) % _RECENT] = times_s
            if not self._knots or first_index >= self._knots[-1][0] + _KNOT_SAMPLES:
                self._knots.append((first_index, float(times_s[0])))
            self._end, self._newest_s = end, float(times_s[-1])
            return times_s + (self._zero_s or 0.0)

    def time_at(self, indices: IndexArray) -> TimeArray:
        """Return seconds since the first sample for samples already read, same shape."""
        with self._lock:
            times_s: TimeArray = self._recent[indices % _RECENT]
            is_old = indices < self._end - _RECENT
            if np.any(is_old):
                knots = np.array(self._knots)
                times_s = np.where(is_old, np.interp(indices, knots[:, 0], knots[:, 1]), times_s)
            return times_s

    @property
    def rate_hz(self) -> float | None:
        """Samples a second of the host's clock; None before two seconds came."""
        with self._lock:
            known = self._rate_and_slope() or self._kept
            return None if known is None else known[0]

    @property
    def span_s(self) -> float:
        """Seconds of arrivals that the rate is drawn from."""
        with self._lock:
            return self._fit.span_s

    @property
    def ppm(self) -> float | None:
        """How much too fast a device clock in microseconds runs, in millionths."""
        with self._lock:
            known = self._rate_and_slope() or self._kept
            return None if known is None else (1e-6 / known[1] - 1.0) * 1e6

    @property
    def newest(self) -> tuple[int, float]:
        """Index behind the newest sample, and its host time in seconds."""
        with self._lock:
            return self._end, self._newest_s + (self._zero_s or 0.0)

    def _rate_and_slope(self) -> tuple[float, float] | None:
        """Return samples and seconds of the host's clock, a second and a unit of the device."""
        slope = self._slope()
        if self._anchor is None or slope is None:
            return None
        n_samples = self._last[0] - self._anchor[0]
        device = self._last[1] - self._anchor[1]
        return n_samples / (device * slope), slope

    def _slope(self) -> float | None:
        """Return the pace as measured, None where that can be no clock's, or not yet."""
        if self._fit.span_s < _TELLS_RATE_S:
            return None
        slope = self._fit.slope
        off = abs(slope / self._unit_s - 1.0)
        return slope if self._unit_s != _MICROSECOND or off <= _FARTHEST_OFF else None

    def _times(self, device: TimeArray | IndexArray, received_s: float) -> TimeArray:
        offset_s, slope = self._line(float(device[-1]), received_s)
        host_s = offset_s + np.asarray(device, dtype=np.float64) * slope
        if self._zero_s is None:
            self._zero_s = float(host_s[0])
        times_s: TimeArray = np.maximum(host_s - self._zero_s, self._newest_s)
        return times_s

    def _line(self, device: float, received_s: float) -> tuple[float, float]:
        """Return host time at device time zero, and the pace."""
        self._offset_s = min(self._offset_s, received_s - device * self._nominal_s)
        slope = self._slope()
        if slope is None:
            return self._offset_s, self._nominal_s
        return self._fit.host_at(0.0), slope
