"""The time of every sample, from the fitted clock of the board and not from its arrival."""

from __future__ import annotations

import threading

import numpy as np

from emgstream.clockfit import ClockFit
from emgstream.types import IndexArray, TimeArray

__all__ = ["Timebase"]

_RECENT = 1 << 16  # samples whose times are kept: those in the ring of the engine
_KNOT_SAMPLES = 4096  # a choice: 4 s at 1000 Hz; times in between are interpolated
_TELLS_RATE_S = 2.0  # 20 ms of jitter are 1 % of that
_MICROSECOND = 1e-6
_OTHER_RATE = 0.1  # as `_ROUGH_RATE` of `indexer`: a rate counted over 0.5 s on a busy host
_FARTHEST_OFF = 0.1
"""Largest error of a clock that counts microseconds: that of an untrimmed RC oscillator."""


class Timebase:
    """Converts sample indices to seconds since the first sample, and measures the rate.

    A sample gets its time once, when it is read, from the clock of the device and the present fit;
    if the fit would go back, time stands still. For the first two seconds of a segment the pace is
    the nominal one, or that of the segment before, unless another nominal one tells that the
    stream came back at another rate; the same holds if the measured pace is more than
    10 % off, as then the computer is too busy to read in time. The newest 65,536 times are kept one
    by one, of older ones about every 4096th, with even steps in between. The reader thread adds
    samples; any thread may ask.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._fit = ClockFit()
        self._recent: TimeArray = np.full(_RECENT, np.nan)
        self._knots: list[tuple[int, float]] = []
        self._end = 0  # index behind the newest sample
        self._zero_s: float | None = None  # host time of the first sample
        self._newest_s = self._received_s = 0.0
        self._anchor: tuple[int, float] | None = None  # index and device time, of this segment
        self._last: tuple[int, float] = (0, 0.0)
        self._kept: tuple[float, float] | None = None  # rate and slope of the segment before
        self._unit_s = self._nominal_s = _MICROSECOND
        self._offset_s = np.inf

    def begin_segment(self, unit_s: float = _MICROSECOND) -> None:
        """Begin a segment: the time of the device does not continue.

        ``unit_s`` is the nominal length of one unit of the device time in seconds.
        """
        with self._lock:
            self._kept = self._rate_and_slope() or self._kept
            if unit_s != self._unit_s and self._is_other(unit_s):
                self._kept = None
            self._unit_s = unit_s
            self._nominal_s = unit_s if self._kept is None else self._kept[1]
            self._fit, self._anchor, self._offset_s = ClockFit(), None, np.inf

    def add(self, first_index: int, device: TimeArray | IndexArray, received_s: float) -> TimeArray:
        """Take consecutive samples: device time, shape ``(n,)``, and host time of receipt.

        Device time is in microseconds, or the number of the sample if the board sends no time.
        Returns the host time at which each was taken, shape ``(n,)``: that of an arrival without
        avoidable delay.
        """
        with self._lock:
            end = first_index + len(device)
            self._last = (end - 1, float(device[-1]))
            if self._anchor is None:
                self._anchor = (first_index, float(device[0]))
            self._fit.add(self._last[1], received_s)
            times_s = self._times(device, received_s)
            self._keep(first_index, times_s)
            if not self._knots or first_index >= self._knots[-1][0] + _KNOT_SAMPLES:
                self._knots.append((first_index, float(times_s[0])))
            self._end, self._newest_s = end, float(times_s[-1])
            self._received_s = received_s
            return times_s + (self._zero_s or 0.0)

    def time_at(self, indices: IndexArray) -> TimeArray:
        """Return seconds since the first sample, for samples already read; same shape."""
        with self._lock:
            times_s: TimeArray = self._recent[indices % _RECENT]
            is_old = indices < self._end - _RECENT
            if np.any(is_old):
                knots = np.array(self._knots)
                times_s = np.where(is_old, np.interp(indices, knots[:, 0], knots[:, 1]), times_s)
            return times_s

    def expected_s(self, device: float) -> float:
        """Return the host time at which a device time of this segment arrives without delay.

        Infinite before the first sample of the segment.
        """
        with self._lock:
            slope = self._slope()
            if slope is None:
                return self._offset_s + device * self._nominal_s
            return self._fit.host_at(device)

    def arrival_s(self, index: int) -> float | None:
        """Return the host time at which a sample to come arrives without delay.

        ``index`` is its index. None while the rate is not known, and at the start of a segment.
        """
        with self._lock:
            known = self._rate_and_slope()
            if known is None:
                return None
            last_index, last_device = self._last
            return self._fit.host_at(last_device) + (index - last_index) / known[0]

    @property
    def counts_samples(self) -> bool:
        """True if the device time is the number of the sample."""
        with self._lock:
            return self._unit_s != _MICROSECOND

    @property
    def rate_hz(self) -> float | None:
        """Samples per second of the host's clock.

        None during the first two seconds, and while the measured pace cannot be that of a clock.
        """
        with self._lock:
            known = self._rate_and_slope() or self._kept
            return None if known is None else known[0]

    @property
    def span_s(self) -> float:
        """Seconds of arrivals that the rate is measured over."""
        with self._lock:
            return self._fit.span_s

    @property
    def ppm(self) -> float | None:
        """Deviation of a device clock in microseconds, in ppm; positive if it is fast."""
        with self._lock:
            known = self._rate_and_slope() or self._kept
            return None if known is None else (1e-6 / known[1] - 1.0) * 1e6

    @property
    def newest(self) -> tuple[int, float]:
        """Index after the newest sample, and the host time of that sample in seconds."""
        with self._lock:
            return self._end, self._newest_s + (self._zero_s or 0.0)

    @property
    def arrived(self) -> tuple[int, float]:
        """Index after the newest sample, and the host time of its receipt in seconds."""
        with self._lock:
            return self._end, self._received_s

    def _is_other(self, unit_s: float) -> bool:
        """Return True if a nominal unit is neither that of the segment before nor its pace."""
        paces = (self._unit_s, self._unit_s if self._kept is None else self._kept[1])
        return all(abs(unit_s / pace_s - 1.0) > _OTHER_RATE for pace_s in paces)

    def _rate_and_slope(self) -> tuple[float, float] | None:
        """Return samples per second, and seconds per unit of device time, by the host's clock."""
        slope = self._slope()
        if self._anchor is None or slope is None:
            return None
        n_samples = self._last[0] - self._anchor[0]
        device = self._last[1] - self._anchor[1]
        return n_samples / (device * slope), slope

    def _slope(self) -> float | None:
        """Return the measured pace; None if it is not known yet, or cannot be that of a clock."""
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

    def _keep(self, first_index: int, times_s: TimeArray) -> None:
        """Keep the newest times, each at its place in a ring."""
        start, end = first_index % _RECENT, first_index % _RECENT + len(times_s)
        if end <= _RECENT:
            self._recent[start:end] = times_s
        else:
            self._recent[np.arange(start, end) % _RECENT] = times_s

    def _line(self, device: float, received_s: float) -> tuple[float, float]:
        """Return the host time at device time zero, and the pace."""
        self._offset_s = min(self._offset_s, received_s - device * self._nominal_s)
        slope = self._slope()
        if slope is None:
            return self._offset_s, self._nominal_s
        return self._fit.host_at(0.0), slope
