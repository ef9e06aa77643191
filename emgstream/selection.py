"""The channels a model was trained on, taken by name out of all that a stream has."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from emgstream.types import Chunk, StreamInfo

__all__ = ["Selection"]


class Selection:
    """Takes channels by name, in the order they are named.

    `stream` finds them and comes first; before it, and of a stream that is these channels in this
    order, everything is passed on as it is.

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
        """Return what is known of the stream of these channels; as it is where one is missing."""
        present = info.channel_names
        if present == self._names or not set(self._names) <= set(present):
            return info
        self._columns = [present.index(name) for name in self._names]
        return replace(info, channel_names=self._names)

    def chunk(self, chunk: Chunk) -> Chunk:
        """Return the samples of these channels."""
        if self._columns is None:
            return chunk
        return replace(chunk, samples=np.take(chunk.samples, self._columns, axis=1))
