"""What every source of samples answers, be it a board, a file or a formula."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from emgstream.types import Chunk, IndexArray, StreamInfo, TimeArray

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["MAX_READ_S", "Source"]

MAX_READ_S = 0.05
"""The longest a source's ``read`` may take, in seconds."""


class Source(Protocol):
    """Samples in order, from a board, a file or a formula.

    The thread that enters a source also reads and leaves it; no other thread touches it, but for
    ``time_at`` and ``labels_at``, which any thread may ask.
    """

    @property
    def info(self) -> StreamInfo:
        """What is known of the stream; complete once the first samples were read."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc_info: object) -> None: ...

    def read(self) -> Chunk:
        """Return what arrived since the last call, possibly nothing, within 50 ms.

        Raises EndOfStream when a finite source is used up and SourceDisconnectedError when the
        device went away. What was returned before stays valid.
        """
        ...

    def time_at(self, indices: IndexArray) -> TimeArray:
        """Return the time of each sample, in seconds since the start of the stream.

        ``indices`` are absolute sample indices of any shape, among those already read; so is the
        shape of the answer.
        """
        ...

    def labels_at(self, indices: IndexArray) -> list[str | None]:
        """Return the true label of each sample, None where nobody knows.

        ``indices`` are absolute sample indices, shape ``(n,)``, among those already read.
        """
        ...
