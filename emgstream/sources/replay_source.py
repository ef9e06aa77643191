"""A recorded table as a source that plays at the pace of the recording."""

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
from emgstream.wording import counted

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["ReplaySource"]

_SHORTEST_SLEEP_S = 0.005
"""Shortest wait for a row: a choice, 200 reads per second at most."""
_IDLE_S = 0.02
"""Wait while paused or at the end: a choice, shorter than a person notices."""
_LARGEST_CHUNK = 2048
"""Rows per read at most: a choice, so that the reader looks often whether to stop."""
_STALLED_S = 0.5
"""Seconds without a row after which the replay is stalled: ten times the longest ``read``."""


class ReplaySource:
    """The rows of a table, each given when it is due.

    Samples lost in the recording stay lost: a jump in the ``index`` column is a gap. A new value in
    the ``segment`` column, the start of a new round and a seek begin a new segment; the sample
    index keeps increasing.

    Any thread may call ``pause``, ``play``, ``set_speed``, ``set_loop``, ``seek``, ``position_s``
    and ``at_end``; they take effect at the next ``read``.

    Parameters
    ----------
    table
        The recording.
    sampling_rate_hz
        Sampling rate in Hz; if None, as stated with the recording, else by its time column.
    speed
        Seconds of the recording per second; None for as fast as it is read.
    loop
        True to begin again at the end, without limit.
    channel_names
        Names of the channels; those of the table if None.
    clock
        The host time that sets the pace.
    stays_at_end
        True to wait for a seek after the last row, as the window needs it; False to end.

    Raises
    ------
    UsageError
        The speed is not above zero; or there is a speed, and the sampling rate is not known.
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
        self._marked = self._indices[[marker.row for marker in table.markers]]
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
    """None: nobody follows cues in a recording."""

    def __enter__(self) -> Self:
        self._transport.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        pass

    @property
    def table(self) -> EmgTable:
        """The recording."""
        return self._table

    @property
    def duration_s(self) -> float:
        """Time from the first to the last row in seconds; NaN if the rate is not known."""
        return float(self._times_s[-1])

    @property
    def position_s(self) -> float:
        """Time in the recording that is being played, in seconds; NaN if the rate is not known."""
        return min(max(self._transport.position_s, 0.0), self.duration_s)

    @property
    def speed(self) -> float | None:
        """Seconds of the recording per second; None for as fast as it is read."""
        return self._transport.speed

    @property
    def paused(self) -> bool:
        """True while it is paused."""
        return self._transport.paused

    @property
    def loops(self) -> bool:
        """True if it begins again at the end."""
        return self._loop

    @property
    def at_end(self) -> bool:
        """True if all rows have been given, so that only a seek gives more."""
        return self._row == self._table.n_rows and not self._loop

    def pause(self) -> None:
        """Give no rows until `play` is called."""
        self._transport.pause()

    def play(self) -> None:
        """Continue; at the end, begin again."""
        if self.at_end:
            self.seek(0.0)
        self._transport.play()

    def set_speed(self, speed: float | None) -> None:
        """Continue at another speed; raises UsageError for an invalid one."""
        self._check_pace(speed)
        self._transport.set_speed(speed)

    def set_loop(self, loop: bool) -> None:
        """Set whether to begin again at the end."""
        self._loop = loop

    def seek(self, time_s: float) -> None:
        """Continue from the first row at or after ``time_s`` (seconds), in a new segment.

        A time outside the recording is its start or its end. Raises UsageError if the times of the
        rows are not known.
        """
        if np.isnan(self.duration_s):
            raise UsageError(
                f"{self.info.name} {self._table.why_no_time}, so that it cannot be searched by "
                "time; give --rate HZ"
            )
        self._transport.seek(min(max(time_s, 0.0), self.duration_s))

    def read(self) -> Chunk:
        """Return the rows that are due, up to the next gap or segment.

        Raises EndOfStream after the last row, unless it loops or stays at the end.
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
        """Return the recorded time of each sample in seconds; NaN if the rate is not known.

        The time continues through all rounds: the second begins where the first ended.
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

    def markers_between(self, first: int, end: int) -> list[tuple[int, str]]:
        """Return index and text of each recorded marker between two samples that were played."""
        found = []
        for begin, stop, offset in self._laps.stretches(first, end):
            low, high = np.searchsorted(self._marked, [begin, stop]).tolist()
            for place in range(low, high):
                text = self._table.markers[place].text
                found.append((int(self._marked[place]) + offset, text))
        return found

    def status(self) -> SourceStatus:
        """Return the state of the replay, and the samples lost in the recording so far."""
        state, words = self._state()
        return SourceStatus(
            state,
            words,
            n_lost=self._n_lost,
            sees_loss=None if self._table.index is None else True,
            is_synthetic=self.info.name == DEMO_RECORDING.name,
            notes=tuple(f"{self.info.name}: {remark}" for remark in self._table.remarks),
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
        """Go back to the first row if it loops; return False at the end of the recording."""
        if self._loop:
            a_round_s = self._seconds_a_round
            self._transport.shift(-a_round_s)
            self._jump(0, self._lap.time_offset_s + a_round_s)
            return True
        if not self._stays_at_end:
            raise EndOfStream(f"{self.info.name} ended after {counted(self._table.n_rows, 'row')}")
        self._transport.hold(self.duration_s)
        return False

    def _jump(self, row: int, time_offset_s: float) -> None:
        """Continue with another row in a new segment; the sample index continues."""
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
        """Duration of one round in seconds; the next begins one sample after its last row."""
        rate = self.info.sampling_rate_hz
        return float("nan") if rate is None else self.duration_s + 1.0 / rate

    def _run_end(self, row: int) -> int:
        following = int(np.searchsorted(self._run_starts, row, side="right"))
        if following == len(self._run_starts):
            return self._table.n_rows
        return int(self._run_starts[following])

    def _due_row(self) -> int:
        """Return the first row that is not due yet; waits for a row that is due soon."""
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
