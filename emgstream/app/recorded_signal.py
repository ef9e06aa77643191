"""The signal of a recording, read in a thread, for pictures of it with its labels."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from emgstream.errors import EmgStreamError
from emgstream.opening import read_recording
from emgstream.tables import ALL_GUESSED, ColumnChoice
from emgstream.types import FloatArray
from emgstream.worker import Worker

__all__ = ["LabelSpan", "RecordedSignal", "SignalReading"]


@dataclass(frozen=True, slots=True)
class LabelSpan:
    """Rows of a recording with one label."""

    first_row: int
    """First row."""
    last_row: int
    """Last row."""
    label: str
    """The label; empty for none, which is drawn hatched."""
    is_dim: bool = False
    """True for a label that does not count, such as one that was dropped."""


@dataclass(frozen=True, slots=True, eq=False)
class RecordedSignal:
    """The samples of one recording."""

    path: Path
    """The file."""
    channel_names: tuple[str, ...]
    """Its channels."""
    samples: FloatArray
    """About the median of each channel, shape ``(n_rows, n_channels)``; NaN where missing."""
    rate_hz: float | None
    """Samples per second; None where it is not known."""

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.samples)

    def envelope(self, first: int, end: int, n_columns: int) -> tuple[FloatArray, FloatArray]:
        """Return the lowest and the highest sample of each column of a picture.

        The rows from ``first`` to before ``end`` are spread over the columns. Both arrays have the
        shape ``(n_columns, n_channels)``; NaN for a column without a sample.
        """
        edges = np.linspace(first, end, n_columns + 1)
        starts = np.clip(np.floor(edges[:-1]).astype(np.int64), 0, self.n_rows)
        stops = np.clip(np.ceil(edges[1:]).astype(np.int64), 0, self.n_rows)
        low = np.full((n_columns, self.samples.shape[1]), np.nan, dtype=np.float32)
        high = low.copy()
        for column in np.flatnonzero(stops > starts).tolist():
            part = self.samples[starts[column] : stops[column]]
            is_known = ~np.isnan(part).all(axis=0)
            low[column, is_known] = np.nanmin(part[:, is_known], axis=0)
            high[column, is_known] = np.nanmax(part[:, is_known], axis=0)
        return low, high

    def reach(self) -> FloatArray:
        """Return the largest deviation of each channel but for outliers, ``(n_channels,)``."""
        known = np.abs(np.nan_to_num(self.samples))
        if not len(known):
            return np.ones(self.samples.shape[1], dtype=np.float32)
        reach: FloatArray = np.maximum(np.quantile(known, _MOST, axis=0), 1e-9).astype(np.float32)
        return reach


_MOST = 0.999
"""Share of the samples that the scale shows; an artefact must not flatten the rest (choice)."""


class SignalReading:
    """Reads one recording after the other in a thread. One thread calls everything."""

    def __init__(self) -> None:
        self.signal: RecordedSignal | None = None
        """The recording that was read last; None before, and after a failure."""
        self.failure: EmgStreamError | None = None
        """The reason why it cannot be read; None where it can."""
        self._wanted: tuple[Path, ColumnChoice] | None = None
        self._worker: Worker | None = None
        self._read: RecordedSignal | None = None

    @property
    def is_busy(self) -> bool:
        """True while a recording is read or waits."""
        return self._worker is not None or self._wanted is not None

    def read(self, path: Path, columns: ColumnChoice = ALL_GUESSED) -> None:
        """Read a recording as soon as the one before is read; that one is dropped."""
        self.signal = self.failure = None
        self._wanted = path, columns

    def poll(self) -> bool:
        """Go on; return True if a recording has been read, or cannot be."""
        if self._worker is not None:
            if self._worker.alive:
                return False
            worker, self._worker = self._worker, None
            try:
                worker.check()
            except EmgStreamError as error:
                self.failure = error
            self.signal, self._read = self._read, None
            if self._wanted is None:
                return True
        if self._wanted is not None:
            path, columns = self._wanted
            self._wanted = self.signal = self.failure = None
            self._start(path, columns)
        return False

    def shut_down(self) -> None:
        """Wait for the recording that is being read."""
        self._wanted = None
        if self._worker is not None:
            self._worker.join(threading.TIMEOUT_MAX)
            self._worker = None

    def _start(self, path: Path, columns: ColumnChoice) -> None:
        def read(_: threading.Event) -> None:
            table = read_recording(path, None, columns)
            samples = np.where(np.isfinite(table.samples), table.samples, np.nan).astype(np.float32)
            for channel in samples.T:
                known = channel[np.isfinite(channel)]
                channel -= np.median(known) if len(known) else 0.0
            names, rate_hz = table.channel_names, table.sampling_rate_hz
            self._read = RecordedSignal(path, names, samples, rate_hz)

        self._worker = Worker("emg-signal-reader", read)
        self._worker.start()
