"""Streams of frames to break, with what was sent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emgstream.wire import FrameDecoder, Frames, encode_frames, line_length

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Sent:
    """What a board sampled: row i is instant i."""

    samples: Integers
    counters: Integers
    micros: Integers

    @property
    def line(self) -> list[bytes]:
        """One frame of bytes for every row."""
        data = encode_frames(self.counters, self.micros, self.samples)
        length = line_length(self.samples.shape[1])
        return [data[start : start + length] for start in range(0, len(data), length)]


def sent(
    n: int, *, seed: int = 0, n_channels: int = 3, counter: int = 65_500, rate_hz: float = 1000.0
) -> Sent:
    """Return random samples whose counter and clock both wrap soon, with 20 us of jitter."""
    rng = np.random.default_rng(seed)
    instants = np.arange(n)
    jitter = rng.integers(0, 20, n)
    micros = np.rint(instants * 1e6 / rate_hz).astype(np.int64) + jitter + 2**32 - 20_000
    samples = rng.integers(0, 1024, (n, n_channels))
    return Sent(samples, counter + instants, micros)


def decode(pieces: list[bytes], n_channels: int = 3) -> tuple[FrameDecoder, list[Frames]]:
    """Return a decoder and all it gave out, piece by piece."""
    decoder = FrameDecoder(n_channels, 1000.0, bits=10)
    return decoder, [decoder.feed(piece) for piece in pieces]


def rows(frames: list[Frames]) -> list[tuple[int, ...]]:
    """Return everything in some frames as plain rows, however they are grouped."""
    return [
        (index, device_us, segment, *(int(value) for value in samples))
        for part in frames
        for index, device_us, segment, samples in zip(
            part.index.tolist(),
            part.device_us.tolist(),
            part.segment.tolist(),
            part.samples.tolist(),
            strict=True,
        )
    ]


def split(data: bytes, sizes: list[int]) -> list[bytes]:
    """Return the bytes cut into pieces of these sizes, over and over."""
    pieces, start, turn = [], 0, 0
    while start < len(data):
        end = start + max(1, sizes[turn % len(sizes)])
        pieces.append(data[start:end])
        start, turn = end, turn + 1
    return pieces
