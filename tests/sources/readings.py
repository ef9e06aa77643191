"""Reading of a source by the thread of the test."""

from __future__ import annotations

from collections.abc import Callable

from emgstream.sources.source import Source
from emgstream.types import Chunk
from tests.simulation.boards import wait_for


class Reading:
    """The chunks of a source, read by the thread of the test."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.chunks: list[Chunk] = []

    def until(self, claim: Callable[[], bool]) -> None:
        def read_on() -> bool:
            chunk = self.source.read()
            if len(chunk):
                self.chunks.append(chunk)
            return claim()

        wait_for(read_on, self.source.status)

    def samples(self, n: int) -> None:
        self.until(lambda: self.n_samples >= n)

    @property
    def n_samples(self) -> int:
        return sum(map(len, self.chunks))

    @property
    def indices(self) -> list[int]:
        return [i for chunk in self.chunks for i in range(chunk.first_index, chunk.end_index)]

    @property
    def numbers(self) -> list[int]:
        return [int(n) for chunk in self.chunks for n in chunk.samples[:, 0]]
