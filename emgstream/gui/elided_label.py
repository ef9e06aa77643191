"""A label that shortens its text with an ellipsis where it does not fit."""

from __future__ import annotations

from PyQt5.QtCore import QSize, Qt
from PyQt5.QtGui import QPainter, QPaintEvent
from PyQt5.QtWidgets import QSizePolicy, QWidget

from emgstream.gui.plain_label import PlainLabel, set_plain_tip

__all__ = ["ElidedLabel"]


class ElidedLabel(PlainLabel):
    """A label of one line that may be narrower than its text; the tooltip has all of it.

    Parameters
    ----------
    parent
        The widget it is part of.
    mode
        The part of the text that is left out.
    least
        Least number of characters to show; where fewer fit, nothing is shown.
    """

    def __init__(
        self,
        parent: QWidget | None = None,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        least: int = 6,
    ) -> None:
        super().__init__(parent)
        self._mode, self._least = mode, least
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return a width of zero, as the text can be shortened."""
        return QSize(0, super().minimumSizeHint().height())

    def show_text(self, words: str) -> None:
        """Show another text."""
        if words != self.text():
            self.setText(words)
            set_plain_tip(self, words)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw as much as fits."""
        if self.width() < self._least * self.fontMetrics().averageCharWidth():
            return
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        fitted = self.fontMetrics().elidedText(self.text(), self._mode, self.width())
        painter.drawText(self.rect(), int(self.alignment()), fitted)
        painter.end()
