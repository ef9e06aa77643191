"""The cable of a simulated board: what a reader opens, and whether one has."""

from __future__ import annotations

from typing import Protocol

__all__ = ["SimulatedLink"]


class SimulatedLink(Protocol):
    """Bytes to and from one reader. One thread uses it."""

    address: str
    """What a reader opens; stays the same when the cable is pulled and put back."""

    def plug(self) -> None:
        """Put the cable in: readers may open it from now on."""
        ...

    def unplug(self) -> None:
        """Pull the cable: a reader sees an unplugged device. Does nothing where it is out."""
        ...

    def close(self) -> None:
        """Pull the cable for good, and let go of what else there is."""
        ...

    def wait(self, timeout_s: float) -> bool:
        """Wait until there is something to do or the time is up; tells whether a reader is on."""
        ...

    def read(self) -> bytes:
        """Return what the reader wrote, possibly nothing; never waits."""
        ...

    def write(self, data: bytes) -> int:
        """Hand bytes to the reader, and return how many were taken, possibly none; never waits."""
        ...
