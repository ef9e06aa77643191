"""The protocol of a session in its sidecar, and the labels that it may use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from emgstream.cue_schedule import REST, TRANSITION, CueSchedule
from emgstream.errors import UsageError
from emgstream.tables.table_cells import says_no_label

__all__ = ["check_label", "free_document", "free_labels", "guided_document"]

_FORBIDDEN = set(',;:"#\t\r\n')


def check_label(text: str) -> str:
    """Return the name of a movement unchanged; raises UsageError if a table cannot hold it.

    >>> check_label("hand_close")
    'hand_close'
    """
    if not text or _FORBIDDEN & set(text) or text == TRANSITION or says_no_label(text):
        raise UsageError(
            f"{text!r} is not a name for a movement; use letters, digits, _ or spaces, and neither "
            f"{TRANSITION!r} nor a word for a missing value"
        )
    return text


def free_labels(labels: Sequence[str]) -> tuple[str, ...]:
    """Return the labels of a free recording, rest always included.

    >>> free_labels(("fist",))
    ('rest', 'fist')
    """
    return tuple(labels) if REST in labels else (REST, *labels)


def guided_document(script: CueSchedule, seed: int | None, countdown_s: float) -> dict[str, Any]:
    """Return the protocol of a guided session; ``seed`` is None if the order was given."""
    return {
        "kind": "guided",
        "seed": seed,
        "countdown_s": countdown_s,
        "cues": [[cue.label, cue.duration_s] for cue in script.cues],
    }


def free_document(labels: Sequence[str]) -> dict[str, Any]:
    """Return the protocol of a free recording."""
    return {"kind": "free", "labels": list(labels)}
