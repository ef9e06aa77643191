"""The state of a connection, for a light and a few words."""

from __future__ import annotations

from dataclasses import dataclass

from emgstream.sources.source_status import SourceState

__all__ = ["ConnectionState"]


@dataclass(frozen=True, slots=True)
class ConnectionState:
    """State of a connection, as an enum and in a few words."""

    kind: SourceState
    """The state."""
    words: str
    """The same in words, with details."""
