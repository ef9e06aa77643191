"""A live stream that a library delivers, as a source: opened, read, and opened again if lost."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from emgstream.clock import Clock, MonotonicClock
from emgstream.errors import (
    EndOfStream,
    SourceDisconnectedError,
    SourceError,
    SourceNotFoundError,
    StreamMismatchError,
)
from emgstream.sources.library_link import Arrivals, LibraryLink
from emgstream.sources.sample_steps import SampleNumbering
from emgstream.sources.serial_board.rates import RateGuard
from emgstream.sources.serial_board.read_pace import ReadPace
from emgstream.sources.source_kind import SourceOptions
from emgstream.sources.source_status import SourceState, SourceStatus
from emgstream.sources.stamp_watch import StampWatch
from emgstream.sources.standstill import STANDSTILL_S, StandstillWatch
from emgstream.sources.stream_account import StreamAccount
from emgstream.types import Chunk, IndexArray, StreamInfo, TimeArray
from emgstream.wording import counted

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["LibrarySource"]

_GATHER_S = 0.005
"""Seconds between two looks for samples where nobody tells what is awaited: a choice, a quarter of
the 20 ms between decisions."""
_LEARN_S, _LEARN_SAMPLES = 0.5, 60
"""Time and samples held back at the start of a connection, to learn how these are numbered.

