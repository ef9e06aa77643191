"""A sound at each cue."""

from __future__ import annotations

from PyQt5.QtWidgets import QApplication

from emgstream.recording import CueStarted, Event

__all__ = ["Bell"]


class Bell:
    """Makes a sound at each cue."""

    def hear(self, event: Event) -> None:
        """Sound where something is asked."""
        if isinstance(event, CueStarted) and event.label:
            QApplication.beep()
