import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgstream.wire import FrameDecoder, Reply, encode_frame, join_frames
from tests.wire.streams import decode, rows, sent, split

SIZES = st.lists(st.integers(1, 3000), min_size=1, max_size=8)
START = Reply("start", {"counter": "0", "rate": "500.000", "mode": "binary"}).encode(binary=True)
NOISE = st.binary(max_size=60)
MANY = sent(40_000).line
MESS = st.lists(
    st.one_of(
        st.tuples(st.just("noise"), st.binary(min_size=1, max_size=700)),
        st.tuples(st.just("skip"), st.integers(1, 3000)),
        st.tuples(st.just("repeat"), st.integers(1, 400)),
        st.tuples(st.just("frames"), st.integers(1, 150)),
        st.tuples(st.just("start"), st.just(0)),
    ),
    max_size=12,
)


def mess(parts: list[tuple[str, bytes | int]]) -> bytes:
    """Return a stream of good frames with everything in between that can go wrong."""
    lines, at, out = MANY, 0, b""
    for kind, value in parts:
        if isinstance(value, bytes):
            out += value
        elif kind == "repeat":
            out += b"".join(lines[max(0, at - value) : at])
        elif kind == "start":
            out += START
        else:
            if kind == "frames":
                out += b"".join(lines[at : at + value])
            at += value
    return out


def test_samples_index_and_time_survive_both_wraps_exactly() -> None:
    truth = sent(70_000, counter=0)
    _, parts = decode([b"".join(truth.line)])
    np.testing.assert_array_equal(parts[0].samples, truth.samples)
    np.testing.assert_array_equal(parts[0].index, np.arange(70_000))
    np.testing.assert_array_equal(parts[0].device_us, truth.micros)
    assert parts[0].samples.dtype == np.float32
    assert set(parts[0].segment) == {0}


@settings(deadline=None)
@given(MESS, SIZES)
def test_any_split_of_any_bytes_gives_the_same(
    parts: list[tuple[str, bytes | int]], sizes: list[int]
) -> None:
    data = mess(parts)
    whole, at_once = decode([data])
    pieces, piecewise = decode(split(data, sizes))
    assert rows(piecewise) == rows(at_once)
    assert pieces.counters == whole.counters
    assert pieces.take_replies() == whole.take_replies()


def test_one_byte_at_a_time_gives_the_same_as_all_at_once() -> None:
    data = b"".join(sent(300).line)
    assert rows(decode(split(data, [1]))[1]) == rows(decode([data])[1])


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 99), NOISE), max_size=20))
def test_noise_between_frames_costs_no_good_frame(noise: list[tuple[int, bytes]]) -> None:
    truth = sent(100)
    line = truth.line
    for row, junk in noise:
        line[row] = junk + line[row]
    decoder, parts = decode([b"".join(line)])
    assert [row[3:] for row in rows(parts)] == [tuple(row) for row in truth.samples.tolist()]
    assert decoder.counters.n_lost == 0


def test_a_frame_whose_delimiter_was_hit_is_saved_along_with_the_next() -> None:
    line = sent(10).line
    line[4] = line[4][:-1] + b"\x77"
    decoder, parts = decode([b"".join(line)])
    assert [row[0] for row in rows(parts)] == list(range(10))
    assert decoder.counters.bytes_skipped == 1


@given(st.data())
@settings(deadline=None)
def test_what_is_given_out_was_sent_and_what_is_missing_is_counted(data: st.DataObject) -> None:
    """Damage to any bytes, one a frame: everything reconciles and nothing altered gets through."""
    truth = sent(200)
    line = truth.line
    victims = data.draw(st.sets(st.integers(1, 198), max_size=40))
    for row in victims:
        at = data.draw(st.integers(0, 14))
        flipped = line[row][at] ^ data.draw(st.integers(1, 255))
        line[row] = line[row][:at] + bytes([flipped]) + line[row][at + 1 :]
    decoder, parts = decode([b"".join(line)])
    given_out = rows(parts)
    assert [row[0] for row in given_out] == [i for i in range(200) if i not in victims]
    assert all(row[3:] == tuple(truth.samples[row[0]]) for row in given_out)
    assert decoder.counters.n_lost == len(victims)
    assert decoder.counters.n_frames == 200 - len(victims)


