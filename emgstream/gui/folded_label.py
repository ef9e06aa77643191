"""A label that shows the first lines of its text, and all of it when it is unfolded."""

from __future__ import annotations

from PyQt5.QtCore import QPointF, QRect, QSize, Qt
from PyQt5.QtGui import QPainter, QPaintEvent, QTextLayout, QTextOption
from PyQt5.QtWidgets import QSizePolicy, QWidget

from emgstream.gui.plain_label import PlainLabel

__all__ = ["FoldedLabel"]


class FoldedLabel(PlainLabel):
    """A text broken into lines, of which so many are shown; the last one ends with an ellipsis.

    Parameters
    ----------
    n_lines
        Lines that are shown while it is folded.
    parent
        The widget it is part of.
    """

    def __init__(self, n_lines: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._n_lines = n_lines
        self._is_folded = True
        self.setWordWrap(True)  # else Qt takes it to be as high at any width
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    @property
    def is_folded(self) -> bool:
        """True while only the first lines are shown."""
        return self._is_folded

    def fold(self, is_folded: bool) -> None:
        """Show the first lines, or all."""
        self._is_folded = is_folded
        self.updateGeometry()
        self.update()

    def has_more(self, width: int) -> bool:
        """Return whether folding hides a part of the text, at a width in pixels."""
        return len(self._lines(width)) > self._n_lines

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """Return the height of the lines that are shown."""
        n = max(len(self._lines(width)), 1)
        return self.fontMetrics().lineSpacing() * (min(n, self._n_lines) if self.is_folded else n)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return a width at which some words fit into a line."""
        metrics = self.fontMetrics()
        return QSize(20 * metrics.averageCharWidth(), metrics.lineSpacing())

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size of the text on one line."""
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + 1, metrics.lineSpacing())

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw the lines."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        lines = self._lines(self.width())
        shown = lines[: self._n_lines] if self.is_folded else lines
        if len(shown) < len(lines):
            rest = "".join(lines[len(shown) - 1 :])
            mode = Qt.TextElideMode.ElideRight
            shown[-1] = self.fontMetrics().elidedText(rest, mode, self.width())
        height = self.fontMetrics().lineSpacing()
        top = (self.height() - height * len(shown)) // 2
        for number, line in enumerate(shown):
            place = QRect(0, top + number * height, self.width(), height)
            painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter), line)
        painter.end()

    def _lines(self, width: int) -> list[str]:
        """Return the text broken into lines that fit into a width in pixels."""
        layout = QTextLayout(self.text(), self.font())
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        lines: list[str] = []
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(width, 1))
            line.setPosition(QPointF(0, 0))
            lines.append(self.text()[line.textStart() : line.textStart() + line.textLength()])
        layout.endLayout()
        return lines
