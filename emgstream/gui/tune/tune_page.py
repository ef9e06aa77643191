"""The page Tune: the effect of settings of the decisions, while they are changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PyQt5.QtGui import QShowEvent
from PyQt5.QtWidgets import QFileDialog, QVBoxLayout

from emgstream.app.audited_recordings import recordings_in
from emgstream.app.live_session import LiveSession
from emgstream.app.open_requests import ReplayRequest
from emgstream.app.tuning_recording import (
    DEMO,
    AnalysedRecording,
    TuningRequest,
    recordings_to_try,
    session_to_tune,
)
from emgstream.app.tuning_session import TuningSession, TuningState
from emgstream.bundle import MODEL_SUFFIX
from emgstream.data import DEMO_MODEL
from emgstream.errors import (
    EmgStreamError,
    StreamMismatchError,
    TableError,
    UndecidedColumnsError,
    UsageError,
)
from emgstream.gui.card import card
from emgstream.gui.columns import Columns
from emgstream.gui.file_actions import RECORDING_FILTER, documents_folder
from emgstream.gui.painting import GRID
from emgstream.gui.palette import Theme
from emgstream.gui.scrolled import ScrolledPart
from emgstream.gui.shell import Shell
from emgstream.gui.tune.recording_head import RecordingHead
from emgstream.gui.tune.tuned_model_actions import TunedModelActions
from emgstream.gui.tune.tuning_controls import TuningControls
from emgstream.gui.tune.tuning_outcome import TuningOutcome
from emgstream.gui.window_page import WindowPage
from emgstream.translation import tr

__all__ = ["TunePage"]

_MODELS = tr("Models (*{suffix})", suffix=MODEL_SUFFIX)
_LEFT = 45 * GRID
_UNFIT = (TableError, StreamMismatchError)
_INVITE = tr(
    "Drop a recording with the model's channels and labels here, or choose one; best one "
    "that the model was not trained on."
)


class TunePage(WindowPage):
    """Tries settings on a recording that the model has analysed once."""

    title = tr("Tune")
    keys = (("clear", "Esc", tr("take away the message")),)

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.tuning = TuningSession()
        self._chosen: ReplayRequest | None = None
        self._material: TuningRequest | None = None
        self._is_stale = True
        self._make_parts(shell.theme)
        self._lay_out()
        self._connect_parts()

    @property
    def is_busy(self) -> bool:
        """True while a recording is being analysed."""
        return self.tuning.state is TuningState.ANALYSING

    def key_actions(self) -> Mapping[str, Callable[[], None]]:
        """Return the action of each key."""
        return {"clear": self.shell.strip.hide}

    def model_chosen(self, title: str | None) -> None:  # noqa: ARG002 - its path says more
        """Analyse again with the other model, once the page is shown."""
        self._is_stale = True
        if self.isVisible():
            self.open()

    def show_session(self, session: LiveSession) -> None:
        """Try settings on a recording that is played, where the page is shown."""
        if session.replay is not None and self.isVisible():
            self.open()

    def take_files(self, paths: Sequence[Path]) -> list[Path]:
        """Take the first recording that was dropped; return the other files."""
        found = [path for path in recordings_in(paths) if not path.is_dir()]
        if found:
            self.choose(found[0])
        return [path for path in paths if path not in found and not path.is_dir()]

    def choose(self, path: Path) -> None:
        """Try settings on another recording."""
        self._chosen = ReplayRequest(path)
        self.open()

    def open(self) -> None:
        """Have the recording analysed by the model, unless it has been."""
        model_path = self.shell.models.chosen
        if model_path is None:
            self._material = None
            self.tuning.open(None)
            self._show_ready()
            self.head.show_nothing(tr("no recording"))
            self.outcome.show_nothing(tr("Choose a model above, or train one on the page Train."))
            return
        material = TuningRequest(model_path, self._recordings(model_path))
        if material == self._material and not self._is_stale:
            return
        self._material, self._is_stale = material, False
        self.tuning.open(material)
        self.head.show_nothing(material.recordings[0].path.name)
        self.outcome.show_opening(material.recordings[0].path.name)
        self._show_ready()

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 - Qt's name
        """Open a recording, now that the page is shown."""
        super().showEvent(event)
        self.open()

    def update_picture(self, now_s: float, has_samples: bool) -> None:  # noqa: ARG002 - not of the stream
        """Show new results, and start the next computation."""
        had = self.tuning.opened
        if not self.tuning.poll():
            return
        opened = self.tuning.opened
        if opened is not None and opened is not had:
            self._begin(opened)
        if opened is not None and self.tuning.tried is not None:
            self.outcome.show_tried(opened, self.tuning.tried, self.tuning.swept)
        self._tell()

    def update_figures(self, now_s: float) -> None:  # noqa: ARG002 - not of the time
        """Show what the settings can be used for."""
        if self.isVisible():
            self._show_ready()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self.outcome.set_theme(theme)

    def shut_down(self) -> None:
        """Wait for the thread."""
        self.tuning.shut_down()

    def use(self) -> None:
        """Use the settings in the live session, from the next samples on."""
        session = self._session()
        if session is None:
            return
        try:
            session.tune(self.controls.settings)
        except UsageError as error:
            self.shell.strip.show_error(str(error))
        self._show_ready()

    def save(self, path: Path) -> None:
        """Write the model with the settings into a file."""
        path = path if path.suffix == MODEL_SUFFIX else path.with_name(path.name + MODEL_SUFFIX)
        self.shell.strip.hide()
        self.tuning.save(path, self.controls.settings)

    def reset(self) -> None:
        """Go back to the model's own settings."""
        if self.tuning.opened is not None:
            self.controls.begin(self.tuning.opened.settings)
            self._try_out()

    def _recordings(self, model_path: Path) -> tuple[ReplayRequest, ...]:
        if self._chosen is not None:
            return (self._chosen,)
        return recordings_to_try(
            self.shell.connection, self.shell.source, self._material, model_path
        )

    def _session(self) -> LiveSession | None:
        return session_to_tune(self.shell.connection, self.tuning.opened)

    def _begin(self, opened: AnalysedRecording) -> None:
        self.head.show_opened(opened)
        self.controls.begin(opened.settings)
        self._try_out()

    def _try_out(self) -> None:
        self.tuning.try_out(self.controls.settings)
        self._show_ready()

    def _tell(self) -> None:
        """Show a failure, or that a model was written."""
        tuning = self.tuning
        failure, tuning.failure = tuning.failure, None
        saved, tuning.saved = tuning.saved, None
        if failure is not None and tuning.opened is None:
            self._show_failure(failure)
        elif failure is not None:
            self.shell.strip.show_error(str(failure))
        if saved is not None:
            self.shell.strip.show_note(
                tr("{saved} decides so from now on; drop it here to use it", saved=saved)
            )
            in_use = self.shell.models.chosen
            if in_use is not None and saved.resolve() == in_use.resolve():
                self.shell.use_model(in_use)

    def _show_failure(self, failure: EmgStreamError) -> None:
        """Show why no recording is open; that the demo does not fit is no failure."""
        material = self._material
        is_demo = material is not None and material.recordings == (DEMO,)
        if is_demo and isinstance(failure, _UNFIT):
            self.head.show_nothing(tr("no recording"))
            self.outcome.show_nothing(_INVITE)
        else:
            self.outcome.show_nothing(f"{failure}\n\n{_INVITE}")
        if isinstance(failure, UndecidedColumnsError):
            self._ask_columns(failure.path)

    def _show_ready(self) -> None:
        """Show the settings in use, and enable what can be done."""
        opened, session = self.tuning.opened, self._session()
        self.controls.setEnabled(opened is not None)
        self.head.columns_button.setEnabled(self._material is not None)
        if opened is None:
            self.model_actions.show_nothing()
            return
        used = None if session is None else session.settings
        judged = self.shell.holds_decisions
        self.model_actions.show_ready(self.controls.settings, opened.settings, used, judged)

    def _show_columns(self) -> None:
        if self._material is not None:
            self._ask_columns(self._material.recordings[0].path)

    def _ask_columns(self, path: Path) -> None:
        """Ask for the columns of a recording, then analyse it again."""

        def open_settled(settled: Sequence[Path]) -> None:
            if settled:
                self._is_stale = True
                self.open()

        self.shell.ask_columns([path], open_settled)

    def _choose_recording(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, tr("Try on a recording"), "", RECORDING_FILTER)
        if name:
            self.choose(Path(name))

    def _choose_place(self) -> None:
        opened = self.tuning.opened
        if opened is None:
            return
        model_path = opened.material.model_path
        folder = documents_folder() if model_path == DEMO_MODEL else model_path.parent
        start = folder / f"{model_path.stem}_tuned{MODEL_SUFFIX}"
        name, _ = QFileDialog.getSaveFileName(self, tr("Save the model"), str(start), _MODELS)
        if name:
            self.save(Path(name))

    def _make_parts(self, theme: Theme) -> None:
        self.head = RecordingHead(self)
        self.controls = TuningControls(self)
        self.outcome = TuningOutcome(theme, self)
        self.model_actions = TunedModelActions(self)

    def _lay_out(self) -> None:
        left = card(self, self.head, self.controls)
        left.setMinimumWidth(_LEFT)
        cards = ScrolledPart(Columns(self, (left, 2), (card(self, self.outcome), 3)), self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID + GRID // 2)
        column.addWidget(cards, 1)
        column.addWidget(self.model_actions)

    def _connect_parts(self) -> None:
        self.head.choose_wanted.connect(self._choose_recording)
        self.head.columns_wanted.connect(self._show_columns)
        self.controls.changed.connect(self._try_out)
        self.model_actions.use_wanted.connect(self.use)
        self.model_actions.save_wanted.connect(self._choose_place)
        self.model_actions.reset_wanted.connect(self.reset)
        self._show_ready()
