"""Writer of text lines: to a file, or to standard output whose reader may be slow."""

from __future__ import annotations

import os
import select
import stat
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from emgstream.outputs.output import cannot_write
from emgstream.outputs.pipe_thread import PipeThread
from emgstream.replaced_files import holds_objects_by_line, refuse_to_replace

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["LineWriter"]

_POLL_S = 0.05
_AT_ONCE = 512
"""Bytes that a pipe with room takes at once, as POSIX promises."""
if sys.platform != "win32":
    _AT_ONCE = select.PIPE_BUF


class LineWriter:
    """Writes lines to a file or to standard output (``-``). Any thread may write.

    A file of decisions is replaced; entering raises OutputError for any other that is there.

    If nobody reads standard output, or a named pipe, a write waits until `give_up` ends it. Windows
    cannot tell if a pipe has room: there a thread of its own writes.

    Parameters
    ----------
    target
        Path, or ``-`` for standard output.
    tells_room
        True where the system tells if a pipe has room.
    """

    def __init__(self, target: str, *, tells_room: bool = os.name != "nt") -> None:
        self.target = target
        self._tells_room = tells_room
        self._thread: PipeThread | None = None
        self._stack = ExitStack()
        self._stream: TextIO = sys.stdout
        self._pipe: int | None = None
        self._lock = threading.Lock()
        self._given_up = threading.Event()

    def __enter__(self) -> Self:
        if self.target == "-":
            self._stream = sys.stdout
            self._wait_for(sys.stdout)
            return self
        refuse_to_replace(Path(self.target), _holds_decisions, "JSON lines of decisions")
        try:
            file = open(self.target, "w", encoding="utf-8", newline="\n")  # noqa: PTH123
        except OSError as error:
            raise cannot_write(self.target, error) from error
        self._stream = self._stack.enter_context(file)
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            self._wait_for(file)  # a named pipe or a terminal
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._thread is not None:
            self._thread.close()
        try:
            self._stack.close()
        except OSError as error:
            raise cannot_write(self.target, error) from error

    def write_lines(self, lines: list[str]) -> int:
        """Write whole lines; return the number that was written before `give_up`.

        Raises OutputError if they cannot be written.
        """
        try:
            with self._lock:
                if self._thread is not None:
                    return self._thread.write_lines(lines, self._given_up)
                if self._pipe is not None:
                    return self._write_to_pipe(self._pipe, "".join(lines).encode(), len(lines))
                self._stream.writelines(lines)
                self._stream.flush()
                return len(lines)
        except OSError as error:
            raise cannot_write(self.target, error) from error

    def give_up(self) -> None:
        """End a write that waits for a reader; any thread may call."""
        self._given_up.set()

    def _wait_for(self, stream: TextIO) -> None:
        """Let writes wait for a reader of the stream, if it is a pipe."""
        pipe = _descriptor(stream)
        if self._tells_room:
            self._pipe = pipe
        elif pipe is not None and stat.S_ISFIFO(os.fstat(pipe).st_mode):
            self._thread = PipeThread(pipe)

    def _write_to_pipe(self, pipe: int, data: bytes, n_lines: int) -> int:
        """Write in pieces that a pipe with room takes at once; return the number of whole lines."""
        n_written = 0
        while n_written < len(data):
            _, writable, _ = select.select([], [pipe], [], _POLL_S)
            if writable:
                n_written += os.write(pipe, data[n_written : n_written + _AT_ONCE])
            elif self._given_up.is_set():
                return data[:n_written].count(b"\n")
        return n_lines


def _holds_decisions(path: Path) -> bool:
    return holds_objects_by_line(path, ("index", "label", "status"))


def _descriptor(stream: TextIO) -> int | None:
    """Return the file descriptor of a stream to wait for, or None if there is none."""
    try:
        stream.flush()
        return stream.fileno()
    except OSError:  # it is not a file of the operating system
        return None
