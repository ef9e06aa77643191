"""A sensor board as a source: it is found, started, read, and found again if it was away."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from emgstream.clock import Clock, MonotonicClock
from emgstream.clockfit import ClockFit
from emgstream.errors import (
    PortTakenError,
    SourceDisconnectedError,
    SourceError,
    StreamMismatchError,
)
from emgstream.sources.channel_match import ChannelMatch, WantedChannels
from emgstream.sources.serial_board.board_connection import SIMULATED, BoardConnection
from emgstream.sources.serial_board.handshake import BoardGreeting, Steps
from emgstream.sources.serial_board.indexer import Indexer
from emgstream.sources.serial_board.rates import REFUSES_AFTER_S, RateGuard
from emgstream.sources.serial_board.read_pace import ReadPace
from emgstream.sources.serial_board.search import BoardSearch
from emgstream.sources.serial_board.serial_link import BoardLink
from emgstream.sources.serial_board.serial_ports import PortLister, list_ports
from emgstream.sources.serial_board.tally import StreamTally
from emgstream.sources.serial_board.timebase import Timebase
from emgstream.sources.source_kind import AUTO, SourceOptions
from emgstream.sources.source_status import SYNTHETIC_NOTE, SourceState, SourceStatus
from emgstream.sources.standstill import StandstillWatch
from emgstream.sources.stream_condition import STALL_S
from emgstream.types import Chunk, IndexArray, StreamInfo, TimeArray
from emgstream.wording import counted

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["SerialBoardSource", "open_board"]

TEXT_NOTE = (
    "lines of text have no counter: single lost samples cannot be seen, and time comes from the "
    "arrivals"
)

_GATHER_S = 0.0035  # measured: reading every byte takes twice the processor time, hardly sooner
_WATCH_S = 0.25  # between two looks at loss and rate: one bin of the loss window
_LOOK_S = 0.2  # between two looks for an unplugged board: a choice, as listing ports takes time
_TICK_S = 0.02  # of waiting between two yields
_ASK_STALLED_S = 2.0  # between two questions to a stalled board: a choice
_FREE_S = 1.0
"""Seconds for which a port must be free before it is opened again: a choice.

