"""A day at 1 kHz on a virtual clock: wire, index, ring, decisions and outputs, held to counts.

The recording shipped with the project is encoded as frames, lost here and there, and goes through
the decoder, the index and clock fit of the serial board, the engine with its threads and its ring,
the shipped model, and an output of JSON lines, as fast as they go. No time is waited for. Sample
indices begin where it is said, so that the counts pass 2^31 and 2^32. Prints one row an hour; exits
with 1 if a sample or a decision is missing that was not counted, or if memory, handles, threads or
the processor time of an hour grew from the second fifth to the last.

    python scripts/soak_day.py [--hours 24] [--first-index 0]
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections import deque
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import psutil
from growth import grown

from emgstream.bundle import read_model
from emgstream.data import DEMO_MODEL, DEMO_RECORDING
from emgstream.engine import Engine
from emgstream.errors import EndOfStream
from emgstream.outputs.jsonl import JsonLinesOutput
from emgstream.outputs.lines import LineWriter
from emgstream.outputs.output import Update
from emgstream.sources.serial_board.indexer import Indexer
from emgstream.sources.serial_board.timebase import Timebase
from emgstream.sources.source import CuedSubject
from emgstream.sources.source_status import SourceState, SourceStatus
from emgstream.tables import read_table
from emgstream.types import Chunk, IndexArray, StreamInfo, TimeArray
from emgstream.wire import FrameDecoder, encode_frames

if TYPE_CHECKING:
    from typing_extensions import Self

RATE_HZ, HOUR_S = 1000, 3600
READ_S = 0.5
"""Virtual seconds of each read: a choice, as fast as the threads go."""
LOST_EVERY_S, N_LOST = 60, (5, 50)
"""Once so often a row of frames is lost: fewer than a step, which is filled, or more in turns."""
DELAY_S = 0.003
"""Virtual delay of every arrival."""


class VirtualClock:
    """A clock that the source moves on."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def now(self) -> float:
        """Return the virtual time in seconds."""
        return self.now_s

    def sleep(self, seconds: float) -> None:
        """Let other threads run; only the source moves the time on."""
        time.sleep(min(seconds, 0.001))


