"""Writing to a pipe whose reader may stand still, where the system cannot tell if it has room."""

from __future__ import annotations

import os
import threading
from queue import SimpleQueue

__all__ = ["PipeThread"]

_POLL_S = 0.05
_JOIN_S = 1.0  # a choice: it has nothing to do any more
_AT_ONCE = 512
"""Bytes of one write: a choice; what was written is known to that many bytes."""


class PipeThread:
    """A thread that writes lines to a pipe, so that its owner can give up waiting.

    One write that waits for a reader cannot be ended: the thread then stays, and ends with the
    program.

    Parameters
    ----------
    pipe
        File descriptor.
    """

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._jobs: SimpleQueue[bytes | None] = SimpleQueue()
        self._done = threading.Event()
        self._n_written = 0
        self._failure: OSError | None = None
        self._is_stuck = False
        self._thread = threading.Thread(target=self._run, name="emg-pipe", daemon=True)
        self._thread.start()

    def write_lines(self, lines: list[str], given_up: threading.Event) -> int:
        """Return the number of lines that were written before ``given_up``; raises OSError."""
        data = "".join(lines).encode()
        if self._is_stuck:
            return 0
        self._done.clear()
        self._n_written = 0
        self._jobs.put(data)
        while not self._done.wait(_POLL_S):
            if given_up.is_set():
                self._is_stuck = True
                return data[: self._n_written].count(b"\n")
        if self._failure is not None:
            raise self._failure
        return len(lines)

    def close(self) -> None:
        """Let the thread end, after the present write; wait for that unless nobody reads."""
        is_waiting, self._is_stuck = self._is_stuck, True
        self._jobs.put(None)
        self._thread.join(0.0 if is_waiting else _JOIN_S)

    def _run(self) -> None:
        while (data := self._jobs.get()) is not None:
            try:
                self._write(data)
            except OSError as error:
                self._failure = error
            self._done.set()

    def _write(self, data: bytes) -> None:
        for start in range(0, len(data), _AT_ONCE):
            if self._is_stuck:
                return
            piece = data[start : start + _AT_ONCE]
            while piece:
                n_bytes = os.write(self._pipe, piece)
                piece = piece[n_bytes:]
                self._n_written += n_bytes
