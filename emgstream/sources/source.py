"""The protocol of all sources of samples: boards, recordings and simulations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from emgstream.sources.source_status import SourceStatus
from emgstream.types import Chunk, IndexArray, StreamInfo, TimeArray

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["MAX_READ_S", "CuedSubject", "PacedSource", "PortHolder", "Source"]

MAX_READ_S = 0.05
"""The longest a source's ``read`` may take, in seconds.

A choice: the reader looks that often whether it should end, so that Ctrl-C and Disconnect act
within a tenth of a second.
"""


class CuedSubject(Protocol):
    """A simulated person who follows cues. Any thread may call."""

    def check(self, label: str) -> None:
        """Raise UsageError if the movement cannot be simulated."""
        ...

    def give_cue(self, label: str, host_s: float) -> None:
        """Ask for a movement at a host time; from then on, the person only does what is asked.

        Raises UsageError if the movement cannot be simulated.
        """
        ...

    def release(self) -> None:
        """Let the person move without cues again."""
        ...


class Source(Protocol):
    """Samples in order, from a board, a recording or a simulation.

    The thread that enters a source also reads and leaves it. Any thread may use ``info``,
    ``subject``, ``time_at``, ``labels_at`` and ``status``, also before it is entered and after it
    was left.
    """

    @property
    def info(self) -> StreamInfo:
        """Name, channels and rate of the stream; complete once the first samples were read."""
        ...

    @property
    def subject(self) -> CuedSubject | None:
        """The simulated person who follows cues; None if there is none."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc_info: object) -> None: ...

    def read(self) -> Chunk:
        """Return the samples since the last call, possibly none, within 50 ms.

        Raises EndOfStream at the end of a finite source, and SourceDisconnectedError if the device
        was unplugged. Chunks that were returned before stay valid.
        """
        ...

    def time_at(self, indices: IndexArray) -> TimeArray:
        """Return the time of each sample, in seconds since the start of the stream.

        ``indices`` are absolute sample indices of any shape, among those already read; the result
        has the same shape. NaN if the time is not known.
        """
        ...

    def labels_at(self, indices: IndexArray) -> list[str | None]:
        """Return the true label of each sample, None if it is not known.

        ``indices`` are absolute sample indices, shape ``(n,)``, among those already read.
        """
        ...

    def status(self) -> SourceStatus:
        """Return the state, the rate and the losses."""
        ...


@runtime_checkable
class PacedSource(Protocol):
    """A source that gathers samples before it gives them, and can be told what is awaited."""

    def expect(self, index: int | None) -> None:
        """Tell the index of the next sample that something waits for; None if nothing does.

        ``read`` then gathers samples until that one arrives, for at most 20 ms. The thread that
        reads calls it; a source that was never told gathers for a few milliseconds.
        """
        ...


@runtime_checkable
class PortHolder(Protocol):
    """A source with a port that another program may need meanwhile. Any thread may call."""

    @property
    def is_released(self) -> bool:
        """True from `release` to `retake`."""
        ...

    def release(self) -> None:
        """Let the port go, so that a sketch can be uploaded; the stream waits for `retake`."""
        ...

    def retake(self) -> None:
        """Open the port again, and go on; the time between is a gap."""
        ...
