"""A stream of the Lab Streaming Layer (LSL) as a source: ``lsl://NAME`` or ``lsl://?type=EMG``."""

from __future__ import annotations

import atexit
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

import numpy as np

from emgstream.clock import Clock, MonotonicClock
from emgstream.errors import (
    MissingExtraError,
    SourceDisconnectedError,
    SourceNotFoundError,
    UsageError,
)
from emgstream.sources.library_link import Arrivals, OpenedStream
from emgstream.sources.library_source import LibrarySource
from emgstream.sources.lsl_library import pylsl_library
from emgstream.sources.sample_steps import StampSteps
from emgstream.sources.source_kind import FoundSource, SourceOptions
from emgstream.types import StreamInfo
from emgstream.wording import counted, listed

__all__ = ["LslAddress", "LslLink", "find_lsl_streams", "found_streams", "open_lsl_stream"]

_SCHEME = "lsl"
_PROPERTIES = ("type", "source_id", "hostname", "uid")
_LOOK_S = 1.0
"""Seconds in which streams answer: a choice, twice the time between two questions of liblsl."""
_GIVE_UP_S = 5.0
"""Seconds until a stream counts as not there: a choice; a name in the network may take some."""
_WAIT_S = 0.03  # a choice: within the 50 ms that a read of a source may take
_DESCRIBE_S = 5.0  # a choice: a description is some kilobytes over a network
_BUFFER_S = 60  # a choice: liblsl keeps samples for so long if this computer is busy
_PULL_S = 0.02  # a choice: within the 50 ms that a read of a source may take, with its pause
_MAX_SAMPLES = 8192  # of one pull: 4 s at 2 kHz
_MAX_CHANNELS = 512  # a choice: beyond it, a stream is no EMG
_MOST_LISTED = 3  # a choice: a laboratory may have dozens, and emgstream ports lists them
_MICROVOLT = {"microvolt", "microvolts", "uv", "µv", "μv"}


@dataclass(frozen=True)
class LslAddress:
    """The stream that an address means: its name, other properties, or both.

    >>> address = LslAddress.parse("lsl://left arm?type=EMG")
    >>> address.name, address.properties
    ('left arm', {'type': 'EMG'})
    """

    name: str
    """Name of the stream; empty for any."""
    properties: dict[str, str] = field(default_factory=dict)
    """Further properties and their values: type, source_id, hostname, uid."""

    @classmethod
    def parse(cls, address: str) -> LslAddress:
        """Return the stream that an address means; raises UsageError."""
        name, _, query = address.removeprefix(_SCHEME).removeprefix("://").partition("?")
        properties = dict(parse_qsl(query, keep_blank_values=True))
        unknown = [key for key in properties if key not in _PROPERTIES]
        if unknown:
            raise UsageError(
                f"{address} names the property {unknown[0]!r}; expected some of "
                f"{', '.join(_PROPERTIES)}, as in lsl://NAME or lsl://?type=EMG"
            )
        return cls(unquote(name), properties)

    def is_meant(self, stream: Any) -> bool:
        """Return True if the address means a stream that was found."""
        return self.name in ("", stream.name()) and all(
            getattr(stream, key)() == value for key, value in self.properties.items()
        )