Some uploaders open a port twice: first to reset the board, then to write to it."""
_UNREAD_S = 3.0  # a choice: a board that was reset has started by then
_WAITING = "waiting for the board to start"
_UNPLUGGED = "unplugged: reconnecting"


class SerialBoardSource:
    """Samples of a sensor board on a serial port, with index and time; losses are counted.

    Everything happens in `read`, a few milliseconds at a time: opening, finding the line speed,
    waiting for the board to start, streaming, and finding it again after it was unplugged. Until
    the board is found, `read` gives no samples and `info` has only the name of the port.

    Parameters
    ----------
    port
        A port, ``socket://host:port``, or ``auto`` for the first board that answers.
    baud
        Line speed in baud; None to find it.
    channel_names
        Names for the channels; see `match_channels`. None for the names of the board.
    channels
        Channels of the board to take, by name or number from 1; None to match them by name.
    keep_others
        True to take the other channels of the board, too, under its names.
    sampling_rate_hz
        Expected rate in Hz: the board is asked for it, and the measured rate is compared with it.
    reconnect
        True to wait for a board that was unplugged, and continue.
    force
        True to accept a rate that is more than 5 % off.
    clock
        The host time.
    ports
        Returns the ports of this machine.

    Attributes
    ----------
    columns
        Position of each channel on the board, from 0; None for all channels in their order.
    """

    subject = None
    """None: a real person follows the cues."""

    def __init__(
        self,
        port: str = AUTO,
        *,
        baud: int | None = None,
        channel_names: tuple[str, ...] | None = None,
        channels: tuple[str, ...] | None = None,
        keep_others: bool = False,
        sampling_rate_hz: float | None = None,
        reconnect: bool = True,
        force: bool = False,
        clock: Clock | None = None,
        ports: PortLister = list_ports,
    ) -> None:
        self.info = StreamInfo(port, channel_names or (), None, checks_rate=True)
        self.columns: tuple[int, ...] | None = None
        self._port = port
        self._wanted = WantedChannels(channel_names, channels, keep_others)
        self._rate_hz = sampling_rate_hz
        self._reconnects = reconnect
        self._guard = RateGuard(sampling_rate_hz, force)
        self._clock = clock or MonotonicClock()
        self._search = BoardSearch(port, baud, self._wanted.n_expected, self._clock, ports)
        self._timebase = Timebase()
        self._pace = ReadPace(self._timebase, _GATHER_S)
        self._indexer = Indexer(self._timebase)
        self._tally = StreamTally(self._clock, self._timebase, self._indexer)
        self._condition = self._tally.condition
        self._chunks: deque[Chunk] = deque()
        self._connection: BoardConnection | None = None
        self._before: BoardConnection | None = None
        self._skipped_before = 0
        self._released = threading.Event()
        self._standstill = StandstillWatch()
        self._life = self._live()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._life.close()
        self._close()
        self._tally.finish()

    def read(self) -> Chunk:
        """Return consecutive new samples, possibly none, within 50 ms.

        Raises
        ------
        SourceNotFoundError, SourceError
            There is no such port, it is in use, or nothing on it is understood.
        StreamMismatchError
            Channels or rate are not as expected.
        SourceDisconnectedError
            The board was unplugged, and ``reconnect`` is False.
        """
        if not self._chunks:
            next(self._life)
        if self._chunks:
            return self._chunks.popleft()
        samples = np.empty((0, self.info.n_channels), dtype=np.float32)
        return Chunk(self._timebase.newest[0], samples)

    def expect(self, index: int | None) -> None:
        """Tell the index of the next sample that something waits for; see `ReadPace`."""
        self._pace.expect(index)

    def time_at(self, indices: IndexArray) -> TimeArray:
        """Return seconds since the first sample, by the fitted clock of the board."""
        return self._timebase.time_at(indices)

    def labels_at(self, indices: IndexArray) -> list[str | None]:
        """Return None for each: the intention of a real person is not known."""
        return [None] * len(indices)

    def status(self) -> SourceStatus:
        """Return the status of the stream; any thread may ask."""
        return self._tally.status()

    @property
    def is_released(self) -> bool:
        """True from `release` to `retake`."""
        return self._released.is_set()

    def release(self) -> None:
        """Let the port go, as soon as the board was found; any thread may call."""
        self._released.set()

    def retake(self) -> None:
        """Open the port again as soon as it is free; any thread may call."""
        self._released.clear()

    def _live(self) -> Steps:
        """Connect and stream without end; yield at least every 50 ms."""
        yield from self._connect()
        while True:
            try:
                yield from self._stream()
                self._leave()
                yield from self._wait_for_board(is_released=True)
            except PortTakenError as taken:
                self._leave()
                self._condition.set_state(SourceState.RELEASED, self._taken_by([taken.by]))
                yield from self._wait_for_board(is_released=True)
            except SourceDisconnectedError as gone:
                self._leave()
                if not self._reconnects:
                    yield  # what came before is given out first
                    raise self._left(gone) from gone
                self._condition.set_state(SourceState.UNPLUGGED, _UNPLUGGED)
                yield from self._wait_for_board()

    def _connect(self) -> Steps:
        is_known = self._port != AUTO
        self._condition.set_state(SourceState.CONNECTING, _WAITING if is_known else "")
        link, speaker = yield from self._search.first()
        if not is_known:
            self._condition.note(f"found the board at {self._search.board.device}")
        yield from self._begin(link, speaker)

    def _begin(self, link: BoardLink, speaker: BoardGreeting) -> Steps:
        self._connection = BoardConnection(link, speaker, self._clock)
        before, self._before = self._before, self._connection
        if before is not None and self._connection.goes_on(before):
            self._resume(self._connection, before)
        else:
            yield from self._start(self._connection)

    def _resume(self, connection: BoardConnection, before: BoardConnection) -> None:
        """Continue with a board that kept its power while it was unplugged."""
        connection.go_on(before)
        self._indexer.resume_connection()
        self._condition.note("the board streamed on while it was away: the gap is its own count")
        self._tally.resumed(connection.device)

    def _start(self, connection: BoardConnection) -> Steps:
        """Start the board, up to its first sample."""
        self._condition.set_state(SourceState.CONNECTING, _WAITING)
        match = self._wanted.match(connection.channel_names)
        self._check_width(match)
        before = connection.identity
        yield from connection.start(self._rate_hz)
        identity = connection.identity
        stated_hz = None if identity is None else identity.sampling_rate_hz
        if identity is None and self._guard.may_refuse and not self._indexer.n_received:
            yield from self._measure_lines(connection)
        if self._indexer.n_received:
            self._guard.check_return(self.info.sampling_rate_hz, stated_hz, "the board")
        if before is not None and identity is not None:
            self._check_stated(before.sampling_rate_hz, identity.sampling_rate_hz)
        self._tell(connection, match)
        nominal_hz = stated_hz or connection.line_rate_hz
        self.columns = match.columns_of(connection.channel_names)
        is_counted = identity is not None
        self._indexer.begin_connection(self.columns, nominal_hz, is_counted=is_counted)
        self._search.keep_speed(connection.baud)
        self.info = StreamInfo(connection.title, match.names, stated_hz, checks_rate=True)
        self._tally.connected(connection.device, identity, connection.sends_time)

    def _measure_lines(self, connection: BoardConnection) -> Steps:
        """Measure the rate of the first lines, which no board states, before any is given out.

        Else decisions would be made at a wrong rate until it is known. Raises StreamMismatchError.
        """
        fit, n_lines, heard_s = ClockFit(), 0, self._clock.now()
        while fit.span_s < REFUSES_AFTER_S and not self.is_released:
            self._clock.sleep(_GATHER_S)
            frames, received_s = connection.read()
            if len(frames):
                n_lines, heard_s = n_lines + len(frames), received_s
                fit.add(float(n_lines), received_s)
            elif received_s >= heard_s + _UNREAD_S:
                return  # a pause, or lines that cannot be read, as is told while streaming
            yield
        if fit.span_s >= REFUSES_AFTER_S:
            connection.line_rate_hz = 1.0 / fit.slope
            alarm = self._guard.check_measured(
                connection.line_rate_hz, fit.span_s, self._board_words
            )
            if alarm is not None:
                self._condition.alarm("rate", alarm)
        connection.n_lines_before += n_lines

    def _check_width(self, match: ChannelMatch) -> None:
        """Raise StreamMismatchError if a board is back with more or fewer channels."""
        if self._indexer.n_received and len(match.names) != self.info.n_channels:
            before = self.info.channel_names
            raise StreamMismatchError(
                f"the board came back with {counted(len(match.names), 'channel')}: "
                f"{', '.join(match.names)}; "
                f"expected the {len(before)} it had: {', '.join(before)}; "
                "connect again to go on with those it has now"
            )

    def _check_stated(self, before_hz: float, now_hz: float) -> None:
        if abs(now_hz - before_hz) > 0.05:
            self._condition.note(f"the board was set from {before_hz:g} to {now_hz:g} Hz")
        alarm = self._guard.check_stated(now_hz, "the board")
        if alarm is not None:
            self._condition.alarm("rate", alarm)

    def _tell(self, connection: BoardConnection, match: ChannelMatch) -> None:
        if match.note is not None:
            self._condition.note(match.note)
        if connection.identity is None:
            self._condition.note(TEXT_NOTE)
            if not self._indexer.n_received and connection.n_lines_before:
                and_rate = " and then their rate" if self._guard.may_refuse else ""
                self._condition.note(
                    f"{counted(connection.n_lines_before, 'line')} came while the form of the "
                    f"lines{and_rate} was found out; they are not in the stream"
                )
        elif connection.identity.board == SIMULATED:
            self._condition.note(SYNTHETIC_NOTE)

    def _stream(self) -> Steps:
        """Read until the port is released.

        Raises SourceDisconnectedError if the board is unplugged, or the port taken by another.
        """
        watched_s = asked_s = self._clock.now()
        self._standstill = StandstillWatch()  # connecting takes longer between two reads
        while self._connection is not None and not self.is_released:
            connection = self._connection
            now_s = self._read_from(connection)
            if connection.was_reset():
                self._condition.note("the board was reset, and started again")
                self._flush()
                yield from self._start(connection)
                self._tally.reconnected()
            if now_s >= watched_s + _WATCH_S:
                watched_s = now_s
                self._watch(now_s)
                self._leave_if_unread(connection)
            if self._condition.silent_s() >= STALL_S and now_s >= asked_s + _ASK_STALLED_S:
                asked_s = now_s
                connection.ask_for_name()  # a board that was reset, unheard, waits for its start
            yield

    def _read_from(self, connection: BoardConnection) -> float:
        """Take new frames; return the host time of receipt."""
        self._clock.sleep(self._pace.pause_s(self._clock.now()))
        frames, received_s = connection.read(waits=self._pace.waits(self._clock.now()))
        stood_s = self._standstill.stood_s(received_s)
        if stood_s:
            self._condition.note(self._standstill.note(stood_s))
        if len(frames):
            self._chunks.extend(self._indexer.chunks(frames, received_s))
            self._tally.received(received_s, connection.counters)
        return received_s

    def _flush(self) -> None:
        """Give out the samples that were held back for the start time of their segment."""
        self._chunks.extend(self._indexer.flush())
        if self._connection is not None:
            self._tally.received(self._clock.now(), self._connection.counters)

    def _watch(self, now_s: float) -> None:
        """Count bytes that are not understood; look for a high loss and a wrong rate."""
        if self._connection is not None:
            self._tally.count(self._connection.counters)
        self._condition.watch_loss(now_s)
        stated_hz = self.info.sampling_rate_hz
        self._guard.watch(self._timebase, stated_hz, self._board_words, self._condition)

    @property
    def _board_words(self) -> str:
        """The board in a message: the port of a simulated one has a name that says nothing."""
        identity = None if self._connection is None else self._connection.identity
        is_simulated = identity is not None and identity.board == SIMULATED
        return "the simulated board" if is_simulated else self._search.board.device

    def _leave_if_unread(self, connection: BoardConnection) -> None:
        """Raise SourceDisconnectedError if bytes arrive, and for long none is understood."""
        if self._condition.silent_s() < STALL_S:
            self._skipped_before = connection.counters.bytes_skipped
        n_bytes = connection.counters.bytes_skipped - self._skipped_before
        if self._condition.silent_s() >= _UNREAD_S and n_bytes:
            raise SourceDisconnectedError(
                f"{connection.device} sent {counted(n_bytes, 'byte')} in {_UNREAD_S:g} s, and no "
                "samples"
            )

    def _wait_for_board(self, *, is_released: bool = False) -> Steps:
        """Wait until the port is free and the board is back on it, and streams."""
        free_s = self._clock.now()
        while True:
            words = self._why_released()
            yield
            now_s = self._clock.now()
            if words:
                is_released, free_s = True, now_s
                self._condition.set_state(SourceState.RELEASED, words)
            elif not is_released or now_s >= free_s + _FREE_S:
                if is_released:
                    is_released = False
                    self._search.forget_speed()
                    self._condition.set_state(
                        SourceState.CONNECTING, "the port is free: reconnecting"
                    )
                if (yield from self._found_again()):
                    return
            yield from self._pause(_LOOK_S)

    def _why_released(self) -> str:
        """Return why the port must not be opened now, in words; empty if it may."""
        if self.is_released:
            self._condition.note("the port was released: the time without it is a gap")
            return "the port is released"
        others = self._search.others()
        return self._taken_by(others) if others else ""

    def _taken_by(self, others: Sequence[str]) -> str:
        """Return that other processes have the port, in words; a note tells it, too."""
        names = " and ".join(dict.fromkeys(other.partition(" (")[0] for other in others))
        self._condition.note(f"the port was let go for {names}: the time without it is a gap")
        return f"the port is being used by {' and '.join(others)}; waiting until it lets go"

    def _found_again(self) -> Generator[None, None, bool]:
        """Look for the board once; return whether it streams again."""
        try:
            found = yield from self._search.again()
            if found is not None:
                yield from self._begin(*found)
                self._tally.reconnected()
                return True
            self._condition.set_state(SourceState.UNPLUGGED, _UNPLUGGED)
        except SourceError as failure:  # not up yet, or gone again
            self._close()
            self._condition.set_state(SourceState.UNPLUGGED, f"{_UNPLUGGED} ({failure})")
        return False

    def _pause(self, seconds: float) -> Steps:
        until_s = self._clock.now() + seconds
        while self._clock.now() < until_s:
            self._clock.sleep(_TICK_S)
            yield

    def _leave(self) -> None:
        """Close the port; what it gave until now is given out."""
        self._flush()
        self._close()

    def _left(self, gone: SourceDisconnectedError) -> SourceDisconnectedError:
        return SourceDisconnectedError(
            f"{gone} after {counted(self._indexer.n_received, 'sample')}; expected the board to "
            "stay; check the cable, or leave out --no-reconnect to go on when it is back"
        )

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def open_board(address: str, options: SourceOptions) -> SerialBoardSource:
    """Return the source that reads a board at a port, ``socket://host:port`` or ``auto``."""
    return SerialBoardSource(
        address,
        baud=options.baud,
        channel_names=options.channel_names,
        channels=options.channels,
        keep_others=options.keep_others,
        sampling_rate_hz=options.sampling_rate_hz,
        reconnect=options.reconnect,
        force=options.force,
    )
