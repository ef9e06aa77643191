"""The boards the window can connect to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from emgstream.gui.requests import SIMULATED, PortRequest
from emgstream.gui.simulated_board import SimulatedBoardSource
from emgstream.manifest import Manifest
from emgstream.sources.base import Source
from emgstream.sources.serial_board import SerialBoardSource
from emgstream.types import StreamInfo

__all__ = ["open_port", "port_check"]


def open_port(request: PortRequest, manifest: Manifest) -> Source:
    """Return the source for a port, not yet entered: its reader finds out what is there."""
    if request.port == SIMULATED:
        return SimulatedBoardSource(manifest)
    return SerialBoardSource(
        request.port,
        baud=request.baud,
        channel_names=manifest.channel_names,
        channels=request.channels,
        sampling_rate_hz=manifest.sampling_rate_hz,
        reconnect=request.reconnects,
        force=request.force,
    )


def port_check(manifest: Manifest) -> Callable[[StreamInfo], None]:
    """Return the check of a board against a model: its source guards the rate by itself."""
    return replace(manifest, sampling_rate_hz=None).check_stream
