"""Tells that a session is unlike those that the model has learned from, and what to do about it."""

from __future__ import annotations

from emgstream.session_shift import SHIFTED
from emgstream.translation import tr

__all__ = ["ShiftNotice", "shift_words"]

_OVER = 0.8
"""Share of the limit under which a session is as usual again, so that the note does not flicker
(choice)."""


def shift_words() -> str:
    """Return the note on a session that is unlike those of the training, for people."""
    return tr(
        "the signals look like another day or another person than the model was trained on, so its "
        "decisions are less certain; record each movement five times and give the recording to "
        "emgstream calibrate"
    )


class ShiftNotice:
    """The note on a session that is unlike those of the training, from one look to the next."""

    def __init__(self) -> None:
        self._is_shifted = False

    def update(self, shift: float | None) -> tuple[str, ...]:
        """Return the notes at a shift, as a share of its limit: one, or none."""
        if shift is None:
            return ()
        self._is_shifted = shift > (_OVER * SHIFTED if self._is_shifted else SHIFTED)
        return (shift_words(),) if self._is_shifted else ()
