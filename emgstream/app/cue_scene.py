"""The scene that a person sees during a recording or a test, at one moment."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from emgstream.cue_schedule import REST
from emgstream.recording import FreeProtocol, GuidedProtocol, ProtocolPhase, ProtocolView
from emgstream.translation import tr, tr_n
from emgstream.wording import spoken

__all__ = ["CueScene", "CueTone", "check_scene", "free_scene", "guided_scene", "minutes"]

_SAID = {
    "elbow_bend": tr("as hard as you can, against a table"),
    "hand_close": tr("make a fist, as hard as you can"),
    REST: tr("let the arm hang, quite loose"),
}


class CueTone(Enum):
    """The character of a scene."""

    ACT = "do it"
    SOON = "it comes"
    CALM = "nothing to do"
    WARN = "something is not as it should be"


@dataclass(frozen=True, slots=True)
class CueScene:
    """One moment of a session."""

    title: str
    """The movement, in large letters."""
    tone: CueTone
    """Its character: act, wait or rest."""
    label: str = ""
    """The movement to draw a picture of; empty for none."""
    share: float | None = None
    """Elapsed share of the movement, 0 to 1; None for no ring."""
    count: str = ""
    """Seconds left of the movement, in large digits."""
    below: str = ""
    """A line under the title."""
    next_label: str = ""
    """The next movement."""
    place: str = ""
    """The position within the session."""
    left: str = ""
    """Time left of the session."""
    whole: float | None = None
    """Elapsed share of the session, 0 to 1."""


def minutes(seconds: float) -> str:
    """Return a duration as minutes and seconds.

    >>> minutes(184.6)
    '3:05'
    """
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def guided_scene(view: ProtocolView) -> CueScene:
    """Return the scene of a guided session."""
    n_now = min(view.n_done + 1, view.n_total)
    place = (
        tr("movement {n_now} of {n_total}", n_now=n_now, n_total=view.n_total)
        if view.n_total
        else ""
    )
    left = tr("{time} left", time=minutes(view.remaining_total_s))
    whole = view.n_done / view.n_total if view.n_total else None
    match view.phase:
        case ProtocolPhase.READY:
            words = tr_n("{n:,} movement", "{n:,} movements", view.n_total) + f", {left}"
            return CueScene(
                tr("Ready"), CueTone.CALM, view.label, below=tr("Press Space to begin"), place=words
            )
        case ProtocolPhase.PAUSED:
            below = tr("Press Space to go on")
            return CueScene(
                tr("Paused"),
                CueTone.SOON,
                view.label,
                below=below,
                place=place,
                left=left,
                whole=whole,
            )
        case ProtocolPhase.AWAY:
            below = tr("The board is away; plug it in again, and it goes on")
            again = tr("{label} will be asked for again", label=spoken(view.label))
            return CueScene(tr("No signal"), CueTone.WARN, below=below, place=again, whole=whole)
        case ProtocolPhase.COUNTDOWN:
            tone, below, count = CueTone.SOON, tr("Get ready"), f"{math.ceil(view.remaining_s)}"
        case ProtocolPhase.CUE:
            tone = CueTone.CALM if view.label == REST else CueTone.ACT
            below = tr("Relax") if view.label == REST else tr("Hold it")
            count = f"{math.ceil(view.remaining_s)}"
        case _:
            return CueScene(
                tr("Done"), CueTone.CALM, below=tr("Putting the labels in order"), whole=1.0
            )
    return CueScene(
        spoken(view.label),
        tone,
        view.label,
        view.share,
        count,
        below,
        "" if view.phase is ProtocolPhase.COUNTDOWN else view.next_label,
        place,
        left,
        whole,
    )


def free_scene(protocol: FreeProtocol, now_s: float, started_s: float) -> CueScene:
    """Return the scene of a free recording."""
    lasted = tr("{time} recorded", time=minutes(now_s - started_s))
    if not protocol.label:
        return CueScene(
            tr("No label"),
            CueTone.SOON,
            below=tr("Press a number while you do a movement"),
            place=lasted,
        )
    tone = CueTone.CALM if protocol.label == REST else CueTone.ACT
    held = f"{now_s - protocol.since_s:.0f}"
    below = tr("no. {number}", number=protocol.repetition)
    return CueScene(
        spoken(protocol.label), tone, protocol.label, count=held, below=below, place=lasted
    )


def check_scene(protocol: GuidedProtocol, now_s: float) -> CueScene:
    """Return the scene of the signal check."""
    view = protocol.view(now_s)
    soon = view.phase is ProtocolPhase.COUNTDOWN
    tone = CueTone.SOON if soon else CueTone.CALM if view.label == REST else CueTone.ACT
    return CueScene(
        spoken(view.label) or tr("Thank you"),
        tone,
        view.label,
        view.share,
        f"{math.ceil(view.remaining_s)}",
        _SAID.get(view.label, ""),
        view.next_label,
        tr("checking the signal"),
    )
