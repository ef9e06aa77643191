"""The dialog for a source that is not in the list: an address, or a board of BrainFlow."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import (
    QCompleter,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from emgstream.app.list_choice import ListChoice
from emgstream.app.source_address import TypedAddress, check_address
from emgstream.gui.card import caption, row_name
from emgstream.gui.drop_down_list import DropDownList
from emgstream.gui.painting import GRID
from emgstream.gui.palette import Theme
from emgstream.gui.plain_label import PlainLabel
from emgstream.gui.status_light import StatusLight
from emgstream.sources.brainflow_boards import board_address, needs_of
from emgstream.sources.source_registry import known_sources
from emgstream.translation import tr

__all__ = ["SourceAddressDialog"]

_WIDTH = 72 * GRID
_BRAINFLOW = "brainflow://"
_NAMES = {
    "serial_port": tr("Serial port"),
    "mac_address": tr("Bluetooth address (MAC)"),
    "serial_number": tr("Serial number"),
    "ip_address": tr("IP address"),
    "ip_port": tr("IP port"),
    "file": tr("File"),
    "master_board": tr("Board that was recorded"),
}


class SourceAddressDialog(QDialog):
    """Checks an address as it is typed, and fills it in from the fields of a board.

    Parameters
    ----------
    theme
        The colours.
    found
        The sources that were found, for the ports of boards.
    parent
        The window.
    """

    request_made = pyqtSignal(object)
    """The `SourceRequest` that was made."""

    def __init__(self, theme: Theme, found: Sequence[ListChoice], parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._ports = [one.value for one in found if "://" not in one.value]
        self._typed = TypedAddress(None, "")
        self.setWindowTitle(tr("Another source"))
        self.field = QLineEdit(self)
        self.field.setPlaceholderText(tr("lsl://NAME   socket://HOST:PORT   path of a recording"))
        self.field.setAccessibleName(tr("Address of the source"))
        self.light = StatusLight(theme, self)
        self.words = PlainLabel(self)
        self.words.setWordWrap(True)
        self.words.setMinimumHeight(2 * self.words.fontMetrics().lineSpacing())
        self.boards = DropDownList(self)
        self.boards.setAccessibleName(tr("Board of BrainFlow"))
        self.needs = PlainLabel(self)
        self.needs.setObjectName("quiet")
        self.needs.setWordWrap(True)
        self.parameters: dict[str, QLineEdit] = {}
        self.connect_button = QPushButton(tr("Connect"), self)
        self.connect_button.setObjectName("primary")
        self.connect_button.setDefault(True)
        self.cancel_button = QPushButton(tr("Cancel"), self)
        self._fill_boards()
        self._lay_out()
        self.field.textChanged.connect(self._check)
        self.boards.activated.connect(self._show_board)
        self.connect_button.clicked.connect(self._accept_request)
        self.cancel_button.clicked.connect(self.reject)
        self._check()

    def choose_board(self, name: str) -> None:
        """Choose a board of BrainFlow by its name in an address."""
        self.boards.setCurrentIndex(self.boards.findData(name))
        self._show_board()

    def _fill_boards(self) -> None:
        self.boards.addItem(tr("none"), "")
        for board in known_sources():
            if board.address.startswith(_BRAINFLOW):
                name = board.address.removeprefix(_BRAINFLOW)
                self.boards.addItem(f"{name.replace('_', ' ')}   {_signals(board.title)}", name)

    def _show_board(self) -> None:
        """Show the fields that the chosen board needs."""
        while self._form.rowCount():
            self._form.removeRow(0)
        self.parameters = {}
        name = str(self.boards.currentData())
        self.needs.setText("")
        if name:
            needs = needs_of(name)
            self.needs.setText(needs.remark[:1].upper() + needs.remark[1:])
            for one in needs.parameters:
                field = self._parameter(one.key, one.condition or one.value)
                self.parameters[one.key] = field
                self._form.addRow(row_name(_NAMES.get(one.key, one.key)), field)
        self.needs.setVisible(bool(self.needs.text()))
        self._write_address()

    def _parameter(self, key: str, hint: str) -> QLineEdit:
        """Return the field of a parameter; the ports that are there are offered."""
        line = QLineEdit(self)
        line.setPlaceholderText(hint)
        if key == "serial_port" and self._ports:
            line.setText(self._ports[0])
            line.setCompleter(QCompleter(self._ports, line))
        line.textChanged.connect(self._write_address)
        return line

    def _write_address(self) -> None:
        name = str(self.boards.currentData())
        values = {key: line.text() for key, line in self.parameters.items()}
        self.field.setText(board_address(name, values) if name else "")

    def _check(self) -> None:
        self._typed = check_address(self.field.text())
        self.words.setText(self._typed.words[:1].upper() + self._typed.words[1:])
        opens = self._typed.request is not None
        ink = self._theme.good if opens else self._theme.quiet
        if self.field.text() and not opens:
            ink = self._theme.warning
        self.light.show_sign("disc" if opens else "triangle" if self.field.text() else "ring", ink)
        self.connect_button.setEnabled(opens)

    def _accept_request(self) -> None:
        if self._typed.request is not None:
            self.accept()
            self.request_made.emit(self._typed.request)

    def _lay_out(self) -> None:
        self.setMinimumWidth(_WIDTH)
        said = QHBoxLayout()
        said.setSpacing(GRID)
        said.addWidget(self.light)
        said.addWidget(self.words, 1)
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(2 * GRID)
        self._form.setVerticalSpacing(GRID)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.connect_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        column.setSpacing(GRID + GRID // 2)
        column.addWidget(caption(tr("Address")))
        column.addWidget(self.field)
        column.addLayout(said)
        if self.boards.count() > 1:
            column.addWidget(caption(tr("Or a board of BrainFlow")))
            column.addWidget(self.boards)
            column.addWidget(self.needs)
            column.addLayout(self._form)
        else:
            self.boards.hide()
        self.needs.hide()
        column.addStretch(1)
        column.addLayout(buttons)


def _signals(title: str) -> str:
    """Return the channels and the rate of a board, which its title holds as ``8 at 250 Hz``."""
    number, at, rate = title.partition(" at ")
    if not at:
        return tr(title)
    return tr("{number} channels at {rate}", number=number, rate=rate)
