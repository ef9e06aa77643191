"""The board in memory: what it answers, when it samples, and what its ledger says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import emgstream
from emgstream.simulation.board.send_queue import QUEUE_BYTES
from emgstream.wire import BoardStatus, FrameDecoder, Identity, TextDecoder, find_replies
from tests.simulation.boards import Bench, joined, rows_of
from tests.simulation.ledger_check import LedgerCheck, judge

SKETCH = Path(emgstream.__file__).parent / "firmware" / "emg_board" / "emg_board.ino"
FAULTS = ["", "loss=0.1", "loss=0.1,burst=7", "corrupt=0.2", "duplicate=0.1", "reorder=0.1"]
FAULTS += [
    "jitter=0.05",
    "stall=0.4@1",
    "loss=0.05,corrupt=0.1,duplicate=0.1,reorder=0.1,jitter=0.05",
]
STEPS = st.lists(st.floats(0.0, 0.3), min_size=1, max_size=12)


def kinds(data: bytes) -> list[str]:
    return [reply.kind for reply in find_replies(data)]


def test_a_board_names_itself_once_and_is_silent_until_told_to_start() -> None:
    bench = Bench()
    (reply,) = find_replies(bench.take())
    identity = Identity.from_reply(reply)
    assert (identity.board, identity.sampling_rate_hz) == ("simulated", 1000.0)
    assert (identity.mode, identity.is_streaming) == ("binary", False)
    assert bench.pass_time(10.0) == b""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["identify"], ["id"]),
        (["start"], ["start"]),
        (["start", "start 7"], ["start", "start"]),
        (["stop"], ["stop"]),
        (["rate 500"], ["rate"]),
        (["start", "rate 500"], ["start", "rate", "start"]),
        (["binary"], ["mode"]),
        (["text"], ["start"]),
        (["text", "binary"], ["start", "start"]),
        (["text", "stop", "binary"], ["start", "stop", "mode"]),
        (["status"], ["status"]),
        (["fly"], ["error"]),
        (["STATUS"], ["status"]),
    ],
)
def test_each_command_is_answered_as_the_firmware_does(
    words: list[str], expected: list[str]
) -> None:
    bench = Bench()
    bench.take()
    assert kinds(bench.say(*words)) == expected


@given(st.integers(0, 65_535))
def test_every_rate_is_told_as_the_firmware_computes_it(asked: int) -> None:
    hz = min(max(asked, 50), 2000)
    ticks = (16_000_000 // 8 + hz // 2) // hz
    thousandths = 16_000_000 // 8 * 1000 // ticks
    told = find_replies(Bench().say(f"rate {asked}"))[-1].values["rate"]
    assert told == f"{thousandths // 1000}.{thousandths % 1000:03d}"


@pytest.mark.skipif(not SKETCH.exists(), reason="the sketch is not there")
@pytest.mark.parametrize(("asked", "taken"), [(4000, 4000), (3000, 3000), (500, 500), (9000, 4000)])
def test_a_board_faster_than_the_sketch_sends_at_the_rate_it_says(asked: int, taken: int) -> None:
    bench = Bench(rate_hz=4000.0)
    identity = Identity.from_reply(find_replies(bench.take())[0])
    assert identity.sampling_rate_hz == 4000.0
    bench.say(f"rate {asked}", "start")
    decoder = FrameDecoder(3, float(taken))
    n_frames = sum(len(decoder.feed(bench.pass_time(0.01))) for _ in range(100))
    assert n_frames == pytest.approx(taken, abs=taken / 50)
    assert decoder.counters.n_lost == 0


def test_replies_name_their_values_as_the_firmware_does() -> None:
    sketch = SKETCH.read_text(encoding="utf-8")
    said = Bench().say("identify", "rate 500", "start", "status", "stop", "binary", "fly")
    for reply in find_replies(said):
        assert f'F("{reply.kind}' in sketch
        for name in reply.values:
            assert f" {name}=" in sketch


def test_a_rate_is_rounded_to_what_the_timer_can_do() -> None:
    bench = Bench()
    (reply,) = find_replies(bench.say("rate 698"))[-1:]
    assert dict(reply.values) == {"asked": "698", "rate": "698.080"}


@pytest.mark.parametrize(("asked", "taken"), [(1, "50.000"), (65_535, "2000.000")])
def test_a_rate_out_of_range_becomes_the_nearest(asked: int, taken: str) -> None:
    bench = Bench()
    assert find_replies(bench.say(f"rate {asked}"))[-1].values["rate"] == taken


@given(STEPS, st.sampled_from(FAULTS), st.integers(0, 3), st.integers(0, 65_535))
@settings(deadline=None, max_examples=60)
def test_however_time_passes_the_decoder_gets_the_truth_but_for_what_the_ledger_lists(
    steps: list[float], faults: str, seed: int, counter: int
) -> None:
    bench, decoder = Bench(faults, seed), FrameDecoder(3, 1000.0, bits=10)
    data = [bench.say(f"start {counter}"), *map(bench.pass_time, steps)]
    data += [bench.say("stop"), bench.pass_time(5.0)]
    frames = joined([decoder.feed(piece) for piece in data])
    verdict = judge(bench.ledger, 0, frames)
    assert verdict.n_undetected == 0
    # a frame waits for its witness: at the start, at the end, and behind an outage of over 1 s
    assert verdict.n_missing + verdict.n_tail <= 3
    assert bench.ledger.runs[0].n_instants == pytest.approx(1000.0 * sum(steps), abs=1.0)


@given(st.sampled_from(FAULTS), STEPS)
@settings(deadline=None, max_examples=30)
def test_the_same_seed_gives_the_same_bytes_and_faults_in_any_rhythm(
    faults: str, steps: list[float]
) -> None:
    once, often = Bench(faults), Bench(faults)
    for bench in (once, often):
        bench.say("start")
    for step in steps:
        often.pass_time(step)
    once.pass_time(often.now_s - once.now_s)
    ours, theirs = once.ledger.runs[0], often.ledger.runs[0]
    if "stall" not in faults and "jitter" not in faults:
        assert ours.queue_full == theirs.queue_full == []
        assert ours.to_json() == theirs.to_json()


def test_another_seed_hits_other_frames() -> None:
    lost = []
    for seed in (1, 2):
        bench = Bench("loss=0.1", seed)
        bench.say("start")
        bench.pass_time(1.0)
        lost.append(bench.ledger.runs[0].lost)
    assert lost[0] != lost[1]


@pytest.mark.parametrize("faults", ["loss=0.1", "loss=0.1,burst=20"])
def test_the_share_of_lost_frames_is_as_asked(faults: str) -> None:
    bench = Bench(faults)
    bench.say("start")
    bench.pass_time(60.0)
    assert len(bench.ledger.runs[0].lost) / 60_000 == pytest.approx(0.1, rel=0.2)


def test_lost_frames_come_in_rows_of_the_length_asked_for() -> None:
    bench = Bench("loss=0.01,burst=50")
    bench.say("start")
    bench.pass_time(40.0)
    lost = np.array(bench.ledger.runs[0].lost)
    rows = np.split(lost, np.flatnonzero(np.diff(lost) > 1) + 1)
    assert len(rows) > 3
    assert min(map(len, rows)) == 50


def test_a_line_that_takes_nothing_makes_the_board_drop_whole_frames_and_count_them() -> None:
    bench, decoder = Bench(), FrameDecoder(3, 1000.0, bits=10)
    decoder.feed(bench.say("start"))
    bench.now_s += 1.0
    while bench.board.advance(bench.now_s):
        pass
    run = bench.ledger.runs[0]
    assert run.queue_full == [[QUEUE_BYTES // 16, 1000]]
    frames = joined([decoder.feed(bench.take()), decoder.feed(bench.pass_time(0.1))])
    assert judge(bench.ledger, 0, frames).n_undetected == 0
    assert decoder.counters.n_lost == run.n_queue_full
    status = BoardStatus.from_reply(find_replies(bench.say("status"))[-1])
    assert (status.n_instants, status.n_queue_full) == (1100, run.n_queue_full)
    assert status.n_sent == 1100 - run.n_queue_full


def test_a_host_that_only_asks_does_not_fill_the_memory() -> None:
    bench = Bench()
    for _ in range(1000):
        bench.board.feed(b"identify\n" * 100, bench.now_s)
    assert len(bench.take()) <= 2 * QUEUE_BYTES


def test_text_mode_prints_the_samples() -> None:
    bench, decoder = Bench(), TextDecoder()
    data = bench.say("text") + bench.pass_time(0.6) + bench.say("stop") + bench.pass_time(0.1)
    frames = decoder.feed(data)
    np.testing.assert_array_equal(frames.samples, bench.ledger.true_samples(0, 0, 600))
    assert [reply.kind for reply in decoder.take_replies()][-1] == "stop"


def test_a_change_of_rate_or_mode_opens_a_new_run_that_counts_on() -> None:
    bench = Bench()
    bench.say("start 65530")
    bench.pass_time(0.01)
    bench.say("rate 500")
    bench.pass_time(0.01)
    bench.say("text")
    first, second, third = bench.ledger.runs
    assert (first.n_instants, second.n_instants) == (10, 5)
    assert (second.first_counter, third.first_counter) == ((65_530 + 10) % 65_536, 9)
    assert (second.rate_hz, second.emg_offset, third.mode) == (500.0, 0, "text")


def test_the_person_goes_on_where_the_board_stopped_looking() -> None:
    bench = Bench()
    bench.say("start")
    bench.pass_time(0.7)
    bench.say("stop")
    bench.pass_time(9.0)
    bench.say("start")
    bench.pass_time(0.4)
    first, second = bench.ledger.runs
    assert second.emg_offset == first.n_instants == 700
    seen = [(m.label, m.repetition, m.start, m.end) for m in second.movements]
    assert seen == [("hand_close", 1, 0, 300), ("elbow_bend", 1, 300, 400)]


def test_a_reset_forgets_mode_and_rate_and_ends_the_run() -> None:
    bench = Bench()
    bench.say("rate 500", "text")
    bench.pass_time(0.1)
    bench.board.reset(bench.now_s)
    identity = Identity.from_reply(find_replies(bench.take())[-1])
    assert (identity.sampling_rate_hz, identity.mode, identity.is_streaming) == (
        1000.0,
        "binary",
        False,
    )
    assert bench.ledger.runs[0].ended_by == "closed"


def test_what_waited_when_the_line_was_cut_is_listed_as_not_sent() -> None:
    bench = Bench()
    bench.say("start")
    bench.pass_time(0.05)
    bench.now_s += 0.02
    bench.board.advance(bench.now_s)
    bench.board.cut("unplug")
    run = bench.ledger.runs[0]
    assert (run.unsent, run.n_frames, run.ended_by) == (list(range(50, 70)), 50, "unplug")


def test_a_board_that_boots_slowly_is_deaf_then_sends_garbage_then_its_name() -> None:
    bench = Bench("boot=1.7")
    bench.say("start")
    assert bench.pass_time(1.6) == b""
    data = bench.pass_time(0.2)
    assert kinds(data) == ["id"]
    assert not data.startswith(b"\0#")
    assert bench.pass_time(1.0) == b""


def test_the_clock_error_shows_in_the_number_of_samples() -> None:
    fast = Bench(ppm=5000.0)
    fast.say("start")
    fast.pass_time(100.0)
    run = fast.ledger.runs[0]
    assert run.n_instants == 100_500
    assert run.device_us(np.array([99_999])) == 100_000_000


def test_the_judge_sees_every_kind_of_lie() -> None:
    bench, decoder = Bench(), FrameDecoder(3, 1000.0, bits=10)
    frames = decoder.feed(bench.say("start") + bench.pass_time(0.1))
    ledger = bench.ledger
    assert judge(ledger, 0, frames) == LedgerCheck(0, 0, 0, 0, 0, 100)
    altered = replace(frames, samples=frames.samples + (frames.index == 50)[:, None])
    assert judge(ledger, 0, altered).n_false == 1
    twice = [*range(51), *range(50, 100)]
    repeated = rows_of(frames, twice)
    assert judge(ledger, 0, repeated).n_repeated == 1
    misplaced = replace(frames, index=frames.index + (frames.index >= 90))
    assert judge(ledger, 0, misplaced).n_misplaced == 10
    late = replace(frames, device_us=frames.device_us + 4 * (frames.index == 7))
    assert judge(ledger, 0, late).n_false == 1
    some = [*range(1, 40), *range(45, 90)]
    missing = rows_of(frames, some)
    verdict = judge(ledger, 0, missing)
    assert (verdict.n_missing, verdict.n_tail, verdict.n_undetected) == (6, 10, 0)
