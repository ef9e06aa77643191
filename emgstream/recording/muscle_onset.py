"""Onset and release of muscles: the sample at which a contraction begins, and ends.

The envelope is compared with its own mean and standard deviation at rest, as in Hodges & Bui 1996
(doi:10.1016/S0921-884X(96)95190-5): the signal is rectified about its slow level and averaged over
40 ms. The decision is a double threshold, as in Bonato, D'Alessio & Knaflitz 1998
(doi:10.1109/10.661154): the first is 5 standard deviations, and the second asks for 80 % of the
50 ms that follow. The onset is then moved back to where the envelope last was within 3 standard
deviations. Of several channels the one with the largest deviation decides.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from emgstream.types import FloatArray

__all__ = ["find_onset", "find_release"]

Doubles = npt.NDArray[np.float64]

# The sources above give the form of the decision; the values are choices within their ranges.
_LEVEL_S = 0.1  # the slow level: two periods of the 20 Hz at which surface EMG begins
_ENVELOPE_S = 0.04
_FIRST_SDS = 5.0
_BACK_SDS = 3.0
_LASTS_S = 0.05
_QUIET_S = 0.1  # of a release: twice as long, as a contraction may pause for a moment
_SHARE = 0.8
_ENVELOPE_LIKE = 4.0  # the level moves by so many standard deviations of the ripple: an envelope
_SD_FLOOR = 1e-3  # of the range of a channel: a converter that stands still at rest has no spread


def find_onset(samples: FloatArray, rest: slice, start: int, rate_hz: float) -> int | None:
    """Return the row at which a contraction begins, at ``start`` or later; None without one.

    ``samples`` has shape ``(n_samples, n_channels)``, without a gap; its rows ``rest``, about a
    second of them, are known to be at rest.
    """
    stands_out = _standing_out(samples, rest, start, rate_hz)
    is_above = stands_out > _FIRST_SDS
    begins = np.flatnonzero(is_above & (_share_after(is_above, _LASTS_S * rate_hz) >= _SHARE))
    begins = begins[begins >= start]
    if not len(begins):
        return None
    quiet = np.flatnonzero(stands_out[start : begins[0]] <= _BACK_SDS)
    return int(start + quiet[-1] + 1) if len(quiet) else start


def find_release(samples: FloatArray, rest: slice, start: int, rate_hz: float) -> int | None:
    """Return the row from which on the muscles are at rest, at ``start`` or later; None if never.

    ``samples`` and ``rest`` as for `find_onset`.
    """
    is_quiet = _standing_out(samples, rest, start, rate_hz) <= _FIRST_SDS
    settled = is_quiet & (_share_after(is_quiet, _QUIET_S * rate_hz) >= _SHARE)
    rows = np.flatnonzero(settled[start:])
    return int(start + rows[0]) if len(rows) else None


def _standing_out(samples: FloatArray, rest: slice, start: int, rate_hz: float) -> Doubles:
    """Return the largest deviation of any channel from rest, in standard deviations of rest."""
    known = np.nan_to_num(samples.astype(np.float64), nan=0.0)
    columns = [_deviation(column, rest, start, rate_hz) for column in known.T]
    return np.max(columns, axis=0)  # type: ignore[no-any-return]


def _deviation(values: Doubles, rest: slice, start: int, rate_hz: float) -> Doubles:
    """Return the envelope of one channel in standard deviations of rest, ``(n_samples,)``."""
    ripple = values - _moving_mean(values, _LEVEL_S * rate_hz)
    level = values - values[rest].mean()
    active = values[start:]
    # the envelope that a sensor's own electronics give has no ripple: its level is the signal
    is_envelope = abs(active.mean() - values[rest].mean()) > _ENVELOPE_LIKE * ripple[start:].std()
    envelope = _moving_mean(np.abs(level if is_envelope else ripple), _ENVELOPE_S * rate_hz)
    floor = _SD_FLOOR * float(np.ptp(values)) + np.finfo(np.float64).tiny
    spread = max(float(envelope[rest].std()), floor)
    deviation: Doubles = (envelope - envelope[rest].mean()) / spread
    return deviation


def _moving_mean(values: Doubles, length: float) -> Doubles:
    """Return the centred moving mean over about ``length`` values, over fewer at the ends."""
    half = max(round(length) // 2, 1)
    sums = np.concatenate(([0.0], np.cumsum(values)))
    at = np.arange(len(values))
    first, end = np.maximum(at - half, 0), np.minimum(at + half + 1, len(values))
    means: Doubles = (sums[end] - sums[first]) / (end - first)
    return means


def _share_after(is_so: npt.NDArray[np.bool_], length: float) -> Doubles:
    """Return, for each row, the share of the ``length`` rows from it on that are true.

    Rows past the end count as false.
    """
    n = max(round(length), 1)
    sums = np.concatenate(([0], np.cumsum(is_so)))
    at = np.arange(len(is_so))
    share: Doubles = (sums[np.minimum(at + n, len(is_so))] - sums[at]) / n
    return share
