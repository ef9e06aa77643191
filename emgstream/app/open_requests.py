"""Requests to the window: the source and the model to open, and its options."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from emgstream.data import DEMO_MODEL
from emgstream.sources.source_kind import AUTO, SIMULATED
from emgstream.tables import ALL_GUESSED, ColumnChoice

__all__ = ["AUTO", "SIMULATED", "PortRequest", "ReplayRequest", "SourceRequest", "WindowRequest"]


@dataclass(frozen=True, slots=True)
class ReplayRequest:
    """A recording to play."""

    path: Path
    """The file."""
    columns: ColumnChoice = ALL_GUESSED
    """The user's statements on its columns; with a model, its channels are those of the model."""
    speed: float | None = 1.0
    """Seconds of the recording per second; None for as fast as it is read."""
    loop: bool = False
    """True to begin again at the end."""


@dataclass(frozen=True, slots=True)
class PortRequest:
    """A board, or another live source, to connect to."""

    port: str = AUTO
    """Its address, as `emgstream.sources.source_registry.open_source` takes it."""
    channels: tuple[str, ...] | None = None
    """Channels to use as those of the model, in its order; by name if None."""
    keeps_others: bool = True
    """True to show and record the other channels of the source, too."""
    baud: int | None = None
    """Speed of a serial line; found by trying if None."""
    reconnects: bool = True
    """True to wait for a board that was unplugged, and continue."""
    force: bool = False
    """True to accept a sampling rate that is more than 5 % off that of the model."""


SourceRequest: TypeAlias = ReplayRequest | PortRequest


@dataclass(frozen=True, slots=True)
class WindowRequest:
    """All that the command line can ask of the window."""

    source: SourceRequest | None = None
    """The source to open at once; None to let the user choose."""
    model: Path | None = DEMO_MODEL
    """The model to decide with; None for what was chosen last, or else the demo model."""
    without_model: bool = False
    """True to decide with no model."""
    screenshot: Path | None = None
    """File to save a picture of the window to; the program ends after that."""
    after_s: float = 5.0
    """Seconds after which the picture is taken."""
    theme: str | None = None
    """``light`` or ``dark``; None for what the user chose, or else the system's."""
    page: int = 0
    """The page in front, by its place in the switch."""
    settings: Path | None = None
    """File that keeps the settings; None for the user's own place."""
