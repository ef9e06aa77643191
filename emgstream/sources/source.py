"""The protocol of every source of samples, be it a board, a file or a formula."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from emgstream.sources.source_status import SourceStatus
from emgstream.types import Chunk, IndexArray, StreamInfo, TimeArray

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["MAX_READ_S", "CuedSubject", "Source"]

MAX_READ_S = 0.05
"""The longest a source's ``read`` may take, in seconds.

A choice: the reader looks that often whether it should end, so that Ctrl-C and Disconnect act
within a tenth of a second.
"""


class CuedSubject(Protocol):
    """Somebody who follows cues without seeing the screen: the simulated person of a source.

    Any thread may call.
    """

    def check(self, label: str) -> None:
        """Raise UsageError for a movement that cannot be made."""
        ...

    def give_cue(self, label: str, host_s: float) -> None:
        """Ask for a movement at a host time, and from then on for nothing but what is asked for.

        Raises UsageError for a movement that cannot be made.
        """
        ...

    def release(self) -> None:
        """Let the subject move of its own accord again."""
        ...


class Source(Protocol):
    """Samples in order, from a board, a file or a formula.

    The thread that enters a source also reads and leaves it; no other thread touches it, but for
    ``info``, ``subject``, ``time_at``, ``labels_at`` and ``status``, which any thread may ask, also
    before it is entered and after it was left.
    """

    @property
    def info(self) -> StreamInfo:
        """What is known of the stream; complete once the first samples were read."""
        ...

    @property
    def subject(self) -> CuedSubject | None:
        """Who follows cues in place of a person; None where a real person does, or nobody."""
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
        shape of the answer. NaN where the time is not known.
        """
        ...

    def labels_at(self, indices: IndexArray) -> list[str | None]:
        """Return the true label of each sample, None where nobody knows.

        ``indices`` are absolute sample indices, shape ``(n,)``, among those already read.
        """
        ...

    def status(self) -> SourceStatus:
        """Return the state, the rate, and what is known of losses."""
        ...
