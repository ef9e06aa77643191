"""The simulated board and the source that reads it, as one source that knows the truth."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from emgstream.data import DEMO_PERSON
from emgstream.manifest import Manifest
from emgstream.recording import SimulatedSubject
from emgstream.simulation import CueSchedule
from emgstream.simulation.board import OWN_TCP, SimulatedBoard, UnpromptedSubject
from emgstream.sources.serial_board import SerialBoardSource
from emgstream.sources.source_status import SourceStatus
from emgstream.types import Chunk, IndexArray, StreamInfo, TimeArray

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["SimulatedBoardSource"]

_NAME = "synthetic EMG, simulated board"
_UNSEEN_SESSION = 501
_RATE_HZ = 1000.0
_BACK_S = 2.0
_AHEAD_S = 0.5


class SimulatedBoardSource:
    """A board that is not there, with a cable, read as a real one is.

    Everything goes over a pty (TCP where it is not Linux) and the product's own serial source. As
    the board is ours, the movement is known: the samples of each segment are found again among
    those that the board made, so that a label belongs to its sample exactly. The person moves of
    their own accord until `pupil` hears a cue, and again after `release`.

    Parameters
    ----------
    manifest
        What the model expects: its channels and rate; None for the board's own.
    script
        What the simulated person does, over and over.
    """

    def __init__(self, manifest: Manifest | None = None, script: CueSchedule | None = None) -> None:
        script = script or CueSchedule.shuffled(repetitions=20, hold_s=3.0, rest_s=2.0)
        self._person = UnpromptedSubject(script, DEMO_PERSON)
        self.pupil = SimulatedSubject(self._person.call)
        self.release = self._person.release
        self._names = None if manifest is None else manifest.channel_names
        self._rate_hz = (None if manifest is None else manifest.sampling_rate_hz) or _RATE_HZ
        self.board = SimulatedBoard(
            script,
            self._rate_hz,
            seed=DEMO_PERSON,
            session=_UNSEEN_SESSION,
            instructions=self._person,
            tcp=OWN_TCP,
        )
        self._serial: SerialBoardSource | None = None
        self._segment = -1
        self._truths: list[tuple[int, int, int]] = []

    @property
    def info(self) -> StreamInfo:
        """What is known of the stream."""
        if self._serial is None:
            return StreamInfo(_NAME, self._names or (), None)
        return replace(self._serial.info, name=_NAME)

    def __enter__(self) -> Self:
        self.board.__enter__()
        self._serial = SerialBoardSource(
            self.board.port,
            channel_names=self._names,
            keep_others=True,
            sampling_rate_hz=self._rate_hz,
            force=True,  # it was set to this rate; a busy computer may measure another
        )
        self._serial.__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        try:
            if self._serial is not None:
                self._serial.__exit__(*exc_info)
        finally:
            self.board.__exit__(*exc_info)

    def read(self) -> Chunk:
        """Return what arrived, possibly nothing, within 50 ms; raises as `SerialBoardSource`."""
        if self._serial is None:
            raise RuntimeError("a source is read by the thread that has entered it")
        chunk = self._serial.read()
        if len(chunk) and chunk.segment != self._segment:
            self._segment = chunk.segment
            self._find(chunk)
        return chunk

    def time_at(self, indices: IndexArray) -> TimeArray:
        """Return seconds since the first sample."""
        if self._serial is None:
            return np.full(indices.shape, np.nan)
        return self._serial.time_at(indices)

    def labels_at(self, indices: IndexArray) -> list[str | None]:
        """Return the movement the simulated person was told to make at each sample."""
        return [self._label_at(index) for index in indices.tolist()]

    def status(self) -> SourceStatus:
        """Return how the stream is doing; any thread may ask."""
        if self._serial is None:
            return SourceStatus("connecting to the simulated board")
        # The name says already what the notes would.
        return replace(self._serial.status(), notes=())

    def _label_at(self, index: int) -> str | None:
        for first_index, offset, run in reversed(self._truths):
            if index >= first_index:
                return self.board.label_at(run, index + offset)
        return None

    def _find(self, chunk: Chunk) -> None:
        """Find the first chunk of a segment among the samples that the board made."""
        ledger = self.board.ledger()
        run = ledger.runs[-1]
        expected = round((chunk.received_s[0] - run.host_s) * run.rate_hz)
        start = max(expected - round(_BACK_S * run.rate_hz), 0)
        stop = expected + round(_AHEAD_S * run.rate_hz) + len(chunk)
        made = ledger.true_samples(run.run, start, stop)
        place = _place_of(chunk.samples, made)
        if place is not None:
            offset = start + place - chunk.first_index
            self._truths.append((chunk.first_index, offset, run.run))


def _place_of(
    samples: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
    among: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
) -> int | None:
    """Return the row at which some rows stand among others, None where they do not.

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
