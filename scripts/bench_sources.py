"""An LSL stream and a board of BrainFlow as sources, against the serial board, in turns of one run.

The simulated board and the LSL outlet send the same kind of signal at 1 kHz, each from a process of
its own; BrainFlow's synthetic board, at 250 Hz, is a thread of the library in this process, which
pays for its 16 channels. A decision is made every 20 ms. ``bench_live.py sources`` runs it.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench_rows import Row
from stream_senders import (
    BRAINFLOW_ADDRESS,
    RATE_HZ,
    brainflow_model,
    sending,
    stay_on_this_machine,
)

from emgstream.bundle import Model, read_model
from emgstream.clock import host_now
from emgstream.data import DEMO_MODEL
from emgstream.engine import Engine
from emgstream.opening import model_options
from emgstream.outputs.output import Update
from emgstream.sources.brainflow_source import BrainFlowLink
from emgstream.sources.channel_match import WantedChannels
from emgstream.sources.channel_selection import ChannelSelection
from emgstream.sources.library_link import Arrivals
from emgstream.sources.library_source import LibrarySource
from emgstream.sources.source import Source
from emgstream.sources.source_registry import open_source
from emgstream.types import IndexArray, TimeArray
from tests.processes import board_process

__all__ = ["measure_sources"]

ROUNDS, ROUND_S = 5, 20.0
SETTLE_S = 3.0
"""Seconds before anything is measured: the clock fit begins with the first samples."""
TakenAt: TypeAlias = Callable[[IndexArray], TimeArray]
"""Returns the host time at which the samples of these indices were taken."""


def measure_sources(rounds: int = ROUNDS) -> Iterator[Row]:
    """Run the sources in turns and compare each of the new ones with the serial board."""
    runs: dict[str, list[_Figures]] = {name: [] for name in _KINDS}
    with tempfile.TemporaryDirectory() as folder:
        stay_on_this_machine(Path(folder))
        for number in range(rounds):
            for name in _KINDS if number % 2 else reversed(_KINDS):
                runs[name].append(_KINDS[name]())
    serial = runs.pop("serial board")
    for name, of in runs.items():
        yield from _compared(name, of, serial)


def _compared(name: str, ours: list[_Figures], serial: list[_Figures]) -> Iterator[Row]:
    """Set the figures of a source against those of the serial board: medians of the rounds."""
    for what, unit, attribute in (
        ("processor time per sample", "µs", "cpu_us"),
        ("processor time", "% of a core", "cpu_percent"),
        ("sample taken to decision, p50", "ms", "delay_p50_ms"),
        ("sample taken to decision, p99", "ms", "delay_p99_ms"),
        ("jitter of the time stamps of decisions, p1 to p99", "ms", "jitter_ms"),
    ):
        (mine, my_range), (other, other_range) = (
            _median([getattr(one, attribute) for one in runs]) for runs in (ours, serial)
        )
        yield Row(
            f"{name}: {what}",
            f"{mine:.2f} {unit} ({my_range}), {mine / other:.2f} times",
            f"serial board: {other:.2f} {unit} ({other_range})",
        )
    lost = (f"{sum(one.n_lost for one in runs)}" for runs in (ours, serial))
    seen = (f"{sum(one.n_samples for one in runs):,}" for runs in (ours, serial))
    texts = [f"{n} of {total}" for n, total in zip(lost, seen, strict=True)]
    yield Row(f"{name}: samples lost or skipped", texts[0], f"serial board: {texts[1]}")


def _median(values: list[float]) -> tuple[float, str]:
    return float(np.median(values)), f"{min(values):.2f} to {max(values):.2f}"


@dataclass(frozen=True)
class _Figures:
    """What one run came to."""

    cpu_us: float
    """Processor time of the whole process for each sample."""
    cpu_percent: float
    """Processor time, in percent of a core."""
    delay_p50_ms: float
    """From the moment at which the last sample of a window was taken to the decision."""
    delay_p99_ms: float
    """The same, for the slowest percent."""
    jitter_ms: float
    """Width of the errors of the time stamps of decisions, from percentile 1 to 99."""
    n_samples: int
    """Samples received."""
    n_lost: int
    """Samples lost or skipped."""


class _Run:
    """A source that is classified for a while; what was decided when."""

    def __init__(self, source: Source, model: Model) -> None:
        self._indices: list[int] = []
        self._decided_s: list[float] = []
        self._time_s: list[float] = []
        self._engine = Engine(source, model, observers=[self])
        with self._engine as engine:
            while not self._indices:
                engine.wait(0.05)
            engine.wait(SETTLE_S)
            self._first = len(self._indices)
            n_before, used_s, began_s = engine.ring.n_received, time.process_time(), host_now()
            engine.wait(ROUND_S)
            self._cpu_s = time.process_time() - used_s
            self._elapsed_s = host_now() - began_s
            self._n_samples = engine.ring.n_received - n_before

    def observe(self, update: Update) -> None:
        """Note decisions."""
        self._indices += update.decisions.indices.tolist()
        self._decided_s += [update.decided_s] * len(update.decisions)
        self._time_s += update.time_s.tolist()

    def figures(self, taken_at: TakenAt) -> _Figures:
        """Return the figures, once it is known when the samples were taken."""
        chosen = slice(self._first, None)
        taken_s = taken_at(np.array(self._indices[chosen]))
        delays_ms = 1e3 * (np.array(self._decided_s[chosen]) - taken_s)
        errors_ms = 1e3 * (np.array(self._time_s[chosen]) - taken_s)
        p50, p99 = np.percentile(delays_ms, [50, 99])
        low, high = np.percentile(errors_ms, [1, 99])
        return _Figures(
            1e6 * self._cpu_s / self._n_samples,
            1e2 * self._cpu_s / self._elapsed_s,
            float(p50),
            float(p99),
            float(high - low),
            self._n_samples,
            self._engine.ring.n_lost + self._engine.n_skipped,
        )


def _serial_run() -> _Figures:
    """Run the simulated board on its pty; its ledger tells when it sampled."""
    model = read_model(DEMO_MODEL)
    with tempfile.TemporaryDirectory() as folder, board_process(Path(folder)) as board:
        run = _Run(open_source(board.port, model_options(model.manifest)), model)
        (sampled,) = board.end()["runs"]
    return run.figures(lambda index: sampled["host_s"] + index / sampled["rate_hz"])


def _lsl_run() -> _Figures:
    """Run an LSL stream; its sender tells when it began."""
    model = read_model(DEMO_MODEL)
    with sending("lsl", 10**9) as sender:
        run = _Run(open_source(sender.address, model_options(model.manifest)), model)
        began_s = float(sender.line())
    return run.figures(lambda index: began_s + (index + 1) / RATE_HZ)


def _brainflow_run() -> _Figures:
    """Run BrainFlow's synthetic board; it stamps its samples with the time of day."""
    model = brainflow_model()
    options = model_options(model.manifest)
    link = _NotedLink(BRAINFLOW_ADDRESS)
    wanted = WantedChannels(options.channel_names, ("1", "2", "3"))
    source = ChannelSelection(LibrarySource(BRAINFLOW_ADDRESS, link, options), wanted)
    run = _Run(source, model)
    stamps_s = np.concatenate(link.stamps_s) + host_now() - time.time()
    return run.figures(lambda index: stamps_s[index])


class _NotedLink(BrainFlowLink):
    """A board of BrainFlow whose stamps are kept."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.stamps_s: list[TimeArray] = []

    def pull(self, *, waits: bool = False) -> Arrivals:
        """Return new samples."""
        arrivals = super().pull(waits=waits)
        self.stamps_s.append(arrivals.stamps_s)
        return arrivals


_KINDS: dict[str, Callable[[], _Figures]] = {
    "serial board": _serial_run,
    "LSL": _lsl_run,
    "BrainFlow": _brainflow_run,
}
