"""Bytes of a binary stream -> frames, however the bytes are split."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from emgstream.wire.frame_timeline import FrameTimeline
from emgstream.wire.frames import Counters, Frames, join_frames
from emgstream.wire.framing import decode_frame, decode_frames, frame_dtype, line_length
from emgstream.wire.replies import Reply, split_replies

__all__ = ["FrameDecoder"]

_LONGEST_STRETCH = 512
_BLOCK = 1 << 17  # columns of one block then stay in the processor's cache
_BULK = 1 << 10
_MAX_REPLIES = 64


class FrameDecoder:
    """Finds the frames and replies in the bytes of a binary stream.

    Bytes between two zeros are a *stretch*. One of a frame's length is a frame if everything about
    it is right. Any other may hold a reply, or a good frame at its end or start whose neighbour
    the noise touched; whatever else it holds is counted and skipped. No byte raises anything, and
    at most 512 bytes and one frame are kept between calls.

    Parameters
    ----------
    n_channels
        Channels of the stream, 1 to 11.
    sampling_rate_hz
        Rate by the board's own clock; a ``start`` reply in the stream changes it.
    bits
        Resolution of the converter: frames with a greater sample are refused.
    """

    def __init__(self, n_channels: int, sampling_rate_hz: float, bits: int = 16) -> None:
        self.n_channels = n_channels
        self.bits = bits
        self._length = line_length(n_channels) - 1
        self._timeline = FrameTimeline(sampling_rate_hz)
        self._tail = b""
        self._cut = 0  # bytes let go of the unfinished stretch
        self._arrived: list[bytes] = []  # good frames not placed yet
        self._held = b""  # a good frame that waits for the next one to bear it out
        self._replies: list[Reply] = []
        self._n_crc_failures = self._bytes_skipped = 0

    @property
    def sampling_rate_hz(self) -> float:
        """Rate by the board's own clock, as last told."""
        return self._timeline.sampling_rate_hz

    @property
    def counters(self) -> Counters:
        """What was seen up to now."""
        line = self._timeline
        return Counters(
            n_frames=line.n_frames,
            n_lost=line.n_lost,
            n_duplicated=line.n_duplicated,
            n_reordered=line.n_reordered,
            n_crc_failures=self._n_crc_failures,
            n_implausible=line.n_implausible,
            bytes_skipped=self._bytes_skipped + self._unfinished_noise(),
        )

    def feed(self, data: bytes) -> Frames:
        """Return the frames these bytes complete, possibly none."""
        parts: list[Frames] = []
        for start in range(0, len(data), _BLOCK):
            self._feed_block(data[start : start + _BLOCK], parts)
        return join_frames(parts, self.n_channels)

    def take_replies(self) -> list[Reply]:
        """Return the replies found since the last call, at most the newest 64."""
        replies, self._replies = self._replies, []
        return replies

    def begin_segment(self, sampling_rate_hz: float | None = None) -> None:
        """Say that time is broken: unfinished bytes are noise, the next frame opens a segment.

        For the reader of a port that was closed and opened again.
        """
        self._bytes_skipped += self._cut + len(self._tail)
        self._tail, self._cut = b"", 0
        self._break(sampling_rate_hz)

    def _break(self, sampling_rate_hz: float | None) -> None:
        if self._held:
            self._timeline.n_implausible += 1
        self._held = b""
        self._timeline.begin_segment(sampling_rate_hz)

    def _feed_block(self, data: bytes, parts: list[Frames]) -> None:
        data = self._tail + data
        end = data.rfind(b"\0") + 1
        if end == 0:
            self._keep(data)
            return
        start = data.find(b"\0") + 1 if self._cut else 0
        if start:
            self._odd(data[: start - 1], parts)
        self._cut = 0
        if end - start >= _BULK:
            self._many(data[start:end], parts)
        else:
            self._few(data[start:end], parts)
        self._keep(data[end:])
        self._place(parts)

    def _keep(self, tail: bytes) -> None:
        if len(tail) > _LONGEST_STRETCH:
            self._cut += len(tail) - self._length
            tail = tail[-self._length :]
        self._tail = tail

    def _unfinished_noise(self) -> int:
        total = self._cut + len(self._tail)
        return total - self._length if total > _LONGEST_STRETCH else 0

    def _few(self, data: bytes, parts: list[Frames]) -> None:
        for stretch in data.split(b"\0"):
            frame = decode_frame(stretch, self.bits) if len(stretch) == self._length else None
            if frame is not None:
                self._arrived.append(frame)
            elif stretch:
                self._odd(stretch, parts)

    def _many(self, data: bytes, parts: list[Frames]) -> None:
        """Decode the stretches of a frame's length all at once, the others one by one."""
        values = np.frombuffer(data, np.uint8)
        ends = np.flatnonzero(values == 0)
        starts = np.concatenate(([0], ends[:-1] + 1))
        fits = np.flatnonzero(ends - starts == self._length)
        rows = sliding_window_view(values, self._length)[starts[fits]]
        frames, good = decode_frames(rows, self.bits)
        is_odd = ends > starts
        is_odd[fits[good]] = False
        odd = np.flatnonzero(is_odd)
        done = 0
        cuts = np.searchsorted(fits[good], odd).tolist()
        for cut, start, end in zip(cuts, starts[odd].tolist(), ends[odd].tolist(), strict=True):
            self._arrived.append(frames[done:cut].tobytes())
            self._odd(data[start:end], parts)
            done = cut
        self._arrived.append(frames[done:].tobytes())

    def _odd(self, stretch: bytes, parts: list[Frames]) -> None:
        """Save what is good in a stretch that is no frame as a whole; count the rest."""
        size = self._cut + len(stretch)
        replies: list[Reply] = []
        if size <= _LONGEST_STRETCH and b"#" in stretch:
            replies, stretch = split_replies(stretch)
            size = len(stretch)
        self._rescue(stretch, size)
        for reply in replies:
            self._heed(reply, parts)

    def _rescue(self, stretch: bytes, size: int) -> None:
        frames: list[bytes] = []
        if size == self._length:
            self._n_crc_failures += 1
        elif size > self._length:
            ends = [stretch[-self._length :]]
            if 2 * self._length <= size <= _LONGEST_STRETCH:
                ends.insert(0, stretch[: self._length])
            frames = [raw for end in ends if (raw := decode_frame(end, self.bits))]
        self._arrived += frames
        self._bytes_skipped += size - len(frames) * self._length

    def _heed(self, reply: Reply, parts: list[Frames]) -> None:
        self._replies = [*self._replies, reply][-_MAX_REPLIES:]
        if reply.kind == "start":
            self._place(parts)
            self._break(_rate_of(reply))

    def _place(self, parts: list[Frames]) -> None:
        data = b"".join([self._held, *self._arrived])
        self._arrived.clear()
        if not data:
            return
        batch = np.frombuffer(data, frame_dtype(self.n_channels))
        placed = self._timeline.place(batch["counter"], batch["micros"])
        self._held = data[placed.n_used * batch.itemsize :]
        samples = batch["samples"][placed.rows].astype(np.float32)
        parts.append(Frames(placed.index, placed.device_us, samples, placed.segment))


def _rate_of(reply: Reply) -> float | None:
    try:
        rate_hz = float(reply.values.get("rate", ""))
    except ValueError:
        return None
    return rate_hz if 0.0 < rate_hz < 1e6 else None