class LslLink:
    """One stream of the Lab Streaming Layer, found by an address.

    The first look decides which stream it is. Only a stream of the same name, type and source (its
    ``source_id``, else its computer) takes its place if it is lost. liblsl would look for it by
    itself, and not tell; so that is switched off.

    Raises MissingExtraError if LSL is not installed.
    """

    loss_advice = "check the sender, the network and the load of this computer"
    silence_is_loss_s: float | None = 10.0
    """Seconds without a sample after which the stream is opened again.

    A choice: liblsl tells that a stream is lost, as a rule; where it does not, the stream must not
    be stalled for good.
    """

    def __init__(self, address: str, clock: Clock | None = None) -> None:
        self._pylsl = pylsl_library()
        self._text = address
        self._address = LslAddress.parse(address)
        self._clock = clock or MonotonicClock()
        self._resolver: Any = None
        self._inlet: Any = None
        self._stream: Any = None

    def open(self) -> Generator[None, None, OpenedStream]:
        """Open the stream; raises SourceNotFoundError if it is not there, or is there twice."""
        if self._resolver is None:
            self._resolver = self._pylsl.ContinuousResolver()
        chosen = yield from self._choose()
        before, self._stream = self._stream, chosen
        self._inlet = self._pylsl.StreamInlet(
            chosen, max_buflen=_BUFFER_S, recover=False, as_numpy=True
        )
        described = yield from self._describe()
        yield from self._subscribe()
        self._resolver = None  # it asks the network as long as it is there
        is_back = before is not None and before.uid() == chosen.uid()
        again = "is connected again" if is_back else "was started again by its sender"
        return OpenedStream(
            StreamInfo(
                f"LSL {chosen.name()}",
                _labels(described),
                chosen.nominal_srate() or None,
                _unit(described),
            ),
            f"lsl://{quote(chosen.name(), safe=' ')}",
            {
                "library": "LSL",
                "name": chosen.name(),
                "type": chosen.type(),
                "hostname": chosen.hostname(),
                "source_id": chosen.source_id(),
            },
            () if before is None else (f"{self._text} {again}: the time between is a gap",),
        )

    def pull(self, *, waits: bool = False) -> Arrivals:
        """Return new samples; raises SourceDisconnectedError if the stream is lost."""
        try:
            samples, stamps_s = self._inlet.pull_chunk(max_samples=_MAX_SAMPLES)
        except self._pylsl.util.LostError as lost:
            raise SourceDisconnectedError(f"{self._text} was lost") from lost
        if waits:
            with suppress(self._pylsl.util.LostError):  # the next pull tells
                more = self._inlet.pull_chunk(_PULL_S, _MAX_SAMPLES, min_samples=1)
                samples, stamps_s = map(np.concatenate, zip((samples, stamps_s), more, strict=True))
        return Arrivals(samples.astype(np.float32, copy=False), stamps_s, stamps_s)

    def learn(self, first: Arrivals) -> StampSteps | None:
        """Return the steps by the stamps, if these are steady."""
        return StampSteps.learn(first.numbers)

    def close(self) -> None:
        """Close the stream."""
        self._inlet = self._resolver = None

    def _choose(self) -> Generator[None, None, Any]:
        """Return the only stream that is meant, once all had time to answer."""
        begun_s = self._clock.now()
        while True:
            self._clock.sleep(_WAIT_S)
            waited_s = self._clock.now() - begun_s
            found = self._resolver.results()
            streams = [one for one in found if self._address.is_meant(one) and not _is_text(one)]
            meant = [one for one in streams if self._is_same(one)]
            if meant and waited_s >= _LOOK_S:
                break
            if waited_s >= _GIVE_UP_S:
                raise self._not_found(streams or found)
            yield
        if len(meant) > 1:
            raise SourceNotFoundError(
                f"{self._text} is there {len(meant)} times: {_listed(meant, _exact)}; expected "
                f"one; connect to one of these, as --port '{_exact(meant[0])}'"
            )
        return meant[0]

    def _is_same(self, stream: Any) -> bool:
        before = self._stream
        if before is None:
            return True
        sender = "source_id" if before.source_id() else "hostname"
        return all(
            getattr(stream, key)() == getattr(before, key)() for key in ("name", "type", sender)
        )

    def _not_found(self, found: Sequence[Any]) -> SourceNotFoundError:
        there = f"there are {_listed(found, _plain)}" if found else "no LSL stream answers"
        if self._stream is not None:
            return SourceNotFoundError(
                f"{there}; expected the same stream as before; another one is taken only if you "
                "connect again"
            )
        return SourceNotFoundError(
            f"no LSL stream {self._text}: {there}; expected one with samples; start its sender, "
            "and see emgstream ports; a firewall may block UDP port 16571"
        )

    def _describe(self) -> Generator[None, None, Any]:
        return (yield from self._patiently(lambda: self._inlet.info(timeout=_WAIT_S)))

    def _subscribe(self) -> Generator[None, None, None]:
        yield from self._patiently(lambda: self._inlet.open_stream(timeout=_WAIT_S))

    def _patiently(self, ask: Any) -> Generator[None, None, Any]:
        """Return what a question returns that is asked again until it is answered."""
        until_s = self._clock.now() + _DESCRIBE_S
        while True:
            try:
                return ask()
            except self._pylsl.util.TimeoutError as late:
                if self._clock.now() >= until_s:
                    raise SourceNotFoundError(
                        f"{self._text} is listed and does not answer; expected its description "
                        f"within {_DESCRIBE_S:.0f} s; start its sender again, or see the firewall"
                    ) from late
            except self._pylsl.util.LostError as lost:
                raise SourceNotFoundError(f"{self._text} was lost while it was opened") from lost
            yield


