"""The sidecar: facts about a session, as a JSON file with the name of its table.

The file is one object, whose entries are those of `SidecarEntries`. Readers must ignore entries
that they do not know.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from emgstream.atomic_files import partial_file, replace_file
from emgstream.data import DEMO_RECORDING
from emgstream.errors import OutputError, RecordingError
from emgstream.host_system import refusal
from emgstream.recording.cue_events import RepetitionOutcome
from emgstream.schema import SchemaError, checked
from emgstream.tables.session_rate import SIDECAR_FORMAT, sidecar_path
from emgstream.text_documents import json_of

__all__ = [
    "FORMAT",
    "VERSION",
    "SidecarEntries",
    "is_synthetic",
    "read_sidecar",
    "sidecar_path",
    "write_sidecar",
]

FORMAT = SIDECAR_FORMAT
VERSION = 1
_Object: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class _SidecarVersion:
    """The entry that sidecars of every version have."""

    version: int = 0


@dataclass(frozen=True)
class _SidecarChannel:
    name: str
    placement: str = ""


@dataclass(frozen=True)
class _SidecarLabels:
    is_trimmed: bool = True


@dataclass(frozen=True)
class _SidecarRepetition:
    label: str
    repetition: int
    outcome: RepetitionOutcome


@dataclass(frozen=True)
class _SidecarMarker:
    text: str
    index: int | None = None
    origin: str = ""


@dataclass(frozen=True)
class SidecarEntries(_SidecarVersion):
    """The entries of a sidecar; while recording, any of them may be missing."""

    format: str = ""
    """``emgstream session``; with it, ``version`` 1."""
    state: str = ""
    """``recording`` (also if interrupted), ``ended``, or ``complete``: labels are final."""
    software: Any = None
    """Name and version of the program that recorded it."""
    subject: Any = None
    """As typed; so are ``session`` and ``notes``."""
    started: datetime | None = None
    """Date and time of the first sample, ISO 8601 with its offset; null before it."""
    source: _Object = field(default_factory=dict)
    """name; port, is_synthetic, board (null for a sketch that prints numbers); notes, and
    after them the alarms of the stream."""
    unit: Any = None
    """Unit of the samples, which are not filtered."""
    rate: _Object = field(default_factory=dict)
    """nominal_hz, measured_hz, ppm; null where not known."""
    channels: tuple[_SidecarChannel, ...] = ()
    """name and placement of each."""
    protocol: _Object = field(default_factory=dict)
    """kind (``guided`` or ``free``), cues ([label, seconds]), seed, countdown_s, markers (a stream,
    and whether its texts are the labels), ..."""
    labels: _SidecarLabels = _SidecarLabels()
    """is_trimmed (as chosen; as done once complete), method."""
    repetitions: tuple[_SidecarRepetition, ...] = ()
    """label, repetition, outcome, first_index, end_index, label_from (index where the label begins;
    null without one), shift_ms and note of each."""
    markers: tuple[_SidecarMarker, ...] = ()
    """text as it was set, index (sample it belongs to; null if none came after it), origin (``key``
    or the address of a stream) of each. The column ``marker`` has the text without commas, quotes
    and line ends, in the first free row from that sample on."""
    samples: _Object = field(default_factory=dict)
    """n; n_lost, n_missed, n_gaps and n_reconnects from the first sample on; sees_loss."""
    quality: _Object = field(default_factory=dict)
    """The report of the signal check, and the warnings while recording."""


def read_sidecar(recording: Path) -> dict[str, Any]:
    """Return the content of the sidecar of a recording.

    Raises RecordingError if it is missing, not JSON, not a sidecar, or of a newer version.
    """
    path = sidecar_path(recording)
    try:
        document = json_of(path.read_bytes())
    except FileNotFoundError:
        raise RecordingError(
            f"{path} does not exist; expected the sidecar that was recorded with {recording.name}; "
            "put it beside the recording"
        ) from None
    except OSError as error:
        raise RecordingError(f"{path} cannot be read: {refusal(error)}") from None
    except ValueError as error:
        raise RecordingError(
            f"{path} is damaged ({error}); expected the JSON of a recorded session; "
            "take it from a copy"
        ) from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise RecordingError(
            f"{path} is not the sidecar of a recorded session; expected format {FORMAT!r}; "
            "was another file of that name put there?"
        )
    try:
        version = checked(document, _SidecarVersion, equals=" = ").version
        if version > VERSION:
            raise RecordingError(
                f"{path} has version {version}; this program knows {VERSION}; update emgstream"
            )
        checked(document, SidecarEntries, equals=" = ")
    except SchemaError as error:
        raise RecordingError(f"{path} has {error}; take it from a copy") from None
    return document


def is_synthetic(recording: Path) -> bool:
    """Return whether a recording is of a simulated board, by its sidecar, or is the shipped one.

    False if the sidecar is missing, damaged, or not that of a session.
    """
    if recording == DEMO_RECORDING:
        return True
    try:
        source = read_sidecar(recording).get("source")
    except RecordingError:
        return False
    return isinstance(source, dict) and source.get("is_synthetic") is True


def write_sidecar(recording: Path, document: dict[str, Any]) -> None:
    """Write the sidecar completely or not at all; it replaces the one before.

    Raises OutputError if that fails; the one before is then still there.
    """
    path = sidecar_path(recording)
    try:
        with partial_file(path) as partial:
            with partial.open("w", encoding="utf-8", newline="\n") as file:
                file.write(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
                file.flush()
                os.fsync(file.fileno())
            replace_file(partial, path)
    except OSError as error:
        raise OutputError(
            f"cannot write {path}: {refusal(error)}; expected a place that is writable "
            "and has free space; the recording itself is kept"
        ) from error