@given(st.sets(st.integers(1, 298)), st.sets(st.integers(0, 299)))
def test_lost_and_duplicated_frames_are_counted_and_keep_their_index(
    lost: set[int], doubled: set[int]
) -> None:
    line = sent(300).line
    arrived = [line[i] * (2 if i in doubled else 1) for i in range(300) if i not in lost]
    decoder, parts = decode([b"".join(arrived)])
    assert [row[0] for row in rows(parts)] == [i for i in range(300) if i not in lost]
    assert decoder.counters.n_lost == len(lost)
    assert decoder.counters.n_duplicated == len(doubled - lost)
    assert decoder.counters.n_implausible == 0


def test_frames_in_the_wrong_order_are_dropped_and_told_from_duplicates() -> None:
    line = sent(20).line
    line[7], line[8] = line[8], line[7]
    line.insert(15, line[3])
    decoder, parts = decode([b"".join(line)])
    assert [row[0] for row in rows(parts)] == [i for i in range(20) if i != 7]
    assert (decoder.counters.n_reordered, decoder.counters.n_duplicated) == (1, 1)


@pytest.mark.parametrize("n_lost", [999, 65_535, 65_536, 65_537, 500_000, 2_000_000])
def test_an_outage_of_any_length_is_measured_to_the_frame(n_lost: int) -> None:
    truth = sent(5)
    after = range(5 + n_lost, 10 + n_lost)
    late = [encode_frame(65_500 + i, int(truth.micros[0]) + i * 1000, [1, 2, 3]) for i in after]
    decoder, parts = decode([b"".join(truth.line + late)])
    assert [row[0] for row in rows(parts)][5:] == list(after)
    assert [row[1] for row in rows(parts)][5:] == [int(truth.micros[0]) + 1000 * i for i in after]
    assert (decoder.counters.n_lost, decoder.counters.n_frames) == (n_lost, 10)
    assert {row[2] for row in rows(parts)} == {0}


@pytest.mark.parametrize("is_bulk", [True, False])
def test_late_frames_are_told_from_duplicates_as_long_as_their_gap_is_remembered(
    is_bulk: bool,
) -> None:
    line = sent(400).line
    lost = {50, 51, 120, 132, 201}
    order = [i for i in range(131) if i not in lost]
    order += [49, 50, 52, 51, 119, 120, 121]  # 50, 51 and 120 are late, the others came before
    order += [131, 133, 50, 134, 132, 50]  # 132 is late
    order += range(135, 201)
    first, order = order, [*range(202, 400), 201, 200, 202]  # 201 is late
    pieces = [b"".join(line[i] for i in first), b"".join(line[i] for i in order)]
    decoder, parts = decode(pieces if is_bulk else [line[i] for i in [*first, *order]])
    assert [row[0] for row in rows(parts)] == [i for i in range(400) if i not in lost]
    counters = decoder.counters
    assert (counters.n_lost, counters.n_reordered, counters.n_duplicated) == (5, 5, 8)
    assert counters.n_frames == 395
    assert counters.n_implausible == 0


@pytest.mark.parametrize("n_after", [5, 200])
def test_frames_beside_a_gap_that_come_again_are_duplicates_not_late(n_after: int) -> None:
    line = sent(400).line
    order = [*range(10), *range(13, 13 + n_after)]
    again = [9, 8, 11, 13]  # 11 alone was missing
    after = range(13 + n_after, 16 + n_after)
    decoder, parts = decode([b"".join(line[i] for i in (*order, *again, *after))])
    assert [row[0] for row in rows(parts)] == [*order, *after]
    assert (decoder.counters.n_reordered, decoder.counters.n_duplicated) == (1, 3)
    assert decoder.counters.n_lost == 3


@pytest.mark.parametrize("sizes", [[100_000], [16]])
@pytest.mark.parametrize(("n_back", "is_known"), [(1, True), (255, True), (256, False)])
def test_a_frame_of_longer_ago_than_is_remembered_is_implausible(
    n_back: int, is_known: bool, sizes: list[int]
) -> None:
    line = sent(500).line
    line.insert(400, line[399 - n_back])
    decoder, parts = decode(split(b"".join(line), sizes))
    assert [row[0] for row in rows(parts)] == list(range(500))
    assert {row[2] for row in rows(parts)} == {0}
    assert decoder.counters.n_duplicated == int(is_known)
    assert decoder.counters.n_implausible == int(not is_known)


