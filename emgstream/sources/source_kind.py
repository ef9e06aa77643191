"""A kind of source as it is registered: its addresses, and the functions that find and open it."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from emgstream.sources.channel_match import WantedChannels
from emgstream.sources.channel_selection import ChannelSelection
from emgstream.sources.source import Source
from emgstream.tables import ALL_GUESSED, ColumnChoice

__all__ = ["AUTO", "SIMULATED", "FoundSource", "SourceKind", "SourceOptions"]

AUTO = "auto"
"""The address of the first board on USB that answers."""
SIMULATED = "simulated"
"""The address of the simulated board."""


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """Options for opening a source of any kind; each kind ignores those that do not concern it."""

    channel_names: tuple[str, ...] | None = None
    """Names for the channels, as those of a model; None for the names of the source."""
    channels: tuple[str, ...] | None = None
    """Channels of the source to take, in this order, by name or by number from 1; with
    ``channel_names``, one for each of these. None to match them by name."""
    keep_others: bool = False
    """True to take the other channels of the source, too, under its names."""
    sampling_rate_hz: float | None = None
    """Expected rate in Hz, as that of a model; a device is asked for it."""
    force: bool = False
    """True to accept a rate that is more than 5 % off."""
    reconnect: bool = True
    """True to wait for a device that was unplugged, and continue."""
    baud: int | None = None
    """Speed of a serial line in baud; None to find it."""
    number: int = 0
    """Number of this source among several in one run, from 0: simulated people differ by it."""
    columns: ColumnChoice = ALL_GUESSED
    """The user's statements on the columns of a recording; its channels before ``channels``."""
    speed: float | None = 1.0
    """Seconds of a recording per second; None for as fast as it is read."""
    loop: bool = False
    """True to begin a recording again at its end."""
    stays_at_end: bool = False
    """True to wait for a seek after the last row of a recording; False to end."""


@dataclass(frozen=True, slots=True)
class FoundSource:
    """A source that can be opened now."""

    address: str
    """Address that opens it."""
    title: str
    """Name in a list, for people."""
    description: str = ""
    """Further information in a few words."""


@dataclass(frozen=True)
class SourceKind:
    """A kind of source, with its addresses and the functions that find and open it.

    Other packages register one as an entry point of the group ``emgstream.sources`` that is an
    instance of this class. ``opener`` and ``finder`` can be given as ``"module:function"``, which
    is imported on first use.
    """

    name: str
    """Unique name in lower case; by default, its addresses are ``NAME`` and ``NAME://...``."""
    title: str
    """Description for people."""
    address: str
    """Form of its addresses in the help, as ``lsl://NAME``."""
    opener: Callable[[str, SourceOptions], Source] | str
    """Return the source at an address, not yet entered; raises EmgStreamError if it cannot.

    It returns at once: connecting belongs into entering and reading the source."""
    finder: Callable[[], Sequence[FoundSource]] | str | None = None
    """Return the sources of this kind that exist now, within a few seconds; called in a thread."""
    catalogue: Callable[[], Sequence[FoundSource]] | str | None = None
    """Return the devices that the kind knows, with what each needs in its address.

    ``ports`` lists them."""
    standing: tuple[FoundSource, ...] = ()
    """Sources that are always offered."""
    matcher: Callable[[str], bool] | None = None
    """Return True for an address of this kind, if the name is not enough to tell."""
    picks_channels: bool = False
    """True if its sources heed the channel options; else they are picked from what a source has."""
    has_one_reader: bool = True
    """True if an address can be opened only once at a time."""

    def matches(self, address: str) -> bool:
        """Return True if an address is of this kind."""
        if self.matcher is not None:
            return self.matcher(address)
        return address == self.name or address.startswith(f"{self.name}://")

    def open(self, address: str, options: SourceOptions) -> Source:
        """Return the source at an address, not yet entered; raises what ``opener`` raises."""
        opener = pkgutil.resolve_name(self.opener) if isinstance(self.opener, str) else self.opener
        source: Source = opener(address, options)
        if self.picks_channels or not (options.channel_names or options.channels):
            return source
        wanted = WantedChannels(options.channel_names, options.channels, options.keep_others)
        return ChannelSelection(source, wanted)

    def find(self) -> Sequence[FoundSource]:
        """Return the sources of this kind that exist now; raises what ``finder`` raises."""
        return _listed(self.finder)

    def known(self) -> Sequence[FoundSource]:
        """Return the devices that this kind knows; raises what ``catalogue`` raises."""
        return _listed(self.catalogue)


def _listed(by: Callable[[], Sequence[FoundSource]] | str | None) -> Sequence[FoundSource]:
    function = pkgutil.resolve_name(by) if isinstance(by, str) else by
    found: Sequence[FoundSource] = () if function is None else function()
    return found
