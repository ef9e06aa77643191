"""The page to train on: pick sessions, train, and see what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from PyQt5.QtWidgets import QStackedWidget, QWidget

from emgstream.app.audited_recordings import recordings_in
from emgstream.app.evaluation_table import honest
from emgstream.app.training_job import (
    TrainingJob,
    TrainingRequest,
    evaluation_words,
    training_words,
)
from emgstream.errors import EmgStreamError, MissingExtraError
from emgstream.extras import check_train_extra
from emgstream.gui.card import fill
from emgstream.gui.palette import Theme
from emgstream.gui.record.record_form import documents_folder
from emgstream.gui.shell import Shell
from emgstream.gui.source_bar import model_choices
from emgstream.gui.step_bar import StepBar
from emgstream.gui.train.missing import MissingExtra
from emgstream.gui.train.progress import TrainingProgress
from emgstream.gui.train.train_front import TrainFront
from emgstream.gui.train.training_result_view import TrainingResultView
from emgstream.gui.window_page import WindowPage

__all__ = ["TrainPage"]

_STEPS = ("Pick sessions", "Train", "See what it is worth")


class TrainPage(WindowPage):
    """Trains one model after the other, each in a process beside the window."""

    title = "Train"
    keys = (("clear", "Esc", "take away the message"),)

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.training: TrainingJob | None = None
        self.measuring: TrainingJob | None = None
        self._wanted: TrainingRequest | None = None
        self._n_done = 0
        self._plan: Mapping[str, Any] = {}
        self._make_parts(shell.theme)
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

    def model_chosen(self, title: str | None) -> None:  # noqa: ARG002 - the list tells more
        """Offer the models there are, to be adapted."""
        self.form.set_models(model_choices(self.shell.models.paths), self.shell.models.chosen)

    def take_files(self, paths: Sequence[Path]) -> list[Path]:
        """Add dropped recordings and folders to the sessions; the others go to the window."""
        found = recordings_in(paths)
        self.front.add(found)
        return [path for path in paths if path not in found and not path.is_dir()]

    def slow(self, now_s: float) -> None:
        """Follow what goes on beside the window."""
        self.front.poll()
        if self.training is not None and self.training.running:
            self._follow_training(self.training, now_s)
        if self.measuring is not None and self.measuring.running:
            self._follow_measuring(self.measuring, now_s)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        for part in (self.step_bar, self.front.list, self.progress.curves):
            part.set_theme(theme)

    def shut_down(self) -> None:
        """End every process and thread of the page."""
        for job in (self.training, self.measuring):
            if job is not None:
                job.shut_down()
        self.front.sessions.shut_down()

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
        if self.front.lacks or self.works:
            return
        self.shell.strip.hide()
        self._wanted = self.front.wanted
        try:
            self.training = TrainingJob(training_words(self._wanted))
        except EmgStreamError as error:
            self._tell(error)
            return
        self.measuring = None
        self.progress.begin("Training" if self._wanted.base is None else "Adapting")
        self._show_step(1)

    def measure(self) -> None:
        """Measure what the training that is done is worth."""
        if self._wanted is None or self.works:
            return
        self.shell.strip.hide()
        try:
            self.measuring = TrainingJob(evaluation_words(self._wanted))
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
        if self.shell.models.chosen == self._wanted.out:
            if not self.shell.connection.live:
                self.shell.open_source(self.shell.source)
            self.shell.show_page("Live")

    def _follow_training(self, job: TrainingJob, now_s: float) -> None:
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
            self._show_result(job.result)
            self._show_step(2)

    def _show_result(self, document: Mapping[str, Any]) -> None:
        if document["event"] == "calibrated":
            self.result.show_adapted(document)
        else:
            self.result.show_trained(document)

    def _follow_measuring(self, job: TrainingJob, now_s: float) -> None:
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

    def _show_measuring(self, job: TrainingJob) -> None:
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
        self.shell.strip.show_error(str(error))

    def _show_step(self, step: int) -> None:
        self.steps.setCurrentIndex(step)
        self.step_bar.show_step(step)

    def _make_parts(self, theme: Theme) -> None:
        self.step_bar = StepBar(theme, _STEPS, self)
        folder = self.shell.settings.recordings or documents_folder()
        self.front = TrainFront(theme, folder, self)
        self.form = self.front.form
        self.progress = TrainingProgress(theme, self)
        self.result = TrainingResultView(self)
        self.missing = MissingExtra(self)

    def _lay_out(self) -> None:
        self.steps = QStackedWidget(self)
        for part in (self.front, self.progress, self.result):
            self.steps.addWidget(part)
        inside = QWidget(self)
        fill(inside, self.step_bar, self.steps, grows=self.steps)
        self.whole = QStackedWidget(self)
        self.whole.addWidget(inside)
        self.whole.addWidget(self.missing)
        fill(self, self.whole, grows=self.whole)

    def _connect_parts(self) -> None:
        self.front.start_wanted.connect(self.start)
        self.progress.cancel_wanted.connect(self._cancel_training)
        self.result.use_wanted.connect(self.use)
        self.result.measure_wanted.connect(self.measure)
        self.result.cancel_wanted.connect(self._cancel_measuring)
        self.result.another_wanted.connect(lambda: self._show_step(0))
        self.missing.look_again_wanted.connect(self.look_for_extra)
