"""Subject and session of a recording: from its sidecar, or else from its name."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from emgstream.errors import TableError
from emgstream.recording import sidecar_path

__all__ = ["SessionIdentity", "session_identities"]

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
            f"{sidecar} cannot be read: {error}; expected JSON with subject and session; mend it, "
            "or move it away"
        ) from error
    if not isinstance(facts, dict):
        raise TableError(f"{sidecar} is no JSON object; mend it, or move it away")
    return facts
