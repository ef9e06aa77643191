"""Samples that a recording lacks, told by its clock.

A clock that beats evenly shows a lost sample as a step of twice the length. A stamp that only came
late shows the same step, but those that follow are shorter until the time lost is caught up with:
what counts is by how many samples time stays behind for good.

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

from emgstream.types import IndexArray, TimeArray

__all__ = ["index_by_clock", "rate_by_clock"]

_NEAR = 0.2
_REGULAR_SHARE = 0.95
_LATE = 0.7
_REACH = 64
_LONGEST_REACH = 8192
_HOLE_S = 0.25
_OVER_MEDIAN = 20.0
_OVER_LONGEST = 5.0
_LONGEST_USUAL = 0.999
_SAME_STEP = 1e-3
_EVEN_SHARE = 0.9
_EVEN = 0.02
_FEWEST_GAPS = 3
_FEWEST_BURSTS = 5
_MANY_BURSTS = 20
_LONGEST_BURST_S = 0.5
_ALIKE = 0.5
_MUCH_OF_EVEN = 0.5
_MUCH_OF_ANY = 4.0


def index_by_clock(time_s: TimeArray, segments: IndexArray | None) -> IndexArray | None:
    """Return the sample index of each row, from 0, lost samples counted; None where none is lost.

    ``time_s`` and ``segments`` have shape ``(n_rows,)``; time increases within a segment. Between
    two segments nothing is counted as lost.
    """
    lost = _lost(time_s, np.arange(len(time_s)), segments)
    if not lost.any():
        return None
    index: IndexArray = np.concatenate(([0], np.cumsum(1 + lost)))
    return index


def rate_by_clock(
    time_s: TimeArray, index: IndexArray | None, segments: IndexArray | None
) -> float | None:
    """Return samples a second: index steps over seconds, all within segments.

    A step that is too long for its index steps is a hole and left out. None where there is no
    step within a segment. Every array has shape ``(n_rows,)``.
    """
    counted = np.arange(len(time_s)) if index is None else index
    used = _within_segments(len(time_s), segments) & (_lost(time_s, counted, segments) == 0)
    seconds = float(np.diff(time_s)[used].sum())
    return float(np.diff(counted)[used].sum()) / seconds if seconds > 0.0 else None


@dataclass(frozen=True, eq=False)
class _ClockBeat:
    """The steps of a clock, those between two segments at their usual length."""

    steps_s: TimeArray
    """Seconds from each row to the next, shape ``(n_rows - 1,)``."""
    counts: IndexArray
    """Samples from each row to the next, same shape."""
    median_s: float
    """The usual length of one sample's step."""
    ends: IndexArray
    """Row behind the last one of each segment, in order."""

    @property
    def per_sample_s(self) -> TimeArray:
        """Length of one sample's step, same shape."""
        each: TimeArray = self.steps_s / self.counts
        return each

    @property
    def is_near(self) -> npt.NDArray[np.bool_]:
        """Whether each step has nearly the usual length."""
        near: npt.NDArray[np.bool_] = np.abs(self.per_sample_s / self.median_s - 1.0) <= _NEAR
        return near


def _lost(time_s: TimeArray, index: IndexArray, segments: IndexArray | None) -> IndexArray:
    """Return how many samples are lost between each row and the next, beyond the index steps."""
    beat = _beat(time_s, index, segments)
    if beat is None:
        return np.zeros(max(len(time_s) - 1, 0), dtype=np.int64)
    if beat.is_near.mean() >= _REGULAR_SHARE and not _comes_in_bursts(beat):
        return _lost_by_regular(beat)
    return _lost_by_irregular(beat)


def _beat(time_s: TimeArray, index: IndexArray, segments: IndexArray | None) -> _ClockBeat | None:
    inside = _within_segments(len(time_s), segments)
    if not inside.any():
        return None
    steps_s, counts = np.diff(time_s), np.where(inside, np.diff(index), 1)
    median_s = float(np.median((steps_s / counts)[inside]))
    if not 0.0 < median_s < np.inf:
        return None
    ends = np.append(np.flatnonzero(~inside) + 1, len(time_s))
    return _ClockBeat(np.where(inside, steps_s, median_s), counts, median_s, ends)


def _within_segments(n_rows: int, segments: IndexArray | None) -> npt.NDArray[np.bool_]:
    if segments is None:
        return np.ones(max(n_rows - 1, 0), dtype=np.bool_)
    inside: npt.NDArray[np.bool_] = np.diff(segments) == 0
    return inside


