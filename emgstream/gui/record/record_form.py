"""The form of a recording session: movements, subject, and file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtGui import QShowEvent
from PyQt5.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from emgstream.app.cue_scene import minutes
from emgstream.app.recording_plan import (
    RecordingPlan,
    RecordingRequest,
    plan_session,
    proposed_movements,
    proposed_path,
    table_path,
)
from emgstream.app.window_words import window_words
from emgstream.cue_schedule import MOVEMENTS
from emgstream.errors import UsageError
from emgstream.gui.card import caption, captioned, card, fill, row_name, tall_part
from emgstream.gui.check_box import CheckBox
from emgstream.gui.columns import Columns
from emgstream.gui.elided_label import ElidedLabel
from emgstream.gui.form_fields import chip, seconds_box
from emgstream.gui.painting import GRID
from emgstream.gui.plain_label import PlainLabel
from emgstream.gui.record.electrode_placements import ElectrodePlacements
from emgstream.gui.record.marker_choice import MarkerChoice
from emgstream.gui.record.movement_chip import MovementChip
from emgstream.recording import FreeProtocol
from emgstream.translation import tr, tr_n
from emgstream.user_folders import home_folder

__all__ = ["SessionForm", "from_home"]

_A_ROW = 4
"""Movements beside each other in half of the smallest window."""
_NOTES_LINES = 2
_LONGEST_S = 600.0
"""Longest movement or rest on offer. A choice: nobody holds a movement for ten minutes."""


def from_home(folder: Path) -> Path:
    """Return a folder as people write it: from ``~`` on, where it is in the home folder."""
    home = home_folder()
    return Path("~") / folder.relative_to(home) if folder.is_relative_to(home) else folder


class SessionForm(QWidget):
    """All settings of a session; each has a default."""

    changed = pyqtSignal()

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.folder = folder
        self.guided_button = chip(tr("Guided"), self)
        self.free_button = chip(tr("Free"), self)
        self.movement_buttons = {name: MovementChip(name, self) for name in MOVEMENTS}
        self.others = self._line(tr("other movements, by commas: pinch, point"))
        self.repetitions = QSpinBox(self)
        self.hold = seconds_box(5.0, _LONGEST_S, self)
        self.rest = seconds_box(4.0, _LONGEST_S, self)
        self.check_box = CheckBox(tr("Check the signal first (5 s)"), self)
        self.sound_box = CheckBox(tr("A sound at each cue"), self)
        self.markers = MarkerChoice(self)
        self.subject = self._line(tr("a code, not a name"))
        self.session = self._line(tr("name or number of the sitting"))
        self.notes = QPlainTextEdit(self)
        self.notes.setPlaceholderText(tr("anything else"))
        self.notes.setTabChangesFocus(True)
        self.name = QLineEdit(self)
        self.folder_label = ElidedLabel(self)
        self.folder_label.setObjectName("quiet")
        self.folder_button = QPushButton(tr("Folder…"), self)
        self.placements = ElectrodePlacements(self)
        self._proposed = proposed_movements(3)
        self._set_values()
        self._lay_out()
        self._connect_parts()
        self.propose_name()

    @property
    def request(self) -> RecordingRequest:
        """The settings as they stand."""
        ticked = [name for name, button in self.movement_buttons.items() if button.isChecked()]
        others = [part.strip() for part in self.others.text().split(",") if part.strip()]
        return RecordingRequest(
            path=table_path(self.folder, self.name.text()),
            movements=(*ticked, *others),
            repetitions=self.repetitions.value(),
            hold_s=self.hold.value(),
            rest_s=self.rest.value(),
            is_free=self.free_button.isChecked(),
            markers=self.markers.address,
            markers_are_labels=self.markers.are_labels,
            is_checked=self.check_box.isChecked(),
            subject=self.subject.text().strip(),
            session=self.session.text().strip(),
            placements=self.placements.places,
            notes=self.notes.toPlainText().strip(),
        )

    def plan(self) -> RecordingPlan:
        """Return the plan of the session; raises UsageError where a setting does not fit."""
        return plan_session(self.request)

    def summary(self) -> str:
        """Return the plan in one line, or what does not fit."""
        try:
            plan = self.plan()
        except UsageError as error:
            return window_words(str(error))
        if isinstance(plan.protocol, FreeProtocol):
            of = (
                tr("markers")
                if plan.markers_are_labels
                else tr_n("{n:,} label", "{n:,} labels", len(plan.protocol.labels))
            )
            return tr("{labels}, for as long as you like", labels=of)
        view = plan.protocol.view(0.0)
        return tr(
            "{movements} in {minutes} min",
            movements=tr_n("{n:,} movement", "{n:,} movements", view.n_total),
            minutes=minutes(plan.duration_s),
        )

    def propose_movements(self, n_channels: int) -> None:
        """Choose the movements for so many channels, unless the user has chosen others."""
        before = self._proposed
        movements, repetitions = proposed_movements(n_channels)
        if self._chosen != before:
            return
        self._proposed = movements, repetitions
        for name, button in self.movement_buttons.items():
            button.setChecked(name in movements)
        self.repetitions.setValue(repetitions)

    @property
    def _chosen(self) -> tuple[tuple[str, ...], int]:
        """The movements that are ticked, and how often."""
        ticked = (name for name, button in self.movement_buttons.items() if button.isChecked())
        return tuple(ticked), self.repetitions.value()

    def propose_name(self) -> None:
        """Propose a name that no file has."""
        self._proposed_name = proposed_path(self.folder, datetime.now()).stem
        self.name.setText(self._proposed_name)

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 - Qt's name
        """Propose the time of now, unless the person wrote another name."""
        super().showEvent(event)
        if self.name.text() == self._proposed_name:
            self.propose_name()

    def set_folder(self, folder: Path) -> None:
        """Record into another folder."""
        self.folder = folder
        self.folder_label.show_text(tr("in {folder}", folder=from_home(folder)))

    def _line(self, hint: str) -> QLineEdit:
        line = QLineEdit(self)
        line.setPlaceholderText(hint)
        return line

    def _set_values(self) -> None:
        self.repetitions.setRange(1, 1000)
        self.repetitions.setValue(self._proposed[1])
        self.check_box.setChecked(True)
        for button in (self.guided_button, *self.movement_buttons.values()):
            button.setChecked(True)
        self.set_folder(self.folder)

    def _connect_parts(self) -> None:
        for button in (*self.movement_buttons.values(), self.guided_button, self.free_button):
            button.toggled.connect(lambda _: self.changed.emit())
        for box in (self.repetitions, self.hold, self.rest):
            box.valueChanged.connect(lambda _: self.changed.emit())
        for line in (self.others, self.name):
            line.textChanged.connect(lambda _: self.changed.emit())
        self.free_button.toggled.connect(self._show_kind)
        self.markers.changed.connect(self.changed)
        self.folder_button.clicked.connect(self._choose_folder)

    def _show_kind(self, is_free: bool) -> None:
        for part in (self.repetitions, self.hold, self.rest):
            part.setEnabled(not is_free)
        self.markers.set_free(is_free)
        self._kind_words.setText(_FREE if is_free else _GUIDED)

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, tr("Record into"), str(self.folder))
        if name:
            self.set_folder(Path(name))
            self.changed.emit()

    def _lay_out(self) -> None:
        fill(
            self,
            columns := Columns(self, (card(self, self._what()), 1), (card(self, self._who()), 1)),
            grows=columns,
        )

    def _what(self) -> QWidget:
        part, column = tall_part(self)
        kinds = QHBoxLayout()
        group = QButtonGroup(self)
        for button in (self.guided_button, self.free_button):
            group.addButton(button)
            kinds.addWidget(button)
        self._kind_words = row_name(_GUIDED)
        self._kind_words.setWordWrap(True)
        kinds.addSpacing(GRID)
        kinds.addWidget(self._kind_words, 1)
        chips = QGridLayout()
        chips.setSpacing(GRID)
        for place, button in enumerate(self.movement_buttons.values()):
            chips.addWidget(button, *divmod(place, _A_ROW))
        figures = captioned(
            (tr("Repetitions"), self.repetitions),
            (tr("Hold"), self.hold),
            (tr("Rest"), self.rest),
        )
        column.addWidget(caption(tr("What to record")))
        column.addLayout(kinds)
        column.addLayout(chips)
        column.addWidget(self.others)
        column.addLayout(figures)
        column.addSpacing(GRID)
        boxes = QHBoxLayout()
        boxes.setSpacing(3 * GRID)
        boxes.addWidget(self.check_box)
        boxes.addWidget(self.sound_box)
        boxes.addStretch(1)
        column.addLayout(boxes)
        column.addWidget(self.markers)
        column.addStretch(1)
        return part

    def _who(self) -> QWidget:
        part, column = tall_part(self)
        rows = QFormLayout()
        height = self.notes.fontMetrics().lineSpacing() * _NOTES_LINES + 2 * GRID
        self.notes.setFixedHeight(height)
        rows.addRow(row_name(tr("Subject")), self.subject)
        rows.addRow(row_name(tr("Session")), self.session)
        rows.addRow(row_name(tr("Notes")), self.notes)
        place = QHBoxLayout()
        place.addWidget(self.name, 1)
        place.addWidget(PlainLabel(".csv", self))
        where = QHBoxLayout()
        where.addWidget(self.folder_label, 1)
        where.addWidget(self.folder_button)
        files = QFormLayout()
        files.addRow(row_name(tr("File")), place)
        files.addRow(row_name(""), where)
        for form in (rows, files):
            form.setContentsMargins(0, 0, 0, 0)
            form.setHorizontalSpacing(2 * GRID)
            form.setVerticalSpacing(GRID)
        column.addWidget(caption(tr("About this recording")))
        column.addLayout(rows)
        column.addWidget(self.placements, 1)
        column.addLayout(files)
        return part


_GUIDED = tr("You follow cues on the screen")
_FREE = tr("Number keys set the labels while you move")
