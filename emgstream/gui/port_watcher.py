"""The list of ports, looked up in a thread, as some drivers are slow to answer."""

from __future__ import annotations

import threading

from emgstream.gui.source_bar import SourceChoice
from emgstream.sources.serial_board import PortInfo, list_ports
from emgstream.worker import Worker

__all__ = ["PortWatcher"]


class PortWatcher:
    """Looks for ports again and again, one look at a time."""

    def __init__(self) -> None:
        self._found: list[SourceChoice] = []
        self._worker: Worker | None = None

    def poll(self) -> list[SourceChoice] | None:
        """Return the ports of a look that has ended, and start the next; None while it runs."""
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
        self._found = [_choice(port) for port in list_ports() if port.vid is not None]


def _choice(port: PortInfo) -> SourceChoice:
    title = f"{port.device}  {port.description}" if port.description else port.device
    return SourceChoice(title, port.device)