A choice: a counter of 8 bits has not started again by then at up to 500 Hz, and 50 steady
intervals are no chance.
"""
_PAUSE_S = 0.25
"""Seconds between two samples that are a pause: a choice, longer than Bluetooth waits as a rule."""
_SETTLE_S = 0.3
"""Seconds held back after a pause, to see if its samples come late or never: a choice."""
_LATE_S = 0.1
"""Shortest pause that is told where samples have no number: a choice, twice the usual jitter."""
_WATCH_S = 0.25  # between two looks at loss and rate: one bin of the loss window
_LOOK_S = 0.5  # between two tries to open a stream again: a choice
_TICK_S = 0.02  # of waiting between two yields

Steps: TypeAlias = Generator[None, None, None]
"""Work in pieces of at most 50 ms."""


class LibrarySource:
    """Samples of a live stream of a library, with index and time.

    Everything happens in `read`, a few milliseconds at a time. The first half second of samples is
    held back, to learn from their numbers whether losses can be told. Without such numbers, a pause
    is measured by the library's time stamps, and told as missed. A stream that was lost is opened
    again, and its samples continue the index after the time it was away. Where stamps cannot be
    times (`StampWatch`), times of arrival take their place until the stream is opened again.

    Parameters
    ----------
    address
        The address, as a name for people until the stream has been opened.
    link
        The stream of the library.
    options
        Expected rate, ``force`` and ``reconnect``.
    clock
        The host time.
    """

    subject = None
    """None: a real person follows the cues."""

    def __init__(
        self,
        address: str,
        link: LibraryLink,
        options: SourceOptions | None = None,
        clock: Clock | None = None,
    ) -> None:
        options = options or SourceOptions()
        self.info = StreamInfo(address, (), None, checks_rate=True)
        self._address = address
        self._link = link
        self._reconnects = options.reconnect
        self._guard = RateGuard(options.sampling_rate_hz, options.force)
        self._clock = clock or MonotonicClock()
        self._account = StreamAccount(address, self._clock, link.loss_advice)
        self._condition = self._account.condition
        self._pace = ReadPace(self._account.timebase, _GATHER_S)
        self._chunks: deque[Chunk] = deque()
        self._held: list[Arrivals] = []
        self._holds_until_s = 0.0
        self._last_stamp_s = self._last_received_s = 0.0
        self._standstill = StandstillWatch()
        self._woke_s: float | None = None
        self._rate_hz = 1.0
        self._numbering: SampleNumbering | None = None
        self._is_numbered = False
        self._stamp_watch: StampWatch | None = StampWatch()  # None once stamps are not used
        self._has_numbers = True
        self._life = self._live()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._life.close()
        try:
            self._link.close()
        finally:
            self._account.finish()

    def read(self) -> Chunk:
        """Return consecutive new samples, possibly none, within 50 ms.

        Raises
        ------
        SourceError
            There is no such stream, or the library cannot open it.
        StreamMismatchError
            The rate is not as expected, or a stream came back with other channels or another rate.
        SourceDisconnectedError
            The stream was lost, and ``reconnect`` is False.
        EndOfStream
            The stream has an end, and it was reached.
        """
        if not self._chunks:
            next(self._life)
        if self._chunks:
            return self._chunks.popleft()
        samples = np.empty((0, self.info.n_channels), dtype=np.float32)
        return Chunk(self._account.timebase.newest[0], samples)

    def expect(self, index: int | None) -> None:
        """Tell the index of the next sample that something waits for; see `ReadPace`."""
        self._pace.expect(index)

    def time_at(self, indices: IndexArray) -> TimeArray:
        """Return seconds since the first sample, by the rate fitted to the arrivals."""
        return self._account.timebase.time_at(indices)

    def labels_at(self, indices: IndexArray) -> list[str | None]:
        """Return None for each: the intention of a real person is not known."""
        return [None] * len(indices)

    def status(self) -> SourceStatus:
        """Return the status of the stream; any thread may ask."""
        return self._account.status()

    def _live(self) -> Steps:
        """Connect and stream without end; yield at least every 50 ms."""
        self._condition.set_state(SourceState.CONNECTING, "connecting")
        yield from self._open()
        while True:
            try:
                yield from self._stream()
            except SourceDisconnectedError as gone:
                self._flush()
                self._link.close()
                if not self._reconnects:
                    yield  # what came before is given out first
                    raise self._left(gone) from gone
                yield from self._wait_for_stream()
            except EndOfStream:
                self._flush()
                self._condition.set_state(SourceState.FINISHED, "at its end")
                yield  # what came before is given out first
                raise

    def _open(self) -> Steps:
        opened = yield from self._link.open()
        self._check_again(opened.info)
        self.info = replace(opened.info, checks_rate=True)
        self._is_numbered, self._numbering = False, None
        self._stamp_watch, self._has_numbers = StampWatch(), True
        for note in opened.notes:
            self._condition.note(note)
        self._account.is_synthetic = opened.is_synthetic
        if opened.info.sampling_rate_hz is not None:
            alarm = self._guard.check_stated(opened.info.sampling_rate_hz, self._address)
            if alarm is not None:
                self._condition.alarm("rate", alarm)
        yield from self._await_samples()
        self._account.connected(opened.port, opened.identity)

    def _check_again(self, info: StreamInfo) -> None:
        """Raise StreamMismatchError if a stream is back with other channels or another rate."""
        if not self._account.n_received:
            return
        before_hz = self.info.sampling_rate_hz
        self._guard.check_return(before_hz, info.sampling_rate_hz, self._address)
        before = self.info.channel_names
        if info.channel_names != before:
            raise StreamMismatchError(
                f"{self._address} came back with the channels {', '.join(info.channel_names)}; "
                f"expected those it had: {', '.join(before)}; connect again to go on with them"
            )

    def _await_samples(self) -> Steps:
        """Wait for the first samples, and hold them."""
        if not self._account.n_received:
            self._condition.set_state(SourceState.CONNECTING, "waiting for the first samples")
        limit_s, begun_s = self._link.silence_is_loss_s, self._clock.now()
        while not self._held:
            self._pull()
            if limit_s is not None and self._clock.now() >= begun_s + 2.0 * limit_s:
                raise SourceNotFoundError(
                    f"{self._address} was opened and sent nothing for {2.0 * limit_s:.0f} s; "
                    "expected samples; check that it is switched on and near, and that it is this "
                    "kind of board"
                )
            yield
        self._holds_until_s = self._clock.now() + _LEARN_S

    def _stream(self) -> Steps:
        """Read until the stream is lost, which raises SourceDisconnectedError."""
        watched_s = self._clock.now()
        while True:
            self._pull()
            now_s = self._clock.now()
            if self._held and self._is_settled(now_s):
                self._flush()
            if now_s >= watched_s + _WATCH_S:
                watched_s = now_s
                self._watch(now_s)
            self._check_silence()
            yield

    def _pull(self) -> None:
        self._clock.sleep(self._pace.pause_s(self._clock.now()))
        arrivals = self._link.pull(waits=self._pace.waits(self._clock.now()))
        now_s = self._clock.now()
        stood_s = self._standstill.stood_s(now_s)
        if stood_s and self._is_numbered:
            self._condition.note(self._standstill.note(stood_s))
            self._woke_s, self._holds_until_s = now_s, now_s + _SETTLE_S
        if not len(arrivals):
            return
        arrivals = self._checked(replace(arrivals, received_s=now_s))
        if self._is_numbered and not self._held and self._has_pause(arrivals):
            self._holds_until_s = now_s + _SETTLE_S
        self._held.append(arrivals)

    def _checked(self, arrivals: Arrivals) -> Arrivals:
        """Return samples with times of arrival where the stamps cannot be times."""
        if self._stamp_watch is not None:
            fault = self._stamp_watch.fault(arrivals.stamps_s, arrivals.received_s)
            if fault is not None:
                self._leave_stamps(fault, is_all=arrivals.numbers is arrivals.stamps_s)
        if self._has_numbers and not np.all(np.isfinite(arrivals.numbers)):
            self._leave_numbers("some sample numbers are not numbers")
        return arrivals if self._stamp_watch is not None else _stamped_on_arrival(arrivals)

    def _leave_stamps(self, fault: str, *, is_all: bool) -> None:
        """Use times of arrival from here on, also for the samples held back."""
        self._stamp_watch = None
        self._held = [_stamped_on_arrival(one) for one in self._held]
        self._last_stamp_s = self._last_received_s
        told = f"the time stamps of {self._address} {fault}: times of arrival are used"
        if is_all:
            self._leave_numbers(told)
        else:
            self._condition.note(told)

    def _leave_numbers(self, why: str) -> None:
        """Tell that losses are not known any more."""
        self._has_numbers, self._numbering = False, None
        self._account.sees_loss = None
        self._condition.note(f"{why}; losses are not known from here on")

    def _is_settled(self, now_s: float) -> bool:
        is_enough = self._is_numbered or sum(map(len, self._held)) >= _LEARN_SAMPLES
        return is_enough and now_s >= self._holds_until_s

    def _has_pause(self, arrivals: Arrivals) -> bool:
        """Return True if samples follow a pause whose length their numbers do not tell."""
        numbering = self._numbering
        if numbering is not None and numbering.is_sure and numbering.cycle is None:
            return False
        waits_s = np.diff(arrivals.stamps_s, prepend=self._last_stamp_s)
        return bool(waits_s.max() >= self._pause_s())

    def _pause_s(self) -> float:
        """Return the shortest time between two samples that is a pause."""
        cycle = None if self._numbering is None else self._numbering.cycle
        return _PAUSE_S if cycle is None else max(_PAUSE_S, 0.5 * cycle / self._rate_hz)

    def _flush(self) -> None:
        """Give out the samples that were held back."""
        held, self._held = self._held, []
        if not held:
            return
        if not self._is_numbered:
            self._begin(held)
        lost, missed = self._missing(held)
        if self._woke_s is not None:
            missed = missed + self._missed_in_sleep(held, self._woke_s)
            self._woke_s = None
        start = 0
        for arrivals in held:
            stop = start + len(arrivals)
            self._give(arrivals, lost[start:stop], missed[start:stop])
            start = stop
        self._last_stamp_s = float(held[-1].stamps_s[-1])
        self._last_received_s = held[-1].received_s

    def _begin(self, held: list[Arrivals]) -> None:
        """Begin with the first samples of a connection."""
        first = Arrivals(
            np.concatenate([one.samples for one in held]),
            np.concatenate([one.stamps_s for one in held]),
            np.concatenate([one.numbers for one in held]),
        )
        self._numbering = self._link.learn(first) if self._has_numbers else None
        self._is_numbered = True
        self._account.sees_loss = None if self._numbering is None else True
        span_s = float(first.stamps_s[-1] - first.stamps_s[0])
        n_in_span = np.count_nonzero(first.stamps_s > first.stamps_s[0])  # a lump has one stamp
        measured_hz = float(n_in_span / span_s) if span_s > 0.0 else 1.0
        self._rate_hz = self.info.sampling_rate_hz or measured_hz
        n_before = np.cumsum([len(one) for one in held])
        self._account.begin(
            self._rate_hz,
            min(
                one.received_s - (n - 1) / self._rate_hz
                for one, n in zip(held, n_before.tolist(), strict=True)
            ),
        )
        self._last_stamp_s = float(first.stamps_s[0])

    def _missing(self, held: list[Arrivals]) -> tuple[IndexArray, IndexArray]:
        """Return the samples lost, and those missed, before each of the held ones."""
        stamps_s = np.concatenate([one.stamps_s for one in held])
        numbers = np.concatenate([one.numbers for one in held])
        lost = missed = np.zeros(len(stamps_s), dtype=np.int64)
        cycle, pause_s = None, self._pause_s()
        if self._numbering is not None:
            lost = self._numbering.steps(numbers) - 1
            cycle = self._numbering.cycle
            if not self._numbering.is_sure:
                self._leave_numbers("the sample numbers are no longer in order")
                lost, cycle = missed, None
            elif cycle is None:
                return lost, missed
        waits_s = np.diff(stamps_s, prepend=self._last_stamp_s)
        place = int(np.argmax(waits_s))
        if waits_s[place] < pause_s:
            return lost, missed
        before_s = stamps_s[place] - waits_s[place]
        n_away = round((stamps_s[-1] - before_s) * self._rate_hz) - (len(stamps_s) - place)
        if cycle is not None:
            more = max(0, round((n_away - lost[place]) / cycle)) * cycle
            lost[place] += more
        elif n_away >= _LATE_S * self._rate_hz:
            missed = missed.copy()
            missed[place] = n_away
        return lost, missed

    def _missed_in_sleep(self, held: list[Arrivals], woke_s: float) -> IndexArray:
        """Return the samples missed, before each of the held ones, in a sleep with its sender.

        Where the sender slept, too, its stamps do not tell: the clock of LSL stands still then.
        """
        n_before = sum(len(one) for one in held if one.received_s < woke_s)
        missed = np.zeros(sum(map(len, held)), dtype=np.int64)
        passed_s = held[-1].received_s - self._last_received_s
        slept_s = passed_s - (float(held[-1].stamps_s[-1]) - self._last_stamp_s)
        if slept_s >= 0.5 * STANDSTILL_S and n_before < len(missed):
            missed[n_before] = round(slept_s * self._rate_hz)
        return missed

    def _give(self, arrivals: Arrivals, lost: IndexArray, missed: IndexArray) -> None:
        starts = np.flatnonzero((lost > 0) | (missed > 0)).tolist()
        for start, stop in zip([0, *starts], [*starts, len(arrivals)], strict=True):
            if start == stop:
                continue
            if missed[start]:
                self._account.skip(int(missed[start]))
            part = arrivals.samples[start:stop]
            chunk = self._account.take(part, int(lost[start]), arrivals.received_s)
            self._chunks.append(chunk)

    def _watch(self, now_s: float) -> None:
        """Look for a high loss and a wrong rate."""
        self._condition.watch_loss(now_s)
        stated_hz = self.info.sampling_rate_hz
        self._guard.watch(self._account.timebase, stated_hz, self._address, self._condition)

    def _check_silence(self) -> None:
        limit_s, silent_s = self._link.silence_is_loss_s, self._condition.silent_s()
        if self._woke_s is not None:  # asleep, nobody could hear it
            silent_s = min(silent_s, self._clock.now() - self._woke_s)
        if limit_s is not None and silent_s >= limit_s and not self._held:
            raise SourceDisconnectedError(f"{self._address} sent nothing for {silent_s:.1f} s")

    def _wait_for_stream(self) -> Steps:
        """Try to open the lost stream until its samples arrive again."""
        words = "the stream is lost: reconnecting"
        self._condition.set_state(SourceState.UNPLUGGED, words)
        while True:
            try:
                yield from self._open()
                return
            except SourceError as failure:  # not there yet, or gone again
                self._held.clear()
                self._link.close()
                self._condition.set_state(SourceState.UNPLUGGED, f"{words} ({failure})")
            yield from self._pause(_LOOK_S)

    def _pause(self, seconds: float) -> Steps:
        until_s = self._clock.now() + seconds
        while self._clock.now() < until_s:
            self._clock.sleep(_TICK_S)
            yield

    def _left(self, gone: SourceDisconnectedError) -> SourceDisconnectedError:
        return SourceDisconnectedError(
            f"{gone} after {counted(self._account.n_received, 'sample')}; expected it to stay; "
            "check its sender, or leave out --no-reconnect to go on when it is back"
        )


def _stamped_on_arrival(arrivals: Arrivals) -> Arrivals:
    return replace(arrivals, stamps_s=np.full(len(arrivals), arrivals.received_s))