class Day:
    """A source: frames of a board, decoded and counted as those of a real one."""

    subject: CuedSubject | None = None

    def __init__(self, n_frames: int, first_index: int, clock: VirtualClock) -> None:
        table = read_table(DEMO_RECORDING)
        self.info = StreamInfo("a day", table.channel_names, float(RATE_HZ), can_wait=True)
        self._samples = table.samples.astype(np.int64)
        self._n_frames, self._first_index, self._clock = n_frames, first_index, clock
        self._decoder = FrameDecoder(table.samples.shape[1], RATE_HZ, bits=10)
        self._timebase = Timebase()
        self.indexer = Indexer(self._timebase)
        self.indexer.begin_connection(None, RATE_HZ)
        self._chunks: deque[Chunk] = deque()
        self.n_sampled = self.n_left_out = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        pass

    def read(self) -> Chunk:
        """Return the next samples; raises EndOfStream after the last."""
        while not self._chunks:
            if self.n_sampled >= self._n_frames:
                raise EndOfStream
            self._receive()
        return self._chunks.popleft()

    def _receive(self) -> None:
        n = min(round(READ_S * RATE_HZ), self._n_frames - self.n_sampled)
        places = self.n_sampled + np.arange(n)
        self.n_sampled += n
        minute, second = divmod(self.n_sampled // RATE_HZ, LOST_EVERY_S)
        kept = np.ones(n, dtype=np.bool_)
        if minute and second == 0 and self.n_sampled % RATE_HZ == 0:
            n_lost = N_LOST[minute % len(N_LOST)]
            kept[n // 2 : n // 2 + n_lost] = False
            self.n_left_out += n_lost
        micros = places * (1_000_000 // RATE_HZ)
        samples = self._samples[places % len(self._samples)]
        data = encode_frames(places[kept], micros[kept], samples[kept])
        received_s = self.n_sampled / RATE_HZ + DELAY_S
        self._clock.now_s = received_s
        frames = self._decoder.feed(data)
        chunks = self.indexer.chunks(frames, received_s) if len(frames) else []
        first = self._first_index
        self._chunks.extend(replace(one, first_index=one.first_index + first) for one in chunks)

    def time_at(self, indices: IndexArray) -> TimeArray:
        """Return the time of each sample."""
        return self._timebase.time_at(indices - self._first_index)

    def labels_at(self, indices: IndexArray) -> list[str | None]:
        """Return no labels."""
        return [None] * len(indices)

    def status(self) -> SourceStatus:
        """Return the counts."""
        return SourceStatus(SourceState.STREAMING, n_received=self.indexer.n_received)


class Watch:
    """An observer that counts decisions, and holds their indices and times to what they must be."""

    def __init__(self, first_index: int, hop: int) -> None:
        self._first_index, self._hop = first_index, hop
        self.n_decisions = self.n_gaps = 0
        self.last_index = -1
        self.faults: set[str] = set()

    def observe(self, update: Update) -> None:
        """Take the decisions of an update."""
        indices = update.decisions.indices
        self.n_decisions += len(indices)
        self.n_gaps += int(np.count_nonzero(np.diff(indices, prepend=self.last_index) != self._hop))
        if np.any(np.diff(indices, prepend=self.last_index) <= 0):
            self.faults.add("indices went back")
        if not np.isfinite(update.decisions.probabilities).all():
            self.faults.add("a probability is no number")
        error_s = update.time_s - (indices - self._first_index) / RATE_HZ
        if np.abs(error_s).max(initial=0.0) > 0.01:
            self.faults.add("a time is more than 10 ms off")
        self.last_index = int(indices[-1])


@dataclass(frozen=True)
class Hour:
    """The process at the end of a virtual hour."""

    cpu_s: float
    """Processor time that the hour took, which other programs change little."""
    memory_mb: float
    """Resident memory."""
    n_handles: int
    """Open files and sockets."""
    n_threads: int
    """Threads."""


def soak(n_hours: int, first_index: int) -> list[str]:
    """Run the day, print a row an hour, and return what is wrong."""
    clock, model = VirtualClock(), read_model(DEMO_MODEL)
    day = Day(n_hours * HOUR_S * RATE_HZ, first_index, clock)
    watch = Watch(first_index, model.manifest.hop * model.manifest.step.length)
    hours: list[Hour] = []
    process = psutil.Process()
    print("| hour | processor | memory | handles | threads | newest index | decisions |")
    print("|---|---|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder, "decisions.jsonl")
        with LineWriter(str(lines)) as writer:
            output = JsonLinesOutput(writer)
            with output, Engine(day, model, [output], clock, observers=[watch]) as engine:
                used_s = time.process_time()
                ended = False
                while not ended:
                    ended = engine.wait(0.2)
                    if ended or day.n_sampled >= (len(hours) + 1) * HOUR_S * RATE_HZ:
                        now_s = time.process_time()
                        memory_mb = process.memory_info().rss / 1e6
                        counts = process.num_fds(), process.num_threads()
                        hours.append(Hour(now_s - used_s, memory_mb, *counts))
                        used_s = now_s
                        os.truncate(lines, 0)  # a day of lines takes 1.5 GB
                        print(
                            f"| {len(hours)} | {hours[-1].cpu_s:.1f} s | {memory_mb:.1f} MB | "
                            f"{counts[0]} | {counts[1]} | {engine.ring.end_index - 1:,} | "
                            f"{watch.n_decisions:,} |",
                            flush=True,
                        )
                (figures,) = engine.output_figures()
                n_ring = engine.ring.n_received
    found = [*watch.faults, *grown(hours, "cpu_s")]
    expected = day.n_sampled - day.n_left_out
    if not n_ring == day.indexer.n_received == expected:
        found.append(f"{n_ring:,} samples arrived of {expected:,}")
    if day.indexer.n_lost != day.n_left_out:
        found.append(f"{day.indexer.n_lost} counted as lost of {day.n_left_out}")
    if figures.n_written != watch.n_decisions or figures.n_dropped:
        found.append(f"{figures.n_written} written of {watch.n_decisions} decisions")
    if watch.last_index < first_index + day.n_sampled - 20:
        found.append(f"the last decision is at {watch.last_index:,}")
    print(json.dumps({"sampled": day.n_sampled, "lost": day.indexer.n_lost, "faults": found}))
    return found


def main() -> int:
    """Soak and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--first-index", type=int, default=0, help="such as 2147480000")
    arguments = parser.parse_args()
    os.environ["EMGSTREAM_CONFIG"] = os.devnull
    return 1 if soak(arguments.hours, arguments.first_index) else 0


if __name__ == "__main__":
    sys.exit(main())
