"""The dialog that shows the columns of a file, asks what is doubtful, and settles it."""

from __future__ import annotations

from PyQt5.QtCore import Qt, QTimer
from PyQt5.QtGui import QKeySequence
from PyQt5.QtWidgets import (
    QApplication,
    QDialog,
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QShortcut,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from emgstream.app.table_import import ImportState, TableImport
from emgstream.gui.card import card, row_name
from emgstream.gui.check_box import CheckBox
from emgstream.gui.elided_label import ElidedLabel
from emgstream.gui.painting import GRID, font
from emgstream.gui.palette import Theme
from emgstream.gui.plain_label import PlainLabel, set_plain_tip
from emgstream.gui.shortcuts import key_words
from emgstream.gui.status_light import StatusLight
from emgstream.gui.table_import.column_table import ColumnTable
from emgstream.printable import printable
from emgstream.translation import tr
from emgstream.wording import shortened

__all__ = ["ColumnsDialog"]

_POLL_MS = 50
"""A change is followed at once, as far as a person can tell."""
_SHARE = 0.94
"""Share of the window that the dialog covers, by eye."""
_MOST_QUESTIONS = 3
"""Questions that are shown; the tooltip has all, and each of their columns has its sign."""
_MOST_HZ = 1e6
_MOST_LETTERS = 1000
"""Letters of the command that are shown; all of it is copied. Qt takes a second to lay out the
names of 10,000 channels."""


class ColumnsDialog(QDialog):
    """Shows one import; it is accepted once the columns are settled.

    Parameters
    ----------
    shown
        The import. The dialog polls it, and leaves its end to the caller.
    theme
        Colours to draw in.
    parent
        The window.
    """

    def __init__(self, shown: TableImport, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.shown = shown
        self._theme = theme
        self._was_read = False
        self.setObjectName("window")
        self.setWindowTitle(tr("Columns of {name}", name=printable(shown.path.name)))
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._make_parts(theme)
        self._lay_out()
        self._connect_parts()
        size = parent.size()
        self.resize(round(size.width() * _SHARE), round(size.height() * _SHARE))
        self._show_all()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.follow)
        self._timer.start(_POLL_MS)

    def follow(self) -> None:
        """Follow the import: show what was read, and close once it is settled or has failed."""
        if not self.shown.poll():
            return
        state = self.shown.state
        if state in (ImportState.SETTLED, ImportState.FAILED):
            self._timer.stop()
            self.done(int(state is ImportState.SETTLED))
            return
        self._show_all()

    def use(self) -> None:
        """Settle the columns as they are shown."""
        if self.use_button.isEnabled():
            self.shown.settle(self.alike_box.isVisible() and self.alike_box.isChecked())
            self._show_all()

    def _show_all(self) -> None:
        draft = self.shown.draft
        if draft is not None and not self._was_read:
            self._was_read = True
            self.table.columns.beginResetModel()
            self.table.columns.endResetModel()
            self.table.show_first_doubt()
            self.rate.setValue(draft.rate_hz or 0.0)
            self.name_box.setChecked(draft.label_from_name)
        self.facts.show_text(self.shown.facts)
        self._show_questions()
        n_alike = len(self.shown.alike)
        self.alike_box.setVisible(n_alike > 0)
        self.alike_box.setText(
            tr("Also for the other file with these columns")
            if n_alike == 1
            else tr("Also for the other {n_alike} files with these columns", n_alike=n_alike)
        )
        self._show_outcome()

    def _show_questions(self) -> None:
        asked = self.shown.asked
        n_more = len(asked) - _MOST_QUESTIONS
        lines = [
            *asked[:_MOST_QUESTIONS],
            *([tr("and {n_more} more", n_more=n_more)] if n_more > 0 else []),
        ]
        self.questions.setText("\n".join(lines))
        set_plain_tip(self.questions, "\n".join(asked) if n_more > 0 else "")
        self.notice.setVisible(bool(asked))

    def _show_outcome(self) -> None:
        """Show what comes of the columns as they are, and what can be done."""
        shown, theme = self.shown, self._theme
        state, draft = shown.state, shown.draft
        self.use_button.setEnabled(state is ImportState.READY)
        sign = {ImportState.READY: "disc", ImportState.ASKING: "triangle"}.get(state, "ring")
        ink = {"disc": theme.good, "triangle": theme.warning}.get(sign, theme.quiet)
        self.light.show_sign(sign, ink)
        self.outcome.show_text(shown.outcome)
        self.command.show_text(
            "" if draft is None else shortened(shown.command_line, _MOST_LETTERS)
        )
        self.copy_button.setEnabled(draft is not None)
        self.rate.setSpecialValueText(shown.rate_words)
        for part in (self.rate, self.name_box):
            part.setEnabled(draft is not None)

    def _make_parts(self, theme: Theme) -> None:
        self.title = ElidedLabel(self, Qt.TextElideMode.ElideMiddle)
        self.title.setFont(font(self.font(), 1.4, bold=True))
        self.title.show_text(self.shown.path.name)
        set_plain_tip(self.title, str(self.shown.path))
        self.facts = ElidedLabel(self)
        self.facts.setObjectName("quiet")
        self.notice = QFrame(self)
        self.notice.setObjectName("notice")
        self.notice_light = StatusLight(theme, self.notice)
        self.notice_light.show_sign("triangle", theme.warning)
        self.questions = PlainLabel(self.notice)
        self.questions.setWordWrap(True)
        self.questions.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.table = ColumnTable(self.shown, theme, self)
        self.rate = QDoubleSpinBox(self)
        self.rate.setRange(0.0, _MOST_HZ)
        self.rate.setDecimals(2)
        self.rate.setSuffix(" Hz")
        self.rate.setKeyboardTracking(False)
        self.rate.setAccessibleName(tr("Sampling rate"))
        self.rate.setToolTip(tr("Samples per second; 0 for the rate by the file itself"))
        self.name_box = CheckBox(self.shown.name_words, self)
        self.alike_box = CheckBox("", self)
        self.alike_box.setChecked(True)
        self.light = StatusLight(theme, self)
        self.outcome = ElidedLabel(self)
        self.command = ElidedLabel(self, Qt.TextElideMode.ElideMiddle)
        self.command.setObjectName("quiet")
        self.copy_button = QPushButton(tr("Copy command"), self)
        self.copy_button.setObjectName("flat")
        self.copy_button.setToolTip(
            tr("The command that reads the file in the same way, for scripts")
        )
        self.use_button = QPushButton(tr("Use these columns"), self)
        self.use_button.setObjectName("primary")
        self.use_button.setToolTip(key_words(tr("Ctrl+Enter. They are remembered beside the file")))
        self.cancel_button = QPushButton(tr("Cancel"), self)
        self.cancel_button.setToolTip("Esc")
        for button in (self.copy_button, self.use_button, self.cancel_button):
            button.setAutoDefault(False)

    def _lay_out(self) -> None:
        inside = QHBoxLayout(self.notice)
        inside.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        inside.setSpacing(GRID)
        inside.addWidget(self.notice_light, 0, Qt.AlignmentFlag.AlignTop)
        inside.addWidget(self.questions, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID + GRID // 2)
        head = QVBoxLayout()
        head.setSpacing(GRID // 2)
        head.addWidget(self.title)
        head.addWidget(self.facts)
        column.addLayout(head)
        column.addWidget(self.notice)
        column.addWidget(card(self, self.table), 1)
        boxes = _row(self.name_box, self.alike_box)
        boxes.setSpacing(3 * GRID)
        said = _row(row_name(tr("Sampling rate")), self.rate)
        said.addSpacing(2 * GRID)
        said.addLayout(boxes)
        said.addStretch(1)
        column.addLayout(said)
        begin = _row(self.use_button, self.cancel_button)
        begin.addSpacing(GRID)
        begin.addLayout(_row(self.light, self.outcome), 1)
        column.addLayout(begin)
        column.addLayout(_row(self.command, self.copy_button))

    def _connect_parts(self) -> None:
        self.table.changed.connect(self._show_all)
        self.rate.valueChanged.connect(self._rate_typed)
        self.name_box.clicked.connect(self._name_box_clicked)
        self.copy_button.clicked.connect(self._copy)
        self.use_button.clicked.connect(self.use)
        self.cancel_button.clicked.connect(self.reject)
        QShortcut(QKeySequence("Ctrl+Return"), self).activated.connect(self.use)
        for before, after in (
            (self.table, self.rate),
            (self.rate, self.name_box),
            (self.name_box, self.alike_box),
            (self.alike_box, self.use_button),
            (self.use_button, self.cancel_button),
            (self.cancel_button, self.copy_button),
        ):
            self.setTabOrder(before, after)
        self.table.setFocus()

    def _rate_typed(self, value: float) -> None:
        draft = self.shown.draft
        if draft is not None and (value or None) != draft.rate_hz:
            draft.set_rate(value or None)
            self._show_all()

    def _name_box_clicked(self, is_checked: bool) -> None:
        if self.shown.draft is not None:
            self.shown.draft.set_label_from_name(is_checked)
            self._show_all()

    def _copy(self) -> None:
        clipboard = QApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self.shown.command_line)


def _row(*parts: QWidget) -> QHBoxLayout:
    """Return widgets side by side; a label that can be shortened takes the room that is left."""
    row = QHBoxLayout()
    row.setSpacing(GRID)
    for part in parts:
        row.addWidget(part, int(isinstance(part, ElidedLabel)))
    return row
