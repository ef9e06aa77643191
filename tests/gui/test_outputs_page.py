"""The page Outputs of the window."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot
from websockets.sync.client import connect

from emgstream.app.open_requests import PortRequest
from emgstream.app.output_switch import SwitchState
from emgstream.data import DEMO_MODEL
from emgstream.gui.outputs.output_row import OutputRow
from emgstream.gui.outputs.outputs_page import OutputsPage
from emgstream.gui.palette import DARK
from emgstream.gui.window import Window
from emgstream.outputs.output_registry import output_kinds
from tests.gui.conftest import OpenWindow
from tests.outputs.web_bench import free_port
from tests.simulation.boards import PATIENCE_S

WAIT_MS = int(PATIENCE_S * 1000)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        one.settimeout(PATIENCE_S)
        yield one


def row_of(window: Window, name: str) -> OutputRow:
    rows = window.page(OutputsPage).rows
    return next(row for row in rows if row.switch.kind.name == name)


def await_state(qtbot: QtBot, row: OutputRow, state: SwitchState) -> None:
    qtbot.waitUntil(lambda: row.switch.state is state, timeout=WAIT_MS)


@pytest.mark.parametrize("title", ["UDP", "Nachrichten an einen Vermittler (MQTT), wie üblich"])
def test_the_fields_of_all_rows_begin_at_the_same_place(
    open_window: OpenWindow, qtbot: QtBot, title: str
) -> None:
    window = open_window()
    window.show_page(OutputsPage.title)
    row_of(window, "udp").box.setText(title)
    for size in (1.0, 1.5):
        window.choose_text_size(size)
        window.page(OutputsPage).update_figures(0.0)
        qtbot.waitUntil(
            lambda: len({row.field.x() for row in window.page(OutputsPage).rows}) == 1,
            timeout=WAIT_MS,
        )
    window.choose_text_size(1.0)


def test_every_registered_output_has_a_row(open_window: OpenWindow) -> None:
    window = open_window()
    rows = window.page(OutputsPage).rows
    assert [row.switch.kind for row in rows] == list(output_kinds())
    assert [row.box.text() for row in rows[:2]] == ["JSON lines file", "UDP"]
    assert rows[1].help.text().endswith(".")
    assert row_of(window, "web").field.text() == "127.0.0.1:8765"
    assert {row.words.text() for row in rows} == {"off"}


@pytest.mark.realtime
def test_outputs_are_switched_while_it_runs_and_remembered(
    open_window: OpenWindow, qtbot: QtBot, listener: socket.socket
) -> None:
    window = open_window(source=PortRequest("simulated"), model=DEMO_MODEL)
    window.show_page("Outputs")
    udp, web, port = row_of(window, "udp"), row_of(window, "web"), free_port()
    udp.field.setText(f"127.0.0.1:{listener.getsockname()[1]}")
    udp.box.click()
    web.field.setText(str(port))
    web.box.click()
    await_state(qtbot, udp, SwitchState.ON)
    await_state(qtbot, web, SwitchState.ON)
    assert json.loads(listener.recv(65_536))["status"]
    with connect(f"ws://127.0.0.1:{port}/", proxy=None) as client:
        assert json.loads(client.recv(PATIENCE_S))["status"]
    qtbot.waitUntil(lambda: "passed on" in udp.words.text(), timeout=WAIT_MS)
    udp.box.click()
    await_state(qtbot, udp, SwitchState.OFF)
    assert window.connection.live
    window.set_theme(DARK)
    window.close()

    again = open_window()
    assert row_of(again, "web").box.isChecked()
    assert row_of(again, "web").field.text() == str(port)
    assert not row_of(again, "udp").box.isChecked()
    assert row_of(again, "udp").field.text() == udp.field.text()


@pytest.mark.realtime
def test_an_address_that_is_mended_works(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window(source=PortRequest("simulated"), model=DEMO_MODEL)
    row = row_of(window, "osc")
    row.field.setText("nowhere")
    row.box.click()
    await_state(qtbot, row, SwitchState.FAILED)
    assert row.words.text().startswith("'nowhere' is not an address")
    row.field.setText("127.0.0.1:9001")
    row.field.editingFinished.emit()
    await_state(qtbot, row, SwitchState.ON)
