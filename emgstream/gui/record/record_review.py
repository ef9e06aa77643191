"""The review of a recording: each repetition with the shift of its label, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from emgstream.app.recording_review import REPETITIONS, repetition_rows, review_facts, reviewed
from emgstream.gui.card import caption, card, fill
from emgstream.gui.check_box import CheckBox
from emgstream.gui.columns import Columns
from emgstream.gui.painting import GRID, color, font
from emgstream.gui.palette import Theme
from emgstream.gui.plain_label import PlainLabel
from emgstream.gui.record.repetition_review import RepetitionReview
from emgstream.recording import RecoveryReport
from emgstream.translation import tr
from emgstream.wording import spoken

__all__ = ["RecordReview"]

_NEXT = tr(
    "Train a model on it: that takes about a minute. A model gets better with more sessions of the "
    "same person; add them on the page Train."
)


_NO_LABEL = tr("No movement was labelled, so that no model can be trained on it.")


class RecordReview(QWidget):
    """Shows one recording; its labels can be trimmed to the onsets, or not."""

    train_wanted = pyqtSignal()
    trim_wanted = pyqtSignal(bool)
    mend_wanted = pyqtSignal()
    drop_wanted = pyqtSignal(object, bool)
    """Emitted with a repetition, and whether it is to lose its label or to get it back."""
    replay_wanted = pyqtSignal()
    another_wanted = pyqtSignal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._recovered: RecoveryReport | None = None
        self._title = PlainLabel(tr("Recorded"), self)
        self._title.setFont(font(self.font(), 1.8, bold=True))
        self.facts = PlainLabel(self)
        self.facts.setWordWrap(True)
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.repetitions = RepetitionReview(theme, self)
        self.repetitions.drop_wanted.connect(self.drop_wanted)
        self.table = QTableWidget(0, len(REPETITIONS), self)
        self._dress_table()
        self.table.cellClicked.connect(self._select_row)
        self.trim_box = CheckBox(tr("Labels begin when the muscles do"), self)
        self.trim_box.setToolTip(
            tr(
                "A person follows a cue some 0.2 to 0.4 s late; what lies between is labelled "
                "transition. Without the tick a label is as long as its cue"
            )
        )
        self.trim_box.clicked.connect(self.trim_wanted)
        self.train_button = QPushButton(tr("Train on this recording"), self)
        self.train_button.setObjectName("primary")
        self.train_button.clicked.connect(self.train_wanted)
        self.mend_button = QPushButton(tr("Put it in order"), self)
        self.mend_button.setObjectName("primary")
        self.mend_button.clicked.connect(self.mend_wanted)
        self.mend_button.hide()
        self.replay_button = QPushButton(tr("Replay it"), self)
        self.replay_button.clicked.connect(self.replay_wanted)
        self.another_button = QPushButton(tr("Record another"), self)
        self.another_button.clicked.connect(self.another_wanted)
        self._next_title = caption(tr("What next"))
        self.next_label = PlainLabel(self)
        self.next_label.setObjectName("quiet")
        self.next_label.setWordWrap(True)
        self._lay_out()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self.repetitions.set_theme(theme)
        if self._recovered is not None:
            self.show_recovered(self._recovered)

    def forget(self) -> None:
        """Forget the recording of before, as another one begins."""
        self._recovered = None
        self.facts.setText("")
        self.next_label.setText("")
        self.table.setRowCount(0)

    def show_working(self) -> None:
        """Show that the labels are being worked on."""
        self._title.setText(tr("Putting the labels in order …"))
        self._enable(False)
        if self._recovered is None:  # else it is only trimmed another way
            self._offer()
            self.trim_box.hide()
            self._show_whole(False)

    def show_nothing(self) -> None:
        """Show that there is no recording, as no sample was received."""
        self._recovered = None
        self._show_whole(True)
        self._title.setText(tr("Nothing was recorded"))
        self.facts.setText(tr("The session ended before a sample came; no file is left."))
        self.next_label.setText("")
        self.table.setRowCount(0)
        self._offer(self.another_button)
        self.repetitions.show_nothing()

    def show_unfinished(self, path: Path) -> None:
        """Show that there is a recording whose labels could not be finished."""
        self._recovered = None
        self._show_whole(True)
        self._title.setText(tr("Kept, with its cues as labels"))
        self.facts.setText(str(path))
        self.next_label.setText(tr("Make room on the disk, then put it in order."))
        self.table.setRowCount(0)
        self._enable(True)
        self._offer(self.mend_button, self.another_button)
        self.repetitions.show_nothing()

    def show_recovered(self, recovered: RecoveryReport) -> None:
        """Show a finished recording."""
        self._recovered = recovered
        self._show_whole(True)
        self._title.setText(tr("Recorded"))
        self.facts.setText("\n".join(f"{name}: {fact}" for name, fact in review_facts(recovered)))
        rows = repetition_rows(recovered)
        self._fill(rows)
        self.repetitions.show_recovered(recovered)
        is_free = recovered.sidecar.get("protocol", {}).get("kind") == "free"
        self.trim_box.setVisible(not is_free)
        self.trim_box.setChecked(bool(recovered.sidecar.get("labels", {}).get("is_trimmed")))
        self.next_label.setText(_NEXT if rows else _NO_LABEL)
        self._enable(True)
        train = (self.train_button,) if rows else ()
        self._offer(*train, self.another_button, self.replay_button)

    def _show_whole(self, is_whole: bool) -> None:
        """Show what there is only once the recording is in order, or its title alone."""
        for part in (self._pictures, self._next_title):
            part.setVisible(is_whole)

    def _enable(self, can_go_on: bool) -> None:
        for part in (self.trim_box, *self._buttons):
            part.setEnabled(can_go_on)

    def _offer(self, *buttons: QPushButton) -> None:
        """Show some of the buttons, and enable them."""
        for button in self._buttons:
            button.setVisible(button in buttons)
        for button in buttons:
            button.setEnabled(True)
        for button in (self.replay_button, self.another_button):
            button.setObjectName("primary" if button in buttons[:1] else "")
            button.setStyleSheet("/**/")  # makes Qt look at the name again

    def poll(self) -> None:
        """Show the signal once it has been read."""
        self.repetitions.poll()

    def shut_down(self) -> None:
        """Wait for the signal that is being read."""
        self.repetitions.shut_down()

    def _select_row(self, row: int, _column: int) -> None:
        if self._recovered is not None:
            self.repetitions.select(reviewed(self._recovered)[row])

    def _fill(self, rows: Sequence[tuple[str, ...]]) -> None:
        self.table.setRowCount(len(rows))
        for row, (label, *words) in enumerate(rows):
            for column, word in enumerate((spoken(label), *words)):
                item = QTableWidgetItem(word)
                if column in (1, 2):
                    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                    item.setTextAlignment(int(right))
                if column == 3:
                    item.setForeground(color(self._theme.warning))
                    item.setToolTip(word)
                self.table.setItem(row, column, item)

    def _dress_table(self) -> None:
        table = self.table
        table.setHorizontalHeaderLabels(REPETITIONS)
        table.setFrameShape(QFrame.Shape.NoFrame)
        for column in (1, 2):
            head = table.horizontalHeaderItem(column)
            if head is not None:
                head.setTextAlignment(int(Qt.AlignmentFlag.AlignRight))
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        table.setShowGrid(False)
        table.setAccessibleName(tr("Repetitions"))
        header, side = table.horizontalHeader(), table.verticalHeader()
        if header is not None and side is not None:
            side.hide()
            side.setDefaultSectionSize(3 * GRID + 2)
            header.setHighlightSections(False)
            header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
            header.setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
            for column, width in enumerate((18 * GRID, 6 * GRID, 14 * GRID)):
                table.setColumnWidth(column, width)

    def _lay_out(self) -> None:
        buttons = QWidget(self)
        row = QHBoxLayout(buttons)
        row.setContentsMargins(0, GRID, 0, 0)
        self._buttons = (
            self.train_button,
            self.mend_button,
            self.replay_button,
            self.another_button,
        )
        for button in self._buttons:
            row.addWidget(button)
        row.addStretch(1)
        side = QWidget(self)
        side.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID + GRID // 2)
        for part in (self._title, self.facts, self.trim_box, buttons):
            column.addWidget(part)
        column.addStretch(1)
        column.addWidget(self._next_title)
        column.addWidget(self.next_label)
        self._pictures = card(self, caption(tr("Signal and labels")), self.repetitions, self.table)
        fill(
            self,
            columns := Columns(self, (card(self, side), 1), (self._pictures, 2)),
            grows=columns,
        )
