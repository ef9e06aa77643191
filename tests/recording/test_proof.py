"""Whole sessions on a simulated board, held to what the board knows and the person truly did."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from emgstream.cue_schedule import REST, CueSchedule
from emgstream.engine import Engine
from emgstream.recording import (
    CueStarted,
    Event,
    GuidedProtocol,
    ProtocolPhase,
    Recorder,
    RepetitionOutcome,
    SessionDescription,
    Take,
    put_in_order,
    read_sidecar,
)
from emgstream.simulation.board import Instructions, Ledger, SimulatedBoard
from emgstream.sources.serial_board import SerialBoardSource
from emgstream.tables import EmgTable, read_table
from tests.simulation.virtual_board import VirtualBoard
from tests.stepped_clock import SteppedClock

if os.name == "nt":
    pytest.skip("a board on a pty", allow_module_level=True)

from tests.recording.killing import kill_once

SIX = ("elbow_bend", "elbow_extend", "wrist_left", "wrist_right", "hand_open", "hand_close")
TURN_S = 0.02


class Pupil:
    def __init__(self, instructions: Instructions) -> None:
        self.instructions = instructions

    def hear(self, event: Event) -> None:
        if isinstance(event, CueStarted):
            self.instructions.give_cue(event.label or REST, event.host_s)


class Cable:
    """Pulls a board's cable a second into its first hand_close, and puts it back a second later."""

    def __init__(self) -> None:
        self.pulled_s: float | None = None
        self.is_back = False

    def look(self, board: VirtualBoard, protocol: GuidedProtocol, now_s: float) -> None:
        view = protocol.view(now_s)
        if self.pulled_s is None and view.label == "hand_close" and view.elapsed_s >= 1.0:
            self.pulled_s = now_s
            board.unplug()
        elif self.pulled_s is not None and not self.is_back and now_s >= self.pulled_s + 1.0:
            self.is_back = True
            board.replug()


def perform(
    path: Path, script: CueSchedule, seed: int, faults: str = "", cable: Cable | None = None
) -> Ledger:
    """Record a session of a simulated person who follows it; return what the board knows."""
    clock = SteppedClock()
    instructions = Instructions(seed)
    board = VirtualBoard(clock, faults, seed=seed, session=seed, instructions=instructions)
    source = SerialBoardSource(board.port, clock=clock)
    engine = Engine(source, None, clock=clock)
    protocol = GuidedProtocol(script, 0.5)
    recorder = Recorder(path, SessionDescription(), source.status, clock=clock)
    with board.in_place(), recorder, engine, clock:
        take = Take(
            protocol,
            (recorder, Pupil(instructions)),
            engine.ring,
            lambda: source.status().is_streaming,
        )
        clock.await_sleepers()
        while not engine.ring.n_received:
            clock.advance(TURN_S)
        engine.attach(recorder)
        protocol.start(clock.now())
        latest_s = clock.now() + 3 * script.duration_s
        while protocol.phase is not ProtocolPhase.OVER:
            assert clock.now() < latest_s, protocol.view(clock.now())
            clock.advance(TURN_S)
            if cable is not None:
                cable.look(board, protocol, clock.now())
            take.poll(clock.now())
    return board.ledger()


def truth_of(table: EmgTable, ledger: Ledger) -> npt.NDArray[Any]:
    """Return what the person did at each row, found by the samples themselves."""
    assert table.segments is not None
    truth = np.empty(table.n_rows, dtype=object)
    for segment, run in zip(np.unique(table.segments), ledger.runs, strict=True):
        rows = np.flatnonzero(table.segments == segment)
        sent = ledger.true_samples(run.run, 0, run.n_instants)
        index = table.index[rows] - table.index[rows[0]]  # type: ignore[index]
        first = next(
            start
            for start in np.flatnonzero((sent == table.samples[rows[0]]).all(axis=1)).tolist()
            if start + index[-1] < len(sent)
            and np.array_equal(sent[start + index], table.samples[rows])
        )
        done = np.empty(run.n_instants, dtype=object)
        for movement in run.movements:
            done[movement.start : movement.end] = movement.label
        truth[rows] = done[first + index]
    return truth


def test_labels_agree_with_what_the_person_did_within_50_ms(tmp_path: Path) -> None:
    path = tmp_path / "arm.csv"
    script = CueSchedule.shuffled(SIX, repetitions=1, hold_s=1.5, rest_s=1.8, seed=5)
    ledger = perform(path, script, seed=2, faults="loss=0.005,corrupt=0.001,jitter=0.01")
    recovered = put_in_order(path)
    table = read_table(path)
    assert table.index is not None
    truth, labels = truth_of(table, ledger), table.label_names_by_row()
    assert table.index[-1] + 1 > table.n_rows  # some were lost, and kept their index
    held = [one for one in recovered.runs if one.run.label != REST]
    assert [one.run.label for one in held] == [c.label for c in script.cues if c.label != REST]
    for one in held:
        assert one.label_from is not None
        rows = np.arange(one.run.start, one.run.end)
        began = rows[truth[rows] == one.run.label][0]
        assert abs(table.index[one.label_from] - table.index[began]) <= 50, one
        assert 150 <= 1e3 * (table.index[began] - table.index[one.run.start]) / 1e3 <= 450
    # no sample says another movement than was done, but for those 50 ms
    named = (labels != "") & (labels != "transition")
    wrong = np.flatnonzero(named & (labels != truth))
    assert len(wrong) <= 50 * len(held)
    changes = table.index[np.flatnonzero(truth[1:] != truth[:-1]) + 1]
    assert all(np.abs(changes - table.index[row]).min() <= 50 for row in wrong)


def test_a_board_unplugged_in_a_movement_marks_it_and_it_is_asked_for_again(
    tmp_path: Path,
) -> None:
    path = tmp_path / "arm.csv"
    script = CueSchedule.of([(REST, 1.5), ("hand_close", 3), (REST, 1.5)])
    ledger = perform(path, script, seed=3, cable=Cable())
    recovered = put_in_order(path)
    movements = [one for one in recovered.runs if one.run.label == "hand_close"]
    assert movements[0].outcome is RepetitionOutcome.INTERRUPTED
    assert movements[0].label_from is None
    assert movements[-1].outcome is RepetitionOutcome.HELD
    assert movements[-1].label_from is not None
    table = read_table(path)
    assert table.segments is not None
    assert len(np.unique(table.segments)) == len(ledger.runs) == 2
    first = slice(movements[0].run.start, movements[0].run.end)
    assert set(table.label_names_by_row()[first]) == {""}
    truth_of(table, ledger)  # every sample is what the board sent, on both sides
    samples = read_sidecar(path)["samples"]
    assert samples["n_reconnects"] == 1
    assert samples["n_missed"] > 500


@pytest.mark.realtime
@pytest.mark.parametrize("number", range(4))
def test_a_recording_killed_at_any_moment_keeps_all_but_the_last_200_ms(
    tmp_path: Path, number: int
) -> None:
    after_s = random.Random(number).uniform(0.0, 2.0)
    with SimulatedBoard(seed=number) as board:
        killed = kill_once(board, tmp_path / "arm.csv", after_s)
    assert killed.n_kept > 0
    assert "was interrupted" in killed.found[0]
