"""The row at the top: the source, the model, the connect button and the connection's state."""

from __future__ import annotations

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtGui import QResizeEvent
from PyQt5.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from emgstream.app.connection_state import ConnectionState
from emgstream.app.list_choice import ListChoice
from emgstream.app.open_requests import SIMULATED, PortRequest, ReplayRequest, SourceRequest
from emgstream.gui.drop_down_list import DropDownList
from emgstream.gui.elided_label import ElidedLabel
from emgstream.gui.painting import GRID
from emgstream.gui.palette import Theme
from emgstream.gui.plain_label import PlainLabel
from emgstream.gui.status_light import StatusLight
from emgstream.sources.source import PortHolder
from emgstream.sources.source_registry import standing_sources
from emgstream.sources.source_status import SourceState
from emgstream.translation import tr

__all__ = ["SourceBar"]

_OPEN, _ADDRESS, _DETAILS = "open", "address", "details"
_WITH_CAPTIONS = 120 * GRID


class SourceBar(QWidget):
    """Source list, model list, connect button and the state in words."""

    connect_wanted = pyqtSignal()
    disconnect_wanted = pyqtSignal()
    port_wanted = pyqtSignal()
    open_file_wanted = pyqtSignal()
    address_wanted = pyqtSignal()
    open_model_wanted = pyqtSignal()
    model_details_wanted = pyqtSignal()
    model_chosen = pyqtSignal(str)
    source_chosen = pyqtSignal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._recording: ReplayRequest | None = None
        self._port: PortRequest | None = None
        self._ports: list[ListChoice] = []
        self._addresses: list[str] = []
        self._busy = False
        self._captions: list[QLabel] = []
        self.source_list = DropDownList(self)
        self.source_list.setMinimumWidth(12 * GRID)
        self.source_list.setAccessibleName(tr("Source"))
        self.source_list.setToolTip(
            tr("Where the samples come from. The list follows what is plugged in")
        )
        self.model_list = DropDownList(self)
        self.model_list.setMinimumWidth(12 * GRID)
        self.model_list.setAccessibleName(tr("Model"))
        self.model_list.setToolTip(
            tr(
                "What decides. Drop a .emgmodel file on the window to use it; without one "
                "signals are shown and recorded"
            )
        )
        self.connect_button = QPushButton(tr("Connect"), self)
        self.connect_button.setObjectName("primary")
        widest = self.fontMetrics().horizontalAdvance(tr("Disconnect"))
        self.connect_button.setMinimumWidth(widest + 3 * GRID)
        self.port_button = QPushButton(tr("Release"), self)
        self.port_button.setAccessibleName(tr("Release the port, or open it again"))
        self.port_button.setToolTip(
            tr(
                "Let another program use the port for a while, such as the Arduino IDE to upload a "
                "sketch. The time without the port is a gap"
            )
        )
        self.port_button.hide()
        self.light = StatusLight(theme, self)
        self.state_label = ElidedLabel(self)
        self.state_label.setMinimumWidth(
            self.fontMetrics().horizontalAdvance(tr("not connected")) + 2
        )
        self._lay_out()
        self._fill_sources(PortRequest(SIMULATED))
        self.set_models([], None)
        self.connect_button.clicked.connect(self._press)
        self.port_button.clicked.connect(self.port_wanted)
        self.source_list.activated.connect(self._source_activated)
        self.model_list.activated.connect(self._model_activated)

    @property
    def request(self) -> SourceRequest:
        """The source that is chosen."""
        value = str(self.source_list.currentData())
        if self._recording is not None and value == str(self._recording.path):
            return self._recording
        if self._port is not None and value == self._port.port:
            return self._port
        return PortRequest(value)

    @property
    def ports(self) -> list[ListChoice]:
        """The sources that were found."""
        return self._ports

    def set_addresses(self, addresses: list[str]) -> None:
        """Offer addresses that were used before, beneath what was found; the choice stays."""
        self._addresses = list(addresses)
        self._fill_sources(self.request)

    def choose(self, request: SourceRequest) -> None:
        """Choose a source, adding it to the list where it is missing."""
        if isinstance(request, ReplayRequest):
            self._recording = request
        else:
            self._port = request
            standing = (source.address for source in standing_sources())
            found = (port.value for port in self._ports)
            if request.port not in {*standing, *found, *self._addresses}:
                self._ports.append(ListChoice(request.port, request.port))
        self._fill_sources(request)

    def set_ports(self, ports: list[ListChoice]) -> None:
        """Offer these ports; the choice stays."""
        if ports != self._ports:
            request = self.request
            self._ports = list(ports)
            self.choose(request)

    def set_models(self, models: list[ListChoice], chosen: str | None) -> None:
        """Offer these models, with one of them chosen, or none."""
        self.model_list.clear()
        for model in models:
            self.model_list.addItem(model.title, model.value)
        self.model_list.addItem(tr("No model"), "")
        self.model_list.insertSeparator(self.model_list.count())
        self.model_list.addItem(tr("Open model…"), _OPEN)
        if chosen:
            self.model_list.addItem(tr("Details of this model…"), _DETAILS)
        self._last_model = max(self.model_list.findData(chosen or ""), 0)
        self.model_list.setCurrentIndex(self._last_model)

    def show_state(self, state: ConnectionState, live: bool) -> None:
        """Show the state of the connection, and what the button does."""
        shape, ink = {
            SourceState.STREAMING: ("disc", self._theme.good),
            SourceState.PAUSED: ("disc", self._theme.quiet),
            SourceState.CONNECTING: ("ring", self._theme.accent),
            SourceState.STALLED: ("triangle", self._theme.warning),
            SourceState.UNPLUGGED: ("triangle", self._theme.warning),
            SourceState.RELEASED: ("ring", self._theme.quiet),
            SourceState.FAILED: ("triangle", self._theme.error),
            SourceState.FINISHED: ("ring", self._theme.quiet),
        }[state.kind]
        self.light.show_sign(shape, ink)
        self.state_label.show_text(state.words)
        if live != self._busy:
            self._busy = live
            self.connect_button.setText(tr("Disconnect") if live else tr("Connect"))
            self.connect_button.setObjectName("" if live else "primary")
            self.connect_button.setStyleSheet("/**/")  # makes Qt look at the name again

    def show_port(self, port: PortHolder | None) -> None:
        """Offer to release a port, or to open it again; None for no port."""
        self.port_button.setVisible(port is not None)
        if port is not None:
            self.port_button.setText(tr("Resume") if port.is_released else tr("Release"))

    def set_locked(self, held: bool) -> None:
        """Lock the choice while something needs the connection as it is."""
        for part in (self.source_list, self.model_list, self.connect_button):
            part.setEnabled(not held)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Hide the captions where the state needs their room."""
        super().resizeEvent(event)
        for label in self._captions:
            label.setVisible(self.width() >= _WITH_CAPTIONS)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme

    def _fill_sources(self, chosen: SourceRequest) -> None:
        self.source_list.clear()
        for source in standing_sources():
            self.source_list.addItem(tr(source.title), source.address)
        for port in self._ports:
            self.source_list.addItem(port.title, port.value)
        found = [port.value for port in self._ports]
        for address in self._addresses:
            if address not in found:
                self.source_list.addItem(address, address)
        self.source_list.insertSeparator(self.source_list.count())
        if self._recording is not None:
            path = self._recording.path
            self.source_list.addItem(path.name, str(path))
        self.source_list.addItem(tr("Open recording…"), _OPEN)
        self.source_list.addItem(tr("Another source…"), _ADDRESS)
        value = chosen.port if isinstance(chosen, PortRequest) else str(chosen.path)
        self.source_list.setCurrentIndex(max(self.source_list.findData(value), 0))
        self._last_choice = self.source_list.currentIndex()

    def _source_activated(self, position: int) -> None:
        wanted = {_OPEN: self.open_file_wanted, _ADDRESS: self.address_wanted}.get(
            self.source_list.itemData(position)
        )
        if wanted is not None:
            self.source_list.setCurrentIndex(self._last_choice)
            wanted.emit()
        elif position != self._last_choice:
            self._last_choice = position
            self.source_chosen.emit()

    def _model_activated(self, position: int) -> None:
        value = str(self.model_list.itemData(position))
        if value == _OPEN:
            self.model_list.setCurrentIndex(self._last_model)
            self.open_model_wanted.emit()
        elif value == _DETAILS:
            self.model_list.setCurrentIndex(self._last_model)
            self.model_details_wanted.emit()
        else:
            self.model_chosen.emit(value)

    def _press(self) -> None:
        if self._busy:
            self.disconnect_wanted.emit()
        else:
            self.connect_wanted.emit()

    def _lay_out(self) -> None:
        # Else a tall page presses this row together, and it jumps where another comes to the front.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        for caption, field in ((tr("Source"), self.source_list), (tr("Model"), self.model_list)):
            label = PlainLabel(caption, self)
            label.setObjectName("quiet")
            self._captions.append(label)
            row.addWidget(label)
            row.addWidget(field)
        row.addWidget(self.connect_button)
        row.addWidget(self.port_button)
        row.addWidget(self.light)
        row.addWidget(self.state_label, 1)