def test_a_late_frame_of_the_segment_before_is_out_of_order() -> None:
    line = sent(20).line
    late = [line[8], line[9], line[10]]  # the last of them is in the new segment, and seen before
    start = Reply("start", {"rate": "1000"}).encode(binary=True)
    decoder, parts = decode([b"".join([*line[:10], start, *line[10:15], *late, *line[15:]])])
    assert [row[0] for row in rows(parts)] == list(range(20))
    assert (decoder.counters.n_reordered, decoder.counters.n_duplicated) == (2, 1)


def test_the_first_frame_may_come_several_times() -> None:
    line = sent(20).line
    decoder, parts = decode([b"".join([line[0], line[0], *line])])
    assert [row[0] for row in rows(parts)] == list(range(20))
    assert decoder.counters.n_duplicated == 2


def test_altered_frames_in_a_row_with_good_checksums_cannot_move_the_index() -> None:
    line = sent(20).line
    line[10], line[11] = encode_frame(40_000, 123_456_789, [1, 2, 3]), encode_frame(7, 7, [1, 2, 3])
    decoder, parts = decode([b"".join(line)])
    assert [row[0] for row in rows(parts)] == [i for i in range(20) if i not in (10, 11)]
    assert {row[2] for row in rows(parts)} == {0}
    assert decoder.counters.n_implausible == 2


@pytest.mark.parametrize(("n_instants", "is_at_once"), [(1000, True), (1001, False)])
def test_a_frame_is_placed_at_once_up_to_a_second_after_the_last(
    n_instants: int, is_at_once: bool
) -> None:
    numbers = [0, 1, 1 + n_instants, 2 + n_instants]
    _, parts = decode([encode_frame(i, 1000 * i, [1, 2, 3]) for i in numbers])
    assert [len(part) for part in parts] == [0, 2, int(is_at_once), 2 - is_at_once]


@pytest.mark.parametrize(("late_us", "segments"), [(1670, {0}), (1690, {0, 1})])
def test_counter_and_clock_may_be_one_and_a_half_instants_and_200_ppm_apart(
    late_us: int, segments: set[int]
) -> None:
    frames = [encode_frame(i, 1000 * i, [1, 2, 3]) for i in (0, 1)]
    frames += [encode_frame(i, 1000 * i + late_us, [1, 2, 3]) for i in (901, 902)]
    _, parts = decode(frames)
    assert {row[2] for row in rows(parts)} == segments


def test_an_outage_of_more_than_half_the_clock_opens_a_segment() -> None:
    truth = sent(5)
    first = 5 + 40 * 60 * 1000
    late = [
        encode_frame(65_500 + i, int(truth.micros[0]) + i * 1000, [1, 2, 3])
        for i in range(first, first + 5)
    ]
    decoder, parts = decode([b"".join(truth.line + late)])
    assert [row[2] for row in rows(parts)] == [0] * 5 + [1] * 5
    assert decoder.counters.n_lost == 0


def test_a_board_that_was_reset_opens_a_new_segment_instead_of_a_huge_loss() -> None:
    before = sent(5000, counter=0).line
    after = [encode_frame(30_000 + i, 900_000 + 1000 * i, [i, i, i]) for i in range(50)]
    decoder, parts = decode([b"".join(before[:4000] + after)])
    last = rows(parts)[-50:]
    assert [row[:3] for row in last] == [(4000 + i, 900_000 + 1000 * i, 1) for i in range(50)]
    assert decoder.counters.n_lost == 0


def test_a_start_reply_opens_a_segment_even_where_the_counter_seems_to_go_on() -> None:
    line = sent(20).line
    decoder, parts = decode([b"".join([*line[:10], START, *line[10:]])])
    assert {row[2] for row in rows(parts)[:10]} == {0}
    assert {row[2] for row in rows(parts)[10:]} == {1}
    assert [reply.kind for reply in decoder.take_replies()] == ["start"]
    assert decoder.take_replies() == []


def test_a_start_reply_tells_the_new_rate() -> None:
    slow = [encode_frame(i, 2000 * i, [i, 0, 0]) for i in range(100)]
    decoder, parts = decode([START + b"".join(slow)])
    assert [row[0] for row in rows(parts)] == list(range(100))
    assert decoder.sampling_rate_hz == 500.0
    assert decoder.counters.n_lost == 0


