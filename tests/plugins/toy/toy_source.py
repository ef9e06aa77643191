"""A kind of source as another package brings it: ``toy://SESSION``, synthetic EMG without a board.

Nothing in the product knows of it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from emgstream.clock import MonotonicClock
from emgstream.simulation import CueSchedule, SyntheticEmg
from emgstream.sources.source_kind import FoundSource, SourceKind, SourceOptions
from emgstream.sources.source_status import SourceState, SourceStatus
from emgstream.types import Chunk, IndexArray, StreamInfo, TimeArray

if TYPE_CHECKING:
    from typing_extensions import Self

RATE_HZ = 1000.0
TICK_S = 0.01


class ToySource:
    """The person of the demo model, at the pace of a clock."""

    subject = None

    def __init__(self, address: str, options: SourceOptions) -> None:
        script = CueSchedule.shuffled(repetitions=1, hold_s=1.0, rest_s=0.5)
        session = int(address.removeprefix("toy://"))
        self._emg = SyntheticEmg(replace(script, repeats=True), RATE_HZ, 1, session)
        self._clock = MonotonicClock()
        self._entered_s = 0.0
        names = options.channel_names or self._emg.channel_names
        self.info = StreamInfo(f"toy {session}", names, RATE_HZ)

    def __enter__(self) -> Self:
        self._entered_s = self._clock.now()
        return self

    def __exit__(self, *exc_info: object) -> None:
        pass

    def read(self) -> Chunk:
        self._clock.sleep(TICK_S)
        first, now_s = self._emg.n_read, self._clock.now()
        n_due = int((now_s - self._entered_s) * RATE_HZ) - first
        return Chunk(first, self._emg.read(n_due), received_s=np.full(n_due, now_s))

    def time_at(self, indices: IndexArray) -> TimeArray:
        return indices / RATE_HZ

    def labels_at(self, indices: IndexArray) -> list[str | None]:
        return list(self._emg.labels_at(indices))

    def status(self) -> SourceStatus:
        return SourceStatus(SourceState.STREAMING, port="the toy's place", is_synthetic=True)


def find_toys() -> list[FoundSource]:
    return [FoundSource("toy://301", "Toy board 301", "made by the tests")]


KIND = SourceKind("toy", "a toy of the tests", "toy://SESSION", ToySource, finder=find_toys)
