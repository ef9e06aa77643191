"""Speed of turning bytes into samples, against the ``readline`` and ``split`` loop of the same run.

python scripts/bench_wire.py
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Iterator

import numpy as np
from bench_rows import Row, table

from emgstream.wire import FrameDecoder, TextDecoder, encode_frames

N_SAMPLES = 1_000_000
N_LIVE = 20_000
N_CHANNELS = 3
N_REPEATS = 3


def counts(n: int = N_SAMPLES) -> np.ndarray:
    """Return some samples of a 10-bit converter."""
    return np.random.default_rng(1).integers(0, 1024, (n, N_CHANNELS))


def binary_of(samples: np.ndarray) -> bytes:
    """Return the samples as frames at 1 kHz."""
    instants = np.arange(len(samples))
    return encode_frames(instants, instants * 1000, samples)


def damaged(data: bytes, every: int) -> bytes:
    """Return the bytes with one altered every so many frames."""
    values = np.frombuffer(data, np.uint8).copy()
    values[5 :: 16 * every] ^= 0x55
    return values.tobytes()


def text_of(samples: np.ndarray, template: str = "{},{},{}\r\n") -> bytes:
    """Return the samples as lines."""
    return "".join(template.format(*row) for row in samples.tolist()).encode()


def read_lines(data: bytes) -> int:
    """Read as most do: a line, its fields, their numbers."""
    stream = io.BytesIO(data)
    rows = []
    while line := stream.readline():
        rows.append([int(field) for field in line.decode().strip().split(",")])
    return len(rows)


def decode_binary(data: bytes, size: int = 1 << 20) -> int:
    """Return how many frames came out, fed so many bytes at a time."""
    decoder = FrameDecoder(N_CHANNELS, 1000.0, bits=10)
    return sum(len(decoder.feed(data[at : at + size])) for at in range(0, len(data), size))


def decode_text(data: bytes, size: int = 1 << 20) -> int:
    """Return how many lines came out, fed so many bytes at a time."""
    decoder = TextDecoder()
    return sum(len(decoder.feed(data[at : at + size])) for at in range(0, len(data), size))


def rate(run: Callable[[bytes], int], data: bytes) -> float:
    """Return samples per second of the fastest of a few runs."""
    best_s, n_samples = float("inf"), 0
    for _ in range(N_REPEATS):
        start = time.perf_counter()
        n_samples = run(data)
        best_s = min(best_s, time.perf_counter() - start)
    return n_samples / best_s


def measure() -> Iterator[Row]:
    """Measure bulk decoding of frames and lines, and the few bytes of a live read."""
    samples = counts()
    binary, text = binary_of(samples), text_of(samples)
    plain = rate(read_lines, text)
    for what, run, data, wanted in (
        ("binary frames", decode_binary, binary, "300 k/s"),
        ("binary frames, 1 in 100 damaged", decode_binary, damaged(binary, 100), ""),
        ("text lines", decode_text, text, "500 k/s"),
        ("text lines with labels", decode_text, text_of(samples, "a:{},b:{},c:{}\n"), ""),
    ):
        ours = rate(run, data)
        other = f"readline and split: {plain / 1e3:.0f} k lines/s"
        yield Row(f"{what}, in bulk", f"{ours / 1e3:.0f} k/s", other, ours / plain, wanted)
    yield from measure_live(binary[: N_LIVE * 16], text_of(samples[:N_LIVE]))


def measure_live(binary: bytes, text: bytes) -> Iterator[Row]:
    """Measure one sample per call, as a quick reader of a port at 1 kHz gets them."""
    for what, run, data, size in (
        ("frame", decode_binary, binary, 16),
        ("line", decode_text, text, len(text) // N_LIVE),
    ):
        ours = rate(lambda data, run=run, size=size: run(data, size), data)  # type: ignore[misc]
        yield Row(f"one {what} a call", f"{1e6 / ours:.0f} us a call")


def main() -> int:
    """Print the table."""
    print(table(measure()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
