"""The result of the signal check: contrast and problems of each channel."""

from __future__ import annotations

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QWidget

from emgstream.gui.card import card, center, empty
from emgstream.gui.painting import GRID, font
from emgstream.gui.palette import Theme
from emgstream.gui.plain_label import PlainLabel
from emgstream.gui.status_light import StatusLight
from emgstream.recording import SignalCheckReport
from emgstream.translation import tr, tr_n
from emgstream.wording import spoken

__all__ = ["SignalCheckView"]


class SignalCheckView(QWidget):
    """Shows one report; the user goes on, checks again, or goes back."""

    go_on_wanted = pyqtSignal()
    again_wanted = pyqtSignal()
    leave_wanted = pyqtSignal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._report: SignalCheckReport | None = None
        self._title = PlainLabel(self)
        self._title.setFont(font(self.font(), 1.8, bold=True))
        self._rows = QWidget(self)
        self._grid = QGridLayout(self._rows)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * GRID)
        self._grid.setVerticalSpacing(GRID + GRID // 2)
        self._grid.setColumnStretch(3, 1)
        self.words: list[str] = []
        self.go_on_button = QPushButton(self)
        self.go_on_button.setToolTip(tr("Space"))
        self.go_on_button.clicked.connect(self.go_on_wanted)
        self.again_button = QPushButton(tr("Check again"), self)
        self.again_button.setToolTip("C")
        self.again_button.clicked.connect(self.again_wanted)
        self.leave_button = QPushButton(tr("Back"), self)
        self.leave_button.setToolTip("Esc")
        self.leave_button.clicked.connect(self.leave_wanted)
        buttons = QWidget(self)
        row = QHBoxLayout(buttons)
        row.setContentsMargins(0, 2 * GRID, 0, 0)
        for button in (self.go_on_button, self.again_button, self.leave_button):
            row.addWidget(button)
        row.addStretch(1)
        sheet = card(self, self._title, self._rows, buttons)
        center(self, sheet, 100 * GRID, above=1, below=2)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        if self._report is not None:
            self.show_report(self._report)

    def show_report(self, report: SignalCheckReport) -> None:
        """Show another report."""
        self._report = report
        n = len(report.problems)
        self._title.setText(
            tr_n("{n:,} problem to solve", "{n:,} problems to solve", n)
            if n
            else tr("The signal is good")
        )
        self.words = []
        empty(self._grid)
        others = list(report.problems)
        for name, contrast in zip(report.channel_names, report.contrasts, strict=True):
            mine = [problem for problem in others if problem.startswith(f"{name}: ")]
            others = [problem for problem in others if problem not in mine]
            words = " ".join(problem.removeprefix(f"{name}: ") for problem in mine)
            self._add(spoken(name), contrast, words or tr("good"), fine=not mine)
        for problem in others:
            self._add("", None, problem, fine=False)
        self.go_on_button.setText(tr("Go on all the same") if n else tr("Go on"))
        self.go_on_button.setObjectName("" if n else "primary")
        self.again_button.setObjectName("primary" if n else "")
        for button in (self.go_on_button, self.again_button):
            button.setStyleSheet("/**/")  # makes Qt look at the name again

    def _add(self, name: str, contrast: float | None, words: str, fine: bool) -> None:
        row = self._grid.rowCount()
        light = StatusLight(self._theme, self._rows)
        ink = self._theme.good if fine else self._theme.warning
        light.show_sign("disc" if fine else "triangle", ink)
        title = PlainLabel(name, self._rows)
        title.setFont(font(self.font(), 1.0, bold=True))
        figure = PlainLabel(
            "" if contrast is None else tr("{contrast:.1f} × rest", contrast=contrast), self._rows
        )
        figure.setObjectName("quiet")
        figure.setToolTip(tr("Amplitude of the contraction against that of rest"))
        found = PlainLabel(words[:1].upper() + words[1:], self._rows)
        found.setWordWrap(True)
        for column, part in enumerate((light, title, figure, found)):
            self._grid.addWidget(
                part, row, column, Qt.AlignmentFlag.AlignTop if column < 3 else Qt.Alignment()
            )
        self.words.append(words)
