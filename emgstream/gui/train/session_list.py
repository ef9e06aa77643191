"""The list of sessions to train on: one row each, with a light, a verdict, and details."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from emgstream.app.recording_verdict import RecordingVerdict
from emgstream.gui.elided_label import ElidedLabel
from emgstream.gui.painting import GRID, font
from emgstream.gui.palette import Theme
from emgstream.gui.plain_label import PlainLabel, set_plain_tip
from emgstream.gui.status_light import StatusLight
from emgstream.translation import tr

__all__ = ["SessionList", "SessionRow"]

_NOTHING = tr(
    "Drop recordings or a folder here, or add them above.\n"
    "Each needs labels, in a column or by its name; those of the page Record have them."
)


class SessionRow(QFrame):
    """One session."""

    remove_wanted = pyqtSignal()
    columns_wanted = pyqtSignal()
    mend_wanted = pyqtSignal()

    def __init__(self, path: Path, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("row")
        self._theme = theme
        self._verdict: RecordingVerdict | None = None
        self.light = StatusLight(theme, self)
        self.title = ElidedLabel(self, Qt.TextElideMode.ElideMiddle)
        self.title.setFont(font(self.font(), 1.0, bold=True))
        self.title.show_text(path.name)
        set_plain_tip(self.title, str(path))
        self.facts = ElidedLabel(self)
        self.facts.setObjectName("quiet")
        self.line = PlainLabel(tr("looking it over …"), self)
        self.line.setWordWrap(True)
        self.details = PlainLabel(self)
        self.details.setObjectName("quiet")
        self.details.setWordWrap(True)
        self.details.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.details.hide()
        self.details_button = self._button(tr("Details"))
        self.details_button.setCheckable(True)
        self.details_button.setEnabled(False)
        self.details_button.toggled.connect(self.details.setVisible)
        self.mend_button = self._button(tr("Put in order"))
        self.mend_button.setToolTip(tr("Repair its end, and set the labels at the muscles' onsets"))
        self.mend_button.clicked.connect(self.mend_wanted)
        self.mend_button.hide()
        self.columns_button = self._button(tr("Columns…"))
        self.columns_button.setToolTip(tr("The role of each column of the file"))
        self.columns_button.clicked.connect(self.columns_wanted)
        self.remove_button = self._button(tr("Remove"))
        self.remove_button.clicked.connect(self.remove_wanted)
        self._lay_out()
        self._paint()

    def show_verdict(self, verdict: RecordingVerdict) -> None:
        """Show the verdict of the audit."""
        self._verdict = verdict
        self.facts.show_text(verdict.facts)
        self.line.setText(verdict.line)
        set_plain_tip(self.line, verdict.details)
        self.details.setText(verdict.details)
        self.details_button.setEnabled(True)
        self.mend_button.setVisible(verdict.is_unfinished)
        self._paint()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self._paint()

    def _paint(self) -> None:
        theme, kind = self._theme, "" if self._verdict is None else self._verdict.kind
        sign, ink = {
            "good": ("disc", theme.good),
            "look": ("ring", theme.warning),
            "wrong": ("triangle", theme.warning),
            "unusable": ("triangle", theme.error),
        }.get(kind, ("ring", theme.quiet))
        self.light.show_sign(sign, ink)

    def _button(self, words: str) -> QPushButton:
        button = QPushButton(words, self)
        button.setObjectName("flat")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self.title, 1)
        head.addWidget(self.mend_button)
        head.addWidget(self.details_button)
        head.addWidget(self.columns_button)
        head.addWidget(self.remove_button)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addLayout(head)
        words.addWidget(self.facts)
        words.addWidget(self.line)
        words.addSpacing(GRID // 2)
        words.addWidget(self.details)
        sign = QVBoxLayout()
        sign.addSpacing(GRID - 2)  # beside the name
        sign.addWidget(self.light)
        sign.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, GRID // 2, 0, GRID)
        row.setSpacing(GRID + GRID // 2)
        row.addLayout(sign)
        row.addLayout(words, 1)


class SessionList(QStackedWidget):
    """All rows, or a hint where there are none."""

    remove_wanted = pyqtSignal(object)
    columns_wanted = pyqtSignal(object)
    mend_wanted = pyqtSignal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.rows: dict[Path, SessionRow] = {}
        self.nothing = PlainLabel(_NOTHING, self)
        self.nothing.setObjectName("quiet")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setWordWrap(True)
        self._sheet = QWidget()
        self._sheet.setObjectName("sheet")
        self._column = QVBoxLayout(self._sheet)
        self._column.setContentsMargins(0, 0, GRID, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._sheet)
        self.addWidget(self.nothing)
        self.addWidget(self._scroll)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_sessions(self, verdicts: Mapping[Path, RecordingVerdict | None]) -> None:
        """Show these sessions, in this order; a verdict is None before the audit."""
        for path in [path for path in self.rows if path not in verdicts]:
            row = self.rows.pop(path)
            self._column.removeWidget(row)
            row.deleteLater()
        for path in verdicts:
            if path not in self.rows:
                self._add(path)
        self.show_verdicts(one for one in verdicts.values() if one is not None)
        self.setCurrentWidget(self._scroll if self.rows else self.nothing)

    def show_verdicts(self, verdicts: Iterable[RecordingVerdict]) -> None:
        """Show verdicts on sessions in the list."""
        for verdict in verdicts:
            self.rows[verdict.path].show_verdict(verdict)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        for row in self.rows.values():
            row.set_theme(theme)

    def _add(self, path: Path) -> None:
        row = SessionRow(path, self._theme, self._sheet)
        row.remove_wanted.connect(lambda: self.remove_wanted.emit(path))
        row.mend_wanted.connect(lambda: self.mend_wanted.emit(path))
        row.columns_wanted.connect(lambda: self.columns_wanted.emit(path))
        self._column.insertWidget(self._column.count() - 1, row)
        self.rows[path] = row
