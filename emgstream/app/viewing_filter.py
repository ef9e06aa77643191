"""The filter for looking at a signal that no model conditions; it touches no decision."""

from __future__ import annotations

from emgstream.conditioning import Conditioner, Filters, NoConditioning
from emgstream.filter_design import high_pass, notch

__all__ = ["viewing_filter"]

_HIGH_PASS_HZ = 20.0
"""Corner against movement artefacts (De Luca 2010, doi:10.1016/j.jbiomech.2010.01.027)."""
_MAINS_HZ = (50.0, 60.0)
"""Both mains frequencies of the world: which of them hums here is not known at the first sample."""
_N_HARMONICS = 5
"""Mains frequency and its harmonics, up to 250 and 300 Hz: as many as count as hum in `quality`."""
_NOTCH_QUALITY = 30.0
"""Frequency of a notch over its width, as in training (choice)."""
_FITS = 0.95
"""Largest share of half the sampling rate that a filter's frequency may have, as in training."""
_BLOCK_S = 0.02
"""Length of a block of samples: the delay of the picture. A choice, a step of the network."""


def viewing_filter(sampling_rate_hz: float) -> Conditioner:
    """Return a high-pass of 20 Hz with notches at 50 and 60 Hz and at their harmonics.

    What does not fit under half of the sampling rate is left out.
    """
    highest_hz = _FITS * sampling_rate_hz / 2.0
    lines = {hz * n for hz in _MAINS_HZ for n in range(1, _N_HARMONICS + 1)}
    sections = [high_pass(_HIGH_PASS_HZ, sampling_rate_hz)] if highest_hz > _HIGH_PASS_HZ else []
    sections += [
        notch(line, sampling_rate_hz, _NOTCH_QUALITY) for line in sorted(lines) if line < highest_hz
    ]
    if not sections:
        return NoConditioning()
    return Filters(sections, max(round(_BLOCK_S * sampling_rate_hz), 1))
