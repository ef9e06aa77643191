"""The pure parts of the source: numbering, time, channels, alarms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgstream.clock import ManualClock
from emgstream.errors import StreamMismatchError
from emgstream.sources.channel_match import match_channels
from emgstream.sources.losses import LossWindow
from emgstream.sources.serial_board.board_connection import SIMULATED
from emgstream.sources.serial_board.indexer import Indexer
from emgstream.sources.serial_board.rates import PaceWatch, RateGuard
from emgstream.sources.serial_board.tally import StreamTally
from emgstream.sources.serial_board.timebase import Timebase
from emgstream.types import Chunk
from emgstream.wire import Counters, FrameDecoder, Identity, Reply, TextDecoder, encode_frame

START_S = 1000.0
NAMES = ("biceps", "triceps", "middle")


def wire_bytes(n_frames: int, lost: set[int], starts: set[int], first_counter: int) -> bytes:
    """Return a stream at 1 kHz that loses some frames and is started anew at others."""
    data = b""
    for i in range(n_frames):
        if i in starts:
            data += Reply("start", {"counter": "0", "rate": "1000", "mode": "binary"}).encode(
                binary=True
            )
        if i not in lost:
            data += encode_frame(first_counter + i, 1000 * i, [i % 1024, 300, 280])
    return data


def samples_by_index(chunks: list[Chunk]) -> list[tuple[int, int, float]]:
    return [
        (chunk.segment, chunk.first_index + row, float(chunk.samples[row, 0]))
        for chunk in chunks
        for row in range(len(chunk))
    ]


def through_the_source(data: bytes, cuts: list[int]) -> list[Chunk]:
    """Decode and number a stream that arrives in pieces, all at one moment."""
    decoder, indexer = FrameDecoder(3, 1000.0, bits=10), Indexer(Timebase())
    indexer.begin_connection(None, 1000.0)
    chunks: list[Chunk] = []
    for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
        frames = decoder.feed(data[start:end])
        if len(frames):
            chunks += indexer.chunks(frames, START_S)
    return chunks


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_split_of_the_bytes_gives_the_same_samples_and_gaps(data: st.DataObject) -> None:
    lost = data.draw(st.sets(st.integers(1, 118), max_size=30))
    stream = wire_bytes(120, lost, {0}, data.draw(st.integers(0, 0xFFFF)))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=20)))
    chunks = through_the_source(stream, cuts)
    assert samples_by_index(chunks) == samples_by_index(through_the_source(stream, []))
    assert [index for _, index, _ in samples_by_index(chunks)] == sorted(set(range(120)) - lost)
    for chunk in chunks:
        np.testing.assert_array_equal(
            chunk.samples[:, 0], np.arange(len(chunk)) + chunk.first_index
        )


@pytest.mark.parametrize("n_away", [3, 900, 65_535, 65_536, 65_537, 200_000, 2_000_000])
def test_an_outage_of_any_length_is_exact_where_the_board_counted_on(n_away: int) -> None:
    decoder, indexer = FrameDecoder(3, 1000.0, bits=10), Indexer(Timebase())
    indexer.begin_connection(None, 1000.0)
    frames = [(i, 1000 * i) for i in (*range(50), *range(50 + n_away, 100 + n_away))]
    data = [encode_frame(counter, micros, [1, 2, 3]) for counter, micros in frames]
    chunks = indexer.chunks(decoder.feed(b"".join(data[:50])), START_S)
    indexer.resume_connection()
    chunks += indexer.chunks(decoder.feed(b"garbage\0" + b"".join(data[50:])), START_S + 1.0)
    assert [(chunk.first_index, len(chunk), chunk.segment) for chunk in chunks] == [
        (0, 50, 0),
        (50 + n_away, 50, 1),
    ]
    assert (indexer.n_missed, indexer.n_lost, indexer.n_gaps) == (n_away, 0, 1)


def after_a_reset(away_s: float, seed: int) -> tuple[Indexer, list[Chunk]]:
    """Number two segments of 300 samples of a board that was reset between, each read a bit late.

    The first sample of each is taken ``away_s`` and 0.3 s apart.
    """
    rng = np.random.default_rng(seed)
    indexer = Indexer(Timebase())
    chunks: list[Chunk] = []
    for begin_s in (0.0, 0.3 + away_s):
        decoder = FrameDecoder(3, 1000.0, bits=10)
        indexer.begin_connection(None, 1000.0)
        data = [encode_frame(7 + i, 500 + 1000 * i, [i, 2, 3]) for i in range(300)]
        for start in range(0, 300, 4):
            frames = decoder.feed(b"".join(data[start : start + 4]))
            late_s = 2e-5 if start % 40 == 20 else 0.002 + rng.exponential(0.003)
            chunks += indexer.chunks(frames, START_S + begin_s + 1e-3 * (start + 3) + late_s)
    return indexer, chunks


@settings(max_examples=40, deadline=None)
@given(away_s=st.floats(0.01, 100.0), seed=st.integers(0, 99))
def test_the_gap_of_a_board_that_was_reset_is_right_to_the_nearest_sample(
    away_s: float, seed: int
) -> None:
    indexer, chunks = after_a_reset(away_s, seed)
    firsts = {chunk.segment: chunk.first_index for chunk in reversed(chunks)}
    assert firsts[0] == 0
    assert abs(firsts[1] - 300 - 1000.0 * away_s) <= 0.6
    assert sum(map(len, chunks)) == indexer.n_received == 600
    assert (indexer.n_missed, indexer.n_lost) == (firsts[1] - 300, 0)


def test_what_is_held_back_to_time_a_segment_is_not_lost_with_the_board() -> None:
    indexer, _ = after_a_reset(1.0, 1)
    indexer.begin_connection(None, 1000.0)
    decoder = FrameDecoder(3, 1000.0, bits=10)
    frames = decoder.feed(b"".join(encode_frame(i, 1000 * i, [1, 2, 3]) for i in range(9)))
    assert indexer.chunks(frames, START_S + 3.0) == []
    assert [(len(chunk), chunk.segment) for chunk in indexer.flush()] == [(9, 2)]
    assert indexer.flush() == []


@settings(max_examples=30, deadline=None)
@given(cuts=st.lists(st.integers(0, 1500), max_size=20).map(sorted))
def test_any_split_of_text_gives_the_same_samples(cuts: list[int]) -> None:
    text = b"".join(b"%d,300,280\r\n" % (i % 1000) for i in range(200))
    pieces = []
    for places in (cuts, []):
        decoder, indexer = TextDecoder(3), Indexer(Timebase())
        indexer.begin_connection(None, 100.0)
        chunks: list[Chunk] = []
        for start, end in zip([0, *places], [*places, len(text)], strict=True):
            frames = decoder.feed(text[start:end])
            chunks += indexer.chunks(frames, START_S) if len(frames) else []
        pieces.append(samples_by_index(chunks))
    assert pieces[0] == pieces[1]
    assert [index for _, index, _ in pieces[0]] == list(range(199))  # the first may be half a line


@pytest.mark.parametrize(
    ("board", "wanted", "chosen", "columns", "names"),
    [
        (NAMES, None, None, (0, 1, 2), NAMES),
        (NAMES, NAMES, None, (0, 1, 2), NAMES),
        (NAMES, ("middle", "biceps"), None, (2, 0), ("middle", "biceps")),
        (("A0", "A1", "A2"), NAMES, None, (0, 1, 2), NAMES),
        (("A0", "A1"), ("biceps", "triceps"), ("A1", "1"), (1, 0), ("biceps", "triceps")),
        (("A0", "A1"), None, ("2",), (1,), ("A1",)),
    ],
)
def test_channels_are_matched_by_name_then_by_place(
    board: tuple[str, ...],
    wanted: tuple[str, ...] | None,
    chosen: tuple[str, ...] | None,
    columns: tuple[int, ...],
    names: tuple[str, ...],
) -> None:
    match = match_channels(board, wanted, chosen)
    assert (match.columns, match.names) == (columns, names)
    assert (match.note is None) == (chosen is not None or wanted in (None, board))


@pytest.mark.parametrize(
    ("chosen", "reason"),
    [
        (None, "the board sends 2 channels: A0, A1; the model expects 3"),
        (("A0", "A1"), "--channels names 2"),
        (("A0", "A1", "A7"), "no channel 'A7'"),
        (("1", "2", "3"), "no channel '3'"),
        (("1", "2", "0"), "no channel '0'"),
    ],
)
def test_channels_that_cannot_be_matched_show_both_sides(
    chosen: tuple[str, ...] | None, reason: str
) -> None:
    with pytest.raises(StreamMismatchError, match=reason):
        match_channels(("A0", "A1"), NAMES, chosen)


@pytest.mark.parametrize(
    ("rate_hz", "span_s", "is_alarm"),
    [
        (1000.0, 60.0, False),
        (1004.9, 60.0, False),
        (995.1, 60.0, False),
        (1005.1, 60.0, True),
        (994.0, 60.0, True),
        (1006.0, 4.9, False),  # not measured for long enough to be sure
        (1049.0, 5.1, True),
    ],
)
def test_a_rate_more_than_half_a_percent_off_is_an_alarm(
    rate_hz: float, span_s: float, is_alarm: bool
) -> None:
    alarm = RateGuard(1000.0, force=False).check_measured(rate_hz, span_s, "COM3")
    assert (alarm is not None) == is_alarm
    if alarm is not None:
        assert f"measured at {rate_hz:.0f} Hz" in alarm
        assert "with more than 0.5 %, decisions may be wrong" in alarm
        assert "1000 Hz that the model expects" in alarm


@pytest.mark.parametrize("rate_hz", [1051.0, 949.0, 50.0])
def test_a_rate_more_than_5_percent_off_is_refused_unless_forced(rate_hz: float) -> None:
    guard, forced = RateGuard(1000.0, force=False), RateGuard(1000.0, force=True)
    with pytest.raises(StreamMismatchError, match=r"--force"):
        guard.check_measured(rate_hz, 2.1, "COM3")
    with pytest.raises(StreamMismatchError, match=r"samples at .* Hz.*up to 5 % is accepted"):
        guard.check_stated(rate_hz, "the board")
    assert "decisions may be wrong" in str(forced.check_measured(rate_hz, 2.1, "COM3"))
    assert guard.check_measured(rate_hz, 1.9, "COM3") is None
    assert RateGuard(None, force=False).check_measured(rate_hz, 60.0, "COM3") is None


def paces(watch: PaceWatch, *spans: tuple[float, float], from_s: float = 0.0) -> list[float]:
    """Return the changes that are told of spans, each of seconds and a rate."""
    told: list[float] = []
    end, now_s, arrived_s = 0.0, from_s, from_s
    for seconds, rate_hz in spans:
        for _ in range(round(seconds / 0.25)):
            now_s, end = now_s + 0.25, end + 0.25 * rate_hz
            arrived_s = now_s if rate_hz else arrived_s
            pace_hz = watch.add(int(end), arrived_s)
            if pace_hz is not None:
                told.append(round(pace_hz))
    return told


@pytest.mark.parametrize("rate_hz", [500.0, 940.0, 1060.0, 2000.0])
def test_a_rate_that_changes_without_a_break_is_told_once(rate_hz: float) -> None:
    (told,) = paces(PaceWatch(), (60.0, 1000.0), (300.0, rate_hz))
    assert told == pytest.approx(rate_hz, rel=0.01)


@pytest.mark.parametrize("rate_hz", [900.0, 930.0, 1080.0, 1100.0])
@pytest.mark.parametrize("changes_s", [60.0, 63.0, 67.5, 70.0, 74.0])
def test_the_rate_that_is_told_is_that_after_the_change(changes_s: float, rate_hz: float) -> None:
    (told,) = paces(PaceWatch(), (changes_s, 1000.0), (300.0, rate_hz))
    assert told == pytest.approx(rate_hz, rel=0.001)


def test_a_rate_that_changes_back_is_told_again() -> None:
    assert paces(PaceWatch(), (60.0, 1000.0), (60.0, 500.0), (60.0, 1000.0)) == [500, 1000]


def test_a_busy_computer_and_a_drift_within_the_tolerance_are_no_change_of_rate() -> None:
    stall = ((3.0, 0.0), (1.0, 4000.0))
    assert paces(PaceWatch(), (60.0, 1000.0), *stall, (60.0, 1000.0), *stall, (60.0, 1000.0)) == []
    assert paces(PaceWatch(), (60.0, 1000.0), (300.0, 1040.0)) == []
    slow_drift = [(20.0, 1000.0 + 5.0 * n) for n in range(20)]
    assert paces(PaceWatch(), *slow_drift) == [1055], "a slow drift is told as well"


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.05, 0.3, 1.0]), st.floats(0.0, 0.5))
def test_lumps_and_late_arrivals_of_a_radio_link_are_no_change_of_rate(
    seed: int, lump_s: float, latest_s: float
) -> None:
    random, watch, sent_s = np.random.default_rng(seed), PaceWatch(), 0.0
    arrived_s = 0.0
    while sent_s < 300.0:
        sent_s += random.exponential(lump_s)
        arrived_s = max(arrived_s, sent_s + random.uniform(0.0, latest_s))
        assert watch.add(int(250.0 * sent_s), arrived_s) is None


@pytest.mark.parametrize("rate_hz", [1.0, 2.1, 4.7, 19.3])
def test_a_slow_stream_whose_samples_come_together_changes_no_rate(rate_hz: float) -> None:
    watch, told, random = PaceWatch(), [], np.random.default_rng(2)
    for now_s in np.arange(0.0, 8000.0, 0.25):
        told.append(watch.add(int(rate_hz * now_s + random.uniform(-4.0, 4.0)), float(now_s)))
    assert {*told} == {None}


def test_a_count_is_begun_anew_where_the_computer_slept() -> None:
    watch = PaceWatch()
    assert paces(watch, (60.0, 1000.0)) == []
    assert paces(watch, (9.0, 400.0), from_s=1000.0) == []
    assert paces(watch, (60.0, 1000.0), from_s=2000.0) == []


@given(st.lists(st.tuples(st.floats(0, 0.4), st.integers(0, 50), st.integers(0, 50)), max_size=60))
def test_the_share_lost_lately_is_that_of_the_last_5_seconds(
    reads: list[tuple[float, int, int]],
) -> None:
    window, now_s = LossWindow(), 0.0
    kept: list[tuple[float, int, int]] = []
    for step_s, n_received, n_lost in reads:
        now_s += step_s
        window.add(now_s, n_received, n_lost)
        kept.append((now_s, n_received, n_lost))
    shares = []
    for length_s in (4.75, 5.25):  # it counts in quarters of a second
        recent = [entry for entry in kept if entry[0] > now_s - length_s]
        shares.append((sum(e[2] for e in recent), sum(e[1] + e[2] for e in recent)))
    share = window.share(now_s)
    assert 0.0 <= share <= 1.0
    if shares[0] == shares[1]:
        lost, total = shares[0]
        assert share == (lost / total if total else 0.0)


IDENTITY = Identity("uno", "1.0.0", ("a", "b", "c"), 1000.0, 10, 5000, 115200)


def told_of(
    n_received: int, n_lost: int, port: str = "COM3", identity: Identity | None = None
) -> tuple[StreamTally, Indexer, ManualClock]:
    """Return the tally of a second of streaming that lost some of its samples."""
    clock, timebase = ManualClock(START_S), Timebase()
    indexer = Indexer(timebase)
    tally = StreamTally(clock, timebase, indexer)
    tally.connected(port, identity, True)
    pass_time(tally, indexer, clock, n_received, n_lost, seconds=1.0)
    return tally, indexer, clock


def pass_time(
    tally: StreamTally,
    indexer: Indexer,
    clock: ManualClock,
    n_received: int,
    n_lost: int,
    seconds: float = 6.0,
) -> None:
    """Let more samples come, and some be lost."""
    indexer.n_received += n_received
    indexer.n_lost += n_lost
    clock.advance(seconds)
    tally.received(clock.now(), Counters())
    tally.condition.watch_loss(clock.now())


@pytest.mark.parametrize(
    ("n_samples", "n_lost", "is_alarm"),
    [
        (1000, 0, False),
        (1000, 9, False),
        (1000, 10, False),
        (1000, 12, True),
        (200, 2, False),
        (200, 3, True),
        (60, 1, False),  # the first that was lost, soon after the start
        (199, 20, False),
    ],
)
def test_more_than_1_percent_lost_in_5_seconds_is_an_alarm(
    n_samples: int, n_lost: int, is_alarm: bool
) -> None:
    tally, _, _ = told_of(n_samples - n_lost, n_lost)
    status = tally.status()
    assert status.recent_loss == status.loss == pytest.approx(n_lost / n_samples)
    assert any("samples were lost in 5 s" in alarm for alarm in status.alarms) == is_alarm


def test_an_alarm_is_over_when_no_more_is_lost_and_comes_again_with_the_next_loss() -> None:
    tally, indexer, clock = told_of(900, 100)
    alarm = tally.status().alarms
    assert len(alarm) == 1
    assert tally.status().alarms_over == ()
    pass_time(tally, indexer, clock, n_received=6000, n_lost=0)
    assert tally.status().alarms_over == alarm, "the summary still has it, but it holds no more"
    pass_time(tally, indexer, clock, n_received=6000, n_lost=600)
    assert tally.status().alarms_over == ()
    assert tally.status().alarms != alarm, "another share was lost"


@pytest.mark.parametrize(
    ("port", "board", "advice"),
    [
        ("COM3", "uno", "check cable and baud"),
        ("socket://10.0.0.7:5000", "uno", "check the network"),
        ("COM3", None, "look at what the sketch prints, and check cable and baud"),
        ("socket://10.0.0.7:5000", None, "cannot be read: look at what the sketch prints"),
        ("/dev/pts/3", SIMULATED, "a simulated board has no cable"),
    ],
)
def test_a_loss_is_blamed_on_what_the_board_has(port: str, board: str | None, advice: str) -> None:
    identity = None if board is None else replace(IDENTITY, board=board)
    tally, _, _ = told_of(900, 100, port, identity)
    (alarm,) = tally.status().alarms
    assert advice in alarm


def test_a_second_without_a_sample_is_a_stall_and_the_next_sample_its_end() -> None:
    clock, timebase = ManualClock(START_S), Timebase()
    tally = StreamTally(clock, timebase, Indexer(timebase))
    tally.connected("COM3", None, True)
    clock.advance(0.99)
    assert tally.status().is_streaming
    clock.advance(0.03)
    assert (tally.status().words, tally.status().is_streaming) == ("stalled 1.0 s", False)
    tally.received(clock.now(), Counters())
    assert (tally.status().words, tally.status().is_streaming) == ("streaming", True)


def timed(
    timebase: Timebase,
    n_reads: int,
    *,
    ppm: float = 0.0,
    first_index: int = 0,
    start_s: float = START_S,
    seed: int = 1,
) -> None:
    """Feed reads of 10 samples at 1 kHz of a clock that is ``ppm`` too fast, each a little late."""
    rng = np.random.default_rng(seed)
    for read in range(n_reads):
        index = first_index + np.arange(10 * read, 10 * read + 10)
        device_us = 1e3 * np.arange(10 * read, 10 * read + 10, dtype=np.float64)
        end_s = device_us[-1] * 1e-6 / (1.0 + ppm * 1e-6)
        late_s = rng.exponential(0.002) if read else 0.0
        timebase.add(int(index[0]), device_us, start_s + end_s + late_s)


@settings(max_examples=10, deadline=None)
@given(ppm=st.floats(-5000, 5000), seed=st.integers(0, 99))
def test_rate_pace_and_time_come_from_the_boards_clock_and_not_from_arrival(
    ppm: float, seed: int
) -> None:
    timebase = Timebase()
    assert timebase.rate_hz is None
    assert timebase.ppm is None
    timed(timebase, 1000, ppm=ppm, seed=seed)
    assert timebase.rate_hz == pytest.approx(1000.0 * (1.0 + ppm * 1e-6), rel=50e-6)
    assert timebase.ppm == pytest.approx(ppm, abs=50.0)
    times_s = timebase.time_at(np.arange(10_000))
    assert times_s[0] == 0.0
    assert np.diff(times_s).min() >= 0.0
    true_s = np.arange(10_000) * 1e-3 / (1.0 + ppm * 1e-6)
    assert np.abs(times_s - true_s)[-5000:].max() < 2e-3


def test_a_computer_too_busy_to_keep_up_is_taken_for_no_slow_clock() -> None:
    timebase = Timebase()
    for read in range(1000):  # each read waits 20 ms longer than the one before
        device_us = 1e3 * np.arange(10 * read, 10 * read + 10, dtype=np.float64)
        timebase.add(10 * read, device_us, START_S + 1e-6 * device_us[-1] + 0.02 * read)
    assert timebase.rate_hz is None
    assert timebase.ppm is None
    np.testing.assert_allclose(timebase.time_at(np.arange(10_000)), 1e-3 * np.arange(10_000))


def test_the_pace_is_not_told_before_two_seconds() -> None:
    timebase = Timebase()
    timed(timebase, 150)
    assert timebase.rate_hz is None


def test_samples_older_than_the_ring_keep_their_time() -> None:
    timebase = Timebase()
    timed(timebase, 8000)
    indices = np.array([0, 100, 5000, 12_345])
    assert 80_000 - indices.max() > 1 << 16
    np.testing.assert_allclose(timebase.time_at(indices), indices * 1e-3, atol=5e-3)


def test_a_new_segment_keeps_the_rate_of_the_one_before_until_it_has_its_own() -> None:
    timebase = Timebase()
    timed(timebase, 500, ppm=800.0)
    before = timebase.rate_hz
    timebase.begin_segment()
    timed(timebase, 10, first_index=9000, start_s=START_S + 9.0)
    assert timebase.rate_hz == before
    assert timebase.time_at(np.array([9000]))[0] == pytest.approx(9.0, abs=3e-3)
