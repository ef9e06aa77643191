"""The sources, or streams of markers, that are there now.

They are looked up in a thread, as some drivers are slow to answer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from emgstream.app.list_choice import ListChoice
from emgstream.sources.source_kind import FoundSource
from emgstream.sources.source_registry import find_sources
from emgstream.translation import tr
from emgstream.worker import Worker

__all__ = ["SourceWatch"]


class SourceWatch:
    """Looks for sources again and again, one look at a time.

    Parameters
    ----------
    find
        Finds them; called in a thread.
    """

    def __init__(self, find: Callable[[], Iterable[FoundSource]] = find_sources) -> None:
        self._find = find
        self._found: list[ListChoice] = []
        self._worker: Worker | None = None

    def poll(self) -> list[ListChoice] | None:
        """Return the sources of a look that has ended, and start the next; None while it runs."""
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
        self._found = [ListChoice(tr(source.title), source.address) for source in self._find()]
