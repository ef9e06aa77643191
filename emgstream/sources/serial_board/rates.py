"""Comparison of a sampling rate with the expected one."""

from __future__ import annotations

from emgstream.errors import StreamMismatchError

__all__ = ["ALARM_AT", "REFUSE_AT", "RateGuard"]

ALARM_AT, REFUSE_AT = 0.005, 0.05
"""Relative differences of the rate above which there is an alarm, and a refusal.

The first is the tolerance of a model for recordings, `emgstream.manifest.RATE_TOLERANCE`; the
second a choice: a window of 200 ms is then 10 ms too long or too short.
"""

_REFUSES_AFTER_S, _ALARMS_AFTER_S = 2.0, 5.0  # a choice: 20 ms of jitter are 1 %, and 0.4 %


_WHOLE_HZ = 200.0
"""Lowest rate at which a whole number shows a deviation of `ALARM_AT`."""


class RateGuard:
    """Compares a rate with the expected one; refuses at the start, and later only warns.

    A rate that was right for 5 s is that of the board: if it changes then, samples are lost, or the
    host is busy, and the stream goes on.

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

    def check_stated(self, rate_hz: float, source: str) -> str | None:
        """Return an alarm for the rate that a board states, or None.

        Raises StreamMismatchError if it is more than 5 % off.
        """
        return self._check(rate_hz, f"{source} samples at {rate_hz:.6g} Hz and can be set to no ")

    def check_measured(self, rate_hz: float, span_s: float, source: str) -> str | None:
        """Return an alarm for a rate that was measured over ``span_s`` seconds, or None.

        Raises StreamMismatchError if it is more than 5 % off, unless it was right before.
        """
        off = self._off(rate_hz)
        self._was_right |= off <= REFUSE_AT and span_s >= _ALARMS_AFTER_S
        if span_s < _REFUSES_AFTER_S or (off <= REFUSE_AT and span_s < _ALARMS_AFTER_S):
            return None
        return self._check(rate_hz, f"{source} was measured at {_hz_words(rate_hz)}, not at a ")

    def _check(self, rate_hz: float, what: str) -> str | None:
        off = self._off(rate_hz)
        if off <= ALARM_AT or self._expected_hz is None:
            return None
        sides = (
            f"{what}rate within {ALARM_AT:.1%} of the {self._expected_hz:.6g} Hz that the model "
            f"expects ({rate_hz / self._expected_hz - 1.0:+.1%})"
        )
        if off > REFUSE_AT and not (self._force or self._was_right):
            raise StreamMismatchError(
                f"{sides}; train a model at this rate, change the board's, or go on with --force"
            )
        return f"{sides}; decisions may be wrong"

    def _off(self, rate_hz: float) -> float:
        return 0.0 if self._expected_hz is None else abs(rate_hz / self._expected_hz - 1.0)


def _hz_words(rate_hz: float) -> str:
    """Return a measured rate with the digits that some seconds of samples support.

    >>> _hz_words(945.927), _hz_words(48.31)
    ('946 Hz', '48.3 Hz')
    """
    return f"{rate_hz:.0f} Hz" if rate_hz >= _WHOLE_HZ else f"{rate_hz:.1f} Hz"
