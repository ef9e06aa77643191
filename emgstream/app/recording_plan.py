"""The request for a recording, and the session that is planned from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from emgstream.cue_schedule import MOVEMENTS, REST, CueSchedule
from emgstream.device_names import device_problem, is_device_name
from emgstream.errors import OutputError, UsageError
from emgstream.host_system import refusal
from emgstream.recording import (
    FreeProtocol,
    GuidedProtocol,
    SessionDescription,
    check_label,
    free_document,
    free_labels,
    guided_document,
)
from emgstream.translation import tr

__all__ = [
    "RecordingPlan",
    "RecordingRequest",
    "plan_session",
    "proposed_movements",
    "proposed_path",
    "table_path",
]

_COUNTDOWN_S = 3.0
"""A choice: time enough to read the movement and to get ready for it."""
_FREE_S = 600.0
"""Assumed length of a recording without an end of its own, for the room it needs on the disk. A
choice: longer than most, and small beside any disk."""


@dataclass(frozen=True)
class RecordingRequest:
    """The choices for a recording: the form of the window, or the options of ``record``."""

    path: Path
    """The table to write."""
    movements: tuple[str, ...] = MOVEMENTS
    """Movements to record."""
    schedule: CueSchedule | None = None
    """The cues, in the user's own order; None for the movements in random order."""
    repetitions: int = 5
    """Repetitions of each movement."""
    hold_s: float = 5.0
    """Seconds that each is held."""
    rest_s: float = 4.0
    """Seconds of rest before each."""
    seed: int = 0
    """Random seed of the order."""
    is_free: bool = False
    """True where there are no cues, and number keys set the labels."""
    ends_after_s: float | None = None
    """Seconds after which a free recording ends by itself; None for never."""
    longest_silence_s: float | None = None
    """Seconds without a sample after which the recording ends; None to wait for the board."""
    is_checked: bool = True
    """True where the signal is checked first."""
    is_trimmed: bool = True
    """True where labels begin at the onset of the muscles; else at the cue, as in a free one."""
    countdown_s: float = _COUNTDOWN_S
    """Seconds before the first cue, and after a break."""
    markers: str | None = None
    """Address of an LSL stream of markers to record, too; None for none."""
    markers_are_labels: bool = False
    """True where the texts of that stream are the labels of a free recording."""
    subject: str = ""
    """Code of the person who is recorded."""
    session: str = ""
    """Name or number of the session."""
    placements: Mapping[str, str] = field(default_factory=dict)
    """Place of the electrodes of each channel, by the channel's name."""
    notes: str = ""
    """Remarks."""


@dataclass(frozen=True)
class RecordingPlan:
    """A session, ready to begin."""

    path: Path
    """The table to write."""
    about: SessionDescription
    """The description of the session for the sidecar."""
    protocol: GuidedProtocol | FreeProtocol
    """The cues, or the labels of a free recording."""
    duration_s: float
    """Seconds it is likely to take."""
    ends_after_s: float | None
    """Seconds after which a free recording ends by itself; None for never."""
    is_checked: bool
    """True where the signal is checked first."""
    markers: str | None = None
    """Address of an LSL stream of markers to record, too; None for none."""
    longest_silence_s: float | None = None
    """Seconds without a sample after which the recording ends; None to wait for the board."""
    markers_are_labels: bool = False
    """True where the texts of that stream are the labels."""

    def make_folder(self) -> None:
        """Make the folder it goes into; raises OutputError where that cannot be."""
        folder = self.path.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                tr(
                    "cannot make the folder {folder}: {reason}; expected a place "
                    "that may be written to; choose another folder",
                    folder=folder,
                    reason=refusal(error),
                )
            ) from error


def proposed_movements(n_channels: int) -> tuple[tuple[str, ...], int]:
    """Return the movements that a board of so many channels can tell apart, and how often.

    One channel tells a muscle that is tense from one that is not: a fist from rest, ten times, a
    minute and a half. With more channels: all movements, five times.
    """
    return ((REST, "hand_close"), 10) if n_channels == 1 else (MOVEMENTS, 5)


