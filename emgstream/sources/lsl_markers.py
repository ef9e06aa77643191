"""Markers of a Lab Streaming Layer stream, as programs of experiments send them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from emgstream.clock import Clock, MonotonicClock
from emgstream.errors import MissingExtraError, UsageError
from emgstream.logs import get_logger
from emgstream.sources.lsl_library import pylsl_library
from emgstream.sources.lsl_source import LslAddress, found_streams
from emgstream.sources.source_kind import FoundSource

__all__ = ["Marker", "MarkerStream", "find_marker_streams"]

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Marker:
    """One marker."""

    host_s: float
    """Host time at which it was sent."""
    text: str
    """Its text; of a stream with several channels that of the first."""


class MarkerStream:
    """The markers of one LSL stream of text, beside any source. One thread uses it.

    liblsl connects in the background, and again if the stream was lost.

    Parameters
    ----------
    address
        Its address: ``lsl://NAME``, or ``lsl://?type=Markers``.
    clock
        The host time.

    Raises
    ------
    MissingExtraError
        LSL is not installed.
    UsageError
        The address is none of LSL.
    """

    def __init__(self, address: str, clock: Clock | None = None) -> None:
        if not address.startswith("lsl://"):
            raise UsageError(
                f"{address!r} is not an address of markers; expected an LSL stream, for example "
                "lsl://NAME or "
                "lsl://?type=Markers"
            )
        self.address = address
        self._pylsl = pylsl_library()
        self._wanted = LslAddress.parse(address)
        self._clock = clock or MonotonicClock()
        self._resolver: Any = self._pylsl.ContinuousResolver()
        self._inlet: Any = None
        self._newest_s = float("-inf")

    @property
    def is_connected(self) -> bool:
        """True once the stream was found."""
        return self._inlet is not None

    def poll(self) -> list[Marker]:
        """Return the markers since the last call, in order; returns at once.

        Times are in order and not in the future.
        """
        if self._inlet is None:
            self._look()
            return []
        rows, stamps_s = self._inlet.pull_chunk(timeout=0.0)
        ahead_s = self._clock.now() - self._pylsl.local_clock() + self._correction_s()
        now_s = self._clock.now()
        markers = []
        for row, stamp_s in zip(rows, stamps_s, strict=True):
            self._newest_s = max(self._newest_s, min(stamp_s + ahead_s, now_s))
            markers.append(Marker(self._newest_s, row[0]))
        return markers

    def close(self) -> None:
        """Leave the stream."""
        self._inlet = self._resolver = None

    def _look(self) -> None:
        for stream in self._resolver.results() if self._resolver is not None else ():
            if self._wanted.is_meant(stream) and stream.channel_format() == self._pylsl.cf_string:
                self._inlet = self._pylsl.StreamInlet(stream)
                self._resolver = None
                _log.info("markers of the LSL stream %s", stream.name())
                return

    def _correction_s(self) -> float:
        """Return the sender's clock against ours; 0 until liblsl has measured it."""
        try:
            return float(self._inlet.time_correction(timeout=0.0))
        except (self._pylsl.util.TimeoutError, self._pylsl.util.LostError):
            return 0.0


def find_marker_streams() -> list[FoundSource]:
    """Return the LSL streams of text that are there now; only the first call waits, for a second.

    None without LSL. Call it in a thread.
    """
    try:
        pylsl = pylsl_library()
    except MissingExtraError:
        return []
    return found_streams(lambda stream: bool(stream.channel_format() == pylsl.cf_string))
