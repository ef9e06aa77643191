"""A line of text that gives way: what does not fit ends in an ellipsis and shows on hover."""

from __future__ import annotations

from PyQt5.QtCore import QSize, Qt
from PyQt5.QtGui import QPainter, QPaintEvent
from PyQt5.QtWidgets import QLabel, QSizePolicy, QWidget

__all__ = ["ElidedLabel"]


class ElidedLabel(QLabel):
    """A label of one line that may be narrower than its text.

    Parameters
    ----------
    parent
        Widget it stands in.
    mode
        Which part of the text gives way.
    least
        Characters below which nothing is shown: an ellipsis alone says nothing.
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
        """Return no width at all: the text gives way."""
        return QSize(0, super().minimumSizeHint().height())

    def say(self, words: str) -> None:
        """Show other words."""
        if words != self.text():
            self.setText(words)
            self.setToolTip(words)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw as much as fits."""
        if self.width() < self._least * self.fontMetrics().averageCharWidth():
            return
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        fitted = self.fontMetrics().elidedText(self.text(), self._mode, self.width())
        painter.drawText(self.rect(), int(self.alignment()), fitted)
        painter.end()
