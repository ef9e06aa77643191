"""Acquisition: the loop that reads a source into the ring buffer and the sinks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from emgstream.errors import EndOfStream
from emgstream.logs import get_logger
from emgstream.ringbuffer import RingBuffer
from emgstream.sources.source import PacedSource, Source
from emgstream.types import Chunk, StreamInfo

__all__ = ["Acquisition", "Sink"]

_log = get_logger(__name__)


class Sink(Protocol):
    """Receives every sample, where the ring buffer keeps only the newest: a recorder."""

    def receive(self, chunk: Chunk, source: Source) -> None:
        """Take the samples that ``source`` has just given; returns at once, and never raises."""
        ...


class Acquisition:
    """The work of the reader thread: open the source, read it to its end, close it.

    Parameters
    ----------
    source
        Entered, read and left by the thread that calls `run`.
    ring
        Gets the samples; closed at the end, whatever the reason.
    check
        Called with the stream's information after the first read of samples, before they are
        passed on; raises if the stream is not usable.
    wait_for_room
        Called after each chunk of a source that can wait. Returns True once the ring can take more
        without overwriting unread samples, or False after a short time, to be called again.
    awaited
        Function of the index after the newest sample that returns the index of the next sample
        that something waits for, or None.
    """

    def __init__(
        self,
        source: Source,
        ring: RingBuffer,
        check: Callable[[StreamInfo], None],
        wait_for_room: Callable[[Chunk], bool],
        awaited: Callable[[int], int | None] = lambda _: None,
    ) -> None:
        self._source = source
        self._ring = ring
        self._check = check
        self._wait_for_room = wait_for_room
        self._awaited = awaited
        self._sinks: tuple[Sink, ...] = ()
        self._is_checked = False

    def attach(self, sink: Sink) -> None:
        """Hand every sample to a sink, too, from the next chunk on; any thread may call."""
        self._sinks = (*self._sinks, sink)

    def detach(self, sink: Sink) -> None:
        """Hand a sink nothing more; any thread may call."""
        self._sinks = tuple(one for one in self._sinks if one is not sink)

    def run(self, stop: threading.Event) -> None:
        """Read until the source ends or ``stop`` is set."""
        try:
            with self._source as source:
                paced = source if isinstance(source, PacedSource) else None
                while not stop.is_set():
                    if paced is not None:
                        paced.expect(self._awaited(self._ring.end_index))
                    self._read_once(source, stop)
        except EndOfStream:
            _log.info("end of the stream: %s", self._source.info.name)
        finally:
            self._ring.close()

    def _read_once(self, source: Source, stop: threading.Event) -> None:
        chunk = source.read()
        if len(chunk) and not self._is_checked:
            self._check(source.info)
            self._is_checked = True
            _log.info("first samples: %s", source.info)
        self._ring.append(chunk)
        for sink in self._sinks:
            sink.receive(chunk, source)
        while source.info.can_wait and not stop.is_set() and not self._wait_for_room(chunk):
            pass
