"""The checks of this computer as a list, with a button that copies them as a report."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import Qt, QTimer
from PyQt5.QtGui import QFontDatabase
from PyQt5.QtWidgets import (
    QApplication,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from emgstream.app.doctor.doctor_check import CheckState, DoctorCheck, report_text, verdict
from emgstream.app.doctor.doctor_job import DoctorJob
from emgstream.app.window_words import window_words
from emgstream.errors import EmgStreamError
from emgstream.gui.card import empty, fill
from emgstream.gui.painting import GRID
from emgstream.gui.palette import Theme
from emgstream.gui.plain_label import PlainLabel
from emgstream.gui.scrolled import ScrolledPart
from emgstream.gui.status_light import StatusLight
from emgstream.translation import tr

__all__ = ["DoctorView", "TerminalLine"]

_POLL_MS = 200
_BUSY = tr("Checking this computer; this takes up to a minute …")
_SEVERITY = (CheckState.OK, CheckState.WARNING, CheckState.PROBLEM)
_MOST_CHECKS = 1000
"""Row below all checks, which takes the height that is left."""


class TerminalLine(QWidget):
    """A line for a terminal, which only the operating system can carry out, with a button to copy.

    Parameters
    ----------
    command
        The line.
    """

    def __init__(self, command: str) -> None:
        super().__init__()
        self.command = command
        words = _wrapped(command)
        words.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.copy_button = QPushButton(tr("Copy this line"), self)
        self.copy_button.setToolTip(tr("Copies the line, to be entered in a terminal"))
        self.copy_button.clicked.connect(self.copy)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * GRID)
        row.addWidget(words, 1)
        row.addWidget(self.copy_button, 0, Qt.AlignmentFlag.AlignTop)

    def copy(self) -> None:
        """Put the line on the clipboard."""
        clipboard = QApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self.command)
            self.copy_button.setText(tr("Copied"))


class DoctorView(QWidget):
    """Checks this computer when asked to, and shows each result with what to do.

    Its owner calls `start` once it is shown, and `shut_down` before it is gone. Whatever the window
    or the operating system has a button for is said without a command.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.job: DoctorJob | None = None
        self._theme = theme
        self._checks: tuple[DoctorCheck, ...] = ()
        self.words = PlainLabel(self)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 0)
        self.again_button = QPushButton(tr("Check again"), self)
        self.again_button.clicked.connect(self.start)
        self.copy_button = QPushButton(tr("Copy report"), self)
        self.copy_button.setToolTip(tr("Copies all lines as text, to send to somebody who helps"))
        self.copy_button.clicked.connect(self.copy)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._poll)
        self._lay_out()
        self._show_state()

    def start(self) -> None:
        """Make all checks anew."""
        if self.job is not None and self.job.is_running:
            return
        self._checks = ()
        try:
            self.job = DoctorJob()
        except EmgStreamError as error:
            self.words.setText(str(error))
            return
        self._timer.start(_POLL_MS)
        self._show_state()

    def show_checks(self, checks: Sequence[DoctorCheck]) -> None:
        """Show results: what does not work first, and what is in order last."""
        self._checks = tuple(sorted(checks, key=lambda check: -_SEVERITY.index(check.state)))
        self._show_state()

    def copy(self) -> None:
        """Put the report on the clipboard."""
        clipboard = QApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(report_text(self._checks))
            self.words.setText(tr("Copied"))

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self._show_state()

    def shut_down(self) -> None:
        """End the checks that are being made."""
        self._timer.stop()
        if self.job is not None:
            self.job.shut_down()

    def _poll(self) -> None:
        if self.job is None:
            return
        self.job.poll()
        if self.job.checks is not None:
            self._timer.stop()
            self.show_checks(self.job.checks)

    def _show_state(self) -> None:
        is_busy = self.job is not None and self.job.is_running
        self.bar.setVisible(is_busy)
        self.again_button.setEnabled(not is_busy)
        self.copy_button.setEnabled(bool(self._checks))
        if is_busy:
            self.words.setText(_BUSY)
        elif self._checks:
            self.words.setText(verdict(self._checks))
        empty(self._rows)
        for row, check in enumerate(self._checks):
            self._add_row(row, check)

    def _add_row(self, row: int, check: DoctorCheck) -> None:
        theme = self._theme
        shape, ink = {
            CheckState.OK: ("disc", theme.good),
            CheckState.WARNING: ("triangle", theme.warning),
            CheckState.PROBLEM: ("triangle", theme.error),
        }[check.state]
        light = StatusLight(theme)
        light.show_sign(shape, ink)
        light.setAccessibleName(tr(check.state.value))
        light.setToolTip(tr(check.state.value))
        topic = PlainLabel(tr(check.topic))
        topic.setObjectName("quiet")
        cure = f"\n→ {window_words(check.cure)}" if check.cure else ""
        found = QWidget()
        parts = [_wrapped(window_words(check.text) + cure)]
        if check.command:
            parts.append(TerminalLine(check.command))
        fill(found, *parts, grows=parts[0])
        top = Qt.AlignmentFlag.AlignTop
        self._rows.addWidget(light, row, 0, top)
        self._rows.addWidget(topic, row, 1, top)
        self._rows.addWidget(found, row, 2, top)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.words, 1)
        head.addWidget(self.again_button)
        head.addWidget(self.copy_button)
        sheet = QWidget(self)
        sheet.setObjectName("sheet")
        self._rows = QGridLayout(sheet)
        self._rows.setContentsMargins(0, GRID, 0, GRID)
        self._rows.setHorizontalSpacing(GRID)
        self._rows.setVerticalSpacing(GRID)
        self._rows.setColumnStretch(2, 1)
        self._rows.setRowStretch(_MOST_CHECKS, 1)
        area = ScrolledPart(sheet, self)
        area.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(head)
        column.addWidget(self.bar)
        column.addWidget(area, 1)


def _wrapped(words: str) -> QLabel:
    label = PlainLabel(words)
    label.setWordWrap(True)
    label.setMinimumWidth(20 * GRID)  # a long path must not widen all rows
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
