"""Programs that write a stream of a board, one byte per step, and what must hold of its decoders.

A fuzzer cannot guess a checksum, so its input is no stream but a program: "five good frames", "flip
this bit", "cut the stream here". `write_stream` runs any bytes as a program. `check_stream` decodes
what it wrote as a whole, in the chunks that it cut, and byte by byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from emgstream.wire import FrameDecoder, Frames, Reply, TextDecoder, encode_frames, join_frames

__all__ = ["StreamProgram", "WrittenStream", "check_stream", "require", "stream_seeds"]

_LONGEST = 1 << 16
"""Bytes after which a program ends. A choice: enough for the fast paths of both decoders."""
_BYTE_BY_BYTE = 2048
"""Longest stream that is decoded byte by byte, too. A choice: for speed."""
_RATES = ("1000.000", "50", "2000", "1e-300", "999999.5", "-1", "nan", "x", "")
_NUMBERS = (
    "1e12",
    "9999999999999",
    "-9999999999999",
    "-0",
    "1e-99",
    ".5",
    "5.",
    "1e99",
    "1,5",
    "é",
)
_SEPARATORS = (",", "\t", ", ", ";", " ", "; ")
_NAMES = ("t", "us", "ms", "s", "emg", "a b", "ch1", "x.y")


class BrokenClaimError(Exception):
    """Something that must hold does not."""


def require(claim: bool, what: str) -> None:
    """Raise BrokenClaimError where a claim does not hold."""
    if not claim:
        raise BrokenClaimError(what)


class StreamProgram:
    """The bytes of a program, read in order; zeros after its end."""

    def __init__(self, data: bytes) -> None:
        self._data, self._place = data, 0

    @property
    def is_over(self) -> bool:
        """True once all bytes are read."""
        return self._place >= len(self._data)

    def take(self, n: int) -> bytes:
        """Return the next ``n`` bytes."""
        taken = self._data[self._place : self._place + n]
        self._place += n
        return taken.ljust(n, b"\0")

    def number(self, n_bytes: int = 1) -> int:
        """Return the next bytes as a number."""
        return int.from_bytes(self.take(n_bytes), "little")


@dataclass
class WrittenStream:
    """The stream that a program wrote."""

    is_text: bool
    """True for lines of numbers, False for frames."""
    n_channels: int
    """Channels of the frames, or numbers in a line."""
    content: bytearray = field(default_factory=bytearray)
    """The bytes on the line."""
    cuts: list[int] = field(default_factory=list)
    """Places at which the stream arrives in pieces."""
    has_replies: bool = False
    """True if a reply was written."""


def write_stream(data: bytes) -> WrittenStream:
    """Run any bytes as a program."""
    program = StreamProgram(data)
    head = program.number()
    written = WrittenStream(bool(head & 1), 1 + (head >> 1) % 11)
    writer: _FrameWriter | _LineWriter
    writer = (_LineWriter if written.is_text else _FrameWriter)(program, written)
    while not program.is_over and len(written.content) < _LONGEST:
        step = program.number() % 16
        if step < 8:
            writer.write(step)
        else:
            _DAMAGES[step - 8](program, written)
    return written


class _FrameWriter:
    """Writes frames whose counter and time follow each other, unless the program says otherwise."""

    def __init__(self, program: StreamProgram, written: WrittenStream) -> None:
        self._program, self._written = program, written
        self._instant, self._micros = 0, 0
        self._frames: list[bytes] = []

    def write(self, step: int) -> None:
        """Write what one step of the program says."""
        program = self._program
        if step <= 2:
            self._append(1 + program.number() if step == 2 else 1 + program.number() % 8)
        elif step == 3:  # an outage
            lost = program.number(3)
            self._instant, self._micros = self._instant + lost, self._micros + 1000 * lost
        elif step == 4:  # a restart
            self._instant, self._micros = program.number(2), program.number(4)
        elif step == 5:  # counter or time alone
            self._instant += program.number()
            self._micros += program.number(2)
        elif step == 6 and self._frames:
            self._written.content += self._frames[-1 - program.number() % len(self._frames)]
        else:
            self._written.content += self._reply()

    def _append(self, n: int) -> None:
        instants = self._instant + np.arange(n)
        micros = self._micros + 1000 * np.arange(n)
        level = self._program.number(2)
        samples = (level + np.arange(n * self._written.n_channels)).reshape(n, -1) % (1 << 16)
        encoded = encode_frames(instants, micros, samples)
        size = len(encoded) // n
        self._frames = [encoded[at : at + size] for at in range(0, len(encoded), size)]
        self._written.content += encoded
        self._instant, self._micros = self._instant + n, self._micros + 1000 * n

    def _reply(self) -> bytes:
        self._written.has_replies = True
        return _reply(self._program).encode(binary=True)


class _LineWriter:
    """Writes lines of numbers of one layout, unless the program says otherwise."""

    def __init__(self, program: StreamProgram, written: WrittenStream) -> None:
        self._program, self._written = program, written
        head = program.number()
        self._by = _SEPARATORS[head % len(_SEPARATORS)]
        self._has_time, self._has_names = bool(head & 64), bool(head & 128)
        self._mark = "," if head & 32 else "."
        first = program.number() % len(_NAMES)
        self._names = [_NAMES[first], *(f"ch{n}" for n in range(1, written.n_channels))]
        self._time = 0

    def write(self, step: int) -> None:
        """Write what one step of the program says."""
        program, content = self._program, self._written.content
        if step <= 2:
            for _ in range(1 + program.number() % (64 if step == 2 else 20)):
                content.extend(self._line(self._written.n_channels))
        elif step == 3:
            content.extend(self._line(program.number() % 40))
        elif step == 4:
            odd = _NUMBERS[program.number() % len(_NUMBERS)]
            place = program.number() % self._written.n_channels
            content.extend(self._line(self._written.n_channels, place, odd))
        elif step == 5:
            self._time = program.number(5)
        elif step == 6:
            content.extend(self._by.join(self._names).encode() + b"\r\n")
        else:
            self._written.has_replies = True
            content.extend(_reply(program).encode())

    def _line(self, n: int, odd_place: int = -1, odd: str = "") -> bytes:
        self._time += 1000
        level = self._program.number()
        numbers = [f"{level + place}{self._mark}{place}" for place in range(n)]
        if self._has_time and n:
            numbers[0] = str(self._time)
        if odd_place >= 0:
            numbers[odd_place] = odd
        if self._has_names:
            named = zip(self._names, numbers, strict=False)
            numbers = [f"{name}:{number}" for name, number in named]
        return f"{self._by.join(numbers)}\r\n".encode()


def _reply(program: StreamProgram) -> Reply:
    kind = ("start", "status", "id", "rate")[program.number() % 4]
    rate = _RATES[program.number() % len(_RATES)]
    return Reply(kind, {"rate": rate, "sent": "7"})


def _flip(program: StreamProgram, written: WrittenStream) -> None:
    place, bits = program.number(2), program.number()
    if written.content:
        written.content[-1 - place % len(written.content)] ^= bits


def _drop(program: StreamProgram, written: WrittenStream) -> None:
    place, n = program.number(), program.number() % 40
    at = max(len(written.content) - place, 0)
    del written.content[at : at + n]


def _insert(program: StreamProgram, written: WrittenStream) -> None:
    written.content += program.take(program.number() % 32)


def _repeat(program: StreamProgram, written: WrittenStream) -> None:
    byte = program.take(1)
    written.content += byte * program.number(2)


def _cut(_program: StreamProgram, written: WrittenStream) -> None:
    written.cuts.append(len(written.content))


def _cut_before(program: StreamProgram, written: WrittenStream) -> None:
    written.cuts.append(max(len(written.content) - program.number(2), 0))


def _end_line(_program: StreamProgram, written: WrittenStream) -> None:
    written.content += b"\n" if written.is_text else b"\0"


_DAMAGES: Sequence[Callable[[StreamProgram, WrittenStream], None]] = (
    _flip,
    _drop,
    _insert,
    _repeat,
    _cut,
    _cut_before,
    _end_line,
    _cut,
)


def check_stream(data: bytes) -> None:
    """Raise BrokenClaimError where a decoder breaks a promise on the stream of a program."""
    written = write_stream(data)
    content = bytes(written.content)
    cuts = sorted(min(cut, len(content)) for cut in written.cuts)
    splits = [[0, *cuts, len(content)]]
    if len(content) <= _BYTE_BY_BYTE:
        splits.append(list(range(len(content) + 1)))
    head = data[1] if len(data) > 1 else 0
    whole = _new_decoder(written, head)
    rows = whole.feed(content)
    for edges in splits:
        decoder = _new_decoder(written, head)
        pieces = [decoder.feed(content[a:b]) for a, b in pairwise(edges)]
        _check_same(rows, join_frames([one for one in pieces if len(one)], rows.samples.shape[1]))
        require(decoder.counters == whole.counters, "another split of the bytes counts otherwise")
        require(_state(decoder) == _state(whole), "another split of the bytes finds other facts")
    _check_rows(rows, whole)
    if isinstance(whole, FrameDecoder):
        _check_bytes(content, whole)


def _new_decoder(written: WrittenStream, head: int) -> FrameDecoder | TextDecoder:
    if not written.is_text:
        return FrameDecoder(written.n_channels, 1000.0, bits=16 if head & 1 else 10)
    return TextDecoder((None, written.n_channels, max(written.n_channels - 1, 1))[head % 3])


def _state(decoder: FrameDecoder | TextDecoder) -> object:
    """Return what a decoder knows besides its counters; takes nothing from it."""
    if isinstance(decoder, FrameDecoder):
        return decoder.sampling_rate_hz, decoder._replies
    return decoder.layout, decoder.channel_names, decoder._replies


def _check_same(one: Frames, other: Frames) -> None:
    require(one.samples.shape == other.samples.shape, "another split of the bytes gives other rows")
    for name in ("index", "device_us", "samples", "segment"):
        is_same = np.array_equal(getattr(one, name), getattr(other, name))
        require(is_same, f"another split of the bytes gives another {name}")


def _check_rows(rows: Frames, decoder: FrameDecoder | TextDecoder) -> None:
    counters = decoder.counters
    require(counters.n_frames == len(rows), "frames given out are miscounted")
    require(bool(np.isfinite(rows.samples).all()), "a sample is not a number")
    require(bool((np.diff(rows.index) > 0).all()), "the index does not rise")
    require(bool((np.diff(rows.segment) >= 0).all()), "a segment goes back")
    if len(rows.device_us):
        same = np.diff(rows.segment) == 0
        is_late = (np.diff(rows.device_us) < 0)[same]
        require(not is_late.any(), "the time goes back within a segment")
    spans = [np.ptp(rows.index[rows.segment == one]) + 1 for one in np.unique(rows.segment)]
    n_missing = sum(map(int, spans)) - len(rows)
    if isinstance(decoder, FrameDecoder):
        require(counters.n_lost == n_missing, "frames lost are miscounted")
        is_in_range = (rows.samples >= 0).all() and (rows.samples < 1 << decoder.bits).all()
        require(bool(is_in_range), "a sample is beyond the converter")
    else:
        require(n_missing <= counters.n_malformed, "more lines are missing than were refused")


def _check_bytes(content: bytes, decoder: FrameDecoder) -> None:
    """Require that every byte is of a frame, a delimiter or a reply, or counted as skipped."""
    decoder.feed(b"\0")
    decoder.begin_segment()
    counters = decoder.counters
    n_frames = (
        counters.n_frames + counters.n_duplicated + counters.n_reordered + counters.n_implausible
    )
    length = 9 + 2 * decoder.n_channels
    accounted = n_frames * length + counters.bytes_skipped
    n_bytes = len(content) - content.count(0)
    if b"#" in content:
        require(accounted <= n_bytes, "more bytes are accounted for than arrived")
    else:
        require(accounted == n_bytes, "bytes are neither of a frame nor counted as skipped")


def stream_seeds() -> Iterator[bytes]:
    """Yield programs of which each writes something that a board sends."""
    for channels in (2, 0, 10):
        yield bytes([channels << 1, 1, 7, 0, 2])  # frames
        yield bytes([channels << 1, 2, 200, 0, 2, 12, 3, 9, 0, 0, 1, 7, 0, 2, 12, 6, 1])
        yield bytes([channels << 1, 1, 7, 0, 2, 7, 0, 0, 1, 7, 0, 2, 8, 20, 0, 255, 1, 7, 0, 0])
        for look in (0, 1, 64, 128, 32 + 3, 192):  # lines
            head = [(channels << 1) + 1, look, 1]
            lines = [1, 19, *range(20), 12, 4, 0, 0, 5, 14, 1, 19, *range(20), 13, 9, 0]
            yield bytes([*head, *lines])
            yield bytes([*head, 6, *lines, 7, 0, 0, 11, 65, 44, 1, 14, *lines, 5, 1, 0, 0, 0, 0])