def _comes_in_bursts(beat: _ClockBeat) -> bool:
    """Whether most of the time passes in long steps, many a second.

    So are the samples of a radio packet stamped on arrival: a few microseconds apart, the next
    packet a tenth of a second later. A line that loses as much, as often, and goes on is not known.
    """
    excess = beat.steps_s / beat.median_s - beat.counts
    late = np.flatnonzero(excess > _LATE)
    if len(late) < _FEWEST_BURSTS or _median_time_between(beat, late) > _LONGEST_BURST_S:
        return False
    share = float(np.median(excess[late])) * len(late) / float(beat.counts.sum())
    gaps = np.diff(late)
    is_even = np.abs(gaps / np.median(gaps) - 1.0) <= _ALIKE
    many_alike = len(late) >= _MANY_BURSTS and float(is_even.mean()) >= _EVEN_SHARE
    return share > (_MUCH_OF_EVEN if many_alike else _MUCH_OF_ANY)


def _median_time_between(beat: _ClockBeat, rows: IndexArray) -> float:
    return float(np.median(np.diff(np.cumsum(beat.steps_s)[rows])))


def _lost_by_regular(beat: _ClockBeat) -> IndexArray:
    period_s = float(beat.per_sample_s[beat.is_near].mean())
    late = np.flatnonzero(beat.steps_s / period_s - beat.counts > _LATE)
    lost = np.rint(_behind_for_good(beat, late, period_s)).astype(np.int64)
    if _is_rounding(beat, late[lost == 1]):
        lost[lost == 1] = 0
    return _exact(beat, late[lost > 0])


def _lost_by_irregular(beat: _ClockBeat) -> IndexArray:
    """Return what is lost where stamps come in bursts or rounded: the steps unlike all others."""
    longest_s = float(np.quantile(beat.steps_s, _LONGEST_USUAL, method="lower"))
    limit_s = max(_HOLE_S, _OVER_MEDIAN * beat.median_s, _OVER_LONGEST * longest_s)
    late = np.flatnonzero(beat.per_sample_s > limit_s)
    period_s = _mean_s(beat, late)
    behind = _behind_for_good(beat, late, period_s)
    return _exact(beat, late[behind > 0.5 * beat.steps_s[late] / period_s])


def _exact(beat: _ClockBeat, holes: IndexArray) -> IndexArray:
    """Return what is lost at the holes, by the mean of all other steps, shape ``(n_rows - 1,)``."""
    period_s = _mean_s(beat, holes)
    at_once = beat.steps_s[holes] / period_s - beat.counts[holes]
    for_good = _behind_for_good(beat, holes, period_s)
    lost = np.zeros(len(beat.steps_s), dtype=np.int64)
    # the least of many stamps is early by their jitter, which one step is not
    lost[holes] = np.rint(np.where(at_once - for_good < 0.5, at_once, for_good))
    return np.maximum(lost, 0)


def _mean_s(beat: _ClockBeat, holes: IndexArray) -> float:
    usual = np.ones(len(beat.steps_s), dtype=np.bool_)
    usual[holes] = False
    if not usual.any():
        return beat.median_s
    return float(beat.steps_s[usual].sum() / beat.counts[usual].sum())


def _behind_for_good(beat: _ClockBeat, late: IndexArray, period_s: float) -> TimeArray:
    """Return by how many samples time is behind after each late step, once it has caught up.

    It is given as many rows to do so as a queue of twice the samples would have, 64 at least.
    """
    if not len(late):
        return np.zeros(0)
    behind = np.concatenate(([0.0], np.cumsum(beat.steps_s / period_s - beat.counts)))
    reach = np.minimum(_REACH + 2.0 * np.diff(behind)[late], _LONGEST_REACH).astype(np.int64)
    ends = beat.ends[np.searchsorted(beat.ends, late, side="right")]
    stretches = np.column_stack((late + 1, np.minimum(late + 1 + reach, ends))).ravel()
    least = np.minimum.reduceat(np.append(behind, np.inf), stretches)[::2]
    return np.asarray(least - behind[late], dtype=np.float64)


def _is_rounding(beat: _ClockBeat, rows: IndexArray) -> bool:
    """Whether steps of one sample too many come from rounded stamps: even ones, evenly spaced.

    So does a clock of whole milliseconds show 990 Hz: 99 steps of 1 ms, then one of 2 ms.
    """
    gaps = np.diff(rows)
    if len(gaps) < _FEWEST_GAPS:
        return False
    usual_s = beat.per_sample_s[beat.is_near]
    if np.quantile(np.abs(usual_s / beat.median_s - 1.0), _REGULAR_SHARE) > _SAME_STEP:
        return False
    median = float(np.median(gaps))
    is_even = np.abs(gaps - median) <= max(2.0, _EVEN * median)
    return bool(is_even.mean() >= _EVEN_SHARE)
