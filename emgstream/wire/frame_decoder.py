"""Decoder of binary streams: bytes to frames, the same for any split of the bytes."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from emgstream.wire.decoded_frames import Counters, Frames, join_frames
from emgstream.wire.frame_timeline import FrameTimeline
from emgstream.wire.framing import decode_frame, decode_frames, frame_dtype, line_length
from emgstream.wire.replies import Reply, split_replies

__all__ = ["FrameDecoder"]

_LONGEST_STRETCH = 512
"""Longest stretch that is searched, in bytes: more than the longest reply, of 326."""
_BLOCK = 1 << 17  # so that the columns of one block stay in the processor's cache
_BULK = 1 << 10
"""Bytes from which frames are decoded with numpy. Measured: 64 frames (1,024 bytes) one by one take
0.8 of its time, 128 frames 1.1."""
_MAX_REPLIES = 64
"""Replies kept until they are asked for. A choice: a host asks after every command."""


class FrameDecoder:
    """Decoder of the frames and replies in a binary stream.

    The bytes between two zeros are a *stretch*. A stretch of a frame's length is a frame if all
    checks are good. Any other may contain a reply, or a good frame at its start or end if noise hit
    only its neighbour; all other bytes are counted and skipped. No input raises an error, and at
    most 512 bytes and one frame are kept between calls. One thread uses it.

    Parameters
    ----------
    n_channels
        Channels of the stream, 1 to 11.
    sampling_rate_hz
        Samples per second by the board's clock; a ``start`` reply in the stream changes it.
    bits
        Resolution of the converter: frames with a greater sample are refused.

    Raises
    ------
    UsageError
        Unless there are 1 to 11 channels.
    """

    def __init__(self, n_channels: int, sampling_rate_hz: float, bits: int = 16) -> None:
        self.n_channels = n_channels
        self.bits = bits
        self._length = line_length(n_channels) - 1
        self._timeline = FrameTimeline(sampling_rate_hz)
        self._tail = b""
        self._n_dropped = 0  # bytes of the unfinished stretch that were not kept
        self._arrived: list[bytes] = []  # good frames not placed yet
        self._unconfirmed = b""  # a good frame that waits for the next one
        self._replies: list[Reply] = []
        self._n_crc_failures = self._bytes_skipped = 0

    @property
    def sampling_rate_hz(self) -> float:
        """Samples per second by the board's clock, as last reported."""
        return self._timeline.sampling_rate_hz

    @property
    def counters(self) -> Counters:
        """The counters up to now."""
        timeline = self._timeline
        return Counters(
            n_frames=timeline.n_frames,
            n_lost=timeline.n_lost,
            n_duplicated=timeline.n_duplicated,
            n_reordered=timeline.n_reordered,
            n_crc_failures=self._n_crc_failures,
            n_implausible=timeline.n_implausible,
            bytes_skipped=self._bytes_skipped + self._unfinished_noise(),
        )

    def feed(self, data: bytes) -> Frames:
        """Return the frames that these bytes complete, possibly none."""
        parts: list[Frames] = []
        for start in range(0, len(data), _BLOCK):
            self._feed_block(data[start : start + _BLOCK], parts)
        return join_frames(parts, self.n_channels)

    def take_replies(self) -> list[Reply]:
        """Return the replies found since the last call, at most the newest 64."""
        replies, self._replies = self._replies, []
        return replies

    def begin_segment(self, sampling_rate_hz: float | None = None) -> None:
        """Drop unfinished bytes; the next frame opens a segment.

        For the reader of a port that was closed and opened again.
        """
        self._bytes_skipped += self._n_dropped + len(self._tail)
        self._tail, self._n_dropped = b"", 0
        self._open_segment(sampling_rate_hz)

    def _open_segment(self, sampling_rate_hz: float | None) -> None:
        if self._unconfirmed:
            self._timeline.n_implausible += 1
        self._unconfirmed = b""
        self._timeline.begin_segment(sampling_rate_hz)

    def _feed_block(self, data: bytes, parts: list[Frames]) -> None:
        data = self._tail + data
        end = data.rfind(b"\0") + 1
        if end == 0:
            self._keep_unfinished(data)
            return
        start = data.find(b"\0") + 1 if self._n_dropped else 0
        if start:
            self._salvage(data[: start - 1], parts)
        self._n_dropped = 0
        if end - start >= _BULK:
            self._decode_many(data[start:end], parts)
        else:
            self._decode_few(data[start:end], parts)
        self._keep_unfinished(data[end:])
        self._place(parts)

    def _keep_unfinished(self, tail: bytes) -> None:
        if len(tail) > _LONGEST_STRETCH:
            self._n_dropped += len(tail) - self._length
            tail = tail[-self._length :]
        self._tail = tail

    def _unfinished_noise(self) -> int:
        total = self._n_dropped + len(self._tail)
        return total - self._length if total > _LONGEST_STRETCH else 0

    def _decode_few(self, data: bytes, parts: list[Frames]) -> None:
        for stretch in data.split(b"\0"):
            frame = decode_frame(stretch, self.bits) if len(stretch) == self._length else None
            if frame is not None:
                self._arrived.append(frame)
            elif stretch:
                self._salvage(stretch, parts)

    def _decode_many(self, data: bytes, parts: list[Frames]) -> None:
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
            self._salvage(data[start:end], parts)
            done = cut
        self._arrived.append(frames[done:].tobytes())

    def _salvage(self, stretch: bytes, parts: list[Frames]) -> None:
        """Find replies and frames in a stretch that is not one frame; count the other bytes."""
        size = self._n_dropped + len(stretch)
        replies: list[Reply] = []
        if size <= _LONGEST_STRETCH and b"#" in stretch:
            replies, stretch = split_replies(stretch)
            size = len(stretch)
        self._salvage_frames(stretch, size)
        for reply in replies:
            self._handle_reply(reply, parts)

    def _salvage_frames(self, stretch: bytes, size: int) -> None:
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

    def _handle_reply(self, reply: Reply, parts: list[Frames]) -> None:
        self._replies = [*self._replies, reply][-_MAX_REPLIES:]
        if reply.kind == "start":
            self._place(parts)
            self._open_segment(_rate_of(reply))

    def _place(self, parts: list[Frames]) -> None:
        data = b"".join([self._unconfirmed, *self._arrived])
        self._arrived.clear()
        if not data:
            return
        batch = np.frombuffer(data, frame_dtype(self.n_channels))
        placed = self._timeline.place(batch["counter"], batch["micros"])
        self._unconfirmed = data[placed.n_used * batch.itemsize :]
        samples = batch["samples"][placed.rows].astype(np.float32)
        parts.append(Frames(placed.index, placed.device_us, samples, placed.segment))


def _rate_of(reply: Reply) -> float | None:
    try:
        rate_hz = float(reply.values.get("rate", ""))
    except ValueError:
        return None
    return rate_hz if 0.0 < rate_hz < 1e6 else None  # no board samples faster than its microseconds
