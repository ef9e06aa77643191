"""How a live stream is doing, as a snapshot that any thread may take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from emgstream.wire import Counters, Identity

__all__ = ["SourceStatus", "StatusReader"]


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """What is known of a live stream at one moment. A snapshot: it does not change any more."""

    state: str
    """In words: ``connecting``, ``streaming``, ``stalled 2.1 s``, ``unplugged: ...``."""
    is_streaming: bool = False
    """Whether samples are arriving."""
    port: str = ""
    """Where the samples come from; with ``auto``, the port that was found."""
    rate_hz: float | None = None
    """Samples a second by the host's clock, as measured; None before there is enough to tell."""
    ppm: float | None = None
    """How much too fast the board's clock runs, in millionths; None while not known, and where
    the board sends no time."""
    n_received: int = 0
    """Samples received."""
    n_lost: int = 0
    """Samples that the board took and that never arrived whole, as its counter shows."""
    n_missed: int = 0
    """Samples there would have been while the board was away, by the host's clock."""
    n_gaps: int = 0
    """Places where the index jumps, for either reason."""
    loss: float = 0.0
    """Share of the samples lost in the session, ``n_lost`` against those received."""
    recent_loss: float = 0.0
    """The same over the last 5 seconds."""
    n_reconnects: int = 0
    """Times the stream went on after the board had been away or was reset."""
    counters: Counters = field(default_factory=Counters)
    """What the decoder saw, all connections together."""
    identity: Identity | None = None
    """Who the board says it is; None for a sketch that only prints numbers."""
    notes: tuple[str, ...] = ()
    """What the user should know of this stream and may leave as it is, in order."""
    alarms: tuple[str, ...] = ()
    """What is or was wrong with this stream, each kind once, in order."""

    @property
    def is_synthetic(self) -> bool:
        """Whether the samples come from a formula and not from a person."""
        return self.identity is not None and self.identity.board == "simulated"

    @property
    def sees_loss(self) -> bool:
        """Whether a lost sample would be noticed."""
        return self.counters.sees_loss


StatusReader: TypeAlias = Callable[[], SourceStatus]
"""What a live source offers beside the protocol of every source: ask it from any thread."""
