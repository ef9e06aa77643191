"""The state of a source and what is known of its losses, as a snapshot for any thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeAlias

__all__ = ["SYNTHETIC_NOTE", "SourceState", "SourceStatus", "StatusReader"]

SYNTHETIC_NOTE = "synthetic EMG from a simulated board: no person, no electrodes"
"""The note of a source whose samples come from a formula."""


class SourceState(Enum):
    """What a source is doing."""

    CONNECTING = "connecting"
    """It is opened, or waits for its device to answer; no sample has come yet."""
    STREAMING = "streaming"
    """Samples arrive."""
    PAUSED = "paused"
    """It waits because the user asked it to."""
    STALLED = "stalled"
    """It is connected, and samples have stopped arriving."""
    UNPLUGGED = "unplugged"
    """Its device is away; the source looks for it and goes on once it is back."""
    FINISHED = "finished"
    """No more samples will come."""
    FAILED = "failed"
    """An error ended it."""


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """What is known of a source at one moment. A snapshot: it does not change any more.

    Only the state is required: what a source does not know it leaves at its default.
    """

    state: SourceState
    """What it is doing."""
    words: str = ""
    """The same for people, with details: ``stalled 2.1 s``; the value of the state by default."""
    port: str = ""
    """Where the samples come from; with ``auto``, the port that was found."""
    rate_hz: float | None = None
    """Samples per second by the host's clock, as measured; None before it is known."""
    ppm: float | None = None
    """How much too fast the device's clock runs, in millionths; None while not known, and where
    the device sends no time."""
    n_received: int = 0
    """Samples received."""
    n_lost: int = 0
    """Samples that the device took and that never arrived whole, as its counter shows."""
    n_missed: int = 0
    """Samples there would have been while the device was away, by the host's clock."""
    n_gaps: int = 0
    """Places where the index jumps, for either reason."""
    loss: float = 0.0
    """Share of the samples lost in the session, ``n_lost`` against those received."""
    recent_loss: float = 0.0
    """The same over the last 5 seconds."""
    n_reconnects: int = 0
    """Times the stream went on after the device had been away or was reset."""
    sees_loss: bool | None = None
    """True if a lost sample would be noticed; None where the source does not know."""
    is_synthetic: bool = False
    """True if the samples come from a formula and not from a person."""
    counters: Mapping[str, int | bool] = field(default_factory=dict)
    """What the source counted of its raw input, by name, for the summary; all connections
    together."""
    identity: Mapping[str, Any] | None = None
    """What the device says it is, as JSON's own types by name; None where it says nothing."""
    notes: tuple[str, ...] = ()
    """What the user should know of this stream and may leave as it is, in order."""
    alarms: tuple[str, ...] = ()
    """What is or was wrong with this stream, each kind once, in order."""

    def __post_init__(self) -> None:
        if not self.words:
            object.__setattr__(self, "words", self.state.value)

    @property
    def is_streaming(self) -> bool:
        """True if samples are arriving."""
        return self.state is SourceState.STREAMING

    def loss_words(self, counted: str) -> str:
        """Return ``counted``, the words for the losses, where they are noticed; else that not.

        >>> SourceStatus(SourceState.STREAMING, sees_loss=False).loss_words("lost 3")
        'loss unseen'
        """
        if self.sees_loss is None:
            return "loss not known"
        return counted if self.sees_loss else "loss unseen"


StatusReader: TypeAlias = Callable[[], SourceStatus]
"""The ``status`` method of a source: any thread may call it."""
