"""The page to tune on: what any settings of the decisions come to, as they are moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PyQt5.QtGui import QShowEvent
from PyQt5.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout

from emgstream.app.audited_recordings import recordings_in
from emgstream.app.live_session import LiveSession
from emgstream.app.open_requests import ReplayRequest
from emgstream.app.tuning_recording import AnalysedRecording, TuningRequest
from emgstream.app.tuning_session import TuningSession
from emgstream.bundle import MODEL_SUFFIX
from emgstream.data import DEMO_MODEL, DEMO_RECORDING
from emgstream.errors import EmgStreamError, StreamMismatchError, TableError, UsageError
from emgstream.gui.card import card
from emgstream.gui.file_actions import RECORDING_FILTER
from emgstream.gui.painting import GRID
from emgstream.gui.palette import Theme
from emgstream.gui.record.record_form import documents_folder
from emgstream.gui.shell import Shell
from emgstream.gui.tune.controls import TuningControls
from emgstream.gui.tune.hand_on import TunedModelActions
from emgstream.gui.tune.recording_head import RecordingHead
from emgstream.gui.tune.tuning_outcome import TuningOutcome
from emgstream.gui.window_page import WindowPage

__all__ = ["TunePage"]

_MODELS = f"Models (*{MODEL_SUFFIX})"
_LEFT = 45 * GRID
_UNFIT = (TableError, StreamMismatchError)
_DEMO = ReplayRequest(DEMO_RECORDING)
_INVITE = (
    "Drop a recording with the model's channels and labels here, or choose one; best one "
    "that the model was not trained on."
)


class TunePage(WindowPage):
    """Tries settings on a recording the model has seen once, and hands them on."""

    title = "Tune"
    keys = (("clear", "Esc", "take away the message"),)

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.bench = TuningSession()
        self._chosen: ReplayRequest | None = None
        self._material: TuningRequest | None = None
        self._is_stale = True
        self._make_parts(shell.theme)
        self._lay_out()
        self._connect_parts()

    @property
    def works(self) -> bool:
        """Whether a recording is being seen."""
        return self.bench.busy and self.bench.opened is None

    def key_actions(self) -> Mapping[str, Callable[[], None]]:
        """Return what each key does."""
        return {"clear": self.shell.strip.hide}

    def model_chosen(self, title: str | None) -> None:  # noqa: ARG002 - its path says more
        """Take the other model, or the same one written anew, once the page is looked at."""
        self._is_stale = True
        if self.isVisible():
            self.open()

    def show_session(self, session: LiveSession) -> None:
        """Try settings on a recording that is played from now on, where the page is in front."""
        if session.replay is not None and self.isVisible():
            self.open()

    def take_files(self, paths: Sequence[Path]) -> list[Path]:
        """Take the first recording that was dropped; the window gets what is none."""
        found = [path for path in recordings_in(paths) if not path.is_dir()]
        if found:
            self.choose(found[0])
        return [path for path in paths if path not in found and not path.is_dir()]

    def choose(self, path: Path) -> None:
        """Try settings on another recording."""
        self._chosen = ReplayRequest(path)
        self.open()

    def open(self) -> None:
        """Let the model see the recording, unless it has."""
        model_path = self.shell.models.chosen
        if model_path is None:
            self._material = None
            self.bench.open(None)
            self._show_ready()
            self.head.show_nothing("no recording")
            self.outcome.show_nothing("Choose a model above, or train one on the page Train.")
            return
        material = TuningRequest(model_path, self._recordings())
        if material == self._material and not self._is_stale:
            return
        self._material, self._is_stale = material, False
        self.bench.open(material)
        self.head.show_nothing(material.recordings[0].path.name)
        self.outcome.show_opening(material.recordings[0].path.name)
        self._show_ready()

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 - Qt's name
        """Open what there is to tune on now that it is looked at."""
        super().showEvent(event)
        self.open()

    def frame(self, now_s: float, came: bool) -> None:  # noqa: ARG002 - not of the stream
        """Show what was done since, and have the next done."""
        had = self.bench.opened
        if not self.bench.poll():
            return
        opened = self.bench.opened
        if opened is not None and opened is not had:
            self._begin(opened)
        if opened is not None and self.bench.tried is not None:
            self.outcome.show_tried(opened, self.bench.tried, self.bench.swept)
        self._tell()

    def slow(self, now_s: float) -> None:  # noqa: ARG002 - not of the time
        """Say what the settings can be used for."""
        if self.isVisible():
            self._show_ready()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self.outcome.set_theme(theme)

    def shut_down(self) -> None:
        """Wait for the thread."""
        self.bench.shut_down()

    def use(self) -> None:
        """Let the session that runs decide so from the next samples on."""
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
        self.bench.save(path, self.controls.settings)

    def reset(self) -> None:
        """Go back to the model's own settings."""
        if self.bench.opened is not None:
            self.controls.begin(self.bench.opened.settings)
            self._try_out()

    def _recordings(self) -> tuple[ReplayRequest, ...]:
        """Return what to try settings on: what was chosen, else what is or was played, or the demo.

        Where a board takes the place of a recording, what was set on that can be used live.
        """
        if self._chosen is not None:
            return (self._chosen,)
        session, request = self.shell.connection.session, self.shell.source
        if session is None or session.replay is None or not isinstance(request, ReplayRequest):
            return (_DEMO,) if self._material is None else self._material.recordings
        played = ReplayRequest(request.path, request.sampling_rate_hz, channels=request.channels)
        return (_DEMO,) if request.path == DEMO_RECORDING else (played, _DEMO)

    def _session(self) -> LiveSession | None:
        """Return the session that decides by the very network on the bench, where one does."""
        session, opened = self.shell.connection.session, self.bench.opened
        if session is None or opened is None or not self.shell.connection.live:
            return None
        model = session.model
        return session if model and model.classifier == opened.model.classifier else None

    def _begin(self, opened: AnalysedRecording) -> None:
        self.head.show_opened(opened)
        self.controls.begin(opened.settings)
        self._try_out()

    def _try_out(self) -> None:
        self.bench.try_out(self.controls.settings)
        self._show_ready()

    def _tell(self) -> None:
        """Say what went wrong, or that a model was written."""
        bench = self.bench
        failure, bench.failure = bench.failure, None
        saved, bench.saved = bench.saved, None
        if failure is not None and bench.opened is None:
            self._show_failure(failure)
        elif failure is not None:
            self.shell.strip.show_error(str(failure))
        if saved is not None:
            self.shell.strip.show_note(f"{saved} decides so from now on; drop it here to use it")
            in_use = self.shell.models.chosen
            if in_use is not None and saved.resolve() == in_use.resolve():
                self.shell.use_model(in_use)

    def _show_failure(self, failure: EmgStreamError) -> None:
        """Say why nothing is open; that the shipped recording is of no use is nobody's mistake."""
        if self._recordings() == (_DEMO,) and isinstance(failure, _UNFIT):
            self.head.show_nothing("no recording")
            self.outcome.show_nothing(_INVITE)
        else:
            self.outcome.show_nothing(f"{failure}\n\n{_INVITE}")

    def _show_ready(self) -> None:
        """Say what the stream decides by, and let be done what can be."""
        opened, session = self.bench.opened, self._session()
        self.controls.setEnabled(opened is not None)
        if opened is None:
            self.hand_on.show_nothing()
            return
        used = None if session is None else session.settings
        judged = self.shell.holds_decisions
        self.hand_on.show_ready(self.controls.settings, opened.settings, used, judged)

    def _choose_recording(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Try on a recording", "", RECORDING_FILTER)
        if name:
            self.choose(Path(name))

    def _choose_place(self) -> None:
        opened = self.bench.opened
        if opened is None:
            return
        model_path = opened.material.model_path
        folder = documents_folder() if model_path == DEMO_MODEL else model_path.parent
        start = folder / f"{model_path.stem}_tuned{MODEL_SUFFIX}"
        name, _ = QFileDialog.getSaveFileName(self, "Save the model", str(start), _MODELS)
        if name:
            self.save(Path(name))

    def _make_parts(self, theme: Theme) -> None:
        self.head = RecordingHead(self)
        self.controls = TuningControls(self)
        self.outcome = TuningOutcome(theme, self)
        self.hand_on = TunedModelActions(self)

    def _lay_out(self) -> None:
        cards = QHBoxLayout()
        cards.setSpacing(2 * GRID)
        left = card(self, self.head, self.controls)
        left.setMinimumWidth(_LEFT)
        cards.addWidget(left, 2)
        cards.addWidget(card(self, self.outcome), 3)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID + GRID // 2)
        column.addLayout(cards, 1)
        column.addWidget(self.hand_on)

    def _connect_parts(self) -> None:
        self.head.choose_wanted.connect(self._choose_recording)
        self.controls.changed.connect(self._try_out)
        self.hand_on.use_wanted.connect(self.use)
        self.hand_on.save_wanted.connect(self._choose_place)
        self.hand_on.reset_wanted.connect(self.reset)
        self._show_ready()