@pytest.mark.parametrize(
    ("told", "rate_hz"),
    [
        ({"rate": "0.5"}, 0.5),
        ({"rate": "999999.9"}, 999_999.9),
        ({"rate": "1000000"}, 1000.0),
        ({"rate": "0"}, 1000.0),
        ({"rate": "-5"}, 1000.0),
        ({"rate": "inf"}, 1000.0),
        ({"rate": "nan"}, 1000.0),
        ({"rate": "fast"}, 1000.0),
        ({}, 1000.0),
    ],
)
def test_a_start_reply_without_a_possible_rate_leaves_the_rate_as_it_was(
    told: dict[str, str], rate_hz: float
) -> None:
    decoder = FrameDecoder(3, 1000.0)
    decoder.feed(Reply("start", told).encode(binary=True))
    assert decoder.sampling_rate_hz == rate_hz


def test_a_frame_that_nothing_bore_out_before_a_new_start_is_implausible() -> None:
    decoder = FrameDecoder(3, 1000.0)
    for number in (5, 500):
        decoder.feed(encode_frame(number, 1000 * number, [1, 2, 3]) + START)
    assert decoder.counters.n_implausible == 2
    assert decoder.counters.n_frames == 0


def test_every_stretch_of_a_frames_length_that_is_none_is_a_failed_check() -> None:
    line = sent(20).line
    for row in (3, 7, 8):
        line[row] = line[row][:-2] + b"\x99\0"
    line[12] = b"xy" + line[12][2:-1] + b"more\0"  # longer
    line[15] = b"shorter\0"
    decoder, parts = decode([b"".join(line)])
    assert [row[0] for row in rows(parts)] == [i for i in range(20) if i not in (3, 7, 8, 12, 15)]
    assert decoder.counters.n_crc_failures == 3
    assert decoder.counters.bytes_skipped == 3 * 15 + 19 + 7


def test_a_sample_beyond_the_converter_is_no_sample_wherever_its_frame_is_found() -> None:
    line = sent(20).line
    line[4] = encode_frame(65_504, int(sent(20).micros[4]), [1, 1024, 3])
    line[8] = b"noise" + encode_frame(65_508, int(sent(20).micros[8]), [1, 1024, 3])
    decoder, parts = decode(line)
    assert [row[0] for row in rows(parts)] == [i for i in range(20) if i not in (4, 8)]
    assert decoder.counters.n_crc_failures == 1
    assert decoder.counters.bytes_skipped == 15 + 20


@pytest.mark.parametrize(
    ("n_noise", "is_found"), [(14, False), (15, True), (512 - 15, True), (513 - 15, False)]
)
def test_a_frame_before_noise_is_found_in_30_to_512_bytes(n_noise: int, is_found: bool) -> None:
    line = sent(20).line
    line[4] = line[4][:-1] + b"\x99" * n_noise + b"\0"
    decoder, parts = decode([b"".join(line)])
    assert (4 in [row[0] for row in rows(parts)]) == is_found
    assert decoder.counters.bytes_skipped == n_noise + (0 if is_found else 15)


@pytest.mark.parametrize("sizes", [[10_000], [1]])
@pytest.mark.parametrize(("n_bytes", "is_found"), [(512, True), (513, False)])
def test_a_reply_is_found_in_512_bytes(n_bytes: int, is_found: bool, sizes: list[int]) -> None:
    reply = Reply("mode", {"mode": "text"})
    stretch = reply.encode().rjust(n_bytes, b"n")
    decoder, _ = decode(split(b"\0" + stretch + b"\0", sizes))
    assert decoder.take_replies() == ([reply] if is_found else [])


def test_among_many_frames_at_once_a_sample_beyond_the_converter_is_none() -> None:
    truth = sent(200)
    truth.samples[90, 1] = 1024
    decoder, parts = decode([b"".join(truth.line)])
    assert [row[0] for row in rows(parts)] == [i for i in range(200) if i != 90]
    assert decoder.counters.n_crc_failures == 1


@pytest.mark.parametrize("sizes", [[100_000], [100], [1]])
@pytest.mark.parametrize("end", [b"\0", b""])
def test_frames_after_long_noise_are_all_found(sizes: list[int], end: bytes) -> None:
    data = b"n" * 700 + end + b"".join(sent(100).line)
    decoder, parts = decode(split(data, sizes))
    assert [row[0] for row in rows(parts)] == list(range(100))
    assert decoder.counters.bytes_skipped == 700


