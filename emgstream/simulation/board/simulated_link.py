"""Link of a simulated board to its reader, as `PtyLink` and `TcpLink` implement it."""

from __future__ import annotations

from typing import Protocol

__all__ = ["SimulatedLink"]


class SimulatedLink(Protocol):
    """A cable between the board and one reader. One thread uses it."""

    address: str
    """Address that a reader opens; it stays the same if the cable is pulled and plugged again."""

    def plug(self) -> None:
        """Plug the cable in, so that readers can open it."""
        ...

    def unplug(self) -> None:
        """Pull the cable: a reader sees an unplugged device. No effect if it is out."""
        ...

    def close(self) -> None:
        """Pull the cable and release all resources."""
        ...

    def wait(self, timeout_s: float) -> bool:
        """Wait for a command, a reader or the timeout; return whether there is a reader."""
        ...

    def read(self) -> bytes:
        """Return the bytes that the reader wrote, possibly none; never waits."""
        ...

    def write(self, data: bytes) -> int:
        """Send bytes to the reader; return how many were accepted, possibly 0; never waits."""
        ...
