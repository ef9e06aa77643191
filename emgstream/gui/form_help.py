"""A line of help below a field."""

from __future__ import annotations

from PyQt5.QtWidgets import QLabel

from emgstream.gui.painting import font
from emgstream.gui.plain_label import PlainLabel

__all__ = ["help_line"]

_SIZE = 0.88


def help_line(words: str) -> QLabel:
    """Return a small, quiet line, which goes on below where there is no room."""
    label = PlainLabel(words)
    label.setObjectName("quiet")
    label.setFont(font(label.font(), _SIZE))
    label.setWordWrap(True)
    return label
