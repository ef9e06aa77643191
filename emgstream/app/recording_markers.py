"""The markers of a recording: set by a key, or by another program over LSL."""

from __future__ import annotations

from emgstream.app.marker_log import MarkerLog
from emgstream.recording import Recorder
from emgstream.sources.lsl_markers import Marker, MarkerStream
from emgstream.wording import counted

__all__ = ["KEY", "RecordingMarkers"]

KEY = "key"
"""Origin of a marker that a person set, as the sidecar states it."""


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
    """

    def __init__(self, recorder: Recorder, log: MarkerLog, stream: MarkerStream | None) -> None:
        self.n_set = 0
        """Number of markers so far."""
        self._n_pressed = 0
        self._recorder = recorder
        self._log = log
        self._stream = stream

    @property
    def words(self) -> str:
        """The number of markers so far, and the stream that is not there yet; for people."""
        told = [counted(self.n_set, "marker")] if self.n_set else []
        if self._stream is not None and not self._stream.is_connected:
            told.append(f"waits for the markers of {self._stream.address}")
        return "   ".join(told)

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

    def close(self) -> str | None:
        """Leave the stream; return a warning if it never was there."""
        if self._stream is None:
            return None
        was_there = self._stream.is_connected
        self._stream.close()
        if was_there:
            return None
        return (
            f"no stream of markers {self._stream.address} was there, so that it set none; expected "
            "a stream of text; see that its program runs"
        )

    def _set(self, host_s: float, text: str, origin: str) -> None:
        self.n_set += 1
        self._recorder.mark(host_s, text, origin)
        self._log.add(host_s, text)
