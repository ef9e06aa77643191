"""Detection of the protocol on a line: our firmware, a sketch that prints numbers, or none."""

from __future__ import annotations

from dataclasses import dataclass

from emgstream.wire import Identity, ReplyScanner, TextDecoder

__all__ = ["DetectionLimits", "ProtocolDetector"]

_NOISE_BYTES = 64  # a choice: a few lines, to tell text from noise
_PRINTABLE = frozenset([9, 10, 13, *range(32, 127)])


@dataclass(frozen=True, slots=True)
class DetectionLimits:
    """Time limits for listening at one line speed, in seconds."""

    silent_s: float
    """To a silent line: a bootloader takes 1.7 s."""
    noisy_s: float = 0.6
    """To bytes that are not understood, from the first on: a choice, 600 bytes at 9600 baud."""
    lines_s: float = 4.5
    """To lines of text, from the first byte on: 17 lines are needed, and a slow
    sketch prints 4 per second."""
    sure_s: float = 0.5
    """To lines of numbers: our firmware in its text mode answers within that time when asked."""


class ProtocolDetector:
    """Detects the protocol from the bytes at one line speed. Without I/O; time is a parameter.

    Parameters
    ----------
    n_channels
        Number of channels of a sketch that prints numbers, if known.
    now_s
        Host time at the start.
    """

    def __init__(self, n_channels: int | None, now_s: float) -> None:
        self.identity: Identity | None = None
        self.text = TextDecoder(n_channels)
        self.n_bytes = 0
        self._scanner = ReplyScanner()
        self._began_s = now_s
        self._first_s: float | None = None
        self._first_lines: tuple[int, float] | None = None  # number of lines, and their arrival
        self._last_s = now_s
        self._recent = b""

    def feed(self, data: bytes, now_s: float) -> None:
        """Take received bytes; raises SourceError for another version of the protocol."""
        if not data:
            return
        self._first_s = now_s if self._first_s is None else self._first_s
        self._last_s = now_s
        self.n_bytes += len(data)
        self._recent = (self._recent + data)[-_NOISE_BYTES:]
        self.text.feed(data)
        n_lines = self.text.counters.n_frames
        if n_lines and self._first_lines is None:
            self._first_lines = n_lines, now_s
        for reply in self._scanner.feed(data):
            if reply.kind == "id":
                self.identity = Identity.from_reply(reply)

    @property
    def has_lines(self) -> bool:
        """True if there were enough lines of numbers to read samples."""
        counters = self.text.counters
        return self.text.layout is not None and counters.n_frames > counters.n_malformed

    def line_rate_hz(self) -> float:
        """Return lines per second, roughly, from their arrival."""
        if self._first_lines is None or self._first_s is None:
            return float("nan")
        n_first, first_s = self._first_lines
        if self._last_s > first_s:  # those of the first arrival may have waited
            return (self.text.counters.n_frames - n_first) / (self._last_s - first_s)
        if self._last_s > self._first_s:
            return n_first / (self._last_s - self._first_s)
        return float("nan")

    def is_done(self, now_s: float, patience: DetectionLimits) -> bool:
        """Return True if the protocol is known, or the time is over."""
        if self.identity is not None:
            return True
        if self._first_s is None:
            return now_s - self._began_s >= patience.silent_s
        heard_s = now_s - self._first_s
        if self.has_lines:
            return heard_s >= patience.sure_s
        if self._looks_like_text():
            return heard_s >= max(patience.lines_s, patience.silent_s)
        if self.n_bytes < _NOISE_BYTES:  # garbage of a boot, perhaps
            return now_s - self._began_s >= patience.silent_s and heard_s >= patience.noisy_s
        return heard_s >= patience.noisy_s

    def _looks_like_text(self) -> bool:
        return b"\n" in self._recent and sum(b in _PRINTABLE for b in self._recent) >= 0.9 * len(
            self._recent
        )
