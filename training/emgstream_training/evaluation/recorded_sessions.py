"""Subject and session of a recording: by its sidecar, or else by its name or folder."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from emgstream.cue_schedule import TRANSITION
from emgstream.errors import TableError
from emgstream.recording import sidecar_path
from emgstream.tables import EmgTable

__all__ = ["SessionIdentity", "session_identities", "sessions_of"]

# Names as in BIDS (sub-01_ses-2) and in published data sets (participant3, user1_day2).
_SUBJECT = re.compile(
    r"(?:^|[_\-.])(?:subject|subj(?!ect)|sub(?!j)|user|participant|person)[_\-]?([a-z0-9]+)",
    re.IGNORECASE,
)
_SESSION = re.compile(
    r"(?:^|[_\-.])(?:session|sess(?!ion)|ses(?!s)|day|visit)[_\-]?([a-z0-9]+)", re.IGNORECASE
)


@dataclass(frozen=True)
class SessionIdentity:
    """Subject and session of a recording."""

    subject: str | None
    """Name of the subject; None where it is not known."""
    session: str
    """Name of the session; the file's own name where it is not known."""
    source: str
    """Origin of both: ``sidecar`` or ``file name``."""


def session_identities(paths: Sequence[Path]) -> tuple[SessionIdentity, ...]:
    """Return subject and session of each recording; raises TableError for a damaged sidecar."""
    return tuple(map(_identity, paths))


def sessions_of(tables: Sequence[EmgTable]) -> tuple[SessionIdentity, ...]:
    """Return subject and session of each recording; files of one movement each are one session.

    Otherwise each of these files would be a session, and to hold it out would hold out a whole
    class. Where several folders have files of the same movements, each folder is a session. Raises
    TableError for a damaged sidecar.
    """
    sessions = session_identities([table.path for table in tables])
    labels = [tuple(np.unique(table.label_names_by_row())) for table in tables]
    if len(tables) < 2 or any(len({*names} - {"", TRANSITION}) > 1 for names in labels):
        return sessions
    by_folder: dict[Path, set[tuple[str, ...]]] = {}
    for table, names in zip(tables, labels, strict=True):
        by_folder.setdefault(table.path.absolute().parent, set()).add(names)
    alike = len({frozenset(found) for found in by_folder.values()}) == 1
    return tuple(
        session
        if session.session != sidecar_path(table.path).stem
        else replace(session, session=table.path.absolute().parent.name if alike else "")
        for table, session in zip(tables, sessions, strict=True)
    )


def _identity(path: Path) -> SessionIdentity:
    sidecar = sidecar_path(path)
    if sidecar.exists():
        facts = _read(sidecar)
        if facts.get("subject") or facts.get("session"):
            subject, session = facts.get("subject"), facts.get("session")
            return SessionIdentity(
                None if subject is None else str(subject), str(session or sidecar.stem), "sidecar"
            )
    subject_in, session_in = _SUBJECT.search(path.name), _SESSION.search(path.name)
    return SessionIdentity(
        subject=None if subject_in is None else subject_in.group(1),
        session=sidecar.stem if session_in is None else session_in.group(1),
        source="file name",
    )


def _read(sidecar: Path) -> dict[str, object]:
    try:
        facts = json.loads(sidecar.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TableError(
            f"{sidecar} cannot be read: {error}; expected JSON with subject and session; correct "
            "it, or move it away"
        ) from error
    if not isinstance(facts, dict):
        raise TableError(f"{sidecar} is not a JSON object; correct it, or move it away")
    return facts
