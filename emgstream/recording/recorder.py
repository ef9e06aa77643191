"""The recorder: writes every sample of a stream to a table on disk, with its cue.

The files are safe at any moment. The sidecar exists before the first sample. The table only
grows, by complete lines, at least every 100 ms, and is forced onto the disk as often; so less than
200 ms are lost if the process is killed or the power fails. `GrowingFile` describes a full disk,
and `emgstream.recording.recovery` the last step of a recording, which also repairs one that was
interrupted.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from emgstream.clock import Clock, MonotonicClock, host_now
from emgstream.errors import OutputError
from emgstream.logs import get_logger
from emgstream.recording.cue_events import CueStarted, Event
from emgstream.recording.growing_file import GrowingFile, check_room, room_bytes
from emgstream.recording.marker_track import MarkerTrack, RecordedMarker
from emgstream.recording.recorded_names import recorded_names
from emgstream.recording.recording_rows import CueTrack, TimeColumn, header, lines
from emgstream.recording.session_description import SessionDescription
from emgstream.recording.sidecar import sidecar_path, write_sidecar
from emgstream.recording.sidecar_content import SidecarContent
from emgstream.sources.source import Source
from emgstream.sources.source_status import StatusReader
from emgstream.types import Chunk, TimeArray
from emgstream.worker import Worker

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["Recorder"]

_log = get_logger(__name__)

# Choices: at most 200 ms are lost, which is less than a step of the cues, and no disk is kept busy.
_FLUSH_S = 0.05
_SYNC_S = 0.1
_LOOK_FOR_ROOM_EVERY = 10  # syncs
_MOST_WAITING = 1 << 16  # samples: a minute at 1 kHz, far longer than a working disk stalls
_SPARE_BYTES = 10_000_000  # free space that other programs may take meanwhile
_SIDECAR_SHARE = 9.0  # a choice: a sidecar with many markers takes a tenth of the time at most
_SLOW_S = 1.0  # of one write or sync: a choice, ten times the time between two of them
_DISK_PATIENCE_S = 120.0  # a choice: longer than a disk that spins up or a drive that reconnects


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    """A chunk that waits to be written."""

    chunk: Chunk
    stream_s: TimeArray


class Recorder:
    """A lossless sink: a sample that cannot be kept ends the take with an error.

    The reader thread calls `receive`, any thread `hear`, `mark` and the properties. The thread
    ``emg-recorder`` writes; ``emg-syncer`` forces the table onto the disk and keeps the sidecar up
    to date. Entering creates both files, leaving completes them, or removes them if no sample came.

    Parameters
    ----------
    path
        The table, ``NAME.csv``; the sidecar is ``NAME.json`` beside it. Neither may exist.
    about
        The description of the session.
    status
        Returns the status of the source; None if it has none.
    needed_bytes
        Free bytes that the disk must have at the start.
    most_waiting
        Number of samples that may wait to be written; one more ends the take.
    clock
        The host time of the cues.

    Raises
    ------
    OutputError
        On entering: a file exists or cannot be created, or the disk has too little space. On
        leaving, and from `check`: the disk was full, failed, or was too slow for the stream, or
        another program deleted, renamed, replaced or cut the table.
    StuckThreadError
        On leaving: the disk has not finished a write for two minutes.

    Attributes
    ----------
    newest_s
        Host time of the newest sample; None before the first.
    kept
        The copy of the table that was made because another program took the file away.
    disk_warning
        A warning for people if a write or a sync took longer than a second; None otherwise.
    name_warning
        A warning for people if a channel has another name in the table; None otherwise.
    """

    def __init__(
        self,
        path: Path,
        about: SessionDescription,
        status: StatusReader | None = None,
        *,
        needed_bytes: int = 0,
        most_waiting: int = _MOST_WAITING,
        clock: Clock | None = None,
    ) -> None:
        self.path = path
        self.room_bytes = 0
        self.n_samples = 0
        self.newest_s: float | None = None
        self.kept: Path | None = None
        self._loss: str | None = None
        self.disk_warning: str | None = None
        self.name_warning: str | None = None
        self._sidecar = SidecarContent(about, status)
        self._needed_bytes = needed_bytes
        self._most_waiting = most_waiting
        self._clock = clock or MonotonicClock()
        self._lock = threading.Condition()
        self._queue: deque[_Waiting] = deque()
        self._n_waiting = 0
        self._track = CueTrack()
        self._markers = MarkerTrack()
        self._is_open = False
        self._first: Chunk | None = None
        self._times = TimeColumn(0.0)
        self._file: GrowingFile
        self._writer = Worker("emg-recorder", self._write)
        self._syncer = Worker("emg-syncer", self._keep_safe)

    def __enter__(self) -> Self:
        self.room_bytes = room_bytes(self.path)
        check_room(self.path, self._needed_bytes)
        if sidecar_path(self.path).exists():
            raise OutputError(
                f"{sidecar_path(self.path)} exists, and a recording never overwrites one; choose "
                "another name"
            )
        self._file = GrowingFile(self.path)
        try:
            write_sidecar(self.path, self.document("recording"))
        except OutputError:
            self._remove_empty()
            raise
        self._is_open = True
        _log.info("recording to %s", self.path)
        self._writer.start()
        self._syncer.start()
        return self

    def __exit__(self, exc_type: type[BaseException] | None, *exc_info: object) -> None:
        try:
            self._writer.stop(_DISK_PATIENCE_S)
            self._syncer.stop(_DISK_PATIENCE_S)
            loss = self._look_for_loss()
            if loss is not None and self._file.n_bytes:
                self.kept = self._file.keep_beside()
        finally:
            self._file.close()
        _log.info("recorded %d samples to %s", self.n_samples, self.kept or self.path)
        if loss is None and self._file.n_bytes == 0:
            self._remove_empty()
        elif self._file.n_bytes:
            with contextlib.suppress(OutputError):  # the last one is there; recover completes it
                write_sidecar(self.kept or self.path, self.document("ended"))
        if loss is not None:
            raise self._taken_away(loss)
        if exc_type is None:
            self.check()

    @property
    def about(self) -> SessionDescription:
        """The description of the session; a new one is written to the sidecar."""
        return self._sidecar.about

    @about.setter
    def about(self, about: SessionDescription) -> None:
        self._sidecar.about = about

    @property
    def n_bytes(self) -> int:
        """Number of bytes of the table so far."""
        return self._file.n_bytes

    @property
    def failed(self) -> bool:
        """True if the take ended early; `check` raises the reason."""
        return not (self._writer.alive and self._syncer.alive)

    @property
    def room_warning(self) -> str | None:
        """A warning for people if the disk is nearly full; None otherwise."""
        needed = self.n_bytes + _SPARE_BYTES
        if self.room_bytes >= needed:
            return None
        return (
            "the disk is nearly full: finishing the labels at the end needs as much space again "
            f"as the recording, about {needed / 1e6:.0f} MB; free some space before the end"
        )

    def check(self) -> None:
        """Raise the error that ended the take early, if there was one."""
        self._writer.check()
        self._syncer.check()

    def receive(self, chunk: Chunk, source: Source) -> None:
        """Take samples that the source has just returned; returns at once and never raises."""
        if not len(chunk):
            return
        indices = np.arange(chunk.first_index, chunk.end_index)
        waiting = _Waiting(chunk, source.time_at(indices))
        with self._lock:
            if not self._is_open:
                return
            if self._first is None:
                self._note_first(waiting, source)
            self.newest_s = float(chunk.host_s[-1])
            self._queue.append(waiting)
            self._n_waiting += len(chunk)
            if self._n_waiting > self._most_waiting:
                self._is_open = False
            self._lock.notify_all()

    def hear(self, event: Event) -> None:
        """Take an event: a cue labels the samples from its host time on."""
        if isinstance(event, CueStarted):
            with self._lock:
                self._track.add(event)
        else:
            self._sidecar.note_end(event)

    def mark(self, host_s: float, text: str, origin: str) -> None:
        """Set a marker at a host time; ``origin`` is that of `RecordedMarker`."""
        marker = RecordedMarker(host_s, text, origin)
        self._sidecar.note_marker(marker)
        with self._lock:
            self._markers.add(marker)

    def warn(self, text: str) -> None:
        """Note a warning in the sidecar."""
        self._sidecar.warn(text)
        _log.warning("%s: %s", self.path, text)

    def document(self, state: str) -> dict[str, Any]:
        """Return the content of the sidecar at this moment."""
        return self._sidecar.document(state, self.n_samples)

    def _note_first(self, waiting: _Waiting, source: Source) -> None:
        """Let the first sample have index 0, time 0 and segment 0."""
        self._first = waiting.chunk
        self._times = TimeColumn(float(waiting.stream_s[0]))
        age_s = self._clock.now() - float(waiting.chunk.host_s[0])
        started = datetime.now().astimezone() - timedelta(seconds=age_s)
        info = source.info
        names = recorded_names(info.channel_names)
        self._sidecar.begin(started, replace(info, channel_names=names))
        if names != info.channel_names:
            pairs = zip(info.channel_names, names, strict=True)
            changed = ", ".join(f"{old!r} as {new}" for old, new in pairs if old != new)
            self.name_warning = (
                f"in the recording, names of channels are changed: {changed}; a table cannot have "
                "these names, or has another column of that name"
            )
            self.warn(self.name_warning)

    def _write(self, stop: threading.Event) -> None:
        """Write what waits until stopped: the thread ``emg-recorder``."""
        try:
            while not stop.is_set():
                with self._lock:
                    self._lock.wait_for(lambda: self._n_waiting or not self._is_open, _FLUSH_S)
                stop.wait(_FLUSH_S)  # few large writes cost less than many small ones
                self._flush()
                self._check_pace()
            self._flush()
        finally:
            with self._lock:
                self._is_open = False

    def _flush(self) -> None:
        with self._lock:
            batch = [self._with_events(waiting) for waiting in self._queue]
            self._queue.clear()
            self._n_waiting = 0
        if not batch:
            return
        text = b"".join(self._lines(*one) for one in batch)
        if self.n_samples == 0:
            text = header(self._sidecar.channel_names) + text
        self._look_for_loss()  # before the next lines make a cut file as long as it was
        self._watch_disk(lambda: self._file.append(text))
        self.n_samples += sum(len(waiting.chunk) for waiting, _, _ in batch)
        if any(markers for _, _, markers in batch):
            self._sidecar.keep_news()  # it states the samples of the markers

    def _with_events(
        self, waiting: _Waiting
    ) -> tuple[_Waiting, list[tuple[str, int]], dict[int, str]]:
        """Return a chunk with the cue of each row, and the markers by row."""
        host_s = waiting.chunk.host_s
        markers = self._markers.place(self._row_of(waiting.chunk), host_s)
        return waiting, self._track.at(host_s), markers

    def _row_of(self, chunk: Chunk) -> int:
        """Return the first sample of a chunk, from 0 at the first of the table."""
        return chunk.first_index - (self._first or chunk).first_index

    def _lines(
        self, waiting: _Waiting, cues: list[tuple[str, int]], markers: dict[int, str]
    ) -> bytes:
        chunk, first = waiting.chunk, self._first or waiting.chunk
        return lines(
            np.arange(len(chunk)) + self._row_of(chunk),
            self._times.times(waiting.stream_s),
            chunk.samples,
            cues,
            chunk.segment - first.segment,
            markers,
        )

    def _check_pace(self) -> None:
        with self._lock:
            if self._is_open:
                return
        raise OutputError(
            f"{self.path} could not be written as fast as samples came: more than "
            f"{self._most_waiting:,} were waiting; what was written is kept; choose another disk"
        )

    def _keep_safe(self, stop: threading.Event) -> None:
        """Force the table onto the disk until stopped: the thread ``emg-syncer``."""
        n_synced = n_turns = 0
        renewable_s = 0.0
        while not stop.wait(_SYNC_S) and self._writer.alive:
            loss = self._look_for_loss()
            if loss is not None:
                raise self._taken_away(loss)
            n_bytes = self._file.n_bytes
            if n_bytes > n_synced:
                self._watch_disk(self._file.sync)
                n_synced = n_bytes
            if host_now() >= renewable_s and self._sidecar.take_news():
                began_s = host_now()
                self._renew_sidecar()
                renewable_s = host_now() + _SIDECAR_SHARE * (host_now() - began_s)
            if n_turns % _LOOK_FOR_ROOM_EVERY == 0:
                self.room_bytes = room_bytes(self.path)
            n_turns += 1
        if self._file.n_bytes > n_synced:
            self._file.sync()

    def _look_for_loss(self) -> str | None:
        """Return what another program did to the table, first of all; None if nothing."""
        self._loss = self._loss or self._file.loss()
        return self._loss

    def _watch_disk(self, use: Callable[[], None]) -> None:
        """Use the disk; warn, once, if that takes long."""
        began_s = host_now()
        use()
        took_s = host_now() - began_s
        if took_s >= _SLOW_S and self.disk_warning is None:
            self.disk_warning = (
                f"the disk took {took_s:.1f} s for one write; nothing is lost, as samples wait in "
                "memory; choose a faster disk if it happens again"
            )
            self.warn(self.disk_warning)

    def _taken_away(self, loss: str) -> OutputError:
        kept = "" if self.kept is None else f"; what was recorded is kept as {self.kept}"
        return OutputError(
            f"{self.path} {loss} while it was being recorded; expected the file to stay as it is "
            f"until the end{kept}; record again without touching it"
        )

    def _renew_sidecar(self) -> None:
        """Write the sidecar again; a failure ends nothing, as the next turn tries again."""
        try:
            write_sidecar(self.path, self.document("recording"))
        except OutputError:
            self._sidecar.keep_news()

    def _remove_empty(self) -> None:
        self._file.close()
        self.path.unlink(missing_ok=True)
        sidecar_path(self.path).unlink(missing_ok=True)
