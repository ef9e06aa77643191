"""The boards the window can connect to."""

from __future__ import annotations

from emgstream.app.open_requests import SIMULATED, PortRequest
from emgstream.app.simulated_board_source import SimulatedBoardSource
from emgstream.manifest import Manifest
from emgstream.opening import board_source
from emgstream.sources.source import Source

__all__ = ["open_port"]


def open_port(request: PortRequest, manifest: Manifest | None) -> Source:
    """Return the source of all channels on a port; with a model's manifest, its among them.

    Not yet entered: its reader finds out what is there.
    """
    if request.port == SIMULATED:
        return SimulatedBoardSource(manifest)
    return board_source(
        request.port,
        manifest,
        channels=request.channels,
        keep_others=True,
        baud=request.baud,
        reconnect=request.reconnects,
        force=request.force,
    )
