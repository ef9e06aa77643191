"""The next step on the way from the first signal to a model of one's own."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from emgstream.app.live_session import LiveSession
from emgstream.data import DEMO_MODEL
from emgstream.translation import tr

__all__ = ["NextStep", "next_step"]


class NextStep(Enum):
    """A step that the page Live leads to, with the words of its button."""

    RECORD = tr("Record your own movements")
    """A board streams, and there is no model of its own for it yet."""
    TRAIN = tr("Train on this recording")
    """A recording is open, and no model decides on it."""
    TEST = tr("Test it")
    """A model of one's own decides on a board."""


def next_step(session: LiveSession, model_path: Path | None) -> NextStep | None:
    """Return the step after looking at a session, decided by ``model_path``; None for none.

    The shipped model is no model of one's own: it was trained on synthetic EMG.
    """
    if session.replay is not None:
        return NextStep.TRAIN if model_path is None else None
    return NextStep.RECORD if model_path in (None, DEMO_MODEL) else NextStep.TEST
