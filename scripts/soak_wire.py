"""Send frames of the simulated board through every fault, and hold the decoder to the ledger.

No cable and no real time: board protocol -> bytes cut at random -> decoder, in memory. Prints one
row a fault, and exits with 1 if a single sample came out that was not sampled so.

    python scripts/soak_wire.py [--frames 1000000] [--seed 0]
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from emgstream.simulation import CueSchedule
from emgstream.simulation.board import (
    BoardProtocol,
    BoardSettings,
    Faults,
    Ledger,
)
from emgstream.wire import Command, FrameDecoder, Frames
from tests.simulation.ledger_check import LedgerCheck, judge

FAULTS = {
    "none": "",
    "loss": "loss=0.01",
    "loss in rows": "loss=0.02,burst=40",
    "corrupt": "corrupt=0.05",
    "duplicate": "duplicate=0.02",
    "reorder": "reorder=0.02",
    "jitter": "jitter=0.1",
    "stall": "stall=2@10",
    "unplug": "unplug=1@30",
    "all together": "loss=0.01,burst=3,corrupt=0.02,duplicate=0.01,reorder=0.01,jitter=0.05,"
    "stall=2@17,unplug=1@60,boot=0.5",
}
STEP_S = 0.05


@dataclass
class Soak:
    """One board and one decoder, and the time between them."""

    settings: BoardSettings
    now_s: float = 0.0
    received: list[list[Frames]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = np.random.default_rng(self.settings.seed)
        self.board = BoardProtocol(self.settings, 0.0)
        self.decoder = FrameDecoder(3, self.settings.sampling_rate_hz, bits=10)

    def run(self, n_frames: int) -> None:
        """Go on until that many instants were sampled, and what was sampled has arrived."""
        self.open()
        while sum(run.n_instants for run in self.board.sampler.runs) < n_frames:
            if self.is_unplugged():
                self.replug()
            self.step()
        self.board.feed(Command("stop").encode(), self.now_s)
        for _ in range(100):
            self.step()

    def open(self) -> None:
        """Open the port, wait for the board and start it with a random counter."""
        self.board.reset(self.now_s)
        self.now_s += self.settings.faults.boot
        self.received.append([])
        counter = int(self.random.integers(0x10000))
        self.board.feed(Command("start", counter).encode(), self.now_s)

    def is_unplugged(self) -> bool:
        """Tell whether the cable is out."""
        first_s, unplug = self.board.sampler.first_s, self.settings.faults.unplug
        return bool(unplug and first_s and unplug.until(self.now_s - first_s))

    def replug(self) -> None:
        """Lose the line, and open it again as soon as it is back."""
        self.board.cut("unplug")
        self.decoder.begin_segment()
        while self.is_unplugged():
            self.now_s += STEP_S
        self.open()

    def step(self) -> None:
        """Let some time pass, and hand what the board sent to the decoder, cut anywhere."""
        self.now_s += STEP_S * float(self.random.random())
        is_behind = True
        while is_behind:
            is_behind = self.board.advance(self.now_s)
            data = self.board.send_queue.ready(self.now_s)
            self.board.send_queue.mark_sent(len(data))
            cut = int(self.random.integers(len(data) + 1))
            self.received[-1] += [self.decoder.feed(data[:cut]), self.decoder.feed(data[cut:])]

    def ledger(self) -> Ledger:
        """Return what was sent."""
        runs = self.board.sampler.runs
        return Ledger.of(self.settings, self.now_s, self.board.n_boots, runs, [])

    def verdicts(self) -> list[LedgerCheck]:
        """Return one verdict a run."""
        ledger = self.ledger()
        return [judge(ledger, n, _joined(parts)) for n, parts in enumerate(self.received)]


def _joined(parts: list[Frames]) -> Frames:
    return Frames(
        np.concatenate([part.index for part in parts]),
        np.concatenate([part.device_us for part in parts]),
        np.concatenate([part.samples for part in parts]),
        np.concatenate([part.segment for part in parts]),
    )


def soak(name: str, n_frames: int, seed: int) -> int:
    """Run one fault, print its row, and return how many samples told something untrue."""
    began_s = time.perf_counter()
    script = CueSchedule.parse("rest:2,hand_close:3,rest:1,elbow_bend:3")
    settings = BoardSettings(script, 1000.0, Faults.parse(FAULTS[name]), seed)
    line = Soak(settings)
    line.run(n_frames)
    verdicts, ledger, counters = line.verdicts(), line.ledger(), line.decoder.counters
    undetected = sum(verdict.n_undetected for verdict in verdicts)
    columns = (
        ledger.n_instants,
        sum(len(run.lost) for run in ledger.runs),
        sum(len(run.altered) for run in ledger.runs),
        sum(len(run.duplicated) for run in ledger.runs),
        sum(len(run.reordered) for run in ledger.runs),
        sum(run.n_queue_full + len(run.unsent) for run in ledger.runs),
        len(ledger.runs),
        sum(verdict.n_received for verdict in verdicts),
        sum(verdict.n_missing + verdict.n_tail for verdict in verdicts),
        counters.n_lost,
        counters.n_crc_failures,
        counters.n_implausible,
        undetected,
    )
    row = " ".join(f"{value:>9,}" for value in columns)
    print(f"{name:13} {row} {time.perf_counter() - began_s:6.1f}", flush=True)
    return undetected


def main() -> int:
    """Run every fault and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--frames", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    heads = ["sampled", "lost", "altered", "doubled", "reorderd", "queue", "runs", "received"]
    heads += ["missing", "gaps", "crc", "implaus.", "UNDETECT."]
    print(f"{'fault':13} {' '.join(f'{head:>9}' for head in heads)} {'s':>6}")
    undetected = sum(soak(name, arguments.frames, arguments.seed) for name in FAULTS)
    print(f"undetected: {undetected}")
    return 1 if undetected else 0


if __name__ == "__main__":
    sys.exit(main())
