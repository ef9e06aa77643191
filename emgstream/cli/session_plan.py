"""What is to be recorded, and from where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from emgstream.clock import MonotonicClock
from emgstream.errors import UsageError
from emgstream.recording import (
    CueListener,
    FreeProtocol,
    GuidedProtocol,
    SessionDescription,
    SimulatedSubject,
)
from emgstream.sources.source import Source
from emgstream.sources.source_kind import SourceOptions
from emgstream.sources.source_registry import open_source

__all__ = ["RecordingBoard", "SessionPlan", "board_for", "opened_board"]


@dataclass(frozen=True)
class SessionPlan:
    """What the words of ``emgstream record`` come to."""

    path: Path
    """The table to write."""
    about: SessionDescription
    """What goes into the sidecar."""
    protocol: GuidedProtocol | FreeProtocol
    """What is asked when."""
    duration_s: float | None
    """Seconds the cues take; of a free recording, when to end it; None for at the user's word."""
    baud: int | None = None
    """Speed of the line; found where None."""
    channels: tuple[str, ...] | None = None
    """The board's channels to take; all where None."""
    names: tuple[str, ...] | None = None
    """What to call them; as the board does where None."""
    rate_hz: float | None = None
    """Rate to ask the board for; its own where None."""
    is_unattended: bool = False
    """Whether nobody is there to press a key."""
    is_checked: bool = True
    """Whether the signal is checked first."""
    rings: bool = False
    """Whether the bell rings at a cue."""


@dataclass(frozen=True)
class RecordingBoard:
    """Where the samples come from, and who else is to hear the cues."""

    source: Source
    """Not yet entered."""
    listeners: tuple[CueListener, ...] = field(default=())
    """The simulated person, where there is one."""


def board_for(plan: SessionPlan, port: str) -> RecordingBoard:
    """Return the board to record from, as `opened_board` does."""
    options = SourceOptions(
        baud=plan.baud,
        channel_names=plan.names,
        channels=plan.channels,
        sampling_rate_hz=plan.rate_hz,
        force=True,  # another rate than asked for is told, and stands in the sidecar
    )
    return opened_board(port, plan.protocol.labels, options)


def opened_board(address: str, labels: Iterable[str], options: SourceOptions) -> RecordingBoard:
    """Return the source at an address, whose simulated person, if any, waits for cues.

    Raises UsageError for a movement that the simulated person cannot make, and for a source that
    nobody can follow cues on.
    """
    source = open_source(address, options)
    if source.info.can_wait:
        raise UsageError(
            f"{source.info.name} is a recording, and nobody in it follows cues; expected a board; "
            "see emgstream ports"
        )
    if source.subject is None:
        return RecordingBoard(source)
    person = SimulatedSubject(source.subject)
    person.check(labels)
    person.wait_for_cues(MonotonicClock().now())
    return RecordingBoard(source, (person,))
