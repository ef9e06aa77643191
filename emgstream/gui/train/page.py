"""The page to train on: pick sessions, train, and see what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PyQt5.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from emgstream.errors import EmgStreamError, MissingExtraError
from emgstream.extras import check_train_extra
from emgstream.gui.card import caption, card
from emgstream.gui.elided_label import ElidedLabel
from emgstream.gui.page import Page
from emgstream.gui.painting import GRID
from emgstream.gui.palette import Theme
from emgstream.gui.record.form import documents_folder
from emgstream.gui.train.form import TrainingForm
from emgstream.gui.train.honest import honest
from emgstream.gui.train.job import Job, Wanted, evaluation_words, training_words
from emgstream.gui.train.missing import MissingExtra
from emgstream.gui.train.progress import TrainingProgress
from emgstream.gui.train.result import TrainingResult
from emgstream.gui.train.session_list import SessionList
from emgstream.gui.train.sessions import Sessions, conflict, recordings_in

if TYPE_CHECKING:
    from emgstream.gui.window import Window

__all__ = ["TrainPage"]

_STEPS = ("Pick sessions", "Train", "See what it is worth")
_RECORDINGS = "Recordings (*.csv *.csv.gz *.tsv *.txt);;All files (*)"


class TrainPage(Page):
    """Trains one model after the other, each in a process beside the window."""

    title = "Train"
    keys = (("clear", "Esc", "take away the message"),)

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.sessions = Sessions()
        self.training: Job | None = None
        self.measuring: Job | None = None
        self._wanted: Wanted | None = None
        self._n_done = 0
        self._plan: Mapping[str, Any] = {}
        self._make_parts(window.theme)
        self._lay_out()
        self._connect_parts()
        self.look_for_extra()

    @property
    def works(self) -> bool:
        """Whether a training or a measurement goes on."""
        return any(job is not None and job.running for job in (self.training, self.measuring))

    def key_actions(self) -> Mapping[str, Callable[[], None]]:
        """Return what each key does."""
        return {"clear": self.shell.strip.hide}

    def take_files(self, paths: Sequence[Path]) -> list[Path]:
        """Add dropped recordings and folders to the sessions; the others go to the window."""
        found = recordings_in(paths)
        self.add(found)
        return [path for path in paths if path not in found and not path.is_dir()]

    def add(self, paths: Sequence[Path]) -> None:
        """Add recordings to the sessions."""
        new = self.sessions.add(paths)
        if new and self.sessions.paths[0] == new[0]:
            self.form.propose(new[0])
        self._show_sessions()

    def slow(self, now_s: float) -> None:
        """Follow what goes on beside the window."""
        verdicts = self.sessions.poll()
        if verdicts:
            self.list.show_verdicts(verdicts)
            self._show_ready()
        if self.training is not None and self.training.running:
            self._follow_training(self.training, now_s)
        if self.measuring is not None and self.measuring.running:
            self._follow_measuring(self.measuring, now_s)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self.list.set_theme(theme)
        self.progress.curves.set_theme(theme)
        self._show_step(self.steps.currentIndex())

    def shut_down(self) -> None:
        """End every process and thread of the page."""
        for job in (self.training, self.measuring):
            if job is not None:
                job.shut_down()
        self.sessions.shut_down()

    def look_for_extra(self) -> None:
        """Show the page, or how to get what it needs."""
        try:
            check_train_extra()
        except MissingExtraError as error:
            self.missing.say(str(error))
            self.whole.setCurrentWidget(self.missing)
        else:
            self.whole.setCurrentIndex(0)

    def start(self) -> None:
        """Train what is picked; where that will not do, say why."""
        if self._lacks() or self.works:
            return
        self.shell.strip.hide()
        self._wanted = self.form.wanted(self.sessions.paths)
        try:
            self.training = Job(training_words(self._wanted))
        except EmgStreamError as error:
            self._tell(error)
            return
        self.measuring = None
        self.progress.begin()
        self._show_step(1)

    def measure(self) -> None:
        """Measure what the training that is done is worth."""
        if self._wanted is None or self.works:
            return
        self.shell.strip.hide()
        try:
            self.measuring = Job(evaluation_words(self._wanted))
        except EmgStreamError as error:
            self._tell(error)
            return
        self._n_done, self._plan = 0, {}
        self.result.show_measuring("Reading the sessions …")

    def use(self) -> None:
        """Go live with the model."""
        if self._wanted is None:
            return
        self.shell.use_model(self._wanted.out)
        if self.shell.model_path == self._wanted.out:
            if not self.shell.connection.live:
                self.shell.open_source(self.shell.source_bar.request)
            self.shell.show_page(0)

    def _follow_training(self, job: Job, now_s: float) -> None:
        for event in job.poll(now_s):
            if event["event"] == "epoch" and not job.cancelled:
                self.progress.show_epoch(event)
        if job.running:
            return
        if job.failure is not None:
            self._tell(job.failure)
        if job.result is None:
            if job.cancelled:
                self.shell.strip.show_note("the training was stopped before there was a model")
            self._show_step(0)
        else:
            self.result.show_trained(job.result)
            self._show_step(2)

    def _follow_measuring(self, job: Job, now_s: float) -> None:
        for event in job.poll(now_s):
            if event["event"] == "plan":
                self._plan = event
            elif event["event"] == "done":
                self._n_done += 1
        if job.running:
            self._show_measuring(job)
            return
        if job.failure is not None:
            self._tell(job.failure)
        if job.result is None:
            self.result.show_invitation()
        else:
            self.result.show_honest(honest(job.result))

    def _show_measuring(self, job: Job) -> None:
        if job.cancelled:
            self.result.show_measuring("Ending with what is done …")
        elif self._plan:
            n = self._plan["n_tasks"]
            self.result.show_measuring(
                f"{self._n_done} of {n} done; each learns anew", self._n_done, n
            )

    def _cancel_training(self) -> None:
        if self.training is not None:
            self.training.cancel(time.perf_counter())
            self.progress.show_cancelling()

    def _cancel_measuring(self) -> None:
        if self.measuring is not None:
            self.measuring.cancel(time.perf_counter())
            self._show_measuring(self.measuring)

    def _tell(self, error: EmgStreamError) -> None:
        self.shell.strip.show_error(str(error), can_retry=False)

    def _lacks(self) -> str:
        """Return what is missing before a training can begin; empty where nothing is."""
        if not self.sessions.paths:
            return "Add at least one session"
        problem = conflict(self.sessions.known, self.form.rate_hz)
        if problem:
            return problem
        if self.sessions.busy:
            return "Looking the sessions over"
        return "" if self.form.named else "Give the model a name"

    def _show_sessions(self) -> None:
        self.list.show_sessions(self.sessions.verdicts)
        self._show_ready()

    def _show_ready(self) -> None:
        """Say what is there to learn from, and whether training can begin."""
        lacks = self._lacks()
        self.train_button.setEnabled(not lacks)
        replaces = "   replaces the file of that name" if self.form.out.exists() else ""
        self.summary.say(lacks or f"Writes {self.form.out.name}{replaces}")
        known = [one for one in self.sessions.known if one.channel_names]
        labels = sorted({label for one in known for label in one.labels})
        names = ", ".join(known[0].channel_names) if known else ""
        self.form.channels.setText(
            f"Channels: {names}\nLabels: {', '.join(labels)}" if known else "nothing yet"
        )

    def _remove(self, path: Path) -> None:
        self.sessions.remove(path)
        self._show_sessions()

    def _choose_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "Add sessions", "", _RECORDINGS)
        self.add([Path(name) for name in names])

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Add the sessions of a folder")
        if name:
            self.add(recordings_in([Path(name)]))

    def _show_step(self, step: int) -> None:
        self.steps.setCurrentIndex(step)
        parts = [
            f"<b style='color:{self.shell.theme.text}'>{number}  {name}</b>"
            if number == step + 1
            else f"{number}  {name}"
            for number, name in enumerate(_STEPS, start=1)
        ]
        self.step_label.setText("&nbsp;&nbsp;&nbsp;&nbsp;›&nbsp;&nbsp;&nbsp;&nbsp;".join(parts))

    def _make_parts(self, theme: Theme) -> None:
        self.step_label = QLabel(self)
        self.step_label.setObjectName("quiet")
        self.list = SessionList(theme, self)
        self.files_button = QPushButton("Add files…", self)
        self.folder_button = QPushButton("Add folder…", self)
        self.form = TrainingForm(self.shell.settings.recordings or documents_folder(), self)
        self.train_button = QPushButton("Train", self)
        self.train_button.setObjectName("primary")
        self.train_button.setMinimumWidth(15 * GRID)
        self.summary = ElidedLabel(self)
        self.progress = TrainingProgress(theme, self)
        self.result = TrainingResult(self)
        self.missing = MissingExtra(self)

    def _lay_out(self) -> None:
        self.steps = QStackedWidget(self)
        for part in (self._front(), self.progress, self.result):
            self.steps.addWidget(part)
        inside = QWidget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID + GRID // 2)
        column.addWidget(self.step_label)
        column.addWidget(self.steps, 1)
        self.whole = QStackedWidget(self)
        self.whole.addWidget(inside)
        self.whole.addWidget(self.missing)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(self.whole)
        self._show_step(0)

    def _front(self) -> QWidget:
        buttons = QWidget(self)
        add = QHBoxLayout(buttons)
        add.setContentsMargins(0, 0, 0, 0)
        add.setSpacing(GRID)
        add.addWidget(self.files_button)
        add.addWidget(self.folder_button)
        add.addStretch(1)
        cards = QHBoxLayout()
        cards.setSpacing(2 * GRID)
        cards.addWidget(card(self, caption("Sessions"), self.list, buttons), 3)
        cards.addWidget(card(self, self.form), 2)
        go = QHBoxLayout()
        go.setSpacing(2 * GRID)
        go.addWidget(self.train_button)
        go.addWidget(self.summary, 1)
        front = QWidget(self)
        column = QVBoxLayout(front)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID + GRID // 2)
        column.addLayout(cards, 1)
        column.addLayout(go)
        return front

    def _connect_parts(self) -> None:
        self.files_button.clicked.connect(self._choose_files)
        self.folder_button.clicked.connect(self._choose_folder)
        self.list.remove_wanted.connect(self._remove)
        self.form.changed.connect(self._show_ready)
        self.train_button.clicked.connect(self.start)
        self.progress.cancel_wanted.connect(self._cancel_training)
        self.result.use_wanted.connect(self.use)
        self.result.measure_wanted.connect(self.measure)
        self.result.cancel_wanted.connect(self._cancel_measuring)
        self.result.another_wanted.connect(lambda: self._show_step(0))
        self.missing.look_again_wanted.connect(self.look_for_extra)
        self._show_ready()
