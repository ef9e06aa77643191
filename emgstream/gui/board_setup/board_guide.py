"""The guide: one step at a time, its text at the left, its picture at the right."""

from __future__ import annotations

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from emgstream.app.board_setup import BoardSetup, SensorSignal, SetupStep
from emgstream.app.board_setup_words import LEADS, TITLES, step_lines
from emgstream.app.name_lists import listed
from emgstream.app.open_requests import SIMULATED, PortRequest
from emgstream.app.port_finding import PortFinding
from emgstream.data import DEMO_MODEL
from emgstream.errors import EmgStreamError
from emgstream.gui.board_setup.numbered_lines import NumberedLines
from emgstream.gui.board_setup.safety_picture import SafetyPicture
from emgstream.gui.board_setup.sensor_questions import SensorQuestions
from emgstream.gui.board_setup.sketch_saving import SketchSaving
from emgstream.gui.board_setup.wiring_picture import WiringPicture
from emgstream.gui.card import card, tall_part
from emgstream.gui.file_actions import documents_folder
from emgstream.gui.painting import GRID, font
from emgstream.gui.palette import Theme
from emgstream.gui.placement_picture import PlacementPicture
from emgstream.gui.plain_label import PlainLabel
from emgstream.gui.scrolled import scrolled
from emgstream.gui.shell import Shell
from emgstream.gui.status_light import StatusLight
from emgstream.gui.step_bar import StepBar
from emgstream.sources.source_status import SourceState
from emgstream.translation import tr

__all__ = ["BoardGuide"]

_STEPS = tuple(SetupStep)
_ON = {SetupStep.SAFETY: tr("I run on battery: go on"), SetupStep.CONNECT: tr("Connect")}
"""Words of the button that goes on, where they are not "Go on"."""


