"""Findings on the clock of a recording, in words."""

from __future__ import annotations

from emgstream.tables import EmgTable

__all__ = ["contradiction", "slow_clock"]

_SLOWEST_HZ = 20.0
"""Lowest plausible rate. A choice: an envelope of surface EMG reaches 10 Hz."""
_FASTEST_HZ = 20_000.0
"""Highest plausible rate. A choice: above that of intramuscular EMG, 10 kHz."""
_TOLERANCE = 0.005
"""Tolerated deviation of the clock. Measured: real boards are off nominal by up to 0.5 %."""
_UNITS = (("milliseconds", 1e3), ("microseconds", 1e6))


def slow_clock(rate_hz: float) -> str | None:
    """Return a text on a clock whose rate is too low for EMG; None if the rate is plausible.

    >>> slow_clock(1.0).split("; ")[1]
    'time_s is to be in seconds, is it in milliseconds? correct it, or give --rate HZ'
    >>> slow_clock(20.0)
    """
    if rate_hz >= _SLOWEST_HZ:
        return None
    fits = (unit for unit, many in _UNITS if _SLOWEST_HZ <= rate_hz * many <= _FASTEST_HZ)
    unit = next(fits, None)
    guess = (
        "time_s is to be in seconds;"
        if unit is None
        else f"time_s is to be in seconds, is it in {unit}?"
    )
    return (
        f"the clock gives {rate_hz:.6g} Hz, expected {_SLOWEST_HZ:g} Hz or more; {guess} "
        "correct it, or give --rate HZ"
    )


def contradiction(table: EmgTable, stated_hz: float | None) -> str | None:
    """Return a text on a clock that contradicts the stated rate; None if it does not.

    ``stated_hz`` is None for the rate that was stated with the recording.
    """
    clock_hz = table.clock_rate_hz
    if stated_hz is None and table.sampling_rate_hz == table.stated_rate_hz:
        stated_hz = table.stated_rate_hz
    if stated_hz is None or clock_hz is None or abs(clock_hz / stated_hz - 1.0) <= _TOLERANCE:
        return None
    return f"stated {stated_hz:.6g} Hz; the recording's clock says {clock_hz:.6g} Hz"
