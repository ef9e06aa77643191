"""Design of second-order filters as numbers, for `emgstream.conditioning`."""

from __future__ import annotations

import math

from emgstream.conditioning import Section

__all__ = ["high_pass", "notch"]


def high_pass(frequency_hz: float, sampling_rate_hz: float) -> Section:
    """Return a Butterworth high-pass of second order (Bristow-Johnson, Audio EQ Cookbook).

    >>> b0, b1, b2, _, _ = high_pass(20.0, 1000.0)
    >>> b0 + b1 + b2
    0.0
    """
    turn = 2.0 * math.pi * frequency_hz / sampling_rate_hz
    alpha = math.sin(turn) / math.sqrt(2.0)
    half = (1.0 + math.cos(turn)) / 2.0
    return _normalised((half, -2.0 * half, half), turn, alpha)


def notch(frequency_hz: float, sampling_rate_hz: float, quality: float) -> Section:
    """Return a notch, ``frequency / quality`` wide (Bristow-Johnson, Audio EQ Cookbook)."""
    turn = 2.0 * math.pi * frequency_hz / sampling_rate_hz
    alpha = math.sin(turn) / (2.0 * quality)
    return _normalised((1.0, -2.0 * math.cos(turn), 1.0), turn, alpha)


def _normalised(b: tuple[float, float, float], turn: float, alpha: float) -> Section:
    a0 = 1.0 + alpha
    return b[0] / a0, b[1] / a0, b[2] / a0, -2.0 * math.cos(turn) / a0, (1.0 - alpha) / a0
