"""What is to be recorded, and from where."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from emgstream.data import DEMO_PERSON
from emgstream.gui import SIMULATED
from emgstream.recording import (
    CueListener,
    FreeProtocol,
    GuidedProtocol,
    SessionDescription,
    SimulatedSubject,
)
from emgstream.simulation.board import OWN_TCP, Instructions, SimulatedBoard
from emgstream.simulation.movements import activation_of
from emgstream.sources.serial_board import SerialBoardSource

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

    source: SerialBoardSource
    """Not yet entered."""
    listeners: tuple[CueListener, ...] = field(default=())
    """The simulated person, where there is one."""


@contextmanager
def board_for(plan: SessionPlan, port: str) -> Iterator[RecordingBoard]:
    """Give the board to record from, as `opened_board` does."""
    with opened_board(port, plan.protocol.labels, partial(_source, plan)) as board:
        yield board


@contextmanager
def opened_board(
    port: str, labels: Iterable[str], source_at: Callable[[str], SerialBoardSource]
) -> Iterator[RecordingBoard]:
    """Give the board at a port; with ``simulated``, a person who follows cues for the labels.

    Raises UsageError for a movement that the simulated person cannot do.
    """
    if port != SIMULATED:
        yield RecordingBoard(source_at(port))
        return
    for label in labels:
        activation_of(label)
    instructions = Instructions(DEMO_PERSON)
    with SimulatedBoard(seed=DEMO_PERSON, instructions=instructions, tcp=OWN_TCP) as board:
        yield RecordingBoard(source_at(board.port), (SimulatedSubject(instructions.call),))


def _source(plan: SessionPlan, port: str) -> SerialBoardSource:
    return SerialBoardSource(
        port,
        baud=plan.baud,
        channel_names=plan.names,
        channels=plan.channels,
        sampling_rate_hz=plan.rate_hz,
        force=True,  # another rate than asked for is told, and stands in the sidecar
    )
