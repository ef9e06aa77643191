"""The few lines of Python that give decisions, on the simulated board and on a recording."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

import emgstream
from emgstream.bundle import Model
from emgstream.decisions import ARGMAX
from emgstream.errors import (
    ModelFileError,
    SourceDisconnectedError,
    SourceNotFoundError,
    TableError,
    UsageError,
)
from emgstream.outputs.jsonl import JsonLinesOutput
from emgstream.outputs.lines import LineWriter
from emgstream.pipeline import Pipeline
from emgstream.simulation import CueSchedule, record_session
from emgstream.simulation.board import SimulatedBoard
from emgstream.streaming import TimedDecision
from emgstream.tables import read_table
from emgstream.types import Chunk
from tests.decisions.guarded import guarded
from tests.simulation.boards import wait_for


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "take.csv"
    record_session(path, CueSchedule.parse("rest:1,hand_close:1.5,elbow_bend:1.5"), seed=9)
    return path


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("emg-")]


@pytest.mark.realtime
def test_a_board_gives_decisions_in_order_with_their_time_and_delay(demo_model: Model) -> None:
    came: list[TimedDecision] = []
    with emgstream.live("simulated", demo_model) as stream:
        for decision in stream:
            came.append(decision)
            if len(came) == 20:
                break
        assert stream.status is not None
        assert stream.status.is_synthetic
    indices = [decision.index for decision in came]
    assert indices == sorted(set(indices))
    for decision in came:
        assert decision.time_s == pytest.approx(decision.index / 1000.0, abs=0.05)
        assert decision.delay_ms["window_span"] == 200.0
        assert decision.delay_ms["output"] is not None
    assert threads() == []


@pytest.mark.realtime
def test_a_slow_loop_gets_the_newest_and_the_rest_is_counted(demo_model: Model) -> None:
    with emgstream.live("simulated", demo_model, backlog=1) as stream:
        decisions = iter(stream)
        first = next(decisions)
        wait_for(lambda: stream.n_dropped >= 5, lambda: stream.n_dropped)
        n_dropped = stream.n_dropped
        second = next(decisions)
    n_between = (second.index - first.index) // 20 - 1
    assert n_between >= n_dropped


@pytest.mark.usefixtures("each_backend")
def test_a_recording_waits_for_a_slow_loop_and_is_one_pass_over_the_file(
    recording: Path, demo_model: Model
) -> None:
    whole = Pipeline(demo_model).push(Chunk(0, read_table(recording).samples))
    with emgstream.replay(recording, demo_model, speed=None) as stream:
        came = list(stream)
        assert stream.n_dropped == 0
        assert stream.status is None
    assert [decision.index for decision in came] == whole.indices.tolist()
    assert [decision.label for decision in came] == [decision.label for decision in whole]


def test_leaving_in_the_middle_ends_a_replay_that_waits(recording: Path) -> None:
    with emgstream.replay(recording, speed=None, loop=True) as stream:
        next(iter(stream))
        wait_for(lambda: stream.session.ring.n_received > 20_000, stream.session.output_figures)
    assert threads() == []


def test_outputs_take_the_decisions_beside_the_loop(recording: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    with (
        LineWriter(str(out)) as lines,
        emgstream.replay(recording, speed=None, outputs=[JsonLinesOutput(lines)]) as stream,
    ):
        n_decisions = len(list(stream))
        (figures,) = stream.session.output_figures()
    assert figures.n_written == n_decisions == len(out.read_text().splitlines())


@pytest.mark.realtime
@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")
def test_the_loop_is_told_what_ended_the_stream(demo_model: Model) -> None:
    with SimulatedBoard() as board:

        def stream_until_unplugged() -> None:
            with emgstream.live(board.port, demo_model, reconnect=False) as stream:
                for number, _ in enumerate(stream):
                    if number == 3:
                        board.unplug()

        with pytest.raises(SourceDisconnectedError, match="expected the board to stay"):
            stream_until_unplugged()
    assert threads() == []


def test_a_port_that_is_not_there_is_told_by_the_loop() -> None:
    def stream_from_nowhere() -> None:
        with emgstream.live("/dev/ttyNONE") as stream:
            list(stream)

    with pytest.raises(SourceNotFoundError, match="no port /dev/ttyNONE"):
        stream_from_nowhere()


def test_what_cannot_be_is_told_on_entering(recording: Path) -> None:
    with pytest.raises(ModelFileError, match="no such file"):
        emgstream.live("simulated", "none.emgmodel").__enter__()
    with pytest.raises(TableError, match=r"none\.csv"):
        emgstream.replay("none.csv").__enter__()
    with pytest.raises(UsageError, match="the model expects 3"):
        emgstream.replay(recording, channels=("biceps",)).__enter__()


def test_no_module_stands_in_the_way_of_the_names() -> None:
    program = (
        "import emgstream.cli.live_verb, emgstream.cli.replay_verb\n"
        "import emgstream.sources.replay_source\n"
        "from emgstream import live, replay\n"
        "print(live.__module__, live.__name__, replay.__module__, replay.__name__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == ["emgstream.streaming", "live", "emgstream.streaming", "replay"]


def test_settings_change_the_decisions_from_there_on(demo_model: Model) -> None:
    plain = guarded(demo_model, ARGMAX)
    with emgstream.replay("demo", plain, speed=None) as stream:
        assert stream.settings == ARGMAX
        unsure = replace(stream.settings, threshold=1.0)
        stream.tune(unsure)
        assert stream.settings == unsure
        came = list(stream)
    moving = [one for one in came if one.label != "rest" and one.confidence < 1.0]
    statuses = [decision.status for decision in moving]
    assert statuses == sorted(statuses), "ok, and from some decision on rejected"
    assert statuses[-1] == "rejected"
