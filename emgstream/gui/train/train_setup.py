"""The first step of a training: the sessions to train on, and the form of the model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QWidget

from emgstream.app.audited_recordings import AuditedRecordings, conflict, recordings_in
from emgstream.app.recordings_folder import nearest_folder
from emgstream.app.training_job import SignalChoice, TrainingRequest
from emgstream.errors import OutputError
from emgstream.gui.card import caption, card, fill
from emgstream.gui.check_box import CheckBox
from emgstream.gui.columns import Columns
from emgstream.gui.elided_label import ElidedLabel
from emgstream.gui.file_actions import RECORDING_FILTER
from emgstream.gui.painting import GRID
from emgstream.gui.palette import Theme
from emgstream.gui.scrolled import ScrolledPart
from emgstream.gui.start_row import StartRow
from emgstream.gui.train.offered_recordings import OfferedRecordings
from emgstream.gui.train.session_list import SessionList
from emgstream.gui.train.train_form import TrainingForm
from emgstream.translation import tr

__all__ = ["TrainSetup"]


class TrainSetup(QWidget):
    """The sessions, each with its verdict, beside the form of the model."""

    start_wanted = pyqtSignal()
    columns_wanted = pyqtSignal(object)
    """Emitted with a file whose columns the user wants to see."""
    failed = pyqtSignal(str)
    """Emitted with the reason why a choice cannot be remembered."""

    def __init__(
        self, theme: Theme, folder: Callable[[], Path], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._folder = folder
        self.sessions = AuditedRecordings()
        self.list = SessionList(theme, self)
        self.files_button = QPushButton(tr("Add files…"), self)
        self.folder_button = QPushButton(tr("Add folder…"), self)
        self.named = QWidget(self)
        self.name_box = CheckBox(tr("One file a movement: its name is the label"), self)
        self.name_labels = ElidedLabel(self)
        self.name_labels.setObjectName("quiet")
        fill(self.named, self.name_box, self.name_labels, grows=self.name_box)
        self.offered = OfferedRecordings(self)
        self.form = TrainingForm(folder(), self)
        self.row = StartRow(tr("Train"), self)
        self._lay_out()
        self._connect_parts()
        self._show_ready()

    @property
    def request(self) -> TrainingRequest:
        """The training as the form says."""
        return self.form.request(self.sessions.paths)

    @property
    def missing_words(self) -> str:
        """The reason why a training cannot begin; empty where it can."""
        if not self.sessions.paths:
            return tr("Add at least one session")
        problem = conflict(self.sessions.known, self.form.rate_hz, adapts=self.form.adapts)
        if problem:
            return problem
        if self.sessions.busy:
            return tr("Looking the sessions over")
        return self.form.missing_words

    def add(self, paths: Sequence[Path]) -> None:
        """Add recordings to the sessions."""
        new = self.sessions.add(paths)
        if new and self.sessions.paths[0] == new[0]:
            self.form.propose(new[0])
        self._show_sessions()

    def pick(self, recording: Path, signal: SignalChoice) -> None:
        """Pick one recording in place of those before, with the kind of its signal."""
        for path in self.sessions.paths:
            self.sessions.remove(path)
        self.form.show_new(signal)
        self.add([recording])

    def look_for_recordings(self) -> None:
        """Offer the recordings that are in the recordings folder now."""
        self.offered.show_folder(self._folder(), self.sessions.paths)

    def poll(self) -> None:
        """Show verdicts that are new."""
        verdicts = self.sessions.poll()
        if verdicts:
            self.list.show_verdicts(verdicts)
            self._show_ready()

    def audit_again(self, paths: Sequence[Path]) -> None:
        """Audit sessions once more, as their columns have been settled."""
        self.sessions.audit_again(paths)
        self._show_sessions()

    def _put_in_order(self, path: Path) -> None:
        self.sessions.put_in_order(path)
        self._show_sessions()

    def _label_by_name(self, is_named: bool) -> None:
        try:
            self.sessions.label_by_name(is_named)
        except OutputError as error:
            self.failed.emit(str(error))
        self._show_sessions()

    def _show_sessions(self) -> None:
        self.list.show_sessions(self.sessions.verdicts)
        self.look_for_recordings()
        self._show_ready()

    def _show_ready(self) -> None:
        """Show channels and labels, and whether training can begin."""
        replaces = tr("   replaces the file of that name") if self.form.out.exists() else ""
        self.row.button.setText(tr("Adapt") if self.form.adapts else tr("Train"))
        missing = self.missing_words
        self.row.show_ready(
            missing or tr("Writes {name}{replaces}", name=self.form.out.name, replaces=replaces),
            not missing,
        )
        self._show_names()
        known = [one for one in self.sessions.known if one.channel_names]
        labels = sorted({label for one in known for label in one.labels})
        names = ", ".join(known[0].channel_names) if known else ""
        self.form.channels.setText(
            tr("Channels: {names}\nLabels: {labels}", names=names, labels=", ".join(labels))
            if known
            else tr("nothing yet")
        )

    def _show_names(self) -> None:
        """Offer the names of files without a label as their labels."""
        self.named.setVisible(bool(self.sessions.nameable))
        self.name_box.setChecked(self.sessions.are_labelled_by_name)
        self.name_labels.show_text(self.sessions.name_words)

    def _remove(self, path: Path) -> None:
        self.sessions.remove(path)
        self._show_sessions()

    def _choose_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(
            self, tr("Add sessions"), self._start(), RECORDING_FILTER
        )
        self.add([Path(name) for name in names])

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(
            self, tr("Add the sessions of a folder"), self._start()
        )
        if name:
            self.add(recordings_in([Path(name)]))

    def _start(self) -> str:
        """Return the folder in which a dialog opens: that of the recordings."""
        return str(nearest_folder(self._folder()))

    def _lay_out(self) -> None:
        head = QWidget(self)
        add = QHBoxLayout(head)
        add.setContentsMargins(0, 0, 0, 0)
        add.setSpacing(GRID)
        add.addWidget(caption(tr("Sessions")), 1)
        add.addWidget(self.files_button)
        add.addWidget(self.folder_button)
        sessions = card(self, head, self.list, self.named, self.offered)
        cards = ScrolledPart(Columns(self, (sessions, 3), (card(self, self.form), 2)), self)
        fill(self, cards, self.row, grows=cards)

    def _connect_parts(self) -> None:
        self.files_button.clicked.connect(self._choose_files)
        self.folder_button.clicked.connect(self._choose_folder)
        self.offered.picked.connect(lambda path: self.add([path]))
        self.name_box.clicked.connect(self._label_by_name)
        self.list.remove_wanted.connect(self._remove)
        self.list.mend_wanted.connect(self._put_in_order)
        self.list.columns_wanted.connect(self.columns_wanted)
        self.form.changed.connect(self._show_ready)
        self.row.start_wanted.connect(self.start_wanted)
