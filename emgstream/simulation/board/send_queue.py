"""Queue of frames and replies that a simulated board has not sent yet."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from emgstream.simulation.board.board_records import BoardRun

__all__ = ["QUEUE_BYTES", "SendQueue"]

QUEUE_BYTES = 4096
"""Room for frames, in bytes. A choice: a quarter of a second of frames at 1 kHz."""

_TIME_ERROR_S = 1e-6  # two ticks of the board's clock, as times are rounded to ticks and back


@dataclass(slots=True)
class _Entry:
    data: bytes
    release_s: float
    run: BoardRun | None
    instant: int


class SendQueue:
    """Frames and replies in order, each with the earliest time of sending.

    Frames are added as a whole or not at all. Replies are added until twice the room is used, as a
    host may send commands without ever reading.
    """

    def __init__(self) -> None:
        self._entries: deque[_Entry] = deque()
        self._n_bytes = 0
        self._n_sent = 0  # bytes of the first entry
        self._last_release_s = 0.0

    def has_room(self, n_bytes: int) -> bool:
        """Return whether there is room for a frame of that length."""
        return self._n_bytes + n_bytes <= QUEUE_BYTES

    def put_frame(self, data: bytes, release_s: float, run: BoardRun, instant: int) -> None:
        """Append a frame, for which there must be room; it is sent no earlier than those before."""
        self._last_release_s = max(self._last_release_s, release_s)
        self._append(_Entry(data, self._last_release_s, run, instant))

    def put_reply(self, data: bytes) -> None:
        """Append the bytes of a reply; they are sent right after those before."""
        if self._n_bytes + len(data) <= 2 * QUEUE_BYTES:
            self._append(_Entry(data, self._last_release_s, None, -1))

    def ready(self, now_s: float) -> bytes:
        """Return the bytes that may be sent now."""
        pieces = []
        for entry in self._entries:
            if entry.release_s > now_s + _TIME_ERROR_S:
                break
            pieces.append(entry.data)
        return b"".join(pieces)[self._n_sent :]

    def mark_sent(self, n_bytes: int) -> tuple[int, int] | None:
        """Remove the first bytes, as they were sent.

        Returns run and index of the newest frame completed by them; None if there is none.
        """
        newest = None
        self._n_sent += n_bytes
        self._n_bytes -= n_bytes
        while self._entries and self._n_sent >= len(self._entries[0].data):
            entry = self._entries.popleft()
            self._n_sent -= len(entry.data)
            newest = (entry.run.run, entry.instant) if entry.run else newest
        return newest

    def clear(self) -> None:
        """Remove everything, and record each frame in its run as unsent."""
        for entry in self._entries:
            if entry.run is not None:
                entry.run.unsent.append(entry.instant)
        self._entries.clear()
        self._n_bytes = self._n_sent = 0
        self._last_release_s = 0.0

    def _append(self, entry: _Entry) -> None:
        self._entries.append(entry)
        self._n_bytes += len(entry.data)