class BoardGuide(QWidget):
    """Leads through a `BoardSetup`; the port is found and connected at its last step."""

    leave_wanted = pyqtSignal()

    def __init__(self, shell: Shell, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shell = shell
        self._theme = shell.theme
        self.setup = BoardSetup()
        self._tried: str | None = None
        """The port that was connected to without being asked, so that it is done once."""
        self._make_parts(shell.theme)
        self._lay_out()
        self._connect_parts()
        self._show_step()

    def begin(self) -> None:
        """Show the first step; the answers of before stay."""
        self.setup.go_to(SetupStep.SENSOR)
        self._tried = None
        self._show_step()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        pictures = self.wiring, self.safety
        for part in (self.step_bar, *pictures, self.lines, self.sketch.lines):
            part.set_theme(theme)
        self._show_connection()

    def update_figures(self, now_s: float) -> None:
        """Look for the port at the last step, and connect to it once."""
        self.setup.poll(now_s)
        if not self.setup.is_last:
            return
        request = self.setup.request
        if request is not None and self._tried != request.port and not self._shell.connection.live:
            self._tried = request.port
            self._connect()
        self._show_connection()

    def shut_down(self) -> None:
        """End the look for the port."""
        self.setup.shut_down()

    @property
    def is_streaming(self) -> bool:
        """True while the connected board streams."""
        session = self._shell.connection.session
        state = self._shell.connection.state.kind
        is_board = session is not None and session.is_live and session.traces is not None
        return is_board and state is SourceState.STREAMING

    def _press_on(self) -> None:
        if self.setup.step is SetupStep.SKETCH and self.setup.sketch is None:
            self._save()
        elif not self.setup.is_last:
            self.setup.go_on()
            self._show_step()
        elif self.is_streaming:
            source = self._shell.source
            is_simulated = isinstance(source, PortRequest) and source.port == SIMULATED
            signal = SensorSignal.RAW if is_simulated else self.setup.signal
            self._shell.settings.keep_signal(signal.value)
            self._shell.show_page(tr("Record"))
            self.leave_wanted.emit()
        else:
            self._connect()

    def _connect(self) -> None:
        request = self.setup.request
        if request is None:
            return
        if self._shell.models.chosen == DEMO_MODEL:  # it knows nothing of a real arm
            self._shell.use_model(None)
        self._shell.open_source(request)

    def _press_back(self) -> None:
        if self.setup.is_first:
            self.leave_wanted.emit()
        else:
            self.setup.go_back()
            self._show_step()

    def _skip(self) -> None:
        if self.setup.is_last:
            if self.setup.n_sensors == 1:  # the demo model decides on three channels
                self._shell.use_model(None)
            self._shell.open_source(self.setup.simulated)
        else:
            self.setup.go_on()
            self._show_step()

    def _save(self) -> None:
        try:
            self.setup.save(documents_folder())
        except EmgStreamError as error:
            self._shell.strip.show_error(str(error))
        self._show_step()

    def _choose_sensors(self, n_sensors: int, signal: SensorSignal) -> None:
        self.setup.choose_sensors(n_sensors, signal)
        self._show_sensors()

    def _show_sensors(self) -> None:
        names = self.setup.channel_names
        self.wiring.show_sensors(names, self.setup.signal)
        self.arm.show_sites(self.setup.electrode_sites)
        self.sketch.show_saved(self.setup.sketch)

    def _show_step(self) -> None:
        step = self.setup.step
        self.step_bar.show_step(_STEPS.index(step))
        self.title.setText(TITLES[step])
        self.lead.setText(LEADS[step])
        lines = step_lines(self.setup)
        self.lines.show_lines(lines, numbered=step is SetupStep.WIRING)
        parts: dict[SetupStep, QWidget] = {
            SetupStep.SENSOR: self.questions,
            SetupStep.SKETCH: self.sketch,
            SetupStep.CONNECT: self.found,
        }
        self.left.setCurrentWidget(self._places[parts.get(step, self.lines)])
        self.right.setCurrentWidget(
            {
                SetupStep.SAFETY: self.safety,
                SetupStep.ELECTRODES: self.arm,
                SetupStep.CONNECT: self.arm,
            }.get(step, self.wiring)
        )
        saves = step is SetupStep.SKETCH and self.setup.sketch is None
        self.on_button.setText(tr("Save the sketch") if saves else _ON.get(step, tr("Go on")))
        self.on_button.setEnabled(True)
        self.skip_button.setText(
            tr("Use the simulated board")
            if self.setup.is_last
            else tr("It has a sketch: skip this")
        )
        self.skip_button.setVisible(step in (SetupStep.SKETCH, SetupStep.CONNECT))
        self.back_button.setText(tr("Leave") if self.setup.is_first else tr("Back"))
        self._show_sensors()
        if self.setup.is_last:
            self._show_connection()

    def _show_connection(self) -> None:
        """Show at the last step what is known of the port, then of the stream."""
        if not self.setup.is_last:
            return
        theme, connection = self._theme, self._shell.connection
        if self.is_streaming and connection.session is not None:
            info = connection.session.info
            self.light.show_sign("disc", theme.good)
            rate = (
                tr(" at {sampling_rate_hz:.0f} Hz", sampling_rate_hz=info.sampling_rate_hz)
                if info.sampling_rate_hz
                else ""
            )
            self.found_label.setText(
                tr(
                    "It streams: {channels}{rate}. Record a few movements next, "
                    "for a model of your own.",
                    channels=listed(info.channel_names),
                    rate=rate,
                )
            )
            words = (
                tr("Record fist and rest") if info.n_channels == 1 else tr("Record your movements")
            )
            self.on_button.setText(words)
            self.on_button.setEnabled(True)
            self.skip_button.hide()
            return
        look = self.setup.look
        if connection.live:
            self.light.show_sign("ring", theme.accent)
            self.found_label.setText(tr("{words} Connecting …", words=look.words))
        else:
            is_calm = look.finding in (
                PortFinding.LOOKING,
                PortFinding.FOUND,
                PortFinding.SEVERAL,
                PortFinding.NONE,
            )
            self.light.show_sign(
                "ring" if is_calm else "triangle", theme.accent if is_calm else theme.warning
            )
            self.found_label.setText(look.words)
        self.on_button.setText(tr("Connect"))
        self.on_button.setEnabled(self.setup.request is not None and not connection.live)
        self.skip_button.show()

    def _make_parts(self, theme: Theme) -> None:
        self.step_bar = StepBar(theme, tuple(step.value for step in _STEPS), self)
        self.title = PlainLabel(self)
        self.title.setFont(font(self.font(), 1.6, bold=True))
        self.title.setWordWrap(True)
        self.lead = PlainLabel(self)
        self.lead.setObjectName("quiet")
        self.lead.setWordWrap(True)
        self.lead.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.questions = SensorQuestions(self)
        self.lines = NumberedLines(theme, self)
        self.sketch = SketchSaving(theme, self)
        self.light = StatusLight(theme, self)
        self.found_label = PlainLabel(self)
        self.found_label.setWordWrap(True)
        self.found_label.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.found = QWidget(self)
        self.wiring = WiringPicture(theme, self)
        self.safety = SafetyPicture(theme, self)
        self.arm = PlacementPicture(self)
        policy = QSizePolicy.Policy.Expanding
        self.arm.setSizePolicy(policy, policy)
        self.on_button = QPushButton(self)
        self.on_button.setObjectName("primary")
        self.on_button.setMinimumWidth(15 * GRID)
        self.skip_button = QPushButton(self)
        self.back_button = QPushButton(self)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self.found)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID + GRID // 2)
        row.addWidget(self.light, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.found_label, 1)
        self.left = QStackedWidget(self)
        self._places = {
            part: scrolled(self, part)
            for part in (self.questions, self.lines, self.sketch, self.found)
        }
        for place in self._places.values():
            self.left.addWidget(place)
        self.right = QStackedWidget(self)
        for picture in (self.wiring, self.safety, self.arm):
            self.right.addWidget(picture)
        side, column = tall_part(self)
        column.addWidget(self.title)
        column.addWidget(self.lead)
        column.addSpacing(GRID)
        column.addWidget(self.left, 1)
        cards = QHBoxLayout()
        cards.setSpacing(2 * GRID)
        cards.addWidget(card(self, side), 1)
        cards.addWidget(card(self, self.right), 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        for button in (self.on_button, self.skip_button, self.back_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(GRID + GRID // 2)
        whole.addWidget(self.step_bar)
        whole.addLayout(cards, 1)
        whole.addLayout(buttons)

    def _connect_parts(self) -> None:
        self.questions.answered.connect(self._choose_sensors)
        self.on_button.clicked.connect(self._press_on)
        self.skip_button.clicked.connect(self._skip)
        self.back_button.clicked.connect(self._press_back)
