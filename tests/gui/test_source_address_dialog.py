"""The dialog for a source that is not in the list, and the list that remembers it."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from emgstream.app.list_choice import ListChoice
from emgstream.app.open_requests import PortRequest
from emgstream.gui.palette import LIGHT
from emgstream.gui.source_address_dialog import SourceAddressDialog
from emgstream.gui.window import Window
from tests.gui.conftest import OpenWindow

WAIT_MS = 30_000


def listed(window: Window) -> list[str]:
    rows = window.source_bar.source_list
    return [str(rows.itemData(row)) for row in range(rows.count())]


def ask(window: Window) -> SourceAddressDialog:
    rows = window.source_bar.source_list
    place = rows.findText("Another source…")
    rows.setCurrentIndex(place)
    rows.activated.emit(place)
    assert rows.currentIndex() != place  # the entry is a button, not a source
    return window.address_dialog


@pytest.mark.realtime
def test_an_address_is_checked_as_it_is_typed_and_remembered(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    dialog = ask(window)
    assert not dialog.connect_button.isEnabled()
    dialog.field.setText("soket://127.0.0.1:9")
    assert dialog.words.text() == "There are no addresses soket:// (did you mean socket://?)"
    assert not dialog.connect_button.isEnabled()
    dialog.field.setText("socket://127.0.0.1:9")
    assert dialog.words.text() == "A board behind the network address 127.0.0.1:9"
    dialog.connect_button.click()
    assert window.source == PortRequest("socket://127.0.0.1:9")
    window.open_source(PortRequest("simulated"))
    qtbot.waitUntil(lambda: window.connection.session is not None, timeout=WAIT_MS)
    window.source_bar.set_ports([ListChoice("Arduino", "/dev/ttyACM0")])
    places = [listed(window).index(one) for one in ("/dev/ttyACM0", "socket://127.0.0.1:9")]
    assert places == sorted(places)
    window.close()
    again = open_window()
    assert "socket://127.0.0.1:9" in listed(again)


def test_a_board_of_brainflow_is_asked_for_what_it_needs(qtbot: QtBot) -> None:
    pytest.importorskip("brainflow", reason="needs the extra brainflow")
    from PyQt5.QtWidgets import QWidget

    window = QWidget()
    qtbot.addWidget(window)
    dialog = SourceAddressDialog(LIGHT, [ListChoice("Arduino", "/dev/ttyACM0")], window)
    dialog.choose_board("GANGLION")
    assert list(dialog.parameters) == ["serial_port", "mac_address"]
    assert dialog.field.text() == "brainflow://GANGLION?serial_port=/dev/ttyACM0"
    assert dialog.connect_button.isEnabled()
    dialog.parameters["mac_address"].setText("12:34:56:78:9A:BC")
    assert dialog.field.text().endswith("&mac_address=12:34:56:78:9A:BC")
    dialog.choose_board("CYTON_WIFI")
    assert not dialog.connect_button.isEnabled()
    assert dialog.words.text().startswith("CYTON_WIFI needs ip_port=FREE PORT")
    dialog.parameters["ip_port"].setText("6789")
    with qtbot.waitSignal(dialog.request_made, timeout=WAIT_MS) as made:
        dialog.connect_button.click()
    assert made.args == [PortRequest("brainflow://CYTON_WIFI?ip_port=6789")]
    dialog.choose_board("SYNTHETIC")
    assert dialog.parameters == {}
    assert dialog.connect_button.isEnabled()
