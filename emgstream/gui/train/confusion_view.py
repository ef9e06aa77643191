"""A confusion matrix: what each movement was taken for."""

from __future__ import annotations

from PyQt5.QtCore import QEvent, QRectF, QSize, Qt
from PyQt5.QtGui import QFontMetricsF, QHelpEvent, QPainter, QPaintEvent
from PyQt5.QtWidgets import QSizePolicy, QToolTip, QWidget

from emgstream.app.evaluation_pictures import TruthAgainstDecision
from emgstream.gui.painting import GRID, color, font, on, text
from emgstream.gui.palette import Theme, blended, class_codes
from emgstream.significant_digits import percent
from emgstream.translation import tr
from emgstream.wording import spoken

__all__ = ["ConfusionView"]

_LONGEST_NAME = 20.0 * GRID
"""Most room for the names; longer ones are shortened in the middle."""
_HEAD = 3.0 * GRID
_CELL = 5.0 * GRID
_LEAST_CELL = 3.0 * GRID
_LEAST_SHADE = 0.06
"""A single mistake among a thousand is still seen."""
_BOOST = 0.6
"""Exponent that makes small shares of mistakes stand out, by eye."""


class ConfusionView(QWidget):
    """Draws one matrix; a row is a true movement, a column what it was taken for."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._matrix: TruthAgainstDecision | None = None
        self.setAccessibleName(tr("Confusion matrix"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def matrix(self) -> TruthAgainstDecision | None:
        """The matrix that is shown."""
        return self._matrix

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return a size with room for every cell."""
        n = 0 if self._matrix is None else len(self._matrix.class_names)
        return QSize(round(self._left + n * _CELL), round(_HEAD + n * _CELL * 0.8))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the least width at which the cells can be told apart."""
        n = 0 if self._matrix is None else len(self._matrix.class_names)
        return QSize(round(self._left + n * _LEAST_CELL), self.sizeHint().height())

    def show_matrix(self, matrix: TruthAgainstDecision | None) -> None:
        """Show another matrix; None for none."""
        self._matrix = matrix
        self.setAccessibleDescription("" if matrix is None else _described(matrix))
        self.updateGeometry()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self.update()

    def event(self, event: QEvent | None) -> bool:
        """Explain the cell under the mouse."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            words = self._words_at(event.pos().x(), event.pos().y())
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw names and cells."""
        matrix = self._matrix
        if matrix is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shares, codes = matrix.shares, class_codes(matrix.class_names)
        (width, height), left = self._cell(len(codes)), self._left
        painter.setFont(font(self.font(), 0.85))
        quiet = color(self._theme.quiet)
        for number, (name, code) in enumerate(zip(matrix.class_names, codes, strict=True)):
            beside = QRectF(0.0, _HEAD + number * height, left - GRID, height)
            words = f"{spoken(name)}  {code}"
            text(painter, beside, words, Qt.AlignmentFlag.AlignRight, color(self._theme.text))
            above = QRectF(left + number * width, 0.0, width, _HEAD)
            text(painter, above, code, Qt.AlignmentFlag.AlignHCenter, quiet)
        for row in range(len(codes)):
            for column in range(len(codes)):
                place = QRectF(left + column * width, _HEAD + row * height, width, height)
                is_right, count = row == column, int(matrix.counts[row, column])
                self._draw_cell(painter, place, float(shares[row, column]), count, is_right)
        painter.end()

    @property
    def _left(self) -> float:
        """Left end of the cells, beside the longest name."""
        metrics = QFontMetricsF(font(self.font(), 0.85))
        names = () if self._matrix is None else self._matrix.class_names
        longest = max(
            (metrics.horizontalAdvance(f"{spoken(name)}  WW") for name in names), default=0
        )
        return min(longest + 1.5 * GRID, _LONGEST_NAME)

    def _cell(self, n: int) -> tuple[float, float]:
        width = min((self.width() - self._left) / max(n, 1), 2 * _CELL)
        return width, (self.height() - _HEAD) / max(n, 1)

    def _draw_cell(
        self, painter: QPainter, place: QRectF, share: float, count: int, is_right: bool
    ) -> None:
        theme = self._theme
        ink = theme.accent if is_right else theme.warning
        shade = max(share if is_right else share**_BOOST, _LEAST_SHADE) if count else 0.0
        background = blended(ink, theme.sunken, shade)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(background))
        painter.drawRoundedRect(place.adjusted(1.0, 1.0, -1.0, -1.0), 3.0, 3.0)
        if count:
            words = percent(share).removesuffix(" %")
            text(painter, place, words, Qt.AlignmentFlag.AlignHCenter, on(background))

    def _words_at(self, x: float, y: float) -> str:
        matrix = self._matrix
        if matrix is None or x < self._left or y < _HEAD:
            return ""
        names = matrix.class_names
        width, height = self._cell(len(names))
        row, column = int((y - _HEAD) // height), int((x - self._left) // width)
        if row >= len(names) or column >= len(names):
            return ""
        counts = matrix.counts[row]
        taken = (
            tr("recognised")
            if row == column
            else tr("decided as {name}", name=spoken(names[column]))
        )
        share = percent(float(matrix.shares[row, column]))
        counted = tr("{n:,} of {total:,} decisions", n=counts[column], total=counts.sum())
        return f"{spoken(names[row])}, {taken}: {share}, {counted}"


def _described(matrix: TruthAgainstDecision) -> str:
    """Return the recall of each movement, for screen readers."""
    return ", ".join(
        f"{spoken(name)} {percent(float(matrix.shares[number, number]))}"
        for number, name in enumerate(matrix.class_names)
    )
