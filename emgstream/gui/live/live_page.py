"""The page Live: the signals, the decision, and their quality; or three ways to begin."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PyQt5.QtWidgets import (
    QWIDGETSIZE_MAX,
    QPushButton,
    QVBoxLayout,
)

from emgstream.app.lane_choices import LaneChoices
from emgstream.app.live_recording import begin_live_recording, live_recording_words
from emgstream.app.live_session import LiveSession
from emgstream.app.next_step import NextStep, next_step
from emgstream.app.open_requests import AUTO, SIMULATED, PortRequest, ReplayRequest
from emgstream.app.recording_session import RecordingSession, RecordingStage
from emgstream.app.shown_decision import newest_decision, why_there_is_none
from emgstream.app.signal_spectrum import spectrum_figures
from emgstream.app.signal_views import SignalView
from emgstream.app.training_job import FOUND
from emgstream.errors import EmgStreamError
from emgstream.gui.board_setup.board_guide import BoardGuide
from emgstream.gui.card import caption, card
from emgstream.gui.columns import Columns
from emgstream.gui.file_actions import recordings_folder
from emgstream.gui.live.channel_panel import ChannelPanel
from emgstream.gui.live.no_model import NoModelPanel
from emgstream.gui.live.prediction_panel import PredictionPanel
from emgstream.gui.live.quality_panel import QualityPanel
from emgstream.gui.live.replay_bar import ReplayBar
from emgstream.gui.live.spectrum_canvas import SpectrumCanvas
from emgstream.gui.live.view_bar import SPANS_S, ViewBar
from emgstream.gui.live.welcome import Welcome
from emgstream.gui.painting import GRID
from emgstream.gui.palette import Theme
from emgstream.gui.plain_label import PlainLabel
from emgstream.gui.record.record_form import from_home
from emgstream.gui.shell import Shell
from emgstream.gui.timeline.timeline_canvas import TimelineCanvas
from emgstream.gui.view_stack import ViewStack
from emgstream.gui.window_page import WindowPage
from emgstream.quality import CalmVerdicts
from emgstream.sources.source_status import SourceState
from emgstream.translation import tr
from emgstream.wording import spoken

__all__ = ["LivePage"]

_PANEL = 40 * GRID
_PREDICTION_S = 0.06
"""Sixteen pictures of the decision per second, the most that eyes can follow."""
_QUALITY_S = 1.0
"""A verdict must stand long enough to be read."""
_SPECTRUM_S = 0.5
"""Two spectra per second: each is of eight seconds, so that more would look the same."""
_SEEK_S = 5.0
_PART_OF_VIEW = 0.1
"""Share of the view by which an arrow key moves it."""


class LivePage(WindowPage):
    """Shows the session that runs."""

    title = tr("Live")
    shows_signals = True
    widest = QWIDGETSIZE_MAX
    keys = (
        ("play", "Space", tr("play or pause a recording; hold a live picture")),
        ("loop", "Ctrl+L", tr("begin the recording again at its end, or not")),
        ("seek_back", "Ctrl+Left", tr("5 s back in the recording")),
        ("seek_on", "Ctrl+Right", tr("5 s on in the recording")),
        ("back", "Left", tr("look back")),
        ("forward", "Right", tr("look forward")),
        ("live", "End", tr("back to the newest sample")),
        ("zoom_in", "+", tr("fewer seconds")),
        ("zoom_out", "-", tr("more seconds")),
        ("raw", "1", tr("the signal as it came")),
        ("conditioned", "2", tr("the signal as it was conditioned")),
        ("steps", "3", tr("the signal as the network sees it")),
        ("spectrum", "4", tr("the spectrum of the signal")),
        ("clear", "Esc", tr("take away the mark or the message")),
    )

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._predicted_s = self._judged_s = 0.0
        self._verdicts = CalmVerdicts()
        self._next: NextStep | None = None
        self.recording: RecordingSession | None = None
        self._now_s = self._transformed_s = 0.0
        self._make_parts(shell.theme)
        self._lay_out()
        self._connect_parts()
        self.timeline.set_span(shell.settings.span_s)
        self.timeline.restore_choices(shell.settings.lane_choices)
        self.spectrum.set_choices(self.timeline.choices)
        self.view_bar.show_live(True)

    def key_actions(self) -> Mapping[str, Callable[[], None]]:
        """Return the action of each key."""
        timeline, replay = self.timeline, self.replay_bar
        return {
            "play": self._play_or_hold,
            "loop": replay.toggle_loop,
            "seek_back": lambda: replay.seek_by(-_SEEK_S),
            "seek_on": lambda: replay.seek_by(_SEEK_S),
            "back": lambda: timeline.look_back(-_PART_OF_VIEW),
            "forward": lambda: timeline.look_back(_PART_OF_VIEW),
            "live": timeline.go_live,
            "zoom_in": lambda: self._zoom(-1),
            "zoom_out": lambda: self._zoom(1),
            "raw": lambda: self.show_view(SignalView.RAW),
            "conditioned": lambda: self.show_view(SignalView.CONDITIONED),
            "steps": lambda: self.show_view(SignalView.STEPS),
            "spectrum": self.show_spectrum,
            "clear": self._clear,
        }

    def model_chosen(self, title: str | None) -> None:
        """Show which model will decide."""
        self.welcome.set_model(title)

    def begin_session(self, session: LiveSession | None) -> None:
        """Prepare for a session that has no samples yet."""
        self.timeline.show_session(None)
        self._judged_s = 0.0
        self._verdicts = CalmVerdicts()
        if session is None:
            return
        self.prediction.set_classes(session.class_names)
        self.quality.set_channels(session.info.channel_names)
        self.decided.setCurrentWidget(self.no_model if session.model is None else self.prediction)
        self.model_label.setText(_origin(session))
        self.model_label.setVisible(session.model is not None)
        self.view_bar.set_session(session)
        self.show_view(SignalView.RAW)
        self.replay_bar.set_replay(session.replay)
        self._show_next_step(session)
        if self.pages.currentWidget() is not self.board_guide:
            self.pages.setCurrentWidget(self.stage)

    def show_session(self, session: LiveSession) -> None:
        """Show a session that has received its first samples."""
        self.timeline.show_session(session)
        if self.quality.names != session.info.channel_names:  # of a board they are known only now
            self.quality.set_channels(session.info.channel_names)
        self.model_label.setText(_origin(session))
        self.view_bar.title.show_text(session.title)

    def connection_failed(self) -> None:
        """Offer the ways to begin where there is no session to look at."""
        self.welcome.set_last(self.shell.settings.last_source)
        if not self.timeline.shows_session and self.pages.currentWidget() is not self.board_guide:
            self.pages.setCurrentWidget(self.welcome)

    def show_board_setup(self) -> None:
        """Show the guide from the parts of a board to its first samples."""
        self.board_guide.begin()
        self.pages.setCurrentWidget(self.board_guide)

    def update_picture(self, now_s: float, has_samples: bool) -> None:
        """Draw new samples, and the newest decision."""
        self._now_s = now_s
        if has_samples or self.timeline.is_moving:
            self.timeline.update()
        if self.recording is not None:
            self._follow_recording(self.recording)
        session = self.shell.connection.session
        if session is not None and now_s - self._predicted_s >= _PREDICTION_S:
            self._predicted_s = now_s
            self._show_prediction(session)

    def update_figures(self, now_s: float) -> None:
        """Show the position of a replay and, once a second, the signal quality."""
        self.replay_bar.refresh()
        if self.pages.currentWidget() is self.board_guide:
            self.board_guide.update_figures(now_s)
        session = self.shell.connection.session
        if self.recording is not None:
            self.view_bar.show_recording(live_recording_words(self.recording, now_s))
        is_spectrum = self.signals.currentWidget() is self.spectrum
        if session is not None and is_spectrum and now_s - self._transformed_s >= _SPECTRUM_S:
            self._transformed_s = now_s
            self.spectrum.show_figures(spectrum_figures(session), session.info.channel_names)
        if session is not None and now_s - self._judged_s >= _QUALITY_S:
            self._judged_s = now_s
            verdicts = self._verdicts.update(session.quality())
            self.quality.show_verdicts(verdicts)
            self.timeline.set_quality(verdicts)

    def show_view(self, view: SignalView) -> None:
        """Draw the signal in another form, where the model has it."""
        if not self.view_bar.buttons[view].isEnabled():
            return
        self.timeline.set_view(view)
        self.signals.setCurrentWidget(self.timeline)
        self.view_bar.show_view(view)

    def show_spectrum(self) -> None:
        """Draw the spectrum in place of the signal."""
        self.signals.setCurrentWidget(self.spectrum)
        self.view_bar.show_spectrum()
        self._transformed_s = 0.0

    @property
    def holds_connection(self) -> bool:
        """True while what streams is recorded."""
        return self.recording is not None and self.recording.is_open

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        parts = self.timeline, self.spectrum, self.prediction, self.quality, self.board_guide
        for part in parts:
            part.set_theme(theme)

    def shut_down(self) -> None:
        """Save the seconds in view; end a recording, and the look for a board."""
        if self.recording is not None:
            self.recording.shut_down(self._now_s)
        self.board_guide.shut_down()
        self.shell.settings.keep_span(self.timeline.time.span_s)

    def _make_parts(self, theme: Theme) -> None:
        self.view_bar = ViewBar(self)
        self.timeline = TimelineCanvas(theme, self)
        self.spectrum = SpectrumCanvas(theme, self)
        self.signals = ViewStack(self)
        self.signals.setSizePolicy(self.timeline.sizePolicy())
        self.signals.addWidget(self.timeline)
        self.signals.addWidget(self.spectrum)
        self.channel_panel = ChannelPanel(self)
        self.replay_bar = ReplayBar(self)
        self.replay_bar.hide()
        self.prediction = PredictionPanel(theme, self)
        self.no_model = NoModelPanel(self)
        self.quality = QualityPanel(theme, self)
        self.model_label = PlainLabel(self)
        self.model_label.setObjectName("quiet")
        self.model_label.setWordWrap(True)
        self.next_button = QPushButton(self)
        self.next_button.setObjectName("primary")
        self.next_button.hide()
        self.welcome = Welcome(self)
        self.welcome.set_last(self.shell.settings.last_source)
        self.board_guide = BoardGuide(self.shell, self)

    def _lay_out(self) -> None:
        self.decided = ViewStack(self)
        self.decided.setSizePolicy(self.prediction.sizePolicy())
        self.decided.addWidget(self.prediction)
        self.decided.addWidget(self.no_model)
        panel = card(
            self,
            self.decided,
            caption(tr("Signal quality")),
            self.quality,
            self.model_label,
            self.next_button,
        )
        panel.setMinimumWidth(_PANEL)
        panel.setMaximumWidth(3 * _PANEL)
        signals = card(self, self.view_bar, self.signals, self.replay_bar)
        self.stage = Columns(self, (signals, 5), (panel, 2))
        self.pages = ViewStack(self)
        self.pages.add_scrolled(self.welcome)
        self.pages.addWidget(self.stage)
        self.pages.addWidget(self.board_guide)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pages)

    def _connect_parts(self) -> None:
        shell = self.shell
        self.welcome.last_wanted.connect(self._open_last)
        self.welcome.simulated_wanted.connect(lambda: shell.open_source(PortRequest(SIMULATED)))
        self.welcome.board_wanted.connect(lambda: shell.open_source(PortRequest(AUTO)))
        self.welcome.set_up_wanted.connect(self.show_board_setup)
        self.board_guide.leave_wanted.connect(self._leave_board_setup)
        self.next_button.clicked.connect(self._go_on)
        self.welcome.file_wanted.connect(shell.choose_recording)
        self.replay_bar.columns_wanted.connect(shell.show_columns)
        self.no_model.next_wanted.connect(self._go_on)
        self.no_model.open_wanted.connect(shell.choose_model)
        self.view_bar.view_chosen.connect(self.show_view)
        self.view_bar.span_chosen.connect(self.timeline.set_span)
        self.view_bar.spectrum_chosen.connect(self.show_spectrum)
        self.view_bar.live_wanted.connect(self.timeline.go_live)
        self.view_bar.hold_wanted.connect(self.timeline.hold)
        self.view_bar.record_wanted.connect(self._record_or_stop)
        self.view_bar.channels_wanted.connect(self._open_channels)
        self.channel_panel.changed.connect(self._choose_lanes)
        self.timeline.drawn.connect(self.drawn)
        self.timeline.live_changed.connect(self.view_bar.show_live)
        self.timeline.span_changed.connect(self.view_bar.show_span)

    def _show_prediction(self, session: LiveSession) -> None:
        """Show the newest decision; or the state of a stream that does not run."""
        state = self.shell.connection.state
        if state.kind in (SourceState.STREAMING, SourceState.PAUSED):
            self.prediction.show_prediction(newest_decision(session), why_there_is_none(session))
        else:
            self.prediction.show_prediction(None, state.words)

    def _record_or_stop(self) -> None:
        """Begin a recording of what streams, or end it."""
        session = self.shell.connection.session
        if self.recording is not None:
            self.recording.end(self._now_s)
        elif session is not None:
            self.shell.strip.hide()
            folder = recordings_folder(self.shell.settings)
            try:
                self.recording = begin_live_recording(session, folder, self._now_s)
            except EmgStreamError as error:
                self.shell.strip.show_error(str(error))

    def _follow_recording(self, recording: RecordingSession) -> None:
        """Advance a recording; tell where it is once it is in order."""
        recording.poll(self._now_s)
        if recording.stage is not RecordingStage.DONE:
            return
        self.recording = None
        self.view_bar.show_recording("")
        if recording.failure is not None:
            self.shell.strip.show_error(str(recording.failure))
        elif recording.recovered is not None:
            path = recording.recovered.path
            self.shell.strip.show_note(
                tr("recorded: {name} in {parent}", name=path.name, parent=from_home(path.parent))
            )
        else:
            self.shell.strip.show_note(tr("nothing was recorded: no sample came"))

    def _open_channels(self) -> None:
        session = self.shell.connection.session
        if session is not None:
            timeline = self.timeline
            names = session.info.channel_names
            self.channel_panel.show_choices(names, timeline.choices, timeline.spans)
            self.channel_panel.open_below(self.view_bar.channels_button)

    def _choose_lanes(self, choices: LaneChoices) -> None:
        whole = choices.beside(self.timeline.choices, tuple(self.channel_panel.rows))
        self.timeline.set_choices(whole)
        self.spectrum.set_choices(whole)
        self.shell.settings.keep_lane_choices(self.timeline.all_choices)

    def _open_last(self) -> None:
        source = self.shell.settings.last_source
        if source is not None:
            self.shell.open_source(source)

    def _leave_board_setup(self) -> None:
        is_open = self.shell.connection.session is not None
        self.pages.setCurrentWidget(self.stage if is_open else self.welcome)

    def _show_next_step(self, session: LiveSession) -> None:
        self._next = next_step(session, self.shell.models.chosen)
        has_panel = session.model is None  # it leads to the same step in words
        self.next_button.setVisible(self._next is not None and not has_panel)
        self.next_button.setText("" if self._next is None or has_panel else self._next.value)
        self.no_model.show_next(self._next)

    def _go_on(self) -> None:
        source = self.shell.source
        if self._next is NextStep.TRAIN and isinstance(source, ReplayRequest):
            self.shell.train_on(source.path, FOUND)
        elif self._next is NextStep.TEST:
            self.shell.show_page(tr("Test"))
        else:
            self.shell.show_page(tr("Record"))

    def _play_or_hold(self) -> None:
        if self.clicks_focused():
            return
        session = self.shell.connection.session
        if session is not None and session.replay is not None:
            self.replay_bar.toggle_play()
        elif self.timeline.time.live:
            self.timeline.hold()
        else:
            self.timeline.go_live()

    def _zoom(self, direction: int) -> None:
        span_s = self.timeline.time.span_s
        further = [one for one in SPANS_S if (one - span_s) * direction > 1e-9]
        if further:
            self.timeline.set_span(min(further) if direction > 0 else max(further))

    def _clear(self) -> None:
        if self.shell.strip.words:
            self.shell.strip.hide()
        else:
            self.timeline.clear_mark()


def _origin(session: LiveSession) -> str:
    """Return the data the model was trained on, and its channels where the stream has more."""
    manifest = session.manifest
    if manifest is None:
        return ""
    words = tr("Model trained on {trained_on}", trained_on=tr(manifest.trained_on))
    if session.info.n_channels > len(manifest.channel_names):
        words += tr(
            ", decides on {channels}", channels=", ".join(map(spoken, manifest.channel_names))
        )
    return words
