"""Lines of numbers -> frames: what any hobby sketch prints, however the bytes are split."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.types import IndexArray
from emgstream.wire.frames import Counters, Frames, join_frames
from emgstream.wire.replies import Reply, split_replies
from emgstream.wire.text_bulk import read_alike, template_of
from emgstream.wire.text_layout import TextLayout, learn_layout, read_fields, read_header

__all__ = ["TextDecoder"]

_LONGEST_LINE = 256
_LEARNING_LINES = 16
_SLOW_LINES = 16
_BLOCK = 1 << 18
_MAX_REPLIES = 64
_WRAP = float(1 << 32)
_PADDING = b"\0 \t\r\n"
_NONE = np.empty(0, np.int64)

Doubles: TypeAlias = npt.NDArray[np.float64]
Parts: TypeAlias = list["Doubles | None"]
"""Numbers of consecutive lines, shape ``(n, n_fields)``; None where a start was announced."""


class TextDecoder:
    """Finds samples in lines such as ``512,300,280``, ``18230 512 300`` or ``biceps:512``.

    The first line is dropped, as it may have begun before the port was opened. The next 16 lines of
    numbers are held back until they tell the layout; from then on a line is given out when it fits;
    a ``start`` reply, or a time that goes back, opens a segment. **Text has no counter, so a line
    that never arrived, or arrived altered but still well-formed, cannot be seen**: indices number
    the lines that came.

    No byte raises anything, and at most 17 lines of 256 bytes are kept between calls.

    Parameters
    ----------
    n_channels
        Channels to expect, if known: a line of one number more then begins with a time.
    """

    def __init__(self, n_channels: int | None = None) -> None:
        self._n_channels = n_channels
        self.layout: TextLayout | None = None
        self._header: tuple[str, ...] = ()
        self._learning: list[bytes] = []
        self._template: tuple[bytes, ...] | None = None
        self._tail, self._cut = b"", 0
        self._is_aligned = False
        self._segment, self._has_samples = 0, False
        self._last_time, self._wrapped = -np.inf, 0.0
        self._replies: list[Reply] = []
        self._n_frames = self._n_malformed = self._bytes_skipped = 0

    @property
    def channel_names(self) -> tuple[str, ...] | None:
        """One name a channel, from labels, a header line or counted; None until lines came."""
        return None if self.layout is None else self.layout.channel_names(self._header)

    @property
    def counters(self) -> Counters:
        """What was seen up to now; ``sees_loss`` is false."""
        unfinished = self._cut + len(self._tail)
        return Counters(
            n_frames=self._n_frames,
            n_malformed=self._n_malformed,
            bytes_skipped=self._bytes_skipped + (unfinished if unfinished > _LONGEST_LINE else 0),
            sees_loss=False,
        )

    def take_replies(self) -> list[Reply]:
        """Return the replies found since the last call, at most the newest 64."""
        replies, self._replies = self._replies, []
        return replies

    def begin_segment(self) -> None:
        """Say that time is broken: drop the unfinished line; the next one opens a segment."""
        self._bytes_skipped += self._cut + len(self._tail)
        self._tail, self._cut, self._is_aligned = b"", 0, False
        self._open_segment()

    def _open_segment(self) -> None:
        self._segment += self._has_samples
        self._has_samples, self._last_time = False, -np.inf

    def feed(self, data: bytes) -> Frames:
        """Return the samples of the lines these bytes complete, possibly none."""
        parts: Parts = []
        for start in range(0, len(data), _BLOCK):
            self._feed_block(data[start : start + _BLOCK], parts)
        return self._frames(parts)

    def _feed_block(self, data: bytes, parts: Parts) -> None:
        data = self._tail + data
        end = data.rfind(b"\n") + 1
        if end:
            data = self._without_first(data)
        self._keep(data[data.rfind(b"\n") + 1 :])
        block = data[: data.rfind(b"\n") + 1]
        if self.layout is None:
            block = self._learn(block)
        if block:
            self._read(block, parts)

    def _without_first(self, data: bytes) -> bytes:
        """Drop the rest of a line that is too long or whose start was never seen."""
        if self._cut or not self._is_aligned:
            first = data.find(b"\n") + 1
            self._bytes_skipped += self._cut + first - 1
            self._n_malformed += self._is_aligned
            self._is_aligned, self._cut = True, 0
            return data[first:]
        return data

    def _keep(self, tail: bytes) -> None:
        if self._cut + len(tail) > _LONGEST_LINE:
            self._cut += len(tail)
            tail = b""
        self._tail = tail

    def _learn(self, block: bytes) -> bytes:
        """Hold lines back until they tell the layout; return what can be read then."""
        lines = block.split(b"\n")[:-1]
        for number, line in enumerate(lines):
            if self._fields(line) is not None:
                self._learning.append(line)
            elif header := read_header(_text(line)):
                self._header = header
            elif self._take_other(line):
                self._bytes_skipped += sum(map(len, self._learning))
                self._learning.clear()
            if len(self._learning) == _LEARNING_LINES:
                return self._settle(lines[number + 1 :])
        return b""

    def _settle(self, rest: list[bytes]) -> bytes:
        read = [fields for line in self._learning if (fields := self._fields(line))]
        self.layout = learn_layout(read, self._n_channels)
        lines, self._learning = self._learning + rest, []
        return b"\n".join([*lines, b""])

    def _read(self, block: bytes, parts: Parts) -> None:
        """Read lines in bulk where all look the same, by halves where one does not."""
        values = self._read_alike(block)
        if values is not None:
            parts.append(values)
        elif block.count(b"\n") <= _SLOW_LINES:
            self._read_lines(block, parts)
        else:
            middle = block.find(b"\n", len(block) // 2) + 1
            if middle == len(block):
                middle = block.rfind(b"\n", 0, len(block) // 2) + 1
            self._read(block[:middle], parts)
            self._read(block[middle:], parts)

    def _read_alike(self, block: bytes) -> Doubles | None:
        """Return the numbers of lines that differ from the last one read in their digits alone."""
        if self._template is None or self.layout is None or not block.isascii():
            return None
        values = read_alike(block.replace(b"\r\n", b"\n"), self._template)
        return values if values is not None and values.shape[1] == self.layout.n_fields else None

    def _read_lines(self, block: bytes, parts: Parts) -> None:
        rows: list[list[float]] = []
        for line in block.split(b"\n")[:-1]:
            row = self._read_line(line)
            if row is not None:
                rows.append(row)
            elif self._take_other(line):
                parts += [np.array(rows), None] if rows else [None]
                rows = []
        if rows:
            parts.append(np.array(rows))

    def _read_line(self, line: bytes) -> list[float] | None:
        fields = self._fields(line)
        if fields is None or self.layout is None or not self.layout.fits(*fields):
            return None
        self._template = template_of(line)
        return fields[1]

    @staticmethod
    def _fields(line: bytes) -> tuple[tuple[str, ...], list[float]] | None:
        return read_fields(_text(line)) if len(line) <= _LONGEST_LINE else None

    def _take_other(self, line: bytes) -> bool:
        """Take a line that holds no samples; return whether it says that a stream begins."""
        replies, rest = split_replies(line)
        self._replies = [*self._replies, *replies][-_MAX_REPLIES:]
        if rest.strip(_PADDING):
            self._n_malformed += 1
            self._bytes_skipped += len(rest)
        return any(reply.kind == "start" for reply in replies)

    def _frames(self, parts: Parts) -> Frames:
        layout = self.layout
        if layout is None:
            return join_frames([], self._n_channels or 0)
        frames: list[Frames] = []
        for part in parts:
            if part is None:
                self._open_segment()
            else:
                frames.append(self._frames_of(part, layout))
        return join_frames(frames, layout.n_channels)

    def _frames_of(self, values: Doubles, layout: TextLayout) -> Frames:
        index = np.arange(self._n_frames, self._n_frames + len(values))
        self._n_frames += len(values)
        self._has_samples = True
        device_us, segment = self._times(values, layout)
        samples = values[:, layout.has_time :].astype(np.float32)
        return Frames(index, device_us, samples, segment)

    def _times(self, values: Doubles, layout: TextLayout) -> tuple[IndexArray, IndexArray]:
        """Return device time with 32-bit wraps undone; a clock that went back opens a segment."""
        if not layout.has_time:
            return _NONE, np.full(len(values), self._segment)
        steps = np.diff(values[:, 0], prepend=self._last_time)
        is_wrap = steps < -_WRAP / 2
        segment = self._segment + np.cumsum((steps < 0) & ~is_wrap)
        times = values[:, 0] + self._wrapped + _WRAP * np.cumsum(is_wrap)
        self._last_time, self._segment = float(values[-1, 0]), int(segment[-1])
        self._wrapped += _WRAP * int(is_wrap.sum())
        return np.rint(times * layout.time_unit_us).astype(np.int64), segment


def _text(line: bytes) -> str:
    return line.strip(_PADDING).decode("ascii", "replace")
