"""What a board has to say and the line has not taken yet."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from emgstream.simulation.board.board_records import BoardRun

__all__ = ["QUEUE_BYTES", "Outbox"]

QUEUE_BYTES = 4096
"""What waits at most, in bytes: a quarter of a second of frames at 1 kHz."""

_GRAIN_S = 1e-6  # two ticks of the board's clock: a time there and back is off by one


@dataclass(slots=True)
class _Entry:
    data: bytes
    release_s: float
    run: BoardRun | None
    instant: int


class Outbox:
    """Bytes in order, each with the time from which on the line may have it.

    Frames go in whole or not at all. Replies always go in, until twice the room is used up: then
    the host asks without ever reading.
    """

    def __init__(self) -> None:
        self._entries: deque[_Entry] = deque()
        self._n_bytes = 0
        self._n_taken = 0  # of the first entry
        self._last_release_s = 0.0

    def has_room(self, n_bytes: int) -> bool:
        """Tell whether a frame of that length still goes in."""
        return self._n_bytes + n_bytes <= QUEUE_BYTES

    def put_frame(self, data: bytes, release_s: float, run: BoardRun, instant: int) -> None:
        """Append a frame for which there is room; it is let go no sooner than those before it."""
        self._last_release_s = max(self._last_release_s, release_s)
        self._append(_Entry(data, self._last_release_s, run, instant))

    def put_reply(self, data: bytes) -> None:
        """Append bytes that belong to no frame; they follow what is there."""
        if self._n_bytes + len(data) <= 2 * QUEUE_BYTES:
            self._append(_Entry(data, self._last_release_s, None, -1))

    def ready(self, now_s: float) -> bytes:
        """Return the bytes that may go now."""
        pieces = []
        for entry in self._entries:
            if entry.release_s > now_s + _GRAIN_S:
                break
            pieces.append(entry.data)
        return b"".join(pieces)[self._n_taken :]

    def take(self, n_bytes: int) -> tuple[int, int] | None:
        """Forget the first bytes: the line has them.

        Returns run and index of the newest frame that is on the line as a whole now; None where
        none has become so.
        """
        newest = None
        self._n_taken += n_bytes
        self._n_bytes -= n_bytes
        while self._entries and self._n_taken >= len(self._entries[0].data):
            entry = self._entries.popleft()
            self._n_taken -= len(entry.data)
            newest = (entry.run.run, entry.instant) if entry.run else newest
        return newest

    def clear(self) -> None:
        """Throw everything away, and note each frame in its run as not sent."""
        for entry in self._entries:
            if entry.run is not None:
                entry.run.unsent.append(entry.instant)
        self._entries.clear()
        self._n_bytes = self._n_taken = 0
        self._last_release_s = 0.0

    def _append(self, entry: _Entry) -> None:
        self._entries.append(entry)
        self._n_bytes += len(entry.data)