def proposed_path(folder: Path, now: datetime) -> Path:
    """Return a name for a recording that no other has.

    >>> proposed_path(Path("emg"), datetime(2026, 5, 4, 9, 30)).name
    'emg_2026-05-04_09-30-00.csv'
    """
    return folder / f"emg_{now:%Y-%m-%d_%H-%M-%S}.csv"


def table_path(folder: Path, name: str) -> Path:
    """Return the path of a table by its name, with or without ``.csv``.

    Raises UsageError for a name that some system cannot have.

    >>> table_path(Path("emg"), "monday").as_posix()
    'emg/monday.csv'
    """
    name = name.strip()
    if not name or name.strip(".") == "" or any(sign in name for sign in '/\\:*?"<>|\0'):
        raise UsageError(
            tr(
                "{name!r} is not a name for a file; use letters, digits, - and _, no folder; "
                "choose the folder beside it",
                name=name,
            )
        )
    return folder / (name if name.lower().endswith(".csv") else f"{name}.csv")


def plan_session(wanted: RecordingRequest) -> RecordingPlan:
    """Return the planned session; raises UsageError for a movement that no table can hold."""
    labels = tuple(dict.fromkeys(map(check_label, wanted.movements)))
    if not labels:
        raise UsageError(
            tr("no movement is chosen; expected at least one; tick one, or name your own")
        )
    if is_device_name(wanted.path):
        raise UsageError(
            tr(
                "{problem}; expected a new file; choose another name",
                problem=device_problem(wanted.path),
            )
        )
    _check_markers(wanted)
    protocol: GuidedProtocol | FreeProtocol
    if wanted.is_free:
        names = free_labels(labels)
        protocol, document = FreeProtocol(names), free_document(names)
        duration_s = wanted.ends_after_s or _FREE_S
    else:
        schedule = _schedule(wanted, labels)
        seed = wanted.seed if wanted.schedule is None else None
        protocol = GuidedProtocol(schedule, wanted.countdown_s)
        document = guided_document(schedule, seed, wanted.countdown_s)
        duration_s = schedule.duration_s
    if wanted.markers is not None:
        document["markers"] = {"stream": wanted.markers, "are_labels": wanted.markers_are_labels}
    description = SessionDescription(
        subject=wanted.subject,
        session=wanted.session,
        notes=wanted.notes,
        placements={name: where for name, where in wanted.placements.items() if where},
        protocol=document,
        is_trimmed=wanted.is_trimmed and not wanted.is_free,
    )
    return RecordingPlan(
        wanted.path,
        description,
        protocol,
        duration_s,
        wanted.ends_after_s,
        wanted.is_checked,
        wanted.markers,
        wanted.longest_silence_s,
        wanted.markers_are_labels,
    )


def _schedule(wanted: RecordingRequest, labels: tuple[str, ...]) -> CueSchedule:
    """Return the cues as stated, or shuffled; raises UsageError for one that no table can hold."""
    if wanted.schedule is None:
        return CueSchedule.shuffled(
            labels,
            repetitions=wanted.repetitions,
            hold_s=wanted.hold_s,
            rest_s=wanted.rest_s,
            seed=wanted.seed,
        )
    for label in wanted.schedule.labels:
        check_label(label)
    return wanted.schedule


def _check_markers(wanted: RecordingRequest) -> None:
    """Raise UsageError for markers that are to be labels and cannot."""
    if wanted.markers_are_labels and wanted.markers is None:
        raise UsageError(
            tr(
                "no stream of markers is chosen whose texts could be the labels; expected an LSL "
                "stream; choose one, or take other labels"
            )
        )
    if wanted.markers_are_labels and not wanted.is_free:
        raise UsageError(
            tr(
                "the cues set the labels here, so that the markers of {markers} cannot; "
                "expected a free recording; record freely, or keep them as markers alone",
                markers=wanted.markers,
            )
        )
