"""The markers of a recording: set by a key, or by another program over LSL."""

from __future__ import annotations

from emgstream.app.marker_log import MarkerLog
from emgstream.errors import SourceError
from emgstream.recording import Recorder
from emgstream.sources.lsl_markers import Marker, MarkerStream
from emgstream.tables.marker_cells import in_cell
from emgstream.translation import tr, tr_n

__all__ = ["KEY", "RecordingMarkers"]

KEY = "key"
"""Origin of a marker that a person set, as the sidecar states it."""
_LOOK_UP_S = 10.0
"""Seconds within which a stream of markers must be found. A choice: liblsl asks the network anew
every half a second, and a stream that is there answers within two."""


class RecordingMarkers:
    """Passes markers to the recorder and to the session's log. One thread calls it.

    Parameters
    ----------
    recorder
        Writes them into the file.
    log
        Keeps them for drawing.
    stream
        The markers of another program; None for none.
    now_s
        Host time.
    """

    def __init__(
        self, recorder: Recorder, log: MarkerLog, stream: MarkerStream | None, now_s: float
    ) -> None:
        self.n_set = 0
        """Number of markers so far."""
        self.warnings: list[str] = []
        """Sentences to tell; whoever tells one takes it out."""
        self._n_pressed = 0
        self._recorder = recorder
        self._log = log
        self._stream = stream
        self._missing_from_s = now_s + _LOOK_UP_S
        self._has_told = False

    @property
    def words(self) -> str:
        """The number of markers so far, for people; empty without one."""
        return tr_n("{n:,} marker", "{n:,} markers", self.n_set) if self.n_set else ""

    @property
    def waits_for(self) -> str | None:
        """Address of the stream that is not found yet; None if there is none to wait for."""
        stream = self._stream
        return None if stream is None or stream.is_connected else stream.address

    def check_found(self, now_s: float) -> None:
        """Raise SourceError if the stream should have been found by now and was not."""
        if self.waits_for is not None and now_s >= self._missing_from_s:
            raise SourceError(
                tr(
                    "no stream of markers {waits_for} was found within {look_up_s:g} s; "
                    "expected a stream of text, and nothing was recorded; start its program, and "
                    "record again",
                    waits_for=self.waits_for,
                    look_up_s=_LOOK_UP_S,
                )
            )

    def _watch_text(self, text: str) -> None:
        """Keep a warning for the first text that the table cannot hold as it is."""
        cell = in_cell(text)
        if cell == text or self._has_told:
            return
        self._has_told = True
        self.warnings.append(
            tr(
                "the column of markers holds {cell!r} for the text {text!r}, as a table has no "
                "other way; the file beside the recording keeps each text as it was set",
                cell=cell,
                text=text,
            )
        )

    def press(self, text: str, now_s: float) -> None:
        """Set a marker by a key: its number, and a text if there is one."""
        self._n_pressed += 1
        self._set(now_s, f"{self._n_pressed} {text}".strip(), KEY)

    def poll(self, since_s: float | None) -> list[Marker]:
        """Set the markers that the stream has sent since the last call, and return them.

        ``since_s`` is the host time at which the recording began; earlier ones, or all if it has
        not begun, are left out.
        """
        if self._stream is None:
            return []
        sent = self._stream.poll()
        markers = [one for one in sent if since_s is not None and one.host_s >= since_s]
        for marker in markers:
            self._set(marker.host_s, marker.text, self._stream.address)
        return markers

    def close(self) -> None:
        """Leave the stream."""
        if self._stream is not None:
            self._stream.close()

    def _set(self, host_s: float, text: str, origin: str) -> None:
        self.n_set += 1
        self._recorder.mark(host_s, text, origin)
        self._log.add(host_s, text)
        self._watch_text(text)
