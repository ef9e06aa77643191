"""The window itself: its parts, where they stand, and what the user can do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PyQt5.QtCore import Qt, QTimer
from PyQt5.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PyQt5.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from emgstream.bundle import MODEL_SUFFIX
from emgstream.data import DEMO_MODEL
from emgstream.gui.actions import Actions
from emgstream.gui.connection import Connection
from emgstream.gui.message_strip import MessageStrip
from emgstream.gui.painting import GRID
from emgstream.gui.palette import Theme
from emgstream.gui.port_watcher import PortWatcher
from emgstream.gui.prediction_panel import PredictionPanel
from emgstream.gui.quality_panel import QualityPanel
from emgstream.gui.refresher import Refresher
from emgstream.gui.replay_bar import ReplayBar
from emgstream.gui.requests import AUTO, SIMULATED, PortRequest, ReplayRequest, SourceRequest
from emgstream.gui.session import Session
from emgstream.gui.settings import Settings
from emgstream.gui.shortcuts import HelpCard, install_shortcuts
from emgstream.gui.source_bar import SourceBar, model_choices
from emgstream.gui.status_bar import LatencyPopup, StatusBar
from emgstream.gui.style import apply_theme
from emgstream.gui.timeline import Timeline
from emgstream.gui.traces import View
from emgstream.gui.view_bar import ViewBar
from emgstream.gui.welcome import Welcome

__all__ = ["Window"]

_FRAME_MS = 16
_SLOW_MS = 250
_PORTS_MS = 1500
_PANEL = 40 * GRID


class Window(QWidget):
    """The live window. It owns the connection and ends it when it is closed."""

    def __init__(self, theme: Theme, settings: Settings) -> None:
        super().__init__()
        self.theme = theme
        self.settings = settings
        self.connection = Connection()
        self.model_path: Path | None = None
        self.setObjectName("window")
        self.setWindowTitle("emgstream")
        self.setAcceptDrops(True)
        self.setMinimumSize(1000, 650)
        self._make_parts(theme)
        self._lay_out()
        self._connect_parts()
        self._keys = Actions(self)
        install_shortcuts(self, self._keys.by_name())
        self.refresher = Refresher(self)
        self.timeline.drawn.connect(self.refresher.drawn)
        self._ports = PortWatcher()
        self._timers = [
            self._timer(_FRAME_MS, self.refresher.frame),
            self._timer(_SLOW_MS, self.refresher.slow),
            self._timer(_PORTS_MS, self._watch_ports),
        ]
        self._restore()
        self._leave_focus_to_tab()
        self.refresher.slow()

    def open_source(self, request: SourceRequest) -> None:
        """Connect to a source with the model that is chosen."""
        self.strip.hide()
        self.source_bar.choose(request)
        self.settings.keep_source(request)
        self.connection.open(request, self.model_path)

    def use_model(self, path: Path) -> None:
        """Decide with another model; what runs, or just failed, is connected again with it."""
        self.model_path = path
        self.settings.keep_model(path)
        self._offer_models()
        if self.connection.live or self.connection.failure is not None:
            self.open_source(self.source_bar.request)

    def begin_session(self, session: Session | None) -> None:
        """Make the parts ready for a session that has no samples yet."""
        self.timeline.show_session(None)
        if session is None:
            return
        manifest = session.model.manifest
        self.prediction.set_classes(manifest.class_names)
        self.quality.set_channels(manifest.channel_names)
        kind = "synthetic" if manifest.synthetic else "recorded"
        self.model_label.setText(f"Model trained on {kind} EMG")
        self.view_bar.set_session(session)
        self.show_view(View.RAW)
        self.replay_bar.set_replay(session.replay)
        self.pages.setCurrentWidget(self.stage)

    def show_session(self, session: Session) -> None:
        """Show a session whose first samples have come."""
        self.timeline.show_session(session)
        self.view_bar.title.say(session.title)

    def show_error(self, words: str) -> None:
        """Say what went wrong and what to do next."""
        self.strip.show_error(words, can_retry=not self.connection.live)
        if not self.connection.live and not self.timeline.shows_session:
            self.pages.setCurrentWidget(self.welcome)

    def set_theme(self, theme: Theme) -> None:
        """Show everything in other colours."""
        self.theme = theme
        application = QApplication.instance()
        if isinstance(application, QApplication):
            apply_theme(application, theme)
        for part in (self.timeline, self.prediction, self.quality, self.source_bar, self.strip):
            part.set_theme(theme)

    def save_picture(self, path: Path) -> bool:
        """Save a picture of the window as it is; tells whether that went well."""
        return bool(self.grab().save(str(path), "PNG"))

    def closeEvent(self, event: QCloseEvent | None) -> None:  # noqa: N802 - Qt's name
        """End every thread before the window goes."""
        self.shut_down()
        if event is not None:
            event.accept()

    def shut_down(self) -> None:
        """End the timers and the threads, and remember how things stood."""
        for timer in self._timers:
            timer.stop()
        self.settings.keep_geometry(self.saveGeometry())
        self.settings.keep_span(self.timeline.time.span_s)
        self._ports.stop()
        self.connection.shut_down()

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:  # noqa: N802 - Qt's name
        """Take files."""
        mime = event.mimeData() if event is not None else None
        if event is not None and mime is not None and mime.hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:  # noqa: N802 - Qt's name
        """Play a dropped recording, use a dropped model."""
        mime = event.mimeData() if event is not None else None
        if event is not None and mime is not None:
            event.acceptProposedAction()
            self.take_files([Path(url.toLocalFile()) for url in mime.urls()])

    def take_files(self, paths: list[Path]) -> None:
        """Use a model and play a recording from files that were dropped or chosen."""
        for path in paths:
            if path.suffix == MODEL_SUFFIX:
                self.use_model(path)
            elif path.name.lower().endswith((".csv", ".csv.gz", ".tsv", ".txt")):
                self.open_source(ReplayRequest(path))
            else:
                self.show_error(
                    f"{path.name or path} is neither a recording nor a model; expected a .csv, "
                    ".csv.gz or .emgmodel file; drop one of those"
                )

    def show_view(self, view: View) -> None:
        """Draw the signal in another form, where the model has it."""
        if view is View.CONDITIONED and not self.view_bar.buttons[view].isEnabled():
            return
        self.timeline.set_view(view)
        self.view_bar.show_view(view)

    def _make_parts(self, theme: Theme) -> None:
        self.source_bar = SourceBar(theme, self)
        self.strip = MessageStrip(theme, self)
        self.view_bar = ViewBar(self)
        self.timeline = Timeline(theme, self)
        self.replay_bar = ReplayBar(self)
        self.replay_bar.hide()
        self.prediction = PredictionPanel(theme, self)
        self.quality = QualityPanel(theme, self)
        self.model_label = QLabel(self)
        self.model_label.setObjectName("quiet")
        self.welcome = Welcome(self)
        self.status = StatusBar(self)
        self.latency_popup = LatencyPopup(self)
        self.help_card = HelpCard(self)

    def _lay_out(self) -> None:
        self.stage = QWidget(self)
        stage = QHBoxLayout(self.stage)
        stage.setContentsMargins(0, 0, 0, 0)
        stage.setSpacing(2 * GRID)
        stage.addWidget(self._card(self.view_bar, self.timeline, self.replay_bar), 5)
        panel = self._card(self.prediction, _caption("Signal quality"), self.quality)
        panel.setMinimumWidth(_PANEL)
        panel.setMaximumWidth(3 * _PANEL)
        panel_column = panel.layout()
        if panel_column is not None:
            panel_column.addWidget(self.model_label)
        stage.addWidget(panel, 2)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.welcome)
        self.pages.addWidget(self.stage)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, GRID)
        column.setSpacing(GRID + GRID // 2)
        column.addWidget(self.source_bar)
        column.addWidget(self.strip)
        column.addWidget(self.pages, 1)
        column.addWidget(self.status)

    def _card(self, *parts: QWidget) -> QFrame:
        card = QFrame(self)
        card.setObjectName("card")
        column = QVBoxLayout(card)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID + GRID // 2)
        for part in parts:
            stretches = part.sizePolicy().verticalPolicy() == QSizePolicy.Policy.Expanding
            column.addWidget(part, int(stretches))
        return card

    def _connect_parts(self) -> None:
        bar = self.source_bar
        bar.connect_wanted.connect(lambda: self.open_source(bar.request))
        bar.disconnect_wanted.connect(self.connection.close)
        bar.open_file_wanted.connect(lambda: self._keys.choose_recording())
        bar.open_model_wanted.connect(lambda: self._keys.choose_model())
        bar.source_chosen.connect(self._switch_source)
        bar.model_chosen.connect(lambda path: self.use_model(Path(path)))
        self.strip.retry_wanted.connect(lambda: self.open_source(bar.request))
        self.welcome.simulated_wanted.connect(lambda: self.open_source(PortRequest(SIMULATED)))
        self.welcome.board_wanted.connect(lambda: self.open_source(PortRequest(AUTO)))
        self.welcome.file_wanted.connect(lambda: self._keys.choose_recording())
        self.view_bar.view_chosen.connect(self.show_view)
        self.view_bar.span_chosen.connect(self.timeline.set_span)
        self.view_bar.live_wanted.connect(self.timeline.go_live)
        self.timeline.live_changed.connect(self.view_bar.show_live)
        self.timeline.span_changed.connect(self.view_bar.show_span)
        self.status.latency_wanted.connect(self._open_latency)
        self.status.help_wanted.connect(self.help_card.show)

    def _open_latency(self) -> None:
        """Open the latency card, filled, so that it does not grow once it is there."""
        self.refresher.show_latency()
        self.latency_popup.open_above(self.status.latency)

    def _switch_source(self) -> None:
        """Go over to the source that was chosen, where one is running already."""
        if self.connection.live:
            self.open_source(self.source_bar.request)
        else:
            self.strip.hide()  # what it says is of another source

    def _leave_focus_to_tab(self) -> None:
        """Let no click and no start give a part the keys: Space plays, unless Tab went somewhere.

        Lists keep what a click gives them: they are steered by the keys they then get.
        """
        for button in self.findChildren(QPushButton):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFocus()

    def _timer(self, every_ms: int, call: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(call)
        timer.start(every_ms)
        return timer

    def _restore(self) -> None:
        geometry = self.settings.geometry
        if geometry is None or not self.restoreGeometry(geometry):
            self.resize(1280, 800)
        self.timeline.set_span(self.settings.span_s)
        self.view_bar.show_live(True)
        self.source_bar.choose(self.settings.source)
        self._offer_models()

    def _offer_models(self) -> None:
        models = [path for path in self.settings.models if path != DEMO_MODEL]
        if DEMO_MODEL.exists():
            models.append(DEMO_MODEL)
        if self.model_path is not None and self.model_path not in models:
            models.insert(0, self.model_path)
        chosen = None if self.model_path is None else str(self.model_path)
        self.source_bar.set_models(model_choices(models, DEMO_MODEL), chosen)
        self.welcome.set_model(None if self.model_path is None else self._model_title())

    def _model_title(self) -> str:
        synthetic = " model, trained on synthetic EMG" if self.model_path == DEMO_MODEL else ""
        return self._model_name() + synthetic

    def _model_name(self) -> str:
        if self.model_path == DEMO_MODEL:
            return "demo"
        return "no model" if self.model_path is None else self.model_path.name

    def _watch_ports(self) -> None:
        ports = self._ports.poll()
        if ports is not None:
            self.source_bar.set_ports(ports)


def _caption(words: str) -> QLabel:
    label = QLabel(words)
    label.setObjectName("caption")
    return label
