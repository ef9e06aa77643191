"""The stretch of time in view, and the samples of each column of pixels."""

from __future__ import annotations

import math

import numpy as np

from emgstream.types import IndexArray, TimeArray

__all__ = ["LONGEST_S", "SHORTEST_S", "TimeView", "tick_step"]

SHORTEST_S = 0.05
"""One motor unit potential, some 10 ms, fills a fifth of the view."""
LONGEST_S = 60.0
"""The longest span that is still drawn 60 times per second."""


class TimeView:
    """A stretch of ``span_s`` seconds that ends at the newest sample, or in the past.

    Columns of pixels are counted from sample 0 on, so that a sample stays in its column while the
    picture scrolls: what is drawn moves by whole pixels and never flickers.
    """

    def __init__(self, span_s: float = 10.0) -> None:
        self.rate_hz = 1.0
        self.n_columns = 1
        self._span_s = span_s
        self._end: float | None = None
        self._oldest = 0
        self._newest = 0

    @property
    def span_s(self) -> float:
        """Seconds in view."""
        return self._span_s

    @property
    def live(self) -> bool:
        """True while it follows the newest sample."""
        return self._end is None

    @property
    def samples_per_column(self) -> float:
        """Samples in one column of pixels."""
        return self._span_s * self.rate_hz / self.n_columns

    @property
    def first_column(self) -> int:
        """Number of the leftmost column, counted from sample 0."""
        end = self._newest if self._end is None else self._end
        return math.ceil(end / self.samples_per_column) - self.n_columns

    def set_stream(self, rate_hz: float, oldest: int, newest: int) -> None:
        """Set the rate and the range of samples: the oldest, and one past the newest."""
        self.rate_hz, self._oldest, self._newest = rate_hz, oldest, newest
        if self._end is not None and self._newest > 0:
            self._end = min(max(self._end, oldest + self._span_s * rate_hz), float(newest))

    def set_span(self, span_s: float, around: float | None = None) -> None:
        """Show a longer or shorter stretch; sample ``around`` stays in its place.

        While live, the newest sample does.
        """
        span_s = min(max(span_s, SHORTEST_S), LONGEST_S)
        factor, self._span_s = span_s / self._span_s, span_s
        if self._end is not None:
            pivot = self._end if around is None else around
            self._look_at(pivot + (self._end - pivot) * factor)

    def scroll(self, seconds: float) -> None:
        """Look further back (negative) or forward; past the newest sample it follows again."""
        end = self._newest if self._end is None else self._end
        self._look_at(end + seconds * self.rate_hz)

    def hold(self) -> None:
        """Stay in place while the stream goes on."""
        if self._end is None:
            self._end = float(self._newest)

    def go_live(self) -> None:
        """Follow the newest sample."""
        self._end = None

    def edges(self, start: int = 0) -> IndexArray:
        """Return the first sample of each column and of the one past the last.

        Columns are counted from ``start`` on, which may lie left of what is in view. Shape
        ``(n_columns - start + 1,)``. Several may be equal where a column is narrower than a sample.
        """
        columns = self.first_column + np.arange(start, self.n_columns + 1)
        edges: IndexArray = np.ceil(columns * self.samples_per_column).astype(np.int64)
        return edges

    def column_of(self, index: float) -> float:
        """Return the column of a sample, counted from the left, with its fraction."""
        return index / self.samples_per_column - self.first_column

    def columns_of(self, indices: IndexArray) -> TimeArray:
        """Return the same for many samples."""
        columns: TimeArray = indices / self.samples_per_column - self.first_column
        return columns

    def index_at(self, column: float) -> int:
        """Return the sample at a column, counted from the left."""
        return math.floor((self.first_column + column) * self.samples_per_column)

    def ticks(self, n_wanted: int) -> list[tuple[float, float]]:
        """Return columns and times, in seconds, of about ``n_wanted`` round times."""
        step_s = tick_step(self._span_s / max(n_wanted, 1))
        first_s = max(self.index_at(0) / self.rate_hz, 0.0)
        last_s = self.index_at(self.n_columns) / self.rate_hz
        numbers = range(math.ceil(first_s / step_s), math.floor(last_s / step_s) + 1)
        return [(self.column_of(n * step_s * self.rate_hz), n * step_s) for n in numbers]

    def _look_at(self, end: float) -> None:
        earliest = min(self._oldest + self._span_s * self.rate_hz, self._newest)
        self._end = None if end >= self._newest else max(end, earliest)


def tick_step(seconds: float) -> float:
    """Return the next round number of seconds.

    >>> [tick_step(value) for value in (0.7, 1.2, 3.0, 6.0, 0.03)]
    [1.0, 2.0, 5.0, 10.0, 0.05]
    """
    decade = 10.0 ** math.floor(math.log10(seconds))
    for factor in (1.0, 2.0, 5.0):
        if seconds <= factor * decade * (1.0 + 1e-9):
            return round(factor * decade, 9)
    return round(10.0 * decade, 9)
