"""The sources that exist now, found in a thread: that can take seconds."""

from __future__ import annotations

import threading

from emgstream.gui.source_bar import SourceChoice
from emgstream.sources.source_registry import find_sources
from emgstream.worker import Worker

__all__ = ["PortWatcher"]


class PortWatcher:
    """Looks for sources again and again, in a thread."""

    def __init__(self) -> None:
        self._found: list[SourceChoice] = []
        self._worker: Worker | None = None

    def poll(self) -> list[SourceChoice] | None:
        """Return the sources found by the last look and start the next one; None while it lasts."""
        if self._worker is None:
            self._look()
            return None
        if self._worker.alive:
            return None
        self._worker.check()
        self._look()
        return self._found

    def stop(self) -> None:
        """Wait for the look that runs."""
        if self._worker is not None:
            self._worker.stop()
            self._worker = None

    def _look(self) -> None:
        self._worker = Worker("emg-ports", self._run)
        self._worker.start()

    def _run(self, _stop: threading.Event) -> None:
        self._found = [SourceChoice(source.title, source.address) for source in find_sources()]
