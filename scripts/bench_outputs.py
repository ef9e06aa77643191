"""Decision times with and without consumers that stand still, in turns of one run.

The board is simulated, on a pty, at 1 kHz. The consumers: a pipe nobody reads, a UDP port nobody
listens at, an LSL outlet without a reader (where pylsl is installed), and an output that hangs.
"""

from __future__ import annotations

import argparse
import os
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from unittest.mock import patch

import numpy as np
from bench_live import since_written_s
from bench_rows import Row, table

from emgstream.bundle import Model, read_model
from emgstream.data import DEMO_MODEL
from emgstream.engine import Engine
from emgstream.opening import model_options
from emgstream.outputs.address import Address
from emgstream.outputs.jsonl import JsonLinesOutput
from emgstream.outputs.lines import LineWriter
from emgstream.outputs.output import Output, Update
from emgstream.outputs.samples import AnyOutput
from emgstream.outputs.udp import UdpOutput
from emgstream.simulation.board import SimulatedBoard
from emgstream.sources.serial_board import open_board
from emgstream.types import TimeArray

ROUNDS, ROUND_S = 16, 5.0
SETTLED = 1000  # samples
NOBODY = Address("127.0.0.1", 9)


def measure(rounds: int = ROUNDS) -> Iterator[Row]:
    """Time decisions without outputs and with stuck ones, in turns."""
    model = read_model(DEMO_MODEL)
    turns: dict[bool, list[_Turn]] = {True: [], False: []}
    for number in range(rounds):
        for is_stuck in (True, False) if number % 2 else (False, True):
            with _outputs(is_stuck) as outputs:
                turns[is_stuck].append(_turn(model, outputs))
    stuck, free = turns[True], turns[False]
    what = "board's write to decision at 1 kHz"
    yield from _compared(what, [of.latencies_s for of in stuck], [of.latencies_s for of in free])
    what = "processor time of the inference thread from one decision to the next"
    yield from _compared(what, [of.used_s for of in stuck], [of.used_s for of in free])
    n_lost, dropped = sum(of.n_lost for of in (*stuck, *free)), stuck[-1].dropped
    yield Row(
        f"samples lost or skipped in {2 * rounds} turns of {ROUND_S:g} s; dropped in the last one",
        f"{n_lost}; {dropped}",
        wanted="0",
    )


def _compared(what: str, stuck: list[TimeArray], free: list[TimeArray]) -> Iterator[Row]:
    """Set times with stuck consumers against those without."""
    for percent in (50, 99):
        stuck_ms, free_ms = (
            1e3 * float(np.percentile(np.concatenate(of), percent)) for of in (stuck, free)
        )
        yield Row(
            f"{what}, p{percent}: stuck consumers, against none",
            f"{stuck_ms:.2f} ms, {stuck_ms / free_ms:.2f} times",
            f"{free_ms:.2f} ms",
            wanted="within 1.2 times",
        )


@dataclass(frozen=True)
class _Turn:
    """What one turn came to."""

    latencies_s: TimeArray
    """From the board's write to each decision."""
    used_s: TimeArray
    """Processor time of the inference thread from one decision to the next."""
    n_lost: int
    """Samples lost or skipped."""
    dropped: str
    """Decisions dropped, by output."""


class _Hanging(Output):
    """An output whose consumer never comes back."""

    name = "hanging output"

    def __init__(self) -> None:
        self._given_up = threading.Event()

    def write(self, update: Update) -> None:
        self._given_up.wait()
        self.n_lost += len(update.decisions)

    def give_up(self) -> None:
        self._given_up.set()


class _Decided:
    """When each decision was made, once the stream has settled."""

    def __init__(self) -> None:
        self.decided_s: dict[int, float] = {}
        self.used_s: list[float] = []

    def observe(self, update: Update) -> None:
        for index in update.decisions.indices.tolist():
            if index >= SETTLED:
                self.decided_s[index] = update.decided_s
                self.used_s.append(time.thread_time())


@contextmanager
def _outputs(are_stuck: bool) -> Iterator[list[AnyOutput]]:
    """Give outputs whose consumers stand still, and those of samples; or none."""
    if not are_stuck:
        yield []
        return
    with ExitStack() as stack:
        outputs: list[AnyOutput] = [_Hanging(), stack.enter_context(UdpOutput(NOBODY))]
        reader, writer = os.pipe()
        stack.callback(os.close, reader)
        pipe = stack.enter_context(os.fdopen(writer, "w"))
        with patch("sys.stdout", pipe):
            outputs.append(JsonLinesOutput(stack.enter_context(LineWriter("-"))))
        if find_spec("pylsl"):
            from emgstream.outputs.lsl_outlet import LslClock, LslDecisions, LslSamples

            clock = LslClock()
            outputs.append(stack.enter_context(LslDecisions("bench", clock)))
            outputs.append(stack.enter_context(LslSamples("bench", clock)))
        yield outputs


def _turn(model: Model, outputs: list[AnyOutput]) -> _Turn:
    """Stream for a while."""
    decided = _Decided()
    with SimulatedBoard() as board:
        source = open_board(board.port, model_options(model.manifest, force=True))
        engine = Engine(source, model, outputs, observers=[decided])
        with engine:
            engine.wait(ROUND_S)
        writes = board.take_writes()
    dropped = [f"{of.n_dropped} for the {of.name}" for of in engine.output_figures()]
    return _Turn(
        latencies_s=since_written_s(decided.decided_s, writes),
        used_s=np.diff(decided.used_s),
        n_lost=engine.ring.n_lost + engine.n_skipped,
        dropped=", ".join(dropped),
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"default {ROUNDS}")
    print(table(measure(parser.parse_args().rounds)))
