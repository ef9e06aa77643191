"""A simulated board as a source that knows the true movements."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from emgstream.data import DEMO_SUBJECT
from emgstream.simulation import CueSchedule
from emgstream.simulation.board import OWN_TCP, SimulatedBoard, UnpromptedSubject
from emgstream.sources.serial_board import SerialBoardSource, open_board
from emgstream.sources.source_kind import SourceOptions
from emgstream.sources.source_status import SIMULATED_NAME, SourceState, SourceStatus
from emgstream.types import Chunk, IndexArray, StreamInfo, TimeArray
from emgstream.wire import MAX_RATE_HZ, MIN_RATE_HZ

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["SimulatedBoardSource", "open_simulated_board"]

_UNSEEN_SESSION = 501
"""A session that the demo model was neither trained nor evaluated on (1 to 28, 101 to 160, 201)."""
_RATE_HZ = 1000.0
"""The rate that the demo model expects."""
_BACK_S, _AHEAD_S = 2.0, 0.5
"""Seconds before and after its receipt in which a sample is searched for.

A sample is received up to 0.3 s late: 4096 bytes wait in the board, at 1000 Hz. The rest is a
reserve for a busy computer.
"""


class SimulatedBoardSource:
    """A simulated board, read by `SerialBoardSource` like a real one, over a pty or TCP.

    The true movement of each sample is known: the first samples of each segment are found among
    those that the board made. The simulated person follows a script until ``subject`` is called,
    and again after its ``release``.

    Parameters
    ----------
    options
        Channels, rate, and the number by which the simulated people of one run differ.
    script
        Movements of the simulated person, repeated without end.
    """

    def __init__(
        self, options: SourceOptions | None = None, script: CueSchedule | None = None
    ) -> None:
        options = options or SourceOptions()
        script = script or CueSchedule.shuffled(repetitions=20, hold_s=3.0, rest_s=2.0)
        seed = DEMO_SUBJECT + options.number
        rate_hz = options.sampling_rate_hz or _RATE_HZ
        is_possible = MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ
        self.subject = UnpromptedSubject(script, seed)
        self.board = SimulatedBoard(
            script,
            rate_hz if is_possible else _RATE_HZ,
            seed=seed,
            session=_UNSEEN_SESSION,
            instructions=self.subject,
            tcp=OWN_TCP,
        )
        # Set to a rate it can have, it is not to be refused for what a busy computer measures.
        self._options = replace(
            options, sampling_rate_hz=rate_hz, force=options.force or is_possible
        )
        self._serial: SerialBoardSource | None = None
        self._segment = -1
        self._truths: list[tuple[int, int, int]] = []

    @property
    def info(self) -> StreamInfo:
        """Name, channels and rate of the stream."""
        if self._serial is None:
            return StreamInfo(
                SIMULATED_NAME, self._options.channel_names or (), None, checks_rate=True
            )
        return replace(self._serial.info, name=SIMULATED_NAME)

    def __enter__(self) -> Self:
        self.board.__enter__()
        self._serial = open_board(self.board.port, self._options)
        self._serial.__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        try:
            if self._serial is not None:
                self._serial.__exit__(*exc_info)
        finally:
            self.board.__exit__(*exc_info)

    def read(self) -> Chunk:
        """Return new samples, possibly none, within 50 ms; raises as `SerialBoardSource`."""
        if self._serial is None:
            raise RuntimeError("a source is read by the thread that has entered it")
        chunk = self._serial.read()
        if len(chunk) and chunk.segment != self._segment:
            self._segment = chunk.segment
            self._find(self._serial, chunk)
        return chunk

    def expect(self, index: int | None) -> None:
        """Tell the reader of the board which sample is awaited."""
        if self._serial is not None:
            self._serial.expect(index)

    def time_at(self, indices: IndexArray) -> TimeArray:
        """Return seconds since the first sample."""
        if self._serial is None:
            return np.full(indices.shape, np.nan)
        return self._serial.time_at(indices)

    def labels_at(self, indices: IndexArray) -> list[str | None]:
        """Return the movement of the simulated person at each sample; None if not known yet."""
        return [self._label_at(index) for index in indices.tolist()]

    def status(self) -> SourceStatus:
        """Return the status of the stream; any thread may ask."""
        if self._serial is None:
            return SourceStatus(SourceState.CONNECTING, "connecting to the simulated board")
        return self._serial.status()

    def _label_at(self, index: int) -> str | None:
        for first_index, offset, run in reversed(self._truths):
            if index >= first_index:
                return self.board.label_at(run, index + offset)
        return None

    def _find(self, serial: SerialBoardSource, chunk: Chunk) -> None:
        """Find the first chunk of a segment among the samples that the board made."""
        ledger = self.board.ledger()
        run = ledger.runs[-1]
        expected = round((chunk.received_s[0] - run.host_s) * run.rate_hz)
        start = max(expected - round(_BACK_S * run.rate_hz), 0)
        stop = expected + round(_AHEAD_S * run.rate_hz) + len(chunk)
        made = ledger.true_samples(run.run, start, stop)
        if serial.columns is not None:
            made = made[:, list(serial.columns)]
        place = _place_of(chunk.samples, made)
        if place is not None:
            offset = start + place - chunk.first_index
            self._truths.append((chunk.first_index, offset, run.run))


def open_simulated_board(_address: str, options: SourceOptions) -> SimulatedBoardSource:
    """Return the simulated board as a source."""
    return SimulatedBoardSource(options)


def _place_of(
    samples: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
    among: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
) -> int | None:
    """Return the row at which ``samples`` begin among other rows, None if they are not there.

    >>> _place_of(np.float32([[3], [4]]), np.float32([[1], [3], [3], [4]]))
    2
    """
    if samples.shape[1] != among.shape[1] or len(samples) > len(among):
        return None
    starts = np.flatnonzero((among[: len(among) - len(samples) + 1] == samples[0]).all(axis=1))
    for start in starts.tolist():
        if np.array_equal(among[start : start + len(samples)], samples):
            return int(start)
    return None
