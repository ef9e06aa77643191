"""Comparison of a sampling rate with the expected one, the stated one and the one before."""

from __future__ import annotations

import math

from emgstream.errors import StreamMismatchError
from emgstream.significant_digits import percent
from emgstream.sources.serial_board.timebase import Timebase
from emgstream.sources.stream_condition import StreamCondition

__all__ = ["ALARM_AT", "REFUSES_AFTER_S", "REFUSE_AT", "PaceWatch", "RateGuard"]

ALARM_AT, REFUSE_AT = 0.005, 0.05
"""Relative differences of the rate above which there is an alarm, and a refusal.

The first is the tolerance of a model for recordings, `emgstream.manifest.RATE_TOLERANCE`; the
second a choice: a window of 200 ms is then 10 ms too long or too short.
"""

REFUSES_AFTER_S = 2.0
"""Seconds of arrivals from which a wrong rate is refused: a choice, 20 ms of jitter are 1 %."""
_ALARMS_AFTER_S = 5.0  # a choice: 20 ms of jitter are 0.4 %


_WHOLE_HZ = 200.0
"""Lowest rate at which a whole number shows a deviation of `ALARM_AT`."""

_PACE_S = 15.0
"""Seconds of one count: a choice, arrivals that are up to 0.5 s late are then 3 %."""
_PACE_SAMPLES = 400
"""Samples of one count at least: a choice, some that come together are then less than 2 %."""
_LONGEST_WAIT_S = 2.0
"""Seconds between two arrivals after which a count is begun anew: a choice, a pause or a computer
that was not there; the stamps of a radio link come in lumps of up to a second."""


class PaceWatch:
    """Counts samples in spans of fifteen seconds, and tells when a stream has changed its pace.

    Two spans in a row must agree: where the computer was busy, one has too few samples, and the
    next has those that were late. The pace is that of both, so that what came late at their ends is
    at most half the share. Where it is another one, the rate may have changed within the first of
    the two: the rate of the second is told, and the pace is measured anew.
    """

    def __init__(self) -> None:
        self.settled_hz: float | None = None
        """The pace at first, or the one that was told last; None while it is not known."""
        self._start: tuple[int, float] | None = None
        self._arrived_s = 0.0
        self._last_hz = math.nan
        self._last_start = (0, 0.0)

    def add(self, end_index: int, arrived_s: float) -> float | None:
        """Take the index behind the newest sample, and the host time of its receipt.

        Returns a settled pace in Hz that is more than 5 % off the one before; else None.
        """
        if self._start is None or arrived_s - self._arrived_s > _LONGEST_WAIT_S:
            self._start, self._last_hz = (end_index, arrived_s), math.nan
        self._arrived_s = arrived_s
        first, since_s = self._start
        if arrived_s - since_s < _PACE_S or end_index - first < _PACE_SAMPLES:
            return None
        span_hz, before_hz = (end_index - first) / (arrived_s - since_s), self._last_hz
        (first, since_s), self._last_start = self._last_start, self._start
        self._start, self._last_hz = (end_index, arrived_s), span_hz
        if not _are_alike(span_hz, before_hz):
            return None
        pace_hz = (end_index - first) / (arrived_s - since_s)
        if self.settled_hz is None:
            self.settled_hz = pace_hz  # and kept, else a slow drift would never be told
        elif not _are_alike(pace_hz, self.settled_hz):
            self.settled_hz, self._last_hz = None, math.nan
            return span_hz
        return None


