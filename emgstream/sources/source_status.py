"""The status of a source: its state, rate and losses at one moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeAlias

__all__ = [
    "SIMULATED_NAME",
    "SYNTHETIC",
    "SYNTHETIC_NOTE",
    "SourceState",
    "SourceStatus",
    "StatusReader",
    "loss_words",
]

SYNTHETIC = "synthetic EMG"
"""Name for samples without a person."""
SIMULATED_NAME = f"{SYNTHETIC}, simulated board"
"""Name of the stream of a simulated board."""
SYNTHETIC_NOTE = "synthetic EMG from a simulated board: no person, no electrodes"
"""Note on a stream from a simulated board."""


class SourceState(Enum):
    """State of a source."""

    CONNECTING = "connecting"
    """It is opened, or waits for its device; there are no samples yet."""
    STREAMING = "streaming"
    """Samples arrive."""
    PAUSED = "paused"
    """The user has paused it."""
    STALLED = "stalled"
    """It is connected, and no samples arrive."""
    UNPLUGGED = "unplugged"
    """Its device was unplugged; the source waits for it."""
    RELEASED = "released"
    """Its port was let go, for another program; the source waits for it."""
    FINISHED = "finished"
    """There will be no more samples."""
    FAILED = "failed"
    """An error ended it."""


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """The status of a source at one moment. Only the state is required; the rest has defaults."""

    state: SourceState
    """The state."""
    words: str = ""
    """The state in words, with details: ``stalled 2.1 s``; by default the value of the state."""
    port: str = ""
    """Port of the device; with ``auto``, the port that was found."""
    rate_hz: float | None = None
    """Samples per second by the host's clock, measured; None if not known yet."""
    ppm: float | None = None
    """Deviation of the device's clock in ppm, positive if it is fast; None if not known."""
    n_received: int = 0
    """Samples received."""
    n_lost: int = 0
    """Samples that the device took and that did not arrive, by its counter; lines of text that
    could not be read."""
    n_missed: int = 0
    """Samples of the time in which nothing came, by the host's clock: the device was unplugged or
    silent, up to now."""
    n_missed_now: int = 0
    """Those of `n_missed` since the newest sample, in a silence that goes on."""
    n_gaps: int = 0
    """Gaps in the sample index, for either reason."""
    loss: float = 0.0
    """Share of lost samples, ``n_lost`` of all that were taken, 0 to 1."""
    recent_loss: float = 0.0
    """Share of lost samples over the last 5 seconds, 0 to 1."""
    n_reconnects: int = 0
    """Number of times that the stream continued after the device was unplugged or reset."""
    sees_loss: bool | None = None
    """True if lost samples are noticed, False if not, None if that is not known."""
    is_synthetic: bool = False
    """True if the samples are simulated."""
    counters: Mapping[str, int | bool] = field(default_factory=dict)
    """Further counters of the source by name, for the summary."""
    identity: Mapping[str, Any] | None = None
    """Identity that the device states, as JSON's own types; None if it states none."""
    notes: tuple[str, ...] = ()
    """Notes for the user that are no problems, in order."""
    alarms: tuple[str, ...] = ()
    """Problems of the stream, each kind once, in order."""
    alarms_over: tuple[str, ...] = ()
    """Those of `alarms` whose cause is over for now."""

    def __post_init__(self) -> None:
        if not self.words:
            object.__setattr__(self, "words", self.state.value)

    @property
    def is_streaming(self) -> bool:
        """True if samples arrive."""
        return self.state is SourceState.STREAMING

    def loss_words(self, counted: str) -> str:
        """Return ``counted``, the words for the losses, if all are noticed; else a note.

        >>> SourceStatus(SourceState.STREAMING, sees_loss=False).loss_words("lost 3")
        'loss unseen'
        >>> SourceStatus(SourceState.STREAMING, n_lost=3, sees_loss=False).loss_words("lost 3")
        'lost 3 or more'
        """
        return loss_words(counted, self.n_lost + self.n_missed, self.sees_loss)


def loss_words(counted: str, n_seen: int, sees_loss: bool | None) -> str:
    """Return the words for the losses of a stream or a recording.

    ``counted`` are the words if every loss is noticed; ``n_seen`` is the number of losses that
    were. See `SourceStatus.sees_loss`.
    """
    if sees_loss:
        return counted
    if n_seen:
        return f"lost {n_seen:,} or more"
    return "loss not known" if sees_loss is None else "loss unseen"


StatusReader: TypeAlias = Callable[[], SourceStatus]
"""The ``status`` method of a source; any thread may call it."""
