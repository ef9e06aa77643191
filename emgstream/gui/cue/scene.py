"""What a person who is being recorded sees at one moment. No Qt in here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from emgstream.cues import REST
from emgstream.gui.palette import spoken
from emgstream.recording import FreeProtocol, GuidedProtocol, Phase, View

__all__ = ["Scene", "Tone", "check_scene", "free_scene", "guided_scene", "minutes"]

_SAID = {
    "elbow_bend": "as hard as you can, against a table",
    "hand_close": "make a fist, as hard as you can",
    REST: "let the arm hang, quite loose",
}


class Tone(Enum):
    """How a scene is to be taken."""

    ACT = "do it"
    SOON = "it comes"
    CALM = "nothing to do"
    WARN = "something is not as it should be"


@dataclass(frozen=True, slots=True)
class Scene:
    """One moment."""

    title: str
    """What to do, in large letters."""
    tone: Tone
    """How to take it."""
    label: str = ""
    """The movement to draw a picture of; empty for none."""
    share: float | None = None
    """How much of it is over, 0 to 1; None for no ring."""
    count: str = ""
    """Seconds, to be read from afar."""
    below: str = ""
    """A line under the title."""
    next_label: str = ""
    """The movement that comes after it."""
    place: str = ""
    """How far along the session is."""
    left: str = ""
    """Time left."""
    whole: float | None = None
    """How much of the session is over, 0 to 1."""


def minutes(seconds: float) -> str:
    """Return minutes and seconds.

    >>> minutes(184.6)
    '3:05'
    """
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def guided_scene(view: View) -> Scene:
    """Return what a guided session shows."""
    n_now = min(view.n_done + 1, view.n_total)
    place = f"movement {n_now} of {view.n_total}" if view.n_total else ""
    left = f"{minutes(view.remaining_total_s)} left"
    whole = view.n_done / view.n_total if view.n_total else None
    match view.phase:
        case Phase.READY:
            words = f"{view.n_total} movements, {minutes(view.remaining_total_s)} min"
            return Scene("Ready?", Tone.CALM, view.label, below="Press Space to begin", place=words)
        case Phase.PAUSED:
            below = "Press Space to go on"
            return Scene(
                "Paused", Tone.SOON, view.label, below=below, place=place, left=left, whole=whole
            )
        case Phase.AWAY:
            below = "Plug the board in again, and it goes on"
            return Scene("No signal", Tone.WARN, below=below, place=place, left=left, whole=whole)
        case Phase.COUNTDOWN:
            tone, below, count = Tone.SOON, "Get ready", f"{math.ceil(view.remaining_s)}"
        case Phase.CUE:
            tone = Tone.CALM if view.label == REST else Tone.ACT
            below = "Relax" if view.label == REST else "Hold it"
            count = f"{math.ceil(view.remaining_s)}"
        case _:
            return Scene("Done", Tone.CALM, below="The labels are being put in order", whole=1.0)
    return Scene(
        spoken(view.label),
        tone,
        view.label,
        view.share,
        count,
        below,
        "" if view.phase is Phase.COUNTDOWN else view.next_label,
        place,
        left,
        whole,
    )


def free_scene(protocol: FreeProtocol, now_s: float, started_s: float) -> Scene:
    """Return what a free recording shows."""
    lasted = f"{minutes(now_s - started_s)} recorded"
    if not protocol.label:
        return Scene(
            "No label", Tone.SOON, below="Press a number while you do a movement", place=lasted
        )
    tone = Tone.CALM if protocol.label == REST else Tone.ACT
    held = f"{now_s - protocol.since_s:.0f}"
    below = f"no. {protocol.repetition}"
    return Scene(
        spoken(protocol.label), tone, protocol.label, count=held, below=below, place=lasted
    )


def check_scene(protocol: GuidedProtocol, now_s: float) -> Scene:
    """Return what the check of the signal shows."""
    view = protocol.view(now_s)
    soon = view.phase is Phase.COUNTDOWN
    tone = Tone.SOON if soon else Tone.CALM if view.label == REST else Tone.ACT
    return Scene(
        spoken(view.label) or "Thank you",
        tone,
        view.label,
        view.share,
        f"{math.ceil(view.remaining_s)}",
        _SAID.get(view.label, ""),
        view.next_label,
        "checking the signal",
    )
