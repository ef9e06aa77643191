"""The choices for looking at channels: which are shown, their names, and their scale."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from emgstream.app.signal_views import SignalView
from emgstream.text_documents import json_of
from emgstream.translation import tr

__all__ = ["LaneChoices", "ScaleMode", "lane_choices_from", "lane_choices_text"]


class ScaleMode(Enum):
    """A vertical scale, with the words of its button."""

    AUTOMATIC = tr("Automatic")
    """Each lane follows its own signal."""
    SHARED = tr("One for all")
    """All lanes follow the largest signal, so that amplitudes compare."""
    FIXED = tr("Fixed")
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

    def beside(self, before: LaneChoices, names: tuple[str, ...]) -> LaneChoices:
        """Return these choices of the channels ``names``, and those of before of all others.

        >>> before = LaneChoices(titles={"a": "thumb", "b": "wrist"})
        >>> LaneChoices(titles={"b": "elbow"}).beside(before, ("b", "c")).titles
        {'a': 'thumb', 'b': 'elbow'}
        """
        return LaneChoices(
            self.mode,
            self.hidden | (before.hidden - set(names)),
            {n: one for n, one in before.titles.items() if n not in names} | dict(self.titles),
            {n: one for n, one in before.spans.items() if n not in names} | dict(self.spans),
        )


def lane_choices_text(choices: Mapping[SignalView, LaneChoices]) -> str:
    """Return the choices for each form of the signal as text, for the next start."""
    document = {
        view.name: {
            "mode": one.mode.name,
            "hidden": sorted(one.hidden),
            "titles": dict(one.titles),
            "spans": dict(one.spans),
        }
        for view, one in choices.items()
    }
    return json.dumps(document)


def lane_choices_from(text: str) -> dict[SignalView, LaneChoices]:
    """Return the choices of a text; none for a text that is not one of `lane_choices_text`.

    >>> choices = {SignalView.RAW: LaneChoices(ScaleMode.FIXED, spans={"a": (0.0, 1.0)})}
    >>> lane_choices_from(lane_choices_text(choices)) == choices
    True
    >>> lane_choices_from("of another version")
    {}
    """
    try:
        return {SignalView[name]: _choices(one) for name, one in json_of(text).items()}
    except (ValueError, LookupError, TypeError, AttributeError):
        return {}


def _choices(document: dict[str, Any]) -> LaneChoices:
    ends = {str(n): (float(low), float(high)) for n, (low, high) in document["spans"].items()}
    return LaneChoices(
        ScaleMode[document["mode"]],
        frozenset(map(str, document["hidden"])),
        {str(name): str(title) for name, title in document["titles"].items()},
        ends,
    )