def open_lsl_stream(address: str, options: SourceOptions) -> LibrarySource:
    """Return the LSL stream at an address; raises MissingExtraError, UsageError."""
    return LibrarySource(address, LslLink(address), options)


def find_lsl_streams() -> list[FoundSource]:
    """Return the LSL streams with samples that are there now.

    Only the first call waits, for a second; streams are looked for in the background from then on.
    """
    try:
        return found_streams(lambda stream: not _is_text(stream))
    except MissingExtraError:
        return []


def found_streams(is_meant: Callable[[Any], bool]) -> list[FoundSource]:
    """Return the LSL streams of a kind that are there now, by address; only the first call waits.

    Raises MissingExtraError.
    """
    resolver, begun_s = _resolver()
    time.sleep(max(0.0, begun_s + _LOOK_S - time.monotonic()))
    streams = [one for one in resolver.results() if is_meant(one)]
    names = [one.name() for one in streams]
    found = [_found(one, names.count(one.name()) == 1) for one in streams]
    return sorted(found, key=lambda source: source.address)


def _found(stream: Any, is_only: bool) -> FoundSource:
    """Return a stream as it is listed, told apart from others of its name."""
    title, words = f"LSL {stream.name()}", _description(stream)
    if is_only:
        return FoundSource(_plain(stream), title, words)
    return FoundSource(_exact(stream), f"{title} ({stream.hostname()}, {stream.uid()[:8]})", words)


@cache
def _resolver() -> tuple[Any, float]:
    """Return what looks for streams, and the time at which it began; it asks twice a second."""
    resolver = pylsl_library().ContinuousResolver()
    atexit.register(_resolver.cache_clear)  # closed while liblsl is whole
    return resolver, time.monotonic()


def _is_text(stream: Any) -> bool:
    pylsl = pylsl_library()
    return bool(
        stream.channel_format() in (pylsl.cf_string, pylsl.cf_undefined)
        or stream.channel_count() > _MAX_CHANNELS
    )


def _plain(stream: Any) -> str:
    return f"{_SCHEME}://{quote(stream.name(), safe=' ')}"


def _exact(stream: Any) -> str:
    """Return the address of one of several streams of a name."""
    return f"{_plain(stream)}?uid={stream.uid()}"


def _listed(streams: Sequence[Any], address: Callable[[Any], str]) -> str:
    """Return the addresses of the first streams, each with its computer, and how many more."""
    names = [
        f"{address(one)} {'of text ' if _is_text(one) else ''}from {one.hostname()}"
        for one in streams
    ]
    return listed(list(dict.fromkeys(names)), _MOST_LISTED)


def _description(stream: Any) -> str:
    rate_hz = stream.nominal_srate()
    rate = f"{rate_hz:g} Hz" if rate_hz else "no stated rate"
    n_channels = stream.channel_count()
    channels = f"{counted(n_channels, 'channel')}"
    kind = "text" if _is_text(stream) else stream.type() or "no type"
    return f"{kind}, {channels}, {rate}, from {stream.hostname()}"


def _labels(described: Any) -> tuple[str, ...]:
    """Return a name for each channel, none twice; ``ch1`` where the stream has none."""
    stated = described.get_channel_labels() or []
    names: list[str] = []
    for place in range(described.channel_count()):
        name = (stated[place] if place < len(stated) else None) or f"ch{place + 1}"
        while name in names:
            name += "_"
        names.append(name)
    return tuple(names)


def _unit(described: Any) -> str:
    """Return the unit that all channels have; ``counts`` if they state none."""
    units = {unit for unit in described.get_channel_units() or [] if unit}
    if len(units) != 1:
        return "mixed units" if units else "counts"
    unit = units.pop()
    return "µV" if unit.lower() in _MICROVOLT else unit
