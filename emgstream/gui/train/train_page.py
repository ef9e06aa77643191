"""The page Train: pick sessions, train, and evaluate the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PyQt5.QtGui import QShowEvent
from PyQt5.QtWidgets import QWidget

from emgstream.app.audited_recordings import recordings_in
from emgstream.app.closing_words import (
    evaluation_at_stake,
    installation_at_stake,
    training_at_stake,
)
from emgstream.app.list_choice import model_choices
from emgstream.app.training_job import EvaluationJob, JobState, SignalChoice, TrainingJob
from emgstream.app.training_words import training_outcome
from emgstream.clock import host_now
from emgstream.errors import EmgStreamError
from emgstream.extras import TRAIN
from emgstream.gui.card import fill
from emgstream.gui.file_actions import recordings_folder
from emgstream.gui.palette import Theme
from emgstream.gui.shell import Shell
from emgstream.gui.step_bar import StepBar
from emgstream.gui.train.missing_extra import MissingExtra
from emgstream.gui.train.train_setup import TrainSetup
from emgstream.gui.train.training_progress_view import TrainingProgressView
from emgstream.gui.train.training_result_view import TrainingResultView
from emgstream.gui.view_stack import ViewStack
from emgstream.gui.window_page import WindowPage
from emgstream.translation import tr

__all__ = ["TrainPage"]

_STEPS = (tr("Pick sessions"), tr("Train"), tr("See the result"))


class TrainPage(WindowPage):
    """Trains one model after the other, each in a child process."""

    title = tr("Train")
    keys = (("clear", "Esc", tr("take away the message")),)

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.training: TrainingJob | None = None
        self.evaluation: EvaluationJob | None = None
        self._make_parts(shell.theme)
        self._lay_out()
        self._connect_parts()
        self.look_for_extra()
        self.follow_settings()

    @property
    def is_busy(self) -> bool:
        """True while a training, an evaluation or an installation runs."""
        jobs = (self.training, self.evaluation)
        return self.missing.is_busy or any(job is not None and job.is_running for job in jobs)

    def losses_at_close(self) -> tuple[str, ...]:
        """Return what an end does to the training, evaluation or installation that runs, if any."""
        losses = (
            training_at_stake(self.training),
            evaluation_at_stake(self.evaluation),
            installation_at_stake(self.missing.installation),
        )
        return tuple(filter(None, losses))

    def key_actions(self) -> Mapping[str, Callable[[], None]]:
        """Return the action of each key."""
        return {"clear": self.shell.strip.hide}

    def model_chosen(self, title: str | None) -> None:  # noqa: ARG002 - the list tells more
        """Offer the models to adapt."""
        self.form.set_models(model_choices(self.shell.models.paths), self.shell.models.chosen)

    def pick(self, recording: Path, signal: SignalChoice) -> None:
        """Pick one recording to train on; a training that runs goes on, and is shown."""
        self.setup.pick(recording, signal)
        if self.training is None or not self.training.is_running:
            self._show_step(0)

    def follow_settings(self) -> None:
        """Write new models into the folder that was set."""
        self.form.set_usual_folder(self.shell.settings.models_folder)

    def take_files(self, paths: Sequence[Path]) -> list[Path]:
        """Add dropped recordings and folders to the sessions; return the other files."""
        found = recordings_in(paths)
        self.setup.add(found)
        return [path for path in paths if path not in found and not path.is_dir()]

    def update_figures(self, now_s: float) -> None:
        """Follow the child processes and the audits."""
        self.setup.poll()
        self.missing.poll()
        self.result.poll()
        if self.isVisible():
            self._ask_columns(self.setup.sessions.take_undecided())
        if self.training is not None and self.training.is_running:
            self._follow_training(self.training, now_s)
        if self.evaluation is not None and self.evaluation.is_running:
            self._follow_evaluation(self.evaluation, now_s)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        for part in (self.step_bar, self.setup.list, self.progress.curves, self.result):
            part.set_theme(theme)

    def shut_down(self) -> None:
        """End every process and thread of the page."""
        for job in (self.training, self.evaluation):
            if job is not None:
                job.shut_down()
        self.setup.sessions.shut_down()
        self.missing.shut_down()
        self.result.shut_down()

    def look_for_extra(self) -> None:
        """Show the page, or the card that installs what it needs."""
        if TRAIN.is_installed:
            self.whole.setCurrentIndex(0)
        else:
            self.missing.look()
            self.whole.setCurrentWidget(self.missing)

    def start(self) -> None:
        """Train on the sessions that are picked, or say why that cannot be done."""
        if self.setup.missing_words or self.is_busy:
            return
        self.shell.strip.hide()
        try:
            self.training = TrainingJob(self.setup.request)
        except EmgStreamError as error:
            self._tell(error)
            return
        self.evaluation = None
        self.progress.begin(
            tr("Training") if self.training.request.base is None else tr("Adapting")
        )
        self._show_step(1)

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 - Qt's name
        """Offer the recordings that are there now, as the page comes to the front."""
        super().showEvent(event)
        self.setup.look_for_recordings()

    def evaluate(self) -> None:
        """Evaluate the training that is done on held-out data."""
        if self.training is None or self.is_busy:
            return
        self.shell.strip.hide()
        try:
            self.evaluation = EvaluationJob(self.training.request)
        except EmgStreamError as error:
            self._tell(error)
            return
        self.result.show_evaluating(self.evaluation)

    def use(self) -> None:
        """Go live with the new model."""
        self._go_on_with_model(tr("Live"))

    def test(self) -> None:
        """Test the new model on a board."""
        self._go_on_with_model(tr("Test"))

    def _go_on_with_model(self, page: str) -> None:
        """Connect with the new model, and show a page."""
        if self.training is None:
            return
        out = self.training.request.out
        self.shell.use_model(out)
        if self.shell.models.chosen == out:
            if not self.shell.connection.live:
                self.shell.open_source(self.shell.source)
            self.shell.show_page(page)

    def _ask_columns(self, paths: Sequence[Path]) -> None:
        self.shell.ask_columns(paths, self.setup.audit_again)

    def _follow_training(self, job: TrainingJob, now_s: float) -> None:
        epochs = job.poll(now_s)
        if job.state is not JobState.CANCELLING:
            self.progress.show_epochs(epochs)
        if job.is_running:
            return
        if job.failure is not None:
            self._tell(job.failure)
        if job.state is JobState.CANCELLED:
            self.shell.strip.show_note(tr("the training was stopped before there was a model"))
        if job.result is None:
            self._show_step(0)
        else:
            self.result.show_outcome(training_outcome(job.result))
            self._show_step(2)

    def _follow_evaluation(self, job: EvaluationJob, now_s: float) -> None:
        job.poll(now_s)
        if job.is_running:
            self.result.show_evaluating(job)
            return
        if job.failure is not None:
            self._tell(job.failure)
        if job.table is None:
            self.result.show_invitation()
        else:
            self.result.show_evaluated(job, job.table)

    def _cancel_training(self) -> None:
        if self.training is not None:
            self.training.cancel(host_now())
            self.progress.show_cancelling()

    def _cancel_evaluation(self) -> None:
        if self.evaluation is not None:
            self.evaluation.cancel(host_now())
            self.result.show_evaluating(self.evaluation)

    def _tell(self, error: EmgStreamError) -> None:
        self.shell.strip.show_error(str(error))

    def _show_step(self, step: int) -> None:
        self.steps.setCurrentIndex(step)
        self.step_bar.show_step(step)

    def _make_parts(self, theme: Theme) -> None:
        self.step_bar = StepBar(theme, _STEPS, self)
        self.setup = TrainSetup(theme, lambda: recordings_folder(self.shell.settings), self)
        self.form = self.setup.form
        self.progress = TrainingProgressView(theme, self)
        self.result = TrainingResultView(theme, self)
        self.missing = MissingExtra(self)

    def _lay_out(self) -> None:
        self.steps = ViewStack(self)
        self.steps.addWidget(self.setup)
        self.steps.addWidget(self.progress)
        self.steps.add_scrolled(self.result)
        inside = QWidget(self)
        fill(inside, self.step_bar, self.steps, grows=self.steps)
        self.whole = ViewStack(self)
        self.whole.addWidget(inside)
        self.whole.add_scrolled(self.missing)
        fill(self, self.whole, grows=self.whole)

    def _connect_parts(self) -> None:
        self.setup.start_wanted.connect(self.start)
        self.setup.columns_wanted.connect(lambda path: self._ask_columns([path]))
        self.setup.failed.connect(self.shell.strip.show_error)
        self.progress.cancel_wanted.connect(self._cancel_training)
        self.result.use_wanted.connect(self.use)
        self.result.test_wanted.connect(self.test)
        self.result.evaluate_wanted.connect(self.evaluate)
        self.result.cancel_wanted.connect(self._cancel_evaluation)
        self.result.another_wanted.connect(lambda: self._show_step(0))
        self.missing.installed.connect(self.look_for_extra)
        self.missing.failed.connect(self.shell.strip.show_error)
        self.missing.again_button.clicked.connect(self.look_for_extra)
