"""The choices for looking at channels: which are shown, their names, and their scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

__all__ = ["LaneChoices", "ScaleMode"]


class ScaleMode(Enum):
    """A vertical scale, with the words of its button."""

    AUTOMATIC = "Automatic"
    """Each lane follows its own signal."""
    SHARED = "One for all"
    """All lanes follow the largest signal, so that amplitudes compare."""
    FIXED = "Fixed"
    """Each lane keeps the values at its ends."""


@dataclass(frozen=True)
class LaneChoices:
    """Choices for looking; samples, decisions and recordings are not touched."""

    mode: ScaleMode = ScaleMode.AUTOMATIC
    """The vertical scale."""
    hidden: frozenset[str] = frozenset()
    """Channels that are not shown, by their names in the stream."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """Names that channels are shown by, by their names in the stream."""
    spans: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Values at the ends of fixed lanes, by the channels' names in the stream."""

    def shown(self, names: tuple[str, ...]) -> tuple[int, ...]:
        """Return the numbers of the channels that are shown; all where none would be.

        >>> LaneChoices(hidden=frozenset({"b"})).shown(("a", "b", "c"))
        (0, 2)
        """
        left = tuple(number for number, name in enumerate(names) if name not in self.hidden)
        return left or tuple(range(len(names)))

    def title(self, name: str) -> str:
        """Return the name that a channel is shown by."""
        return self.titles.get(name) or name

    def span(self, name: str) -> tuple[float, float] | None:
        """Return the values at the ends of a channel's lane; None where it follows the signal."""
        low, high = self.spans.get(name, (0.0, 0.0))
        return (low, high) if self.mode is ScaleMode.FIXED and low < high else None
