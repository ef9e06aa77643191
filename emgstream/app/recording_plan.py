"""What the user wants to record, and the session it comes to. No Qt in here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from emgstream.cue_schedule import MOVEMENTS, CueSchedule
from emgstream.errors import OutputError, UsageError
from emgstream.recording import (
    FreeProtocol,
    GuidedProtocol,
    SessionDescription,
    check_label,
    free_document,
    free_labels,
    guided_document,
)

__all__ = ["RecordingPlan", "RecordingRequest", "plan_session", "proposed_path"]

_COUNTDOWN_S = 3.0
_FREE_S = 600.0


@dataclass(frozen=True)
class RecordingRequest:
    """What stands in the form."""

    folder: Path
    """Where the files go."""
    name: str
    """Name of the table; ``.csv`` is put to it."""
    movements: tuple[str, ...] = MOVEMENTS
    """What is to be recorded."""
    repetitions: int = 5
    """How often each."""
    hold_s: float = 5.0
    """Seconds each is held."""
    rest_s: float = 4.0
    """Seconds of rest before each."""
    seed: int = 0
    """Seed of the order."""
    is_free: bool = False
    """Whether number keys set the labels, and nothing is asked."""
    is_checked: bool = True
    """Whether the signal is checked first."""
    sounds: bool = False
    """Whether a sound goes with each cue."""
    countdown_s: float = _COUNTDOWN_S
    """Seconds before the first cue, and after a break."""
    subject: str = ""
    """Who is recorded: a code."""
    session: str = ""
    """Name or number of the sitting."""
    placements: Mapping[str, str] = field(default_factory=dict)
    """Where the electrodes of a channel sit, by its name."""
    notes: str = ""
    """Anything else."""


@dataclass(frozen=True)
class RecordingPlan:
    """A session, ready to begin."""

    path: Path
    """The table to write."""
    about: SessionDescription
    """What goes into the sidecar."""
    protocol: GuidedProtocol | FreeProtocol
    """What is asked when."""
    duration_s: float
    """Seconds it is likely to take."""
    is_checked: bool
    """Whether the signal is checked first."""
    sounds: bool
    """Whether a sound goes with each cue."""

    def make_folder(self) -> None:
        """Make the folder it goes into; raises OutputError where that cannot be."""
        folder = self.path.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"cannot make the folder {folder}: {error.strerror or error}; expected a place "
                "that may be written to; choose another folder"
            ) from error


def proposed_path(folder: Path, now: datetime) -> Path:
    """Return a name for a recording that no other has.

    >>> proposed_path(Path("emg"), datetime(2026, 5, 4, 9, 30)).name
    'emg_2026-05-04_09-30-00.csv'
    """
    return folder / f"emg_{now:%Y-%m-%d_%H-%M-%S}.csv"


def plan_session(wanted: RecordingRequest) -> RecordingPlan:
    """Return the session that is wanted; raises UsageError where something in it is amiss."""
    labels = tuple(dict.fromkeys(map(check_label, wanted.movements)))
    if not labels:
        raise UsageError("no movement is chosen; expected at least one; tick one, or name your own")
    if wanted.is_free:
        return _plan(wanted, *_free(labels), _FREE_S)
    script = CueSchedule.shuffled(
        labels,
        repetitions=wanted.repetitions,
        hold_s=wanted.hold_s,
        rest_s=wanted.rest_s,
        seed=wanted.seed,
    )
    how = guided_document(script, wanted.seed, wanted.countdown_s)
    return _plan(wanted, GuidedProtocol(script, wanted.countdown_s), how, script.duration_s)


def _free(labels: tuple[str, ...]) -> tuple[FreeProtocol, dict[str, Any]]:
    names = free_labels(labels)
    return FreeProtocol(names), free_document(names)


def _plan(
    wanted: RecordingRequest,
    protocol: GuidedProtocol | FreeProtocol,
    how: dict[str, Any],
    duration_s: float,
) -> RecordingPlan:
    about = SessionDescription(
        subject=wanted.subject,
        session=wanted.session,
        notes=wanted.notes,
        placements={name: where for name, where in wanted.placements.items() if where},
        protocol=how,
        is_trimmed=not wanted.is_free,
    )
    return RecordingPlan(
        _path(wanted), about, protocol, duration_s, wanted.is_checked, wanted.sounds
    )


def _path(wanted: RecordingRequest) -> Path:
    name = wanted.name.strip()
    if not name or name.strip(".") == "" or any(sign in name for sign in '/\\:*?"<>|\0'):
        raise UsageError(
            f"{wanted.name!r} is no name for a file; use letters, digits, - and _, no folder; "
            "choose the folder beside it"
        )
    if not name.lower().endswith(".csv"):
        name += ".csv"
    return wanted.folder / name
