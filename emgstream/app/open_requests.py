"""What the window is asked to show when it opens."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from emgstream.data import DEMO_MODEL
from emgstream.sources.source_kind import AUTO, SIMULATED

__all__ = ["AUTO", "SIMULATED", "PortRequest", "ReplayRequest", "SourceRequest", "WindowRequest"]


@dataclass(frozen=True, slots=True)
class ReplayRequest:
    """A recording to play."""

    path: Path
    """The file."""
    sampling_rate_hz: float | None = None
    """Its rate, where it has no time column."""
    speed: float | None = 1.0
    """Seconds of it in one second; None for as fast as it is read."""
    loop: bool = False
    """True if to begin again at the end."""
    channels: tuple[str, ...] | None = None
    """Columns to take as the model's channels, in its order; by name where None."""


@dataclass(frozen=True, slots=True)
class PortRequest:
    """A board, or another live source, to connect to."""

    port: str = AUTO
    """Its address, as `emgstream.sources.source_registry.open_source` takes it."""
    channels: tuple[str, ...] | None = None
    """Channels to take as the model's, in its order; by name where None."""
    baud: int | None = None
    """Speed of the line; found out where None."""
    reconnects: bool = True
    """True if to wait for a board that was unplugged, and go on."""
    force: bool = False
    """True if to put up with a rate that is more than 5 % off the model's."""


SourceRequest: TypeAlias = ReplayRequest | PortRequest


@dataclass(frozen=True, slots=True)
class WindowRequest:
    """Everything the command line may want of the window."""

    source: SourceRequest | None = None
    """What to open at once; None to let the user choose."""
    model: Path | None = DEMO_MODEL
    """The model to decide with; None for what was chosen last, or else the demo model."""
    screenshot: Path | None = None
    """Where to save a picture of the window; the program ends after that."""
    after_s: float = 5.0
    """Seconds after which the picture is taken."""
    theme: str | None = None
    """``light`` or ``dark``; None for what the user chose, or else the system's."""
    page: int = 0
    """The page in front, by its place in the switch."""
    settings: Path | None = None
    """File that keeps the settings; None for the user's own place."""
