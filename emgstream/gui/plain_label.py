"""Labels and tooltips that show what they are told letter by letter.

Qt takes a text that looks like HTML for HTML, also where it is the name of a file or of a port.
"""

from __future__ import annotations

from html import escape
from typing import Any

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QLabel, QWidget

from emgstream.printable import printable_lines

__all__ = ["PlainLabel", "set_plain_tip"]


class PlainLabel(QLabel):
    """A label without markup; it takes the same arguments as a QLabel."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(self.text())

    def setText(self, text: str | None) -> None:  # noqa: N802 - Qt's name
        """Show another text; what is not shown as itself is escaped."""
        super().setText(printable_lines(text or ""))


def set_plain_tip(widget: QWidget, text: str) -> None:
    """Give a widget a tooltip that shows a text of the user's."""
    shown = printable_lines(text)
    if "<" in shown:  # Qt may take it for HTML
        shown = escape(shown).replace("\n", "<br>")
        shown = f"<p style='white-space:pre'>{shown}</p>"
    widget.setToolTip(shown)
