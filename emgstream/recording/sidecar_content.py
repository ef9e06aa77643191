"""The content of the sidecar while a take runs."""

from __future__ import annotations

import threading
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from emgstream.recording.cue_events import RepetitionEnded
from emgstream.recording.marker_track import RecordedMarker
from emgstream.recording.session_description import SessionDescription
from emgstream.sources.source_status import SourceStatus, StatusReader
from emgstream.types import StreamInfo

__all__ = ["SidecarContent"]


class SidecarContent:
    """Collects what the sidecar states of a take; any thread writes and reads.

    Parameters
    ----------
    about
        The description of the session.
    status
        Returns the status of the source; None if it has none.
    """

    def __init__(self, about: SessionDescription, status: StatusReader | None) -> None:
        self.about = about
        self._status = status
        self._lock = threading.Lock()
        self._started: datetime | None = None
        self._info: StreamInfo | None = None
        self._before: SourceStatus | None = None  # at the first sample
        self._outcomes: dict[tuple[str, int], RepetitionEnded] = {}
        self._markers: list[RecordedMarker] = []
        self._warnings: list[str] = []
        self._has_news = False

    @property
    def channel_names(self) -> tuple[str, ...]:
        """The channels of the stream; none before its first sample."""
        return () if self._info is None else self._info.channel_names

    def begin(self, started: datetime, info: StreamInfo) -> None:
        """Note the date and time of the first sample, and its stream."""
        with self._lock:
            self._started, self._info = started, info
            self._before = None if self._status is None else self._status()
            self._has_news = True

    def note_end(self, ended: RepetitionEnded) -> None:
        """Note the outcome of a repetition."""
        with self._lock:
            self._outcomes[ended.label, ended.repetition] = ended
            self._has_news = True

    def note_marker(self, marker: RecordedMarker) -> None:
        """Note a marker; its sample may become known later."""
        with self._lock:
            self._markers.append(marker)
            self._has_news = True

    def warn(self, text: str) -> None:
        """Note a warning."""
        with self._lock:
            self._warnings.append(text)
            self._has_news = True

    def take_news(self) -> bool:
        """Return whether anything was noted since the last call."""
        with self._lock:
            had_news, self._has_news = self._has_news, False
        return had_news

    def keep_news(self) -> None:
        """Let the next `take_news` return True: it is to be written again."""
        with self._lock:
            self._has_news = True

    def document(self, state: str, n_samples: int) -> dict[str, Any]:
        """Return the content of the sidecar at this moment."""
        with self._lock:
            return self.about.document(
                state=state,
                started=None if self._started is None else self._started.isoformat(),
                channel_names=self.channel_names,
                info=_told_of(self._info),
                status=self._status_of_take(),
                n_samples=n_samples,
                warnings=self._warnings,
                markers=[marker.document() for marker in self._markers],
                repetitions=[
                    {**asdict(ended), "outcome": ended.outcome.value}
                    for ended in self._outcomes.values()
                ],
            )

    def _status_of_take(self) -> SourceStatus | None:
        """Return the status with the losses since the first sample of the take."""
        status, before = None if self._status is None else self._status(), self._before
        if status is None or before is None:
            return status
        names = ("n_lost", "n_missed", "n_gaps", "n_reconnects")
        since = {name: max(0, getattr(status, name) - getattr(before, name)) for name in names}
        return replace(status, **since)


def _told_of(info: StreamInfo | None) -> dict[str, Any]:
    """Return the facts about the stream; none before its first sample."""
    if info is None:
        return {}
    return {"name": info.name, "unit": info.unit, "rate_hz": info.sampling_rate_hz}
