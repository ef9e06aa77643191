"""A recorded table as a source, paced by its own clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emgstream.clock import Clock, MonotonicClock
from emgstream.data import DEMO_RECORDING
from emgstream.errors import EndOfStream, UsageError
from emgstream.sources.replay_laps import ReplayLap, ReplayLaps
from emgstream.sources.source import MAX_READ_S
from emgstream.sources.source_status import SourceState, SourceStatus
from emgstream.sources.table_rows import indices_of, run_starts, segment_begins, times_of
from emgstream.sources.transport import Transport, check_speed
from emgstream.tables import EmgTable
from emgstream.types import Chunk, IndexArray, StreamInfo, TimeArray

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["ReplaySource"]

_SHORTEST_SLEEP_S = 0.005
_IDLE_S = 0.02
_LARGEST_CHUNK = 2048
_STALLED_S = 0.5
"""Seconds without a row after which a replay is called stalled: ten times the longest ``read``."""


class ReplaySource:
    """The rows of a table, each given when it is due.

    Samples lost in the recording stay lost: an ``index`` column that jumps makes a gap. Another
    value in the ``segment`` column, the start of another round and a seek begin a new segment; the
    sample index goes on increasing through all of them.

    ``pause``, ``play``, ``set_speed``, ``set_loop``, ``seek``, ``position_s`` and ``at_end`` are
    for any thread; the reader follows at its next ``read``.

    Parameters
    ----------
    table
        What is replayed.
    sampling_rate_hz
        Rate of the recording; taken from its time column where None.
    speed
        Seconds of the recording that pass in one second; None for as fast as it is read.
    loop
        Whether to begin again at the end, for ever.
    channel_names
        What to call the channels, where not as the table does.
    clock
        The host time that paces it.
    stays_at_end
        Whether to wait after the last row for a seek, as a window wants it, and not to end.

    Raises
    ------
    UsageError
        The replay is to be paced and nobody knows the recording's rate, or the speed is not above
        zero.
    """

    def __init__(
        self,
        table: EmgTable,
        sampling_rate_hz: float | None = None,
        speed: float | None = 1.0,
        loop: bool = False,
        channel_names: tuple[str, ...] | None = None,
        clock: Clock | None = None,
        stays_at_end: bool = False,
    ) -> None:
        rate = sampling_rate_hz or table.sampling_rate_hz
        self.info = StreamInfo(
            name=table.path.name,
            channel_names=channel_names or table.channel_names,
            sampling_rate_hz=rate,
            can_wait=True,
        )
        self._table = table
        self._check_pace(speed)
        self._loop = loop
        self._stays_at_end = stays_at_end
        self._clock = clock or MonotonicClock()
        self._indices = indices_of(table)
        self._times_s = times_of(table, sampling_rate_hz)
        self._run_starts = run_starts(table)
        self._segments = np.cumsum(segment_begins(table))
        self._row = 0
        self._n_lost = 0
        self._given_s: float | None = None
        self._next_index = self._given_index = int(self._indices[0])
        self._lap = ReplayLap(self._next_index)
        self._laps = ReplayLaps(self._lap)
        self._transport = Transport(self._clock, speed)

    subject = None
    """Who moved is not there any more: nobody follows cues."""

    def __enter__(self) -> Self:
        self._transport.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        pass

    @property
    def table(self) -> EmgTable:
        """The rows."""
        return self._table

    @property
    def duration_s(self) -> float:
        """Time of the last row since the first, in seconds; NaN where the rate is not known."""
        return float(self._times_s[-1])

    @property
    def position_s(self) -> float:
        """Time in the recording that is being played; NaN where its rate is not known."""
        return min(max(self._transport.position_s, 0.0), self.duration_s)

    @property
    def speed(self) -> float | None:
        """Seconds of the recording in one second; None for as fast as it is read."""
        return self._transport.speed

    @property
    def paused(self) -> bool:
        """True if it stands still at somebody's word."""
        return self._transport.paused

    @property
    def loops(self) -> bool:
        """True if it begins again at the end."""
        return self._loop

    @property
    def at_end(self) -> bool:
        """True if every row has been given and only a seek brings more."""
        return self._row == self._table.n_rows and not self._loop

    def pause(self) -> None:
        """Give no more rows until `play`."""
        self._transport.pause()

    def play(self) -> None:
        """Go on; at the end, begin again."""
        if self.at_end:
            self.seek(0.0)
        self._transport.play()

    def set_speed(self, speed: float | None) -> None:
        """Go on at another speed; raises UsageError for one that cannot be."""
        self._check_pace(speed)
        self._transport.set_speed(speed)

    def set_loop(self, loop: bool) -> None:
        """Begin again at the end from now on, or not."""
        self._loop = loop

    def seek(self, time_s: float) -> None:
        """Go on from the first row at or after ``time_s``, in a new segment.

        A time outside is the start or the end. Raises UsageError where there is no time to seek by.
        """
        if np.isnan(self.duration_s):
            raise UsageError(
                f"{self.info.name} {self._table.why_no_time}, so there is no time to seek by; "
                "give --rate HZ"
            )
        self._transport.seek(min(max(time_s, 0.0), self.duration_s))

    def read(self) -> Chunk:
        """Return the rows that fell due, up to the next gap or segment.

        Raises EndOfStream after the last row, unless it loops or stays there.
        """
        self._follow_seek()
        if self._row == self._table.n_rows and not self._begin_again():
            self._clock.sleep(_IDLE_S)
            return self._chunk(self._row - 1, 0)
        first = self._row
        self._row = min(self._due_row(), self._run_end(first), first + _LARGEST_CHUNK)
        if self._transport.speed is None and self._row > first:
            self._transport.hold(float(self._times_s[self._row - 1]))
        chunk = self._chunk(first, self._row - first)
        self._next_index = chunk.end_index
        if len(chunk):
            self._n_lost += chunk.first_index - self._given_index
            self._given_index = chunk.end_index
            self._given_s = float(chunk.received_s[-1])
        return chunk

    def time_at(self, indices: IndexArray) -> TimeArray:
        """Return the recording's own time of each sample; NaN where its rate is not known.

        Rounds add up: the second round goes on where the first one ended.
        """
        recorded, offsets_s = self._laps.to_recorded(indices)
        return self._times_s[self._rows(recorded)] + offsets_s

    def labels_at(self, indices: IndexArray) -> list[str | None]:
        """Return the recorded label of each sample."""
        codes = self._table.labels
        if codes is None:
            return [None] * len(indices)
        names = (*self._table.label_names, None)
        recorded, _ = self._laps.to_recorded(indices)
        return [names[code] for code in codes[self._rows(recorded)].tolist()]

    def status(self) -> SourceStatus:
        """Return what the replay is doing, and which samples the recording had lost so far."""
        state, words = self._state()
        return SourceStatus(
            state,
            words,
            n_lost=self._n_lost,
            sees_loss=None if self._table.index is None else True,
            is_synthetic=self.info.name == DEMO_RECORDING.name,
            notes=tuple(f"{self.info.name}: {repair}" for repair in self._table.repairs),
        )

    def _state(self) -> tuple[SourceState, str]:
        if self.at_end:
            return SourceState.FINISHED, ""
        if self._given_s is None:
            return SourceState.CONNECTING, ""
        if self.paused:
            return SourceState.PAUSED, ""
        silent_s = self._clock.now() - self._given_s
        if silent_s > _STALLED_S:
            return SourceState.STALLED, f"stalled {silent_s:.1f} s"
        return SourceState.STREAMING, ""

    def _check_pace(self, speed: float | None) -> None:
        if speed is not None and self.info.sampling_rate_hz is None:
            raise UsageError(
                f"{self._table.path} {self._table.why_no_time}, so its pace is not known; "
                "give --rate HZ, or --speed max"
            )
        check_speed(speed)

    def _chunk(self, first: int, n_rows: int) -> Chunk:
        return Chunk(
            first_index=int(self._indices[first]) + self._lap.index_offset,
            samples=self._table.samples[first : first + n_rows],
            segment=int(self._segments[first]) + self._lap.segment_offset,
            received_s=np.full(n_rows, self._clock.now()),
        )

    def _follow_seek(self) -> None:
        sought_s = self._transport.take_seek()
        if sought_s is not None:
            row = int(np.searchsorted(self._times_s, sought_s))
            self._jump(min(row, self._table.n_rows - 1), self._lap.time_offset_s)

    def _begin_again(self) -> bool:
        """Go back to the first row; tells whether there is one to go on with."""
        if self._loop:
            a_round_s = self._seconds_a_round
            self._transport.shift(-a_round_s)
            self._jump(0, self._lap.time_offset_s + a_round_s)
            return True
        if not self._stays_at_end:
            raise EndOfStream(f"{self.info.name} ended after {self._table.n_rows} rows")
        self._transport.hold(self.duration_s)
        return False

    def _jump(self, row: int, time_offset_s: float) -> None:
        """Go on with another row, as a new segment, at the sample index that comes next."""
        next_segment = int(self._segments[max(self._row - 1, 0)]) + self._lap.segment_offset + 1
        self._lap = ReplayLap(
            first_index=self._next_index,
            index_offset=self._next_index - int(self._indices[row]),
            segment_offset=next_segment - int(self._segments[row]),
            time_offset_s=time_offset_s,
        )
        self._row = row
        self._laps.add(self._lap)

    @property
    def _seconds_a_round(self) -> float:
        """The time from one round's first row to the next one's: one sample after the last."""
        rate = self.info.sampling_rate_hz
        return float("nan") if rate is None else self.duration_s + 1.0 / rate

    def _run_end(self, row: int) -> int:
        following = int(np.searchsorted(self._run_starts, row, side="right"))
        if following == len(self._run_starts):
            return self._table.n_rows
        return int(self._run_starts[following])

    def _due_row(self) -> int:
        """Return the first row that is not due yet, having waited for one that is, if need be."""
        speed = self._transport.speed
        if self._transport.paused:
            self._clock.sleep(_IDLE_S)
            return self._row
        if speed is None:
            return self._table.n_rows
        until_due_s = (self._times_s[self._row] - self._transport.position_s) / speed
        if until_due_s > 0.0:
            self._clock.sleep(min(max(until_due_s, _SHORTEST_SLEEP_S), MAX_READ_S))
        played_s = self._transport.played_s
        if played_s is None:
            return self._row
        return max(self._row, int(np.searchsorted(self._times_s, played_s, side="right")))

    def _rows(self, recorded: IndexArray) -> IndexArray:
        return np.searchsorted(self._indices, recorded)
