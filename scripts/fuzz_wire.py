"""Break streams of frames and lines at random for as long as wanted, and hold the decoders to it.

Every round makes a stream of good frames, damages it (bits flipped, bytes put in, left out and
altered in rows, frames lost, doubled and swapped, outages, restarts, replies, plain noise), and
requires that

- whatever comes out was sent: index steps, time and samples, exactly,
- frames given out and lost add up in every segment,
- any split of the bytes gives the same, and nothing raises,
- undamaged frames all come out where the damage was noise between frames only.

Text goes through the same, but for the first two: it has no counter and no checksum.

    python scripts/fuzz_wire.py [--seconds 60] [--seed 0]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from itertools import pairwise

import numpy as np

from emgstream.wire import FrameDecoder, Frames, Reply, TextDecoder, encode_frames

N_FRAMES = 2000
RATE_HZ = 1000.0

Damage = Callable[[list[bytes], np.random.Generator], list[bytes]]


def stream(rng: np.random.Generator) -> tuple[list[bytes], dict[int, tuple[int, ...]]]:
    """Return frames in rows of random lengths between outages, and what was sampled when."""
    instants = np.arange(N_FRAMES)
    for _ in range(rng.integers(3)):
        instants[rng.integers(1, N_FRAMES) :] += rng.integers(1, 200_000)
    micros = instants * 1000 + rng.integers(0, 900, N_FRAMES) + int(rng.integers(2**32))
    samples = rng.integers(0, 1024, (N_FRAMES, 3))
    data = encode_frames(instants + rng.integers(2**16), micros, samples)
    sent = {int(us % 2**32): tuple(row) for us, row in zip(micros, samples.tolist(), strict=True)}
    return [data[at : at + 16] for at in range(0, len(data), 16)], sent


def flip_bits(line: list[bytes], rng: np.random.Generator) -> list[bytes]:
    """Flip bits anywhere, delimiters too."""
    values = np.frombuffer(b"".join(line), np.uint8).copy()
    at = rng.integers(0, len(values), rng.integers(1, 200))
    values[at] ^= (1 << rng.integers(0, 8, len(at))).astype(np.uint8)
    return [values.tobytes()]


def alter_rows(line: list[bytes], rng: np.random.Generator) -> list[bytes]:
    """Overwrite rows of bytes with random ones."""
    values = np.frombuffer(b"".join(line), np.uint8).copy()
    for at in rng.integers(0, len(values), rng.integers(1, 60)):
        row = values[at : at + rng.integers(1, 40)]
        row[:] = rng.integers(0, 256, len(row))
    return [values.tobytes()]


def drop_bytes(line: list[bytes], rng: np.random.Generator) -> list[bytes]:
    """Leave out rows of bytes."""
    data = b"".join(line)
    for at in rng.integers(0, len(data), rng.integers(1, 60)):
        data = data[:at] + data[at + rng.integers(1, 40) :]
    return [data]


def put_noise_between(line: list[bytes], rng: np.random.Generator) -> list[bytes]:
    """Put random bytes between frames; this must cost nothing."""
    noisy = list(line)
    for at in rng.integers(0, len(noisy), rng.integers(1, 60)):
        noisy[at] = rng.bytes(int(rng.integers(1, 400))) + noisy[at]
    return noisy


def mix_up(line: list[bytes], rng: np.random.Generator) -> list[bytes]:
    """Lose, double and swap frames."""
    mixed = [frame for frame in line if rng.random() > 0.02]
    for at in rng.integers(0, len(mixed) - 5, 20):
        mixed.insert(at + int(rng.integers(1, 5)), mixed[at])
        mixed[at + 3], mixed[at + 4] = mixed[at + 4], mixed[at + 3]
    return mixed


def put_replies_between(line: list[bytes], rng: np.random.Generator) -> list[bytes]:
    """Put replies between frames, some of which say that a stream begins."""
    talkative = list(line)
    for at in rng.integers(0, len(talkative), 5):
        kind = "start" if rng.random() < 0.5 else "status"
        reply = Reply(kind, {"rate": "1000.000", "sent": "7"}).encode(binary=True)
        talkative[at] = reply + talkative[at]
    return talkative


DAMAGES: tuple[Damage, ...] = (
    mix_up,
    put_replies_between,
    put_noise_between,
    drop_bytes,
    alter_rows,
    flip_bits,
)


def decode(decoder: FrameDecoder | TextDecoder, data: bytes, cuts: list[int]) -> list[Frames]:
    """Return what a decoder makes of the bytes, cut there."""
    edges = [0, *cuts, len(data)]
    return [decoder.feed(data[a:b]) for a, b in pairwise(edges)]


def rows(parts: list[Frames]) -> np.ndarray:
    """Return index, time, segment and samples as one table."""
    tables = [
        np.column_stack(
            [p.index, p.device_us if p.device_us.size else p.index, p.segment, p.samples]
        )
        for p in parts
        if len(p)
    ]
    return np.concatenate(tables) if tables else np.empty((0, 6))


def require(claim: bool, what: str) -> None:
    """End the round where a claim does not hold."""
    if not claim:
        raise RuntimeError(what)


def check_truth(table: np.ndarray, sent: dict[int, tuple[int, ...]]) -> None:
    """Require that every row was sampled just so, and that index and time move together."""
    for _, us, _, *values in table.astype(np.int64).tolist():
        require(sent.get(us % 2**32) == tuple(values), f"{values} at {us} us was never sampled")
    steps = np.diff(table[:, :3], axis=0)
    require(bool((steps[:, 0] >= 1).all()), "the index does not increase")
    same = steps[steps[:, 2] == 0]
    drift = np.abs(same[:, 1] / 1000.0 - same[:, 0])
    require(not len(drift) or float(drift.max()) <= 2.0, "index and time disagree")


def check_sums(table: np.ndarray, decoder: FrameDecoder) -> None:
    """Require that frames given out and lost add up to the indices of all segments."""
    counters = decoder.counters
    require(counters.n_frames == len(table), "frames given out are miscounted")
    spans = sum(np.ptp(table[table[:, 2] == s, 0]) + 1 for s in np.unique(table[:, 2]))
    require(counters.n_lost == spans - len(table), "frames lost are miscounted")


def random_cuts(n: int, rng: np.random.Generator) -> list[int]:
    """Return places to cut some bytes at, now many, now few."""
    return sorted(rng.integers(0, n + 1, rng.choice([1, 20, 2000])).tolist())


def binary_round(rng: np.random.Generator) -> int:
    """Break one stream of frames; return how many came out."""
    line, sent = stream(rng)
    chosen = [damage for damage in DAMAGES if rng.random() < 0.4]
    damaged = line
    for damage in chosen:
        damaged = damage(damaged, rng) if len(damaged) > 10 else damaged
    data = b"".join(damaged)
    whole, split = FrameDecoder(3, RATE_HZ, bits=10), FrameDecoder(3, RATE_HZ, bits=10)
    table = rows([whole.feed(data)])
    again = rows(decode(split, data, random_cuts(len(data), rng)))
    require(np.array_equal(table, again), "another split of the bytes gives something else")
    require(whole.counters == split.counters, "another split of the bytes counts otherwise")
    check_truth(table, sent)
    check_sums(table, whole)
    if chosen in ([], [put_noise_between]):
        require(len(table) == N_FRAMES, f"noise cost {N_FRAMES - len(table)} good frames")
    return len(table)


def text_round(rng: np.random.Generator) -> int:
    """Break one stream of lines; return how many came out."""
    by = rng.choice([",", "\t", ", ", ";", " "])
    numbers = rng.integers(-50, 1024, (500, 3)).tolist()
    lines = [f"{by.join(map(str, row))}\r\n".encode() for row in numbers]
    for damage in (drop_bytes, alter_rows, flip_bits):
        lines = damage(lines, rng) if rng.random() < 0.4 else lines
    data = b"".join(lines)
    whole, split = TextDecoder(), TextDecoder()
    table = rows([whole.feed(data)])
    again = rows(decode(split, data, random_cuts(len(data), rng)))
    require(np.array_equal(table, again), "another split of the text gives something else")
    require(whole.counters == split.counters, "another split of the text counts otherwise")
    return len(table)


def main() -> int:
    """Fuzz until the time is up; exit with 1 at the first claim that does not hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    end_s = time.monotonic() + options.seconds
    seed, n_frames, n_lines = options.seed, 0, 0
    while time.monotonic() < end_s:
        try:
            n_frames += binary_round(np.random.default_rng(seed))
            n_lines += text_round(np.random.default_rng(seed))
        except RuntimeError as error:
            print(f"seed {seed}: {error}")
            return 1
        seed += 1
    print(f"{seed - options.seed} rounds, {n_frames:,} frames, {n_lines:,} lines: all claims hold")
    return 0


if __name__ == "__main__":
    sys.exit(main())