def test_noise_that_is_not_a_frame_yet_is_skipped_beyond_512_bytes() -> None:
    decoder = FrameDecoder(3, 1000.0)
    decoder.feed(b"n" * 512)
    assert decoder.counters.bytes_skipped == 0
    decoder.feed(b"n")
    assert decoder.counters.bytes_skipped == 513 - 15


def test_an_altered_frame_with_a_good_checksum_cannot_move_the_index() -> None:
    line = sent(20).line
    line[10] = encode_frame(40_000, 123_456_789, [1, 2, 3])
    decoder, parts = decode([b"".join(line)])
    assert [row[0] for row in rows(parts)] == [i for i in range(20) if i != 10]
    assert decoder.counters.n_implausible == 1
    assert decoder.counters.n_lost == 1


def test_the_first_frame_waits_for_the_second_to_bear_it_out() -> None:
    line = sent(2).line
    _, parts = decode(line)
    assert [len(part) for part in parts] == [0, 2]


def test_joining_in_the_middle_of_a_frame_loses_that_frame_only() -> None:
    data = b"".join(sent(20).line)
    decoder, parts = decode([data[5:]])
    assert len(rows(parts)) == 19
    assert decoder.counters.bytes_skipped == 10
    assert decoder.counters.n_crc_failures == 0


def test_a_new_connection_opens_a_segment_and_the_index_goes_on() -> None:
    line = sent(20).line
    decoder, parts = decode([b"".join([*line[:5], b"noise\0", *line[5:10]]) + b"half a fra"])
    decoder.begin_segment()
    parts.append(decoder.feed(b"".join(line[10:])))
    assert [row[0] for row in rows(parts)] == list(range(20))
    assert [row[2] for row in rows(parts)] == [0] * 10 + [1] * 10
    assert decoder.counters.bytes_skipped == 15


def test_a_new_connection_may_have_another_rate() -> None:
    decoder, _ = decode([b"".join(sent(20).line)])
    decoder.begin_segment(2000.0)
    parts = [decoder.feed(b"".join(sent(20, rate_hz=2000.0).line))]
    assert decoder.sampling_rate_hz == 2000.0
    assert [row[0] for row in rows(parts)] == list(range(20, 40))
    assert decoder.counters.n_implausible == 0


def test_frames_split_into_runs_where_something_is_missing() -> None:
    line = sent(20).line
    _, parts = decode([b"".join(line[:5] + line[8:])])
    assert [(run.index[0], len(run)) for run in parts[0].runs()] == [(0, 5), (8, 12)]
    assert rows(parts[0].runs()) == rows(parts)
    assert [len(run) for run in parts[0].between(3, 4).runs()] == [1]
    assert parts[0].between(3, 3).runs() == []


def test_frames_split_into_runs_where_a_segment_begins() -> None:
    line = sent(20).line
    _, parts = decode([b"".join([*line[:10], START, *line[10:]])])
    whole = join_frames(parts, 3)
    assert [(run.index[0], len(run)) for run in whole.runs()] == [(0, 10), (10, 10)]
    assert rows(whole.runs()) == rows([whole])


@given(st.integers(1, 11))
def test_any_number_of_channels_works(n_channels: int) -> None:
    truth = sent(100, n_channels=n_channels)
    _, parts = decode([b"".join(truth.line)], n_channels)
    np.testing.assert_array_equal(parts[0].samples, truth.samples)


@pytest.mark.parametrize("junk", [b"\xff", b"\x0f", b"#", b"\x01\x02"])
def test_memory_stays_bounded_whatever_arrives(junk: bytes) -> None:
    decoder = FrameDecoder(3, 1000.0)
    for _ in range(200):
        decoder.feed(junk * 1000)
    kept = [value for value in vars(decoder).values() if isinstance(value, bytes)]
    assert sum(map(len, kept)) <= 512
    assert decoder.counters.bytes_skipped == 200_000 * len(junk) - 15


def test_a_replies_flood_keeps_the_newest_only() -> None:
    decoder = FrameDecoder(3, 1000.0)
    for number in range(1000):
        decoder.feed(Reply("rate", {"asked": str(number)}).encode(binary=True))
    assert [reply.values["asked"] for reply in decoder.take_replies()][-1] == "999"
    assert decoder.counters.bytes_skipped == 0
