"""Figures of the session, each in a fixed place, so that nothing moves when they change."""

from __future__ import annotations

from PyQt5.QtCore import QPoint, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QResizeEvent
from PyQt5.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QWidget

from emgstream.app.session_figures import SessionFigures
from emgstream.app.stream_words import milliseconds, rate_words
from emgstream.gui.painting import GRID, font
from emgstream.gui.plain_label import PlainLabel
from emgstream.translation import tr

__all__ = ["LatencyPopup", "StatusBar"]

_MEANINGS = {
    "line": tr("from the instant of the sample to its receipt, beyond the quickest arrivals"),
    "queue": tr("from its receipt until the classifier takes it"),
    "conditioning": tr("filters, where the model has any"),
    "window": tr("steps, saved transforms and the window of ten steps"),
    "network": tr("the network's own time"),
    "decision": tr("from its answer to the decision"),
    "paint": tr("from the decision to the picture that shows it"),
    tr("signal in a window"): tr(
        "how much signal each decision looks at; by design, not a delay to correct"
    ),
    tr("from window to window"): tr("how often there is a decision; by design"),
}


class StatusBar(QWidget):
    """Rate, loss, latency, decisions and pictures per second; the latency opens its details."""

    latency_wanted = pyqtSignal()
    help_wanted = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        self.setFont(font(self.font(), 0.9))
        self.rate = self._figure(row, tr("rate"), "0000.0 Hz  +00 ppm")
        self.rate.setToolTip(
            tr(
                "Samples per second of every channel, as measured. ppm: millionths by which the "
                "board's clock is faster than this computer's"
            )
        )
        self.lost = self._figure(row, tr("lost"), "0,000  (00 in 5 s)")
        self.lost.setToolTip(
            tr("Samples lost since it was connected, and in the last five seconds")
        )
        self.latency = QPushButton(self)
        self.latency.setObjectName("flat")
        self.latency.setToolTip(
            tr("From the receipt of a sample to its decision. Click for details")
        )
        self.latency.setMinimumWidth(self._width(_latency("00.0", "00.0")) + 2 * GRID)
        self.latency.clicked.connect(self.latency_wanted)
        row.addWidget(self.latency)
        self.decisions = self._figure(row, "", tr("{pace:.0f} decisions/s", pace=100.0))
        self.frames = self._figure(row, "", tr("{frames:.0f} frames/s", frames=10.0))
        self.frames.setToolTip(tr("Pictures of the signals drawn per second"))
        row.addStretch(1)
        self.help_button = QPushButton(tr("Help  F1"), self)
        self.help_button.setObjectName("flat")
        self.help_button.clicked.connect(self.help_wanted)
        row.addWidget(self.help_button)
        self.show_figures(SessionFigures())

    def show_figures(self, figures: SessionFigures) -> None:
        """Show new figures."""
        _set(self.rate, tr("rate  {rate}", rate=rate_words(figures.rate_hz, figures.ppm)))
        _set(self.lost, figures.loss)
        words = _latency(milliseconds(figures.p50_s), milliseconds(figures.p99_s))
        if self.latency.text() != words:
            self.latency.setText(words)
        pace = figures.decisions_per_s
        _set(
            self.decisions,
            tr("no decisions") if pace is None else tr("{pace:.0f} decisions/s", pace=pace),
        )
        frames = figures.frames_per_s
        _set(self.frames, "" if frames is None else tr("{frames:.0f} frames/s", frames=frames))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size without the figures that give way."""
        least = super().minimumSizeHint()
        return QSize(self._width(self.rate.text()) + 30 * GRID, least.height())

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Leave out figures, those first that say least of the signal, where the row is short."""
        super().resizeEvent(event)
        room = self.width() - self.help_button.sizeHint().width() - 2 * GRID
        for part in (self.lost, self.rate, self.latency, self.decisions, self.frames):
            room -= max(part.minimumWidth(), part.sizeHint().width()) + GRID
            part.setVisible(room >= 0)

    def _figure(self, row: QHBoxLayout, name: str, widest: str) -> QLabel:
        label = PlainLabel(self)
        label.setObjectName("quiet")
        label.setMinimumWidth(self._width(f"{name}  {widest}"))
        row.addWidget(label)
        return label

    def _width(self, words: str) -> int:
        return self.fontMetrics().horizontalAdvance(words)


class LatencyPopup(QFrame):
    """A table of the latency, stage by stage, in milliseconds."""

    _HEADER = (tr("milliseconds"), "50 %", "95 %", "99 %")

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("card")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        self._grid.setHorizontalSpacing(3 * GRID)
        self._cells: dict[tuple[int, int], QLabel] = {}

    @property
    def stages(self) -> tuple[str, ...]:
        """The names of the stages shown."""
        return tuple(
            cell.text() for (row, column), cell in self._cells.items() if row and not column
        )

    def show_stages(self, stages: list[tuple[str, ...]]) -> None:
        """Show rows of a name and its values."""
        for row, words in enumerate([self._HEADER, *stages]):
            for column, word in enumerate(words):
                _set(self._cell(row, column), word)
            self._cell(row, 0).setToolTip(_MEANINGS.get(words[0], ""))

    def _cell(self, row: int, column: int) -> QLabel:
        if (row, column) not in self._cells:
            cell = PlainLabel(self)
            cell.setObjectName("quiet" if row == 0 or column == 0 else "")
            if column:
                cell.setAlignment(Qt.AlignmentFlag.AlignRight)
            self._grid.addWidget(cell, row, column)
            self._cells[row, column] = cell
        return self._cells[row, column]

    def open_above(self, anchor: QWidget) -> None:
        """Open with the lower left corner above a widget."""
        self.adjustSize()
        self.move(anchor.mapToGlobal(QPoint(0, -self.height() - GRID)))
        self.show()


def _set(label: QLabel, words: str) -> None:
    if label.text() != words:
        label.setText(words)


def _latency(p50: str, p99: str) -> str:
    return tr("latency  p50 {p50}  p99 {p99} ms", p50=p50, p99=p99)