class RateGuard:
    """Compares a rate with the expected one; refuses at the start, and later only warns.

    A rate that was right for 5 s is that of the board: if it changes then, samples are lost, or the
    host is busy, and the stream goes on.

    A stream that comes back after it was away must come back at its rate, whoever expects one: a
    recording would have two clocks. One that states another rate is refused; one whose rate can
    only be measured goes on with an alarm.

    Parameters
    ----------
    expected_hz
        The expected rate in Hz; None to accept any.
    force
        True to turn a refusal into an alarm.
    """

    def __init__(self, expected_hz: float | None, force: bool) -> None:
        self._expected_hz = expected_hz
        self._force = force
        self._was_right = False
        self._measured_hz = self._before_hz = math.nan  # in this segment, and in those before
        self._span_s = 0.0
        self._is_stated_wrong = False
        self._pace = PaceWatch()

    @property
    def may_refuse(self) -> bool:
        """True if there is a rate that a stream must have."""
        return self._expected_hz is not None and not self._force

    def check_stated(self, rate_hz: float, source: str) -> str | None:
        """Return an alarm for the rate that a board states, or None.

        Raises StreamMismatchError if it is more than 5 % off.
        """
        return self._check(rate_hz, f"{source} samples at {rate_hz:.6g} Hz")

    def check_measured(self, rate_hz: float, span_s: float, source: str) -> str | None:
        """Return an alarm for a rate that was measured over ``span_s`` seconds, or None.

        Raises StreamMismatchError if it is more than 5 % off, unless it was right before.
        """
        off = self._off(rate_hz)
        self._was_right |= off <= REFUSE_AT and span_s >= _ALARMS_AFTER_S
        if span_s < REFUSES_AFTER_S or (off <= REFUSE_AT and span_s < _ALARMS_AFTER_S):
            return None
        return self._check(rate_hz, f"{source} was measured at {_hz_words(rate_hz)}")

    @staticmethod
    def check_return(before_hz: float | None, now_hz: float | None, source: str) -> None:
        """Raise StreamMismatchError if a stream came back that states a rate more than 5 % off.

        None where no rate is stated. As with other channels, nothing forces it to go on.
        """
        if before_hz is None or now_hz is None:
            return
        if abs(now_hz / before_hz - 1.0) > REFUSE_AT:
            raise StreamMismatchError(
                f"{source} came back at {now_hz:.6g} Hz; expected the {before_hz:.6g} Hz it had; "
                "connect again to go on at the rate it has now"
            )

    def watch(
        self,
        timebase: Timebase,
        stated_hz: float | None,
        source: str,
        condition: StreamCondition,
    ) -> None:
        """Compare the measured rate with all that is known; add alarms and notes.

        ``stated_hz`` is the rate that the stream states, if any. Raises StreamMismatchError as
        `check_measured` does.
        """
        rate_hz, span_s = timebase.rate_hz, timebase.span_s
        if rate_hz is None:
            return
        if span_s < self._span_s:
            self._pace = PaceWatch()  # what came back at another rate is told as that
            condition.alarm_over("pace")
        changed = self._check_change(rate_hz, span_s, source)
        if changed is not None:
            condition.alarm("rate change", changed)
        drifted = self._check_pace(timebase, source)
        if drifted is not None:
            condition.alarm_over("pace")  # the one before, of another rate
            condition.alarm("pace", drifted)
        alarm = self.check_measured(rate_hz, span_s, source)
        if alarm is not None:
            condition.alarm("rate", alarm)
        if stated_hz is None or self._is_stated_wrong or span_s < _ALARMS_AFTER_S:
            return
        if abs(rate_hz / stated_hz - 1.0) > REFUSE_AT:
            self._is_stated_wrong = True
            condition.note(
                f"{source} states {stated_hz:.6g} Hz and sends {_hz_words(rate_hz)}; "
                "times come from the measured rate"
            )

    def _check_change(self, rate_hz: float, span_s: float, source: str) -> str | None:
        """Return an alarm for a rate that is not that of the segments before, or None."""
        if span_s < self._span_s:
            self._before_hz = self._measured_hz
        self._span_s = span_s
        if span_s < REFUSES_AFTER_S:
            return None
        self._measured_hz = rate_hz
        if not abs(rate_hz / self._before_hz - 1.0) > REFUSE_AT:  # nor where none was before
            return None
        return (
            f"{source} came back at {_hz_words(rate_hz)}; expected the "
            f"{_hz_words(self._before_hz)} it had; the times of its samples follow the new rate, "
            "and a model expects one rate only: record again"
        )

    def _check_pace(self, timebase: Timebase, source: str) -> str | None:
        """Return an alarm for a rate that has changed without a break, or None."""
        before_hz = self._pace.settled_hz
        pace_hz = self._pace.add(*timebase.arrived)
        if pace_hz is None or before_hz is None:
            return None
        return (
            f"{source} sends {_hz_words(pace_hz)} now; expected the {_hz_words(before_hz)} it had; "
            "samples are lost unseen or its rate was changed: the times of its samples are wrong "
            "from here on; connect again, and record again"
        )

    def _check(self, rate_hz: float, what: str) -> str | None:
        off = self._off(rate_hz)
        if off <= ALARM_AT or self._expected_hz is None:
            return None
        signed = f"{100.0 * (rate_hz / self._expected_hz - 1.0):+.1f} %"
        expected = f"the {self._expected_hz:.6g} Hz that the model expects"
        if off > REFUSE_AT and not (self._force or self._was_right):
            raise StreamMismatchError(
                f"{what}, {signed} from {expected}; up to {percent(REFUSE_AT)} is accepted; train "
                "a "
                "model at this rate, change the board's, or go on with --force"
            )
        return (
            f"{what}, {signed} from {expected}; with more than {percent(ALARM_AT, 1)}, "
            "decisions may be wrong"
        )

    def _off(self, rate_hz: float) -> float:
        return 0.0 if self._expected_hz is None else abs(rate_hz / self._expected_hz - 1.0)


def _are_alike(one_hz: float, other_hz: float) -> bool:
    """Return True for rates at most 5 % apart; False where one is not known, or 0."""
    return other_hz != 0.0 and abs(one_hz / other_hz - 1.0) <= REFUSE_AT


def _hz_words(rate_hz: float) -> str:
    """Return a measured rate with the digits that some seconds of samples support.

    >>> _hz_words(945.927), _hz_words(48.31)
    ('946 Hz', '48.3 Hz')
    """
    return f"{rate_hz:.0f} Hz" if rate_hz >= _WHOLE_HZ else f"{rate_hz:.1f} Hz"
