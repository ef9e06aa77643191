"""The channels that a model was trained on, selected by name from those of a stream."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from emgstream.types import Chunk, StreamInfo

__all__ = ["Selection"]


class Selection:
    """Selects channels by name, in the given order.

    `stream` must be called first: it finds the channels. Before that, and for a stream that has
    just these channels in this order, samples are returned unchanged.

    >>> selection = Selection(("triceps",))
    >>> selection.stream(StreamInfo("COM3", ("biceps", "triceps"), 1000.0)).channel_names
    ('triceps',)
    >>> selection.chunk(Chunk(0, np.float32([[1, 2], [3, 4]]))).samples
    array([[2.],
           [4.]], dtype=float32)
    """

    def __init__(self, channel_names: tuple[str, ...]) -> None:
        self._names = channel_names
        self._columns: list[int] | None = None

    def stream(self, info: StreamInfo) -> StreamInfo:
        """Return the stream with these channels only; unchanged where one is missing."""
        present = info.channel_names
        if present == self._names or not set(self._names) <= set(present):
            return info
        self._columns = [present.index(name) for name in self._names]
        return replace(info, channel_names=self._names)

    def chunk(self, chunk: Chunk) -> Chunk:
        """Return the chunk with these channels only."""
        if self._columns is None:
            return chunk
        return replace(chunk, samples=np.take(chunk.samples, self._columns, axis=1))
