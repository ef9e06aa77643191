"""All kinds of sources, and the function that opens a source by its address.

To add a kind, write its file and an entry in `_BUILT_IN`, or register a `SourceKind` in a package
of yours as an entry point of the group ``emgstream.sources``. The verbs, the window and the Python
API offer all registered kinds.

>>> kind_of("socket://127.0.0.1:5000").name, kind_of("simulated").name, kind_of("arm.csv.gz").name
('serial', 'simulated', 'recording')
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from emgstream.logs import get_logger
from emgstream.plugins import with_plugins
from emgstream.sources.source import Source
from emgstream.sources.source_kind import (
    AUTO,
    SIMULATED,
    FoundSource,
    SourceKind,
    SourceOptions,
)
from emgstream.tables.formats import RECORDING_SUFFIXES

__all__ = [
    "GROUP",
    "find_sources",
    "further_source_kinds",
    "kind_of",
    "known_sources",
    "open_source",
    "source_kinds",
    "source_problems",
    "standing_sources",
]

GROUP = "emgstream.sources"
"""Group of the entry points of other packages."""

_log = get_logger(__name__)
_failed: set[str] = set()  # kinds that failed once: a window looks again every second


def _is_recording(address: str) -> bool:
    return "://" not in address and address.lower().endswith(RECORDING_SUFFIXES)


_BUILT_IN = (
    SourceKind(
        SIMULATED,
        "synthetic EMG, no board needed",
        SIMULATED,
        "emgstream.sources.simulated_board_source:open_simulated_board",
        standing=(FoundSource(SIMULATED, "Simulated board"),),
        picks_channels=True,
        has_one_reader=False,
    ),
    SourceKind(
        "recording",
        "a recording, played at its own pace",
        "FILE.csv",
        "emgstream.sources.recording_file:open_recording",
        matcher=_is_recording,
        picks_channels=True,
        has_one_reader=False,
    ),
    SourceKind(
        "lsl",
        "a stream of the Lab Streaming Layer, extra lsl",
        "lsl://NAME or lsl://?type=EMG",
        "emgstream.sources.lsl_source:open_lsl_stream",
        finder="emgstream.sources.lsl_source:find_lsl_streams",
        has_one_reader=False,
    ),
    SourceKind(
        "brainflow",
        "a board of BrainFlow, extra brainflow",
        "brainflow://BOARD?serial_port=PORT",
        "emgstream.sources.brainflow_source:open_brainflow",
        finder="emgstream.sources.brainflow_source:find_brainflow_boards",
        catalogue="emgstream.sources.brainflow_source:known_brainflow_boards",
    ),
)
_SERIAL = SourceKind(
    "serial",
    "a sensor board on a serial port or behind a network address",
    "PORT, socket://HOST:PORT or auto",
    "emgstream.sources.serial_board:open_board",
    finder="emgstream.sources.serial_board:find_boards",
    standing=(FoundSource(AUTO, "Find my board"),),
    picks_channels=True,
    matcher=lambda _: True,  # asked last: what nothing else knows is the name of a port
)


@cache
def _registered() -> tuple[tuple[SourceKind, ...], tuple[str, ...]]:
    return with_plugins(GROUP, SourceKind, (*_BUILT_IN, _SERIAL))


def source_kinds() -> tuple[SourceKind, ...]:
    """Return all kinds of sources, the built-in ones first."""
    return _registered()[0]


def further_source_kinds() -> tuple[SourceKind, ...]:
    """Return the kinds beside serial ports, the simulated board and recordings."""
    usual = (SIMULATED, "recording", _SERIAL.name)
    return tuple(kind for kind in source_kinds() if kind.name not in usual)


def source_problems() -> tuple[str, ...]:
    """Return one line for each registered kind that cannot be used."""
    return _registered()[1]


def kind_of(address: str) -> SourceKind:
    """Return the kind of an address; a serial port, if it is of no other kind."""
    others = (kind for kind in source_kinds() if kind is not _SERIAL and kind.matches(address))
    return next(others, _SERIAL)


def open_source(address: str, options: SourceOptions | None = None) -> Source:
    """Return the source at an address, not yet entered.

    Raises EmgStreamError if it cannot be opened; failures of connecting are raised later, by
    entering or reading the source.
    """
    return kind_of(address).open(address, options or SourceOptions())


def standing_sources() -> tuple[FoundSource, ...]:
    """Return the sources that are always offered."""
    return tuple(source for kind in source_kinds() for source in kind.standing)


def known_sources() -> list[FoundSource]:
    """Return the addresses of devices that are known, to be completed by the user."""
    return [source for kind in source_kinds() for source in kind.known()]


def find_sources(kinds: Iterable[SourceKind] | None = None) -> Iterator[FoundSource]:
    """Find the sources of some kinds, or of all kinds, that exist now.

    This takes some seconds: call it in a thread. If a finder fails, that is logged once, and there
    are no sources of that kind.
    """
    for kind in source_kinds() if kinds is None else kinds:
        try:
            found = list(kind.find())
        except Exception:
            if kind is _SERIAL:
                raise  # code of ours: a failure of it is a bug
            if kind.name not in _failed:
                _failed.add(kind.name)
                _log.info("looking for sources of the kind %s failed", kind.name, exc_info=True)
            continue
        yield from found
