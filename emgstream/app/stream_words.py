"""Rate, losses and delay of a stream in words, as terminal and window show them."""

from __future__ import annotations

import math

from emgstream.sources.source_status import SourceStatus
from emgstream.translation import tr

__all__ = ["loss_words", "milliseconds", "rate_words", "recording_pace"]


def rate_words(rate_hz: float | None, ppm: float | None, unknown: str = "–") -> str:
    """Return a measured sampling rate and the error of the board's clock, where it is known.

    >>> rate_words(1000.04, 3.2), rate_words(None, None)
    ('1000.0 Hz  +3 ppm', '–')
    >>> rate_words(999.96, -0.3)
    '1000.0 Hz  +0 ppm'
    """
    rate = unknown if rate_hz is None else f"{rate_hz:.1f} Hz"
    return rate if ppm is None else f"{rate}  {round(ppm):+d} ppm"


def recording_pace(status: SourceStatus) -> str:
    """Return rate and losses of a stream that is being recorded, or else its state."""
    if not status.is_streaming:
        return tr(status.words)
    rate = rate_words(status.rate_hz, None, tr("measuring the rate"))
    counted = tr("lost {n_lost:,}", n_lost=status.n_lost)
    return f"{rate}   {loss_words(counted, status.n_lost + status.n_missed, status.sees_loss)}"


def loss_words(counted: str, n_seen: int, sees_loss: bool | None) -> str:
    """Return ``counted``, the words for the losses, if all are noticed; else a note.

    ``n_seen`` is the number of losses that were noticed; see `SourceStatus.sees_loss`.

    >>> loss_words("lost 3", 3, sees_loss=True), loss_words("lost 3", 3, sees_loss=False)
    ('lost 3', 'lost 3 or more')
    """
    if sees_loss:
        return counted
    if n_seen:
        return tr("lost {n_lost:,} or more", n_lost=n_seen)
    return tr("loss not known") if sees_loss is None else tr("loss unseen")


def milliseconds(seconds: float, decimals: int = 1) -> str:
    """Return a duration in milliseconds; a dash for NaN.

    >>> milliseconds(0.0042)
    '4.2'
    """
    return "–" if math.isnan(seconds) else f"{seconds * 1e3:.{decimals}f}"
