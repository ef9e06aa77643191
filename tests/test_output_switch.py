"""Outputs that are switched on and off while sessions come and go."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from emgstream.app.live_session import LiveSession
from emgstream.app.output_switch import OutputSwitch, SwitchState
from emgstream.bundle import Model
from emgstream.outputs.output_registry import output_kind
from emgstream.simulation import CueSchedule
from tests.outputs.web_bench import free_port
from tests.simulated_source import SimulatedSource
from tests.simulation.boards import PATIENCE_S, wait_for

ENDLESS = CueSchedule.parse("rest:20,hand_close:20", repeats=True)


@contextmanager
def running(model: Model | None) -> Iterator[LiveSession]:
    with LiveSession(SimulatedSource(ENDLESS, seed=4), model) as session:
        yield session


def settle(switch: OutputSwitch, session: LiveSession | None, state: SwitchState) -> None:
    """Poll until the switch is in a state."""

    def is_there() -> bool:
        switch.poll(session)
        return switch.state is state

    wait_for(is_there, lambda: switch.words)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        one.settimeout(PATIENCE_S)
        yield one


@pytest.mark.realtime
def test_it_passes_decisions_on_while_it_is_on_and_counts_them(
    demo_model: Model, listener: socket.socket
) -> None:
    switch = OutputSwitch(output_kind("udp"), "")
    with running(demo_model) as session:
        settle(switch, session, SwitchState.OFF)
        switch.switch(True, f"127.0.0.1:{listener.getsockname()[1]}")
        settle(switch, session, SwitchState.ON)
        assert json.loads(listener.recv(65_536))["label"]
        switch.switch(False, switch.text)
        settle(switch, session, SwitchState.OFF)
        (figures,) = session.output_figures()
        assert switch.words == f"off   {figures.n_written:,} passed on"
        assert figures.n_written > 0
        listener.settimeout(0.2)  # ten decisions would come in that time
        for _ in range(figures.n_written - 1):
            listener.recv(65_536)
        with pytest.raises(TimeoutError):
            listener.recv(65_536)


@pytest.mark.realtime
def test_it_follows_from_one_session_to_the_next_and_to_another_value(demo_model: Model) -> None:
    first, second = free_port(), free_port()
    switch = OutputSwitch(output_kind("web"), str(first), is_wanted=True)
    settle(switch, None, SwitchState.WAITING)
    with running(demo_model) as session:
        settle(switch, session, SwitchState.ON)
        assert f":{first}/" in switch.words
        switch.switch(True, str(second))
        settle(switch, session, SwitchState.CHANGING)
        settle(switch, session, SwitchState.ON)
        assert f":{second}/" in switch.words
        socket.create_server(("127.0.0.1", first)).close()  # the port is free again
    settle(switch, session, SwitchState.WAITING)
    with running(demo_model) as another:
        settle(switch, another, SwitchState.ON)
        switch.shut_down()
    socket.create_server(("127.0.0.1", second)).close()


@pytest.mark.realtime
@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("udp", "nowhere", "'nowhere' is not an address"),
        ("udp", "", "'' is not an address"),
        ("jsonl", "kept.csv", "kept.csv is there already"),
        ("jsonl", "-", "- is there already, or no file"),
    ],
)
def test_what_does_not_work_is_told_and_the_session_goes_on(
    name: str,
    text: str,
    told: str,
    demo_model: Model,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("kept.csv").write_text("a recording")
    switch = OutputSwitch(output_kind(name), text, is_wanted=True)
    with running(demo_model) as session:
        settle(switch, session, SwitchState.FAILED)
        assert told in switch.words
        assert Path("kept.csv").read_text() == "a recording"
        switch.switch(False, text)
        settle(switch, session, SwitchState.OFF)
        assert not session.ended


@pytest.mark.realtime
def test_without_a_model_there_are_no_decisions_to_pass_on() -> None:
    switch = OutputSwitch(output_kind("udp"), "127.0.0.1:9", is_wanted=True)
    with running(None) as session:
        settle(switch, session, SwitchState.FAILED)
    assert "without a model there are none" in switch.words
