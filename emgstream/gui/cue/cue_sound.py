"""A sound at each cue."""

from __future__ import annotations

from PyQt5.QtWidgets import QApplication

from emgstream.recording import CueStarted, Event

__all__ = ["CueSound"]


class CueSound:
    """Makes a sound at each cue."""

    def hear(self, event: Event) -> None:
        """Make a sound where an event is a cue with a label."""
        if isinstance(event, CueStarted) and event.label:
            QApplication.beep()
