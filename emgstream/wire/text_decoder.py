"""Decoder of text streams: lines of numbers to frames, the same for any split of the bytes."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from emgstream.types import IndexArray
from emgstream.wire.decoded_frames import Counters, Frames, join_frames
from emgstream.wire.replies import Reply, split_replies
from emgstream.wire.text_lines import (
    LONGEST_LINE,
    Doubles,
    TextLayout,
    has_decimal_commas,
    learn_layout,
    read_alike,
    read_fields,
    read_header,
    template_of,
)

__all__ = ["TextDecoder"]

_LEARNING_LINES = 16
"""Lines from which the layout is learned. A choice: 16 ms at 1 kHz, and enough to outvote lines
that boot messages touched."""
_SLOW_LINES = 16
"""Lines that are read one by one, no longer halved. A choice: one line that differs from the others
sends at most 16 to the slow reader."""
_BLOCK = 1 << 18
"""Bytes decoded at once. A choice: it bounds the memory for large inputs."""
_LONGEST_KEPT = 512
"""Longest line that is kept until its end, in bytes: more than the longest reply, of 326."""
_MAX_REPLIES = 64  # as in frame_decoder
_WRAP = float(1 << 32)
_US_OF_SECOND = 1e6  # in seconds, 32 bits are enough for 136 years
_PADDING = b"\0 \t\r\n"
_NONE = np.empty(0, np.int64)

Parts: TypeAlias = list["Doubles | int | None"]
"""Numbers of consecutive lines, shape ``(n, n_fields)``; the number of unreadable lines between
them; None for a start reply between them."""


class TextDecoder:
    """Decoder of lines such as ``512,300,280``, ``18230 512 300`` or ``biceps:512``.

    The first line is dropped, as it may have begun before the port was opened. The layout is
    learned from the next 16 lines of numbers, which are kept until then; afterwards every line of
    that layout is decoded. A ``start`` reply, or a time that goes back, opens a segment. **Text has
    no counter, so a line that was lost, or altered to another well-formed line, is not detected**:
    the index counts the lines that arrived. A line that cannot be read has an index, too, which is
    missing in the frames. So has an empty line, unless there are empty lines among the first 16.
    Where most of the first 16 lines can only have decimal commas, as ``515,74;509,89``, the commas
    of all lines are decimal marks.

    No input raises an error, and at most 16 lines of 256 bytes and an unfinished one of 512 are
    kept between calls. One thread uses it.

    Parameters
    ----------
    n_channels
        Number of channels, if known; a line with one number more then begins with a time.
    """

    def __init__(self, n_channels: int | None = None) -> None:
        self._n_channels = n_channels
        self.layout: TextLayout | None = None
        self._header: tuple[str, ...] = ()
        self._has_decimal_comma = False
        self._learning: list[bytes] = []
        self._template: tuple[bytes, ...] | None = None
        self._tail, self._n_dropped = b"", 0  # the unfinished line; its bytes that were not kept
        self._is_aligned = False
        self._segment, self._has_samples = 0, False
        self._last_time, self._wrapped = -np.inf, 0.0
        self._replies: list[Reply] = []
        self._has_empty_lines = False
        self._next_index = 0
        self._n_frames = self._n_malformed = self._bytes_skipped = 0

    @property
    def channel_names(self) -> tuple[str, ...] | None:
        """Channel names from labels, a header line or counting; None until the layout is known."""
        return None if self.layout is None else self.layout.channel_names(self._header)

    @property
    def counters(self) -> Counters:
        """The counters up to now; ``sees_loss`` is false."""
        unfinished = self._n_dropped + len(self._tail)
        return Counters(
            n_frames=self._n_frames,
            n_malformed=self._n_malformed,
            bytes_skipped=self._bytes_skipped + (unfinished if unfinished > _LONGEST_KEPT else 0),
            sees_loss=False,
        )

    def take_replies(self) -> list[Reply]:
        """Return the replies found since the last call, at most the newest 64."""
        replies, self._replies = self._replies, []
        return replies

    def begin_segment(self) -> None:
        """Drop the unfinished line; the next one opens a segment."""
        self._bytes_skipped += self._n_dropped + len(self._tail)
        self._tail, self._n_dropped, self._is_aligned = b"", 0, False
        self._open_segment()

    def _open_segment(self) -> None:
        self._segment += self._has_samples
        self._has_samples, self._last_time = False, -np.inf

    def feed(self, data: bytes) -> Frames:
        """Return the samples of the lines that these bytes complete, possibly none."""
        parts: Parts = []
        for start in range(0, len(data), _BLOCK):
            self._feed_block(data[start : start + _BLOCK], parts)
        return self._frames(parts)

    def _feed_block(self, data: bytes, parts: Parts) -> None:
        data = self._tail + data
        end = data.rfind(b"\n") + 1
        if end:
            n_before = self._n_malformed
            data = self._without_partial_line(data)
            if self.layout is not None:  # else the index has not begun
                parts.append(self._n_malformed - n_before)
        self._keep_unfinished(data[data.rfind(b"\n") + 1 :])
        block = data[: data.rfind(b"\n") + 1]
        if self.layout is None:
            block = self._learn(block)
        if block:
            self._read(block, parts)

    def _without_partial_line(self, data: bytes) -> bytes:
        """Drop the rest of a line that is too long or whose beginning was not received."""
        if self._n_dropped or not self._is_aligned:
            first = data.find(b"\n") + 1
            self._bytes_skipped += self._n_dropped + first - 1
            self._n_malformed += self._is_aligned
            self._is_aligned, self._n_dropped = True, 0
            return data[first:]
        return data

    def _keep_unfinished(self, tail: bytes) -> None:
        if self._n_dropped + len(tail) > _LONGEST_KEPT:
            self._n_dropped += len(tail)
            tail = b""
        self._tail = tail

    def _learn(self, block: bytes) -> bytes:
        """Keep lines until the layout can be learned; return all lines that can be read then."""
        lines = block.split(b"\n")[:-1]
        for number, line in enumerate(lines):
            if self._fields(line) is not None or _is_read_with_decimal_commas(line):
                self._learning.append(line)
            elif len(line) > _LONGEST_KEPT:
                self._handle_other_line(line)
            elif header := read_header(_text(line)):
                self._header = header
            elif not line.strip(_PADDING):
                self._has_empty_lines = True
            elif self._handle_other_line(line):
                self._bytes_skipped += sum(map(len, self._learning))
                self._learning.clear()
            if len(self._learning) == _LEARNING_LINES:
                return self._learned(lines[number + 1 :])
        return b""

    def _learned(self, rest: list[bytes]) -> bytes:
        n_decimal = sum(map(_has_decimal_commas, self._learning))
        self._has_decimal_comma = 2 * n_decimal > len(self._learning)
        read = [fields for line in self._learning if (fields := self._fields(line))]
        self.layout = learn_layout(read, self._n_channels)
        lines, self._learning = self._learning + rest, []
        return b"\n".join([*lines, b""])

    def _read(self, block: bytes, parts: Parts) -> None:
        """Read lines in bulk if they are alike, else the two halves of them."""
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
        """Return the numbers of lines that differ from the last one read only in their digits."""
        if self._template is None or self.layout is None or not block.isascii():
            return None
        values = read_alike(self._with_points(block.replace(b"\r\n", b"\n")), self._template)
        return values if values is not None and values.shape[1] == self.layout.n_fields else None

    def _read_lines(self, block: bytes, parts: Parts) -> None:
        rows: list[list[float]] = []
        for line in block.split(b"\n")[:-1]:
            row = self._read_line(line)
            if row is not None:
                rows.append(row)
                continue
            n_before = self._n_malformed
            is_start = self._handle_other_line(line)
            if is_start or self._n_malformed > n_before:
                parts += [np.array(rows)] if rows else []
                parts.append(None if is_start else 1)
                rows = []
        if rows:
            parts.append(np.array(rows))

    def _read_line(self, line: bytes) -> list[float] | None:
        fields = self._fields(line)
        if fields is None or self.layout is None or not self.layout.fits(*fields):
            return None
        self._template = template_of(self._with_points(line))
        return fields[1]

    def _fields(self, line: bytes) -> tuple[tuple[str, ...], list[float]] | None:
        if _is_too_long(line):
            return None
        return read_fields(_text(line), decimal_comma=self._has_decimal_comma)

    def _with_points(self, lines: bytes) -> bytes:
        return lines.replace(b",", b".") if self._has_decimal_comma else lines

    def _handle_other_line(self, line: bytes) -> bool:
        """Keep the replies of a line without samples; return whether one is a ``start`` reply."""
        is_kept = len(line) <= _LONGEST_KEPT  # a longer one is lost if it arrives in pieces
        replies, rest = split_replies(line) if is_kept else ([], line)
        self._replies = [*self._replies, *replies][-_MAX_REPLIES:]
        is_gone = not (replies or self._has_empty_lines or self.layout is None)
        if rest.strip(_PADDING) or is_gone or not is_kept:
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
            elif isinstance(part, int):
                self._next_index += part
            else:
                frames.append(self._frames_of(part, layout))
        return join_frames(frames, layout.n_channels)

    def _frames_of(self, values: Doubles, layout: TextLayout) -> Frames:
        index = np.arange(self._next_index, self._next_index + len(values))
        self._next_index += len(values)
        self._n_frames += len(values)
        self._has_samples = True
        device_us, segment = self._times(values, layout)
        samples = values[:, layout.has_time :].astype(np.float32)
        return Frames(index, device_us, samples, segment)

    def _times(self, values: Doubles, layout: TextLayout) -> tuple[IndexArray, IndexArray]:
        """Return device times in us, 32-bit wraps undone, and segments; a step back opens one."""
        if not layout.has_time:
            return _NONE, np.full(len(values), self._segment)
        steps = np.diff(values[:, 0], prepend=self._last_time)
        is_wrap = (steps < -_WRAP / 2) & (steps > -_WRAP) & (layout.time_unit_us < _US_OF_SECOND)
        segment = self._segment + np.cumsum((steps < 0) & ~is_wrap)
        times = values[:, 0] + self._wrapped + _WRAP * np.cumsum(is_wrap)
        self._last_time, self._segment = float(values[-1, 0]), int(segment[-1])
        self._wrapped += _WRAP * int(is_wrap.sum())
        return np.rint(times * layout.time_unit_us).astype(np.int64), segment


def _has_decimal_commas(line: bytes) -> bool:
    return not _is_too_long(line) and has_decimal_commas(_text(line))


def _is_read_with_decimal_commas(line: bytes) -> bool:
    return _has_decimal_commas(line) and read_fields(_text(line), decimal_comma=True) is not None


def _is_too_long(line: bytes) -> bool:
    return len(line.removesuffix(b"\r")) > LONGEST_LINE


def _text(line: bytes) -> str:
    return line.strip(_PADDING).decode("ascii", "replace")
