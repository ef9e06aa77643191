"""One kind of source as the registry knows it: its addresses, what is there, and how it opens."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from emgstream.sources.source import Source

__all__ = ["AUTO", "SIMULATED", "FoundSource", "SourceKind", "SourceOptions"]

AUTO = "auto"
"""The address of the first board on USB that answers."""
SIMULATED = "simulated"
"""The address of the simulated board."""


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """What is wanted of a source, whatever its kind. A source ignores what does not concern it."""

    channel_names: tuple[str, ...] | None = None
    """What the channels are to be called, as a model's; None for the source's own names."""
    channels: tuple[str, ...] | None = None
    """Which of the source's channels to take, in this order, by name or by number from 1; with
    ``channel_names``, one for each of them. None to match them by name."""
    keep_others: bool = False
    """True if to take the source's other channels too, under its own names."""
    sampling_rate_hz: float | None = None
    """Rate in Hz that a device is asked for and that is expected of it, as a model's."""
    force: bool = False
    """True if to put up with a rate that is more than 5 % off the one expected."""
    reconnect: bool = True
    """True if to wait for a device that went away, and go on once it is back."""
    baud: int | None = None
    """Speed of a serial line; None to find it."""
    number: int = 0
    """Place of this source among several of one run: simulated people differ by it."""
    recorded_rate_hz: float | None = None
    """Rate of a recording in Hz, where it has no time column."""
    speed: float | None = 1.0
    """Seconds of a recording that pass in one second; None for as fast as it is read."""
    loop: bool = False
    """True if a recording begins again at its end."""
    stays_at_end: bool = False
    """True if a recording waits after its last row for a seek, and does not end."""


@dataclass(frozen=True, slots=True)
class FoundSource:
    """A source that can be opened now."""

    address: str
    """What opens it."""
    title: str
    """What it is called in a list, for people."""
    description: str = ""
    """What else is known of it, in a few words."""


@dataclass(frozen=True)
class SourceKind:
    """One kind of source: what its addresses look like, which are there, and how they open.

    A package of yours offers one by an entry point of the group ``emgstream.sources`` whose object
    is an instance of this class. ``opener`` and ``finder`` may be named as ``"module:function"``,
    which is imported when it is first used.
    """

    name: str
    """Unique name, in lower case; by default its addresses are ``NAME`` and ``NAME://...``."""
    title: str
    """What it is, for people."""
    address: str
    """How its addresses are written, for help: ``lsl://NAME``."""
    opener: Callable[[str, SourceOptions], Source] | str
    """Return the source at an address, not yet entered; raises EmgStreamError where it cannot be.

    What takes time, or can fail for a while, belongs into entering and reading the source."""
    finder: Callable[[], Sequence[FoundSource]] | str | None = None
    """Return the sources of this kind that are there now, within a few seconds; a thread calls."""
    standing: tuple[FoundSource, ...] = ()
    """Sources that are always offered."""
    matcher: Callable[[str], bool] | None = None
    """True if an address is of this kind, where the name does not tell."""
    has_one_reader: bool = True
    """True if one address can be opened once only at a time."""

    def matches(self, address: str) -> bool:
        """Return True if an address is of this kind."""
        if self.matcher is not None:
            return self.matcher(address)
        return address == self.name or address.startswith(f"{self.name}://")

    def open(self, address: str, options: SourceOptions) -> Source:
        """Return the source at an address, not yet entered; raises what its opener raises."""
        opener = pkgutil.resolve_name(self.opener) if isinstance(self.opener, str) else self.opener
        source: Source = opener(address, options)
        return source

    def find(self) -> Sequence[FoundSource]:
        """Return the sources of this kind that are there now; raises what its finder raises."""
        finder = pkgutil.resolve_name(self.finder) if isinstance(self.finder, str) else self.finder
        found: Sequence[FoundSource] = () if finder is None else finder()
        return found
