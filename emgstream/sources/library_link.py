"""The link between a live stream of a library and the source that reads it."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from emgstream.sources.sample_steps import SampleNumbering
from emgstream.types import FloatArray, StreamInfo, TimeArray

__all__ = ["Arrivals", "LibraryLink", "OpenedStream"]


@dataclass(frozen=True, slots=True)
class OpenedStream:
    """Description of a stream that was opened."""

    info: StreamInfo
    """Name, all channels, stated rate and unit."""
    port: str
    """The place it comes from, for people."""
    identity: Mapping[str, Any]
    """Further facts for the record, as JSON's own types."""
    notes: tuple[str, ...] = ()
    """Notes for the user."""
    is_synthetic: bool = False
    """True if the samples are simulated."""


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """Consecutive samples as the library delivered them."""

    samples: FloatArray
    """Shape ``(n_samples, n_channels)``."""
    stamps_s: TimeArray
    """Time stamps of the library in seconds, shape ``(n_samples,)``."""
    numbers: TimeArray
    """Numbers that tell the loss, shape ``(n_samples,)``: the stamps, as the same array, or a
    counter of packages."""
    received_s: float = 0.0
    """Host time of receipt."""

    def __len__(self) -> int:
        return len(self.samples)


class LibraryLink(Protocol):
    """One stream of a library. The thread that reads the source uses it."""

    silence_is_loss_s: float | None
    """Seconds without a sample after which the stream is lost; None if the library tells."""
    loss_advice: str
    """Advice for the user on what to check where samples are lost."""

    def open(self) -> Generator[None, None, OpenedStream]:
        """Open the stream in pieces of at most 50 ms and return its description.

        It is called again after the stream was lost, and raises SourceError while it is not there.
        """
        ...

    def pull(self, *, waits: bool = False) -> Arrivals:
        """Return new samples, possibly none, at once.

        With ``waits``, it waits up to 20 ms for more than those that are already there.

        Raises SourceDisconnectedError if the stream was lost, and EndOfStream at its end.
        """
        ...

    def learn(self, first: Arrivals) -> SampleNumbering | None:
        """Return how samples are numbered, from the first ones; None if loss cannot be told."""
        ...

    def close(self) -> None:
        """Close the stream; does nothing if it is not open."""
        ...
