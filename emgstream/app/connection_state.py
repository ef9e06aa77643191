"""The state of a connection, for a light and a few words."""

from __future__ import annotations

from dataclasses import dataclass

from emgstream.sources.source_status import SourceState

__all__ = ["ConnectionState"]


@dataclass(frozen=True, slots=True)
class ConnectionState:
    """What a connection is doing, for a light and a few words."""

    kind: SourceState
    """What it is doing."""
    words: str
    """The same in words."""
