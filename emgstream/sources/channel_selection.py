"""The chosen channels of a source, for kinds of sources that take all of theirs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from emgstream.sources.channel_match import ChannelMatch, WantedChannels
from emgstream.sources.source import CuedSubject, PacedSource, Source
from emgstream.sources.source_status import SourceStatus
from emgstream.types import Chunk, IndexArray, StreamInfo, TimeArray

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["ChannelSelection"]


class ChannelSelection:
    """A source with some of the channels of another, in another order or under other names.

    Each method may be called by the same threads as that of the other source.

    Parameters
    ----------
    source
        The source of all channels, not yet entered.
    wanted
        The channels to take of it.
    """

    def __init__(self, source: Source, wanted: WantedChannels) -> None:
        self._source = source
        self._wanted = wanted
        self._found: tuple[tuple[str, ...], ChannelMatch] | None = None

    @property
    def info(self) -> StreamInfo:
        """Description of the stream; the names of all channels until they can be matched."""
        info = self._source.info
        return info if self._found is None else replace(info, channel_names=self._found[1].names)

    @property
    def subject(self) -> CuedSubject | None:
        """The simulated person of the other source, if any."""
        return getattr(self._source, "subject", None)

    def __enter__(self) -> Self:
        self._source.__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._source.__exit__(*exc_info)

    def read(self) -> Chunk:
        """Return new samples of the chosen channels, possibly none.

        Raises what the other source raises, and StreamMismatchError if it has not the channels.
        """
        chunk = self._source.read()
        if not len(chunk):
            return chunk
        names = self._source.info.channel_names
        if self._found is None or self._found[0] != names:
            self._found = names, self._wanted.match(names)
        columns = self._found[1].columns_of(names)
        return chunk if columns is None else replace(chunk, samples=chunk.samples[:, columns])

    def expect(self, index: int | None) -> None:
        """Tell the other source, if it gathers samples, which one is awaited."""
        if isinstance(self._source, PacedSource):
            self._source.expect(index)

    def time_at(self, indices: IndexArray) -> TimeArray:
        """Return seconds since the start of the stream, same shape as ``indices``."""
        return self._source.time_at(indices)

    def labels_at(self, indices: IndexArray) -> list[str | None]:
        """Return the true label of each sample, None where it is not known."""
        return self._source.labels_at(indices)

    def status(self) -> SourceStatus:
        """Return the status of the other source, with a note on how its channels were matched."""
        status = self._source.status()
        note = None if self._found is None else self._found[1].note
        return status if note is None else replace(status, notes=(*status.notes, note))
