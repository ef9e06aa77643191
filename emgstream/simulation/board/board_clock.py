"""The board's clock: half microseconds since a reset, as its timer counts them."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["TICKS_PER_S", "BoardClock", "rate_of", "reported_rate_of", "ticks_of"]

TICKS_PER_S = 2_000_000
"""Ticks per second: a clock of 16 MHz, divided by 8."""


def ticks_of(rate_hz: int) -> int:
    """Return the timer's period in ticks that is nearest to a rate in Hz.

    >>> ticks_of(1000), ticks_of(698)
    (2000, 2865)
    """
    return (TICKS_PER_S + rate_hz // 2) // rate_hz


def rate_of(period_ticks: int) -> float:
    """Return the rate of a period in Hz.

    >>> rate_of(2000)
    1000.0
    """
    return TICKS_PER_S / period_ticks


def reported_rate_of(period_ticks: int) -> float:
    """Return the rate of a period as a board reports it: in whole mHz, rounded down.

    >>> reported_rate_of(3)
    666666.666
    """
    return TICKS_PER_S * 1000 // period_ticks / 1000


@dataclass(frozen=True, slots=True)
class BoardClock:
    """Conversion of host time to device time and back."""

    reset_s: float
    """Host time of the reset in seconds."""
    ppm: float
    """Error of the board's clock in parts per million, positive if it is too fast."""

    def ticks(self, host_s: float) -> int:
        """Return the device time in ticks at a host time in seconds."""
        return round((host_s - self.reset_s) * TICKS_PER_S * (1.0 + self.ppm * 1e-6))

    def host_s(self, ticks: int) -> float:
        """Return the host time in seconds at a device time in ticks."""
        return self.reset_s + ticks / (TICKS_PER_S * (1.0 + self.ppm * 1e-6))
