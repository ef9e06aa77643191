"""Sampling rate and lost samples of a recording, computed from its time stamps.

In a regular clock a lost sample shows as a step of twice the usual length. A stamp that was only
late shows the same step, but the steps after it are shorter until the delay is caught up. So a step
counts as lost samples only by the delay that remains afterwards.

Time stamps that come in bursts, or are rounded coarsely, have no usual step; there only a step far
longer than all others counts.

>>> time_s = np.arange(100) / 1000.0
>>> time_s[40:] += 0.003
>>> index = index_by_clock(time_s, None)
>>> index[[0, 39, 40, 99]].tolist()
[0, 39, 43, 102]
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emgstream.tables.sample_counter import MOST_LOST
from emgstream.types import IndexArray, TimeArray

__all__ = ["index_by_clock", "rate_by_clock"]

# The thresholds below are choices, held by the simulated clocks of tests/tables/test_table_clock.py
# (stamps up to 8 % of a step early or late, up to 80 stamps late together, stamps rounded to
# milliseconds, packets of 10 to 200 samples); none comes from a measurement on real devices.

_SHORTEST_STEP_S = 1e-9
"""Step below which stamps tell no rate: computers count nanoseconds at best."""
_REGULAR_TOLERANCE = 0.2
"""Deviation from the median up to which a step is regular. A lost sample deviates by 1."""
_REGULAR_SHARE = 0.95
"""Share of regular steps from which a clock is regular; 5 % are left for losses and late stamps."""
_LATE_SAMPLES = 0.7
"""Excess of a step, in samples, from which it is late: one lost sample has 1, less the jitter of
the two stamps, 0.15 each."""
_CATCH_UP_ROWS = 64
"""Rows in which a late stamp must be caught up with: 64 ms at 1 kHz, and an FTDI serial bridge
delays samples by 16 ms."""
_MAX_CATCH_UP_ROWS = 8192
"""Upper limit of these rows for long delays; it bounds the time this takes."""

_MIN_PAUSE_S = 0.25
"""Step from which an irregular clock may show a pause: radio packets come about 0.1 s apart."""
_PAUSE_OVER_MEDIAN = 20.0
"""The same as a multiple of the median step; stamps rounded to milliseconds vary by far less."""
_PAUSE_OVER_LONGEST = 5.0
"""The same as a multiple of the longest usual step, so that packets of any length are no pause."""
_USUAL_QUANTILE = 0.999
"""Quantile of the longest usual step: up to one step in 1,000 may be a pause."""

_MIN_ROUNDING_GAPS = 3
"""Gaps between long steps from which rounding is looked for; fewer may be even by chance."""
_ROUNDED_TOLERANCE = 1e-3
"""Deviation from the median of the usual steps of rounded stamps, which are all the same."""
_EVEN_SHARE = 0.9
"""Share of the gaps that must have the median length, to be called even; the rest may be losses."""
_EVEN_TOLERANCE = 0.02
"""Deviation from the median up to which two gaps of rounded stamps are equal."""

_MIN_BURSTS = 5
"""Late steps from which bursts are looked for; fewer are single losses."""
_MANY_BURSTS = 20
"""Late steps from which evenly spaced ones are taken for packets, not for losses."""
_MAX_BURST_PERIOD_S = 0.5
"""Longest time between two packets of a live device; trials with pauses are further apart."""
_BURST_TOLERANCE = 0.5
"""Deviation from the median up to which two bursts have the same number of samples."""
_BURST_SHARE_EVEN = 0.5
"""Samples missing in late steps, per recorded sample, from which even bursts are packets."""
_BURST_SHARE_ANY = 4.0
"""The same for uneven bursts: a line that lost four samples in five would not be used."""


def index_by_clock(time_s: TimeArray, segments: IndexArray | None) -> IndexArray | None:
    """Return the sample index of each row from 0, lost samples counted; None if none is lost.

    Parameters
    ----------
    time_s
        Time in seconds, shape ``(n_rows,)``, increasing within a segment.
    segments
        Segment of each row, same shape. Between two segments no sample counts as lost.
    """
    lost = _lost(time_s, np.arange(len(time_s)), segments)
    if not lost.any():
        return None
    index: IndexArray = np.concatenate(([0], np.cumsum(1 + lost)))
    return index


def rate_by_clock(
    time_s: TimeArray, index: IndexArray | None, segments: IndexArray | None
) -> float | None:
    """Return samples per second: index steps divided by seconds, over all steps within segments.

    A step with more lost samples than the index shows is left out. None if there is no step within
    a segment. Every array has shape ``(n_rows,)``; time is in seconds.
    """
    counted = np.arange(len(time_s)) if index is None else index
    used = _within_segments(len(time_s), segments) & (_lost(time_s, counted, segments) == 0)
    seconds = float(np.diff(time_s)[used].sum())
    n_steps = float(np.diff(counted)[used].sum())
    return n_steps / seconds if seconds > _SHORTEST_STEP_S * n_steps else None


@dataclass(frozen=True, eq=False)
class _ClockSteps:
    """The steps of a clock; a step between two segments is replaced by the median."""

    steps_s: TimeArray
    """Seconds from each row to the next, shape ``(n_rows - 1,)``."""
    counts: IndexArray
    """Samples from each row to the next by the index, same shape."""
    median_s: float
    """Median seconds per sample."""
    ends: IndexArray
    """First row after each segment, in order."""

    @property
    def per_sample_s(self) -> TimeArray:
        """Seconds per sample of each step, same shape."""
        each: TimeArray = self.steps_s / self.counts
        return each

    @property
    def regular_share(self) -> float:
        """Share of the steps that are regular, or a whole number of regular steps long.

        Rows may be lost in many places: then their steps are multiples of the others.
        """
        multiples = self.per_sample_s / self.median_s
        off = np.abs(multiples - np.maximum(np.rint(multiples), 1.0))
        return float((off <= _REGULAR_TOLERANCE).mean())

    @property
    def is_regular(self) -> npt.NDArray[np.bool_]:
        """True for each step of nearly the median length, same shape."""
        deviation = np.abs(self.per_sample_s / self.median_s - 1.0)
        regular: npt.NDArray[np.bool_] = deviation <= _REGULAR_TOLERANCE
        return regular


def _lost(time_s: TimeArray, index: IndexArray, segments: IndexArray | None) -> IndexArray:
    """Return the samples lost after each row, beyond the index steps, shape ``(n_rows - 1,)``."""
    clock = _clock_steps(time_s, index, segments)
    if clock is None:
        return np.zeros(max(len(time_s) - 1, 0), dtype=np.int64)
    if clock.regular_share >= _REGULAR_SHARE and not _comes_in_bursts(clock):
        return _lost_by_regular(clock)
    return _lost_by_irregular(clock)


def _clock_steps(
    time_s: TimeArray, index: IndexArray, segments: IndexArray | None
) -> _ClockSteps | None:
    inside = _within_segments(len(time_s), segments)
    if not inside.any():
        return None
    steps_s, counts = np.diff(time_s), np.where(inside, np.diff(index), 1)
    median_s = float(np.median((steps_s / counts)[inside]))
    if not _SHORTEST_STEP_S <= median_s < np.inf:
        return None
    ends = np.append(np.flatnonzero(~inside) + 1, len(time_s))
    return _ClockSteps(np.where(inside, steps_s, median_s), counts, median_s, ends)


def _within_segments(n_rows: int, segments: IndexArray | None) -> npt.NDArray[np.bool_]:
    if segments is None:
        return np.ones(max(n_rows - 1, 0), dtype=np.bool_)
    inside: npt.NDArray[np.bool_] = np.diff(segments) == 0
    return inside


def _comes_in_bursts(clock: _ClockSteps) -> bool:
    """Return whether samples come in packets: most time passes in long steps, many per second.

    The samples of a radio packet, stamped on arrival, are microseconds apart, and the next packet
    is 0.1 s later.
    """
    excess = clock.steps_s / clock.median_s - clock.counts
    late = np.flatnonzero(excess > _LATE_SAMPLES)
    if len(late) < _MIN_BURSTS or _median_time_between(clock, late) > _MAX_BURST_PERIOD_S:
        return False
    share = float(np.median(excess[late])) * len(late) / float(clock.counts.sum())
    gaps = np.diff(late)
    is_even = np.abs(gaps / np.median(gaps) - 1.0) <= _BURST_TOLERANCE
    are_packets = len(late) >= _MANY_BURSTS and float(is_even.mean()) >= _EVEN_SHARE
    return share > (_BURST_SHARE_EVEN if are_packets else _BURST_SHARE_ANY)


def _median_time_between(clock: _ClockSteps, rows: IndexArray) -> float:
    return float(np.median(np.diff(np.cumsum(clock.steps_s)[rows])))


def _lost_by_regular(clock: _ClockSteps) -> IndexArray:
    period_s = float(clock.per_sample_s[clock.is_regular].mean())
    late = np.flatnonzero(clock.steps_s / period_s - clock.counts > _LATE_SAMPLES)
    delay = np.minimum(_lasting_delay(clock, late, period_s), MOST_LOST)
    lost = np.rint(delay).astype(np.int64)
    if _is_rounding(clock, late[lost == 1]):
        lost[lost == 1] = 0
    return _n_lost_at(clock, late[lost > 0])


def _lost_by_irregular(clock: _ClockSteps) -> IndexArray:
    """Return the lost samples of stamps in bursts or rounded: only in steps unlike all others.

    Of such a step at least half must remain as a delay; the other half may be a late packet.
    """
    longest_s = float(np.quantile(clock.steps_s, _USUAL_QUANTILE, method="lower"))
    limit_s = max(
        _MIN_PAUSE_S, _PAUSE_OVER_MEDIAN * clock.median_s, _PAUSE_OVER_LONGEST * longest_s
    )
    late = np.flatnonzero(clock.per_sample_s > limit_s)
    period_s = _mean_period_s(clock, late)
    delay = _lasting_delay(clock, late, period_s)
    return _n_lost_at(clock, late[delay > 0.5 * clock.steps_s[late] / period_s])


def _n_lost_at(clock: _ClockSteps, gaps: IndexArray) -> IndexArray:
    """Return the samples lost in the gaps by the mean of all other steps, ``(n_rows - 1,)``."""
    period_s = _mean_period_s(clock, gaps)
    in_step = clock.steps_s[gaps] / period_s - clock.counts[gaps]
    lasting = _lasting_delay(clock, gaps, period_s)
    lost = np.zeros(len(clock.steps_s), dtype=np.int64)
    # the least delay of many stamps is too small by their jitter; that of one step is not
    in_gaps = np.where(in_step - lasting < 0.5, in_step, lasting)
    lost[gaps] = np.rint(np.minimum(in_gaps, MOST_LOST))
    return np.maximum(lost, 0)


def _mean_period_s(clock: _ClockSteps, gaps: IndexArray) -> float:
    usual = np.ones(len(clock.steps_s), dtype=np.bool_)
    usual[gaps] = False
    if not usual.any():
        return clock.median_s
    return float(clock.steps_s[usual].sum() / clock.counts[usual].sum())


def _lasting_delay(clock: _ClockSteps, late: IndexArray, period_s: float) -> TimeArray:
    """Return the delay after each late step, in samples, once it has been caught up with.

    It has as many rows to catch up as a queue of twice the delayed samples, and 64 more.
    """
    if not len(late):
        return np.zeros(0)
    delay = np.concatenate(([0.0], np.cumsum(clock.steps_s / period_s - clock.counts)))
    n_rows = np.minimum(_CATCH_UP_ROWS + 2.0 * np.diff(delay)[late], _MAX_CATCH_UP_ROWS)
    ends = clock.ends[np.searchsorted(clock.ends, late, side="right")]
    stops = np.minimum(late + 1 + n_rows.astype(np.int64), ends)
    stretches = np.column_stack((late + 1, stops)).ravel()
    least = np.minimum.reduceat(np.append(delay, np.inf), stretches)[::2]
    return np.asarray(least - delay[late], dtype=np.float64)


def _is_rounding(clock: _ClockSteps, rows: IndexArray) -> bool:
    """Return whether the steps of one sample too many come from rounding: evenly spaced ones.

    At 990 Hz, stamps in whole milliseconds have 99 steps of 1 ms, then one of 2 ms.
    """
    gaps = np.diff(rows)
    if len(gaps) < _MIN_ROUNDING_GAPS:
        return False
    usual_s = clock.per_sample_s[clock.is_regular]
    deviation = np.quantile(np.abs(usual_s / clock.median_s - 1.0), _REGULAR_SHARE)
    if deviation > _ROUNDED_TOLERANCE:
        return False
    median = float(np.median(gaps))
    # rounding moves each end of a gap by up to one row
    is_even = np.abs(gaps - median) <= max(2.0, _EVEN_TOLERANCE * median)
    return bool(is_even.mean() >= _EVEN_SHARE)
