import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from emgstream.wire import Frames, Reply, TextDecoder, text_decoder
from emgstream.wire.text_lines import (
    TextLayout,
    has_decimal_commas,
    learn_layout,
    read_alike,
    read_fields,
    read_header,
    template_of,
)
from tests.wire.streams import rows, split

COUNTS = np.random.default_rng(3).integers(0, 1024, (60, 3))
LINE_PARTS = st.sampled_from(
    ["512", "7", "0003", "1.5", "-3", "+4", ".5", "6.", "1e3", "1-2", "", "nan", "9" * 30]
)
LINES = st.lists(LINE_PARTS, min_size=1, max_size=4).flatmap(
    lambda words: st.sampled_from([",", ", ", "\t", ";", " "]).map(lambda by: by.join(words))
)
EVEN = st.tuples(*[st.integers(0, 1023)] * 3).map(lambda row: "{},{},{}".format(*row))
LONG = st.sampled_from(
    ["x" * 400, "x" * 600, " " * 600, "1," * 128, "1,2,3".ljust(256), "name" * 150]
)
REPLIES = st.tuples(
    st.sampled_from(["status", "start", "id"]),
    st.sampled_from([2, 150, 290]),
    st.integers(0, 400),
).map(lambda one: "x" * one[2] + Reply(one[0], {"a": "b" * one[1]}).encode().decode().strip())
TEXT = st.lists(
    st.one_of(EVEN, EVEN, EVEN, LINES, st.text(max_size=12), LONG, REPLIES), max_size=60
)


def lines(template: str, counts: np.ndarray = COUNTS) -> bytes:
    return "".join(template.format(*row) for row in counts.tolist()).encode()


def decode(data: bytes, n_channels: int | None = None) -> tuple[TextDecoder, Frames]:
    decoder = TextDecoder(n_channels)
    return decoder, decoder.feed(b"rest of a line\n" + data)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("by", [",", ", ", "\t", ";", " ", "  ", " ; "])
def test_lines_of_any_hobby_sketch_are_read(by: str, end: str) -> None:
    decoder, frames = decode(lines("{}" + by + "{}" + by + "{}" + end))
    np.testing.assert_array_equal(frames.samples, COUNTS)
    np.testing.assert_array_equal(frames.index, np.arange(60))
    assert frames.device_us.size == 0
    assert decoder.channel_names == ("ch1", "ch2", "ch3")
    assert decoder.counters.n_frames == 60
    assert decoder.counters.n_malformed == 0


@pytest.fixture
def read_singly(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lines that are read one by one, which takes 9 times as long as in bulk."""
    read: list[str] = []

    def read_and_note(
        line: str, *, decimal_comma: bool = False
    ) -> tuple[tuple[str, ...], list[float]] | None:
        read.append(line)
        return read_fields(line, decimal_comma=decimal_comma)

    monkeypatch.setattr(text_decoder, "read_fields", read_and_note)
    return read


@pytest.mark.parametrize("line", ["{},{},{}\n", "a:{} b:{} c:{}\r\n", "{},5;{},25;{},0\r\n"])
def test_lines_that_are_alike_are_read_in_bulk(read_singly: list[str], line: str) -> None:
    decoder, frames = decode(lines(line, np.tile(COUNTS, (50, 1))))
    assert len(frames) == 3000
    assert len(decoder.feed(lines(line))) == 60
    n_learning = 16
    assert len(read_singly) <= 4 * n_learning  # some of them are tried in several ways


@pytest.mark.parametrize("place", [16, 30, 1500, 2999, 3000])
def test_a_line_that_differs_sends_16_lines_at_most_to_be_read_one_by_one(
    read_singly: list[str], place: int
) -> None:
    decoder, _ = decode(lines("{},{},{}\n"))
    read_singly.clear()
    parts = lines("{},{},{}\n", np.tile(COUNTS, (50, 1))).splitlines(keepends=True)
    frames = decoder.feed(b"".join([*parts[:place], b"1,2,x\n", *parts[place:]]))
    assert len(frames) == 3000
    assert decoder.counters.n_malformed == 1
    assert 1 <= len(read_singly) <= 16


@pytest.mark.parametrize("sizes", [[100_000], [1]])
@pytest.mark.parametrize("head", ["", "{time}{by}"])
@pytest.mark.parametrize("names", [("", "", ""), ("a:", "b: ", "c=")])
@pytest.mark.parametrize("by", [";", "; ", " ", "  ", "\t"])
def test_a_decimal_comma_separates_no_channels(
    by: str, names: tuple[str, ...], head: str, sizes: list[int]
) -> None:
    if head and names[0]:
        head = "ms:{time}{by}"
    volts = np.round(np.random.default_rng(4).normal(0, 500, (60, 3)), 2)
    text = "".join(
        head.format(time=number, by=by)
        + by.join(
            name + f"{value:.2f}".replace(".", ",") for name, value in zip(names, row, strict=True)
        )
        + "\r\n"
        for number, row in enumerate(volts)
    )
    decoder = TextDecoder()
    parts = [decoder.feed(piece) for piece in split(b"rest\n" + text.encode(), sizes)]
    samples = np.concatenate([part.samples for part in parts if len(part)])
    np.testing.assert_array_equal(samples, volts.astype(np.float32))
    assert decoder.counters.n_malformed == 0
    assert len(decoder.channel_names or ()) == 3
    assert decoder.layout is not None
    assert decoder.layout.has_time is bool(head)


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("1,2,3", [1, 2, 3]),
        ("1,2,3;", [1, 2, 3]),
        ("512, 300, 280", [512, 300, 280]),
        ("18230;512,300", [18230, 512, 300]),
        ("18230 512,300,280", [18230, 512, 300, 280]),
        ("5.5,1.5;2.5,3.5", [5.5, 1.5, 2.5, 3.5]),
    ],
)
def test_a_comma_that_may_separate_numbers_does(line: str, values: list[float]) -> None:
    decoder = TextDecoder(len(values))
    frames = decoder.feed(f"rest\n{line}\n".encode() * 40)
    assert frames.samples[-1].tolist() == values


@pytest.mark.parametrize(
    "template",
    [
        "biceps:{},tri2:{},mid:{}\n",
        "biceps: {}\ttri2: {}\tmid: {}\r\n",
        "biceps={} tri2={} mid={}\n",
    ],
)
def test_labels_become_channel_names(template: str) -> None:
    decoder, frames = decode(lines(template))
    np.testing.assert_array_equal(frames.samples, COUNTS)
    assert decoder.channel_names == ("biceps", "tri2", "mid")


def test_one_labelled_channel_is_enough() -> None:
    decoder, frames = decode(lines("biceps:{}\n", COUNTS[:, :1]))
    np.testing.assert_array_equal(frames.samples, COUNTS[:, :1])
    assert decoder.channel_names == ("biceps",)


def test_a_header_line_names_the_channels() -> None:
    decoder, _ = decode(b"EMG ready!\r\nbiceps,triceps,middle\r\n" + lines("{},{},{}\r\n"))
    assert decoder.channel_names == ("biceps", "triceps", "middle")
    assert decoder.counters.n_malformed == 1


@pytest.mark.parametrize(
    ("layout", "header", "names"),
    [
        (TextLayout((), 2, 0.0), (), ("ch1", "ch2")),
        (TextLayout((), 2, 0.0), ("a", "b"), ("a", "b")),
        (TextLayout((), 3, 1e3), ("a", "b"), ("a", "b")),
        (TextLayout((), 3, 1e3), ("ms", "a", "b"), ("a", "b")),
        (TextLayout((), 2, 0.0), ("a",), ("ch1", "ch2")),
        (TextLayout((), 2, 0.0), ("a", "b", "c"), ("ch1", "ch2")),
        (TextLayout(("x", "y"), 2, 0.0), ("a", "b"), ("x", "y")),
        (TextLayout(("ms", "x", "y"), 3, 1e3), ("a", "b"), ("x", "y")),
    ],
)
def test_channels_have_the_names_of_the_lines_or_of_a_header_of_as_many(
    layout: TextLayout, header: tuple[str, ...], names: tuple[str, ...]
) -> None:
    assert layout.channel_names(header) == names


@pytest.mark.parametrize(
    ("line", "names", "numbers"),
    [
        ("512,300", (), [512, 300]),
        (" 512 ; 300;", (), [512, 300]),
        ("512\t300,,", (), [512, 300]),
        ("-1.5 +2 .5 6.", (), [-1.5, 2, 0.5, 6]),
        ("1e3;2E-1", (), [1000, 0.2]),
        ("biceps : 512, tri2=3", ("biceps", "tri2"), [512, 3]),
        ("8999999999999", (), [8_999_999_999_999]),
    ],
)
def test_a_line_of_numbers_is_read(line: str, names: tuple[str, ...], numbers: list[float]) -> None:
    assert read_fields(line) == (names, numbers)


@pytest.mark.parametrize(
    "line",
    ["", ";", "1,,2", "1,x", "a:1,2", "1-2", "1e300", "nan", "9000000000000", "-9000000000000"],
)
def test_any_other_line_has_no_numbers(line: str) -> None:
    assert read_fields(line) is None


ALIKE = [
    *("{}", "{},{}", "{}, {}, {}", "{}\t{}", "{} {}", "{};{};", " {} {} ", "{} , {}"),
    *("emg:{}", "emg1:{}, emg2:{}", "a={} b={}", "a:{} ba:{}", "ba:{} a:{}", "a: {}\tb: {}"),
]
SHORT_NUMBERS = ["0", "7", "0003", "1023", "-3", "+4", "1.5", ".5", "6.", "-0.25"]


def read_one_by_one(block: str) -> list[list[float]]:
    read = [read_fields(line) for line in block.splitlines()]
    return [one[1] for one in read if one is not None]


@pytest.mark.parametrize("n_lines", [1, 2, 40])
@pytest.mark.parametrize("line", ALIKE)
@pytest.mark.parametrize("words", [SHORT_NUMBERS[:4], SHORT_NUMBERS])
def test_lines_that_differ_in_their_numbers_alone_are_read_in_bulk(
    words: list[str], line: str, n_lines: int
) -> None:
    numbers = np.random.default_rng(n_lines).choice(words, (n_lines, 3))
    block = "".join(line.format(*row) + "\n" for row in numbers.tolist())
    template = template_of(block.splitlines()[-1].encode())
    found = read_alike(block.encode(), template)
    assert found is not None
    assert found.dtype == np.float64
    assert found.tolist() == read_one_by_one(block)


@pytest.mark.parametrize(
    ("line", "other"),
    [
        ("0,0,0", "0,0"),
        ("0,0,0", "0,0,0,0"),
        ("0,0,0", "0;0;0"),
        ("0,0,0", "0,x,0"),
        ("0,0,0", "0,,0"),
        ("0,0,0", "0,0,-"),
        ("0,0,0", "0,1-2,0"),
        ("0,0,0", ""),
        ("0,0,0,", "0,0,,0"),
        (",0,0,0", "0,,0,0"),
        ("a:0,0", "0a:,0"),
        ("emg1:0", "emg2:0"),
        ("emg1:0", "emg1:0,emg1:0"),
        ("0", "0".rjust(257)),
        ("0", "9000000000000"),
        ("0.5", "-9000000000000.0"),
        ("0,0", "9" * 30 + ",0"),
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_lines_of_which_one_has_other_texts_or_no_number_are_not_read_in_bulk(
    line: str, other: str, place: int
) -> None:
    block = [line, line]
    block.insert(place, other)
    assert read_alike(("\n".join(block) + "\n").encode(), template_of(line.encode())) is None


def test_lines_in_bulk_have_256_bytes_and_numbers_below_9e12_at_most() -> None:
    template = template_of(b"0,0")
    line = "0," + "8999999999999".zfill(254)
    found = read_alike((line + "\n").encode(), template)
    assert found is not None
    assert found.tolist() == [[0.0, 8_999_999_999_999.0]]
    assert read_alike(f"{line.replace(',', ',0')}\n".encode(), template) is None


def test_without_lines_or_numbers_nothing_is_read_in_bulk() -> None:
    assert read_alike(b"", template_of(b"1,2")) is None
    assert read_alike(b"ready\n", template_of(b"ready")) is None


@pytest.mark.parametrize(
    ("line", "is_decimal"),
    [
        ("515,74;509,89", True),
        ("18230;515,74;509,89", True),
        ("18230;512,300", False),
        ("emg:515,74", True),
        ("ms:18230 emg:515,74", True),
        ("emg:515", False),
        ("5,1;2.5;3,5", False),
        ("5,1,2;3,5", False),
        ("515,74;509,89;", True),
        ("", False),
    ],
)
def test_commas_of_a_line_are_decimal_marks_if_they_can_be_nothing_else(
    line: str, is_decimal: bool
) -> None:
    assert has_decimal_commas(line) is is_decimal


@pytest.mark.parametrize(("n_numbers", "is_read"), [(32, True), (33, False)])
def test_a_line_has_32_numbers_at_most(n_numbers: int, is_read: bool) -> None:
    line = ",".join(["7"] * n_numbers).encode() + b"\n"
    assert (len(decode(20 * line)[1]) == 20) is is_read


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize(("n_bytes", "is_read"), [(256, True), (257, False)])
def test_a_line_of_numbers_has_256_bytes_at_most(n_bytes: int, is_read: bool, end: bytes) -> None:
    line = b"1,2,3".ljust(n_bytes) + end
    assert (len(decode(20 * line)[1]) == 20) is is_read
    decoder, frames = decode(20 * b"1,2,3\n" + 2 * line)
    assert len(frames) == (22 if is_read else 20)
    assert decoder.counters.n_malformed == (0 if is_read else 2)


@pytest.mark.parametrize(
    ("step", "unit_us", "label"),
    [(2, 1000, ""), (2000, 1, ""), (0.002, 1e6, ""), (2, 1000, "ms:"), (2000, 1, "t:")],
)
def test_a_leading_time_is_told_from_a_channel(step: float, unit_us: float, label: str) -> None:
    names = ("a:", "b:", "c:") if label else ("", "", "")
    text = "".join(
        f"{label}{round(i * step, 3)},{names[0]}{a},{names[1]}{b},{names[2]}{c}\n"
        for i, (a, b, c) in enumerate(COUNTS.tolist())
    )
    _, frames = decode(text.encode())
    np.testing.assert_array_equal(frames.samples, COUNTS)
    np.testing.assert_array_equal(frames.device_us, np.rint(np.arange(60) * step * unit_us))


def test_a_known_number_of_channels_settles_what_the_first_number_is() -> None:
    ramp = np.stack([np.arange(40), np.arange(40), np.arange(40)], axis=1)
    assert decode(lines("{},{},{}\n", ramp), 3)[1].samples.shape == (40, 3)
    assert decode(lines("{},{},{}\n", ramp), 2)[1].samples.shape == (40, 2)


def test_a_time_that_wraps_goes_on_and_one_that_starts_again_opens_a_segment() -> None:
    times = [*range(2**32 - 20_000, 2**32, 1000), *range(704, 10_000, 1000), *range(0, 5000, 1000)]
    decoder = TextDecoder(1)
    frames = decoder.feed(b"\n" + "".join(f"{t},5\n" for t in times).encode())
    assert (np.diff(frames.device_us[:30]) == 1000)[:19].all()
    assert frames.device_us[20] == 2**32 + 704
    assert frames.segment.tolist() == [0] * 30 + [1] * 5


@pytest.mark.parametrize("sizes", [[10_000], [11], [1]])
def test_a_time_may_wrap_several_times_in_any_pieces(sizes: list[int]) -> None:
    times = np.arange(40) * 3 * 10**8  # in microseconds: 5 minutes per line
    text = b"\n" + b"".join(b"us:%d emg:5\n" % (time % 2**32) for time in times.tolist())
    decoder = TextDecoder()
    parts = [part for piece in split(text, sizes) if len(part := decoder.feed(piece))]
    assert np.concatenate([part.device_us for part in parts]).tolist() == times.tolist()
    assert not np.concatenate([part.segment for part in parts]).any()


@pytest.mark.parametrize(
    ("unit", "back", "n_segments"),
    [
        ("us", 2**31 + 1, 1),
        ("us", 2**31, 2),
        ("us", 2**31 - 1000, 2),
        ("us", 1, 2),
        ("us", 0, 1),
        ("us", 2**32 - 1, 1),
        ("us", 2**32, 2),
        ("ms", 2**31 + 1, 1),
        ("s", 2**31 + 1, 2),
    ],
)
def test_a_time_that_falls_by_more_than_half_of_32_bits_has_wrapped_but_for_seconds(
    unit: str, back: int, n_segments: int
) -> None:
    times = [*range(2**32, 2**32 + 20_000, 1000)]
    times.append(times[-1] - back)
    text = b"\n" + b"".join(b"%s:%d emg:5\n" % (unit.encode(), time) for time in times)
    frames = TextDecoder().feed(text)
    assert len(frames) == 21
    assert len(set(frames.segment.tolist())) == n_segments


@pytest.mark.parametrize("times", ["0.000 0.002 0.004 0.006", "0 0 2 2 4 4 6 6"])
def test_a_time_that_rises_by_less_than_1_or_not_at_all_opens_no_segment(times: str) -> None:
    text = "".join(f"t:{time} emg:5\n" for time in times.split())
    more = "".join(f"t:{8 + step * 0.5} emg:5\n" for step in range(20))
    frames = TextDecoder().feed(f"\n{text}{more}".encode())
    assert not frames.segment.any()


@pytest.mark.parametrize("unit", ["us", "ms", "s"])
@pytest.mark.parametrize("odd", [-8e12, -5e9, -1, 2**32 - 1, 5e9, 8.9e12])
def test_no_time_goes_back_within_a_segment_or_beyond_64_bits(unit: str, odd: float) -> None:
    times = [*range(0, 20_000, 1000), round(odd), *range(20_000, 40_000, 1000)]
    text = "".join(f"{unit}:{time} emg:5\n" for time in times)
    frames = TextDecoder().feed(b"\n" + text.encode())
    assert len(frames) == len(times)
    runs = [frames.device_us[frames.segment == one] for one in np.unique(frames.segment)]
    assert all((np.diff(run) >= 0).all() for run in runs)


def test_an_empty_line_is_no_sample_of_one_channel() -> None:
    decoder, frames = decode(b"512\n" * 30)
    assert len(frames) == 30
    for _ in range(3):
        assert len(decoder.feed(b"\r\n")) == 0
    assert decoder.feed(b"7\n").index.tolist() == [33]


def test_text_says_that_it_cannot_see_loss() -> None:
    assert not decode(lines("{},{},{}\n"))[0].counters.sees_loss


def test_the_first_line_is_dropped_as_it_may_have_lost_its_beginning() -> None:
    decoder = TextDecoder()
    frames = decoder.feed(b"2,300,280\n" + lines("{},{},{}\n"))
    np.testing.assert_array_equal(frames.samples, COUNTS)
    assert decoder.counters.bytes_skipped == 9


@pytest.mark.parametrize(
    "bad", ["1,2", "1,2,3,4", "1,,3", "1,2,x", "1,2,1-2", "nan,1,2", "\x00\xff"]
)
def test_a_line_that_does_not_fit_is_skipped_and_counted(bad: str) -> None:
    data = lines("{},{},{}\n", COUNTS[:40]) + bad.encode("latin1") + b"\n"
    decoder, frames = decode(data + lines("{},{},{}\n", COUNTS[40:]))
    np.testing.assert_array_equal(frames.samples, COUNTS)
    assert decoder.counters.n_malformed == 1
    assert decoder.counters.bytes_skipped == len(bad) + 14


def test_lines_before_a_start_reply_are_skipped_and_counted_with_those_before() -> None:
    start = Reply("start", {"counter": "0", "rate": "500.000", "mode": "text"}).encode()
    before = lines("{},{},{}\n", COUNTS[:2])
    decoder, frames = decode(before + start + lines("{},{},{}\n", COUNTS[2:]))
    np.testing.assert_array_equal(frames.samples, COUNTS[2:])
    learned = before.replace(b"\n", b"")
    assert decoder.counters.bytes_skipped == len(b"rest of a line") + len(learned)


def test_replies_among_the_lines_are_found() -> None:
    reply = Reply("rate", {"asked": "500", "rate": "500.000"})
    data = lines("{},{},{}\r\n", COUNTS[:30]) + reply.encode() + lines("{},{},{}\r\n", COUNTS[30:])
    decoder, frames = decode(data)
    assert decoder.take_replies() == [reply]
    assert frames.index.tolist() == list(range(60))
    assert decoder.counters.n_malformed == 0


@pytest.mark.parametrize("sizes", [[10_000], [7]])
@pytest.mark.parametrize(("n_bytes", "is_found"), [(512, True), (513, False)])
def test_a_reply_is_found_in_a_line_of_512_bytes(
    n_bytes: int, is_found: bool, sizes: list[int]
) -> None:
    reply = Reply("rate", {"asked": "500"})
    words = reply.encode().strip()
    decoder, _ = decode(lines("{},{},{}\n"))
    noise = b"x" * (n_bytes - len(words))
    for piece in split(noise + words + b"\n", sizes):
        decoder.feed(piece)
    assert decoder.take_replies() == [reply] * is_found
    assert decoder.counters.n_malformed == 1
    assert decoder.counters.bytes_skipped == 14 + (len(noise) if is_found else n_bytes)


@pytest.mark.parametrize("n_before", [5, 30])
def test_a_start_reply_opens_a_segment(n_before: int) -> None:
    start = Reply("start", {"counter": "0", "rate": "500.000", "mode": "text"}).encode()
    before, after = COUNTS[:n_before], COUNTS[n_before:]
    decoder, frames = decode(lines("{},{},{}\r\n", before) + start + lines("{},{},{}\r\n", after))
    # lines that had not told their layout yet belong to a stretch that is over
    n_kept = n_before if n_before > 16 else 0
    assert frames.segment.tolist() == [0] * n_kept + [int(n_kept > 0)] * len(after)
    np.testing.assert_array_equal(frames.samples[n_kept:], after)
    assert decoder.take_replies()[0].kind == "start"


@settings(deadline=None, max_examples=3 * settings().max_examples)
@given(TEXT, st.lists(st.integers(1, 200), min_size=1, max_size=6))
@example(["0,0,0,", "0,0,,0", "0,0,0"], [1])
def test_any_split_of_any_text_gives_the_same(text: list[str], sizes: list[int]) -> None:
    data = lines("{},{},{}\n") + "\n".join(text).encode()
    whole, pieces = TextDecoder(), TextDecoder()
    at_once = [whole.feed(data)]
    piecewise = [pieces.feed(piece) for piece in split(data, sizes)]
    assert sum(map(len, piecewise)) == len(at_once[0])
    assert _samples(piecewise) == _samples(at_once)
    assert pieces.counters == whole.counters


@settings(deadline=None, max_examples=200)
@given(TEXT, st.sampled_from(["{}", "{},{},{}"]), st.lists(st.integers(1, 200), min_size=1))
@example(["x" * 600], "{},{},{}", [900, 100])
@example(["", "5"], "{}", [1])
def test_any_split_of_what_the_layout_is_learned_from_gives_the_same(
    text: list[str], line: str, sizes: list[int]
) -> None:
    data = "\n".join(["", *text, ""]).encode() + lines(line + "\r\n") + "\n".join(text).encode()
    whole, pieces = TextDecoder(), TextDecoder()
    at_once = [whole.feed(data)]
    piecewise = [frames for piece in split(data, sizes) if len(frames := pieces.feed(piece))]
    for name in ("index", "samples", "segment", "device_us"):
        found = [value for one in piecewise for value in getattr(one, name).tolist()]
        assert found == getattr(at_once[0], name).tolist(), name
    assert pieces.counters == whole.counters
    assert pieces.take_replies() == whole.take_replies()


@settings(deadline=None)
@given(st.binary(max_size=3000), st.lists(st.integers(1, 200), min_size=1, max_size=6))
def test_no_bytes_raise_anything_and_what_comes_of_them_is_counted(
    data: bytes, sizes: list[int]
) -> None:
    decoder = TextDecoder()
    indices = [index for piece in split(data, sizes) for index in decoder.feed(piece).index]
    assert indices == list(range(decoder.counters.n_frames))
    assert decoder.counters.bytes_skipped <= len(data)


def test_memory_stays_bounded_whatever_arrives() -> None:
    decoder = TextDecoder()
    for _ in range(100):
        decoder.feed(b"1" * 5000)
    kept = [value for value in vars(decoder).values() if isinstance(value, bytes)]
    assert sum(map(len, kept)) <= 512
    assert decoder.counters.bytes_skipped == 500_000


def test_a_new_connection_opens_a_segment() -> None:
    decoder, _ = decode(lines("{},{},{}\n"))
    decoder.begin_segment()
    frames = decoder.feed(b"3\n5,6,7\n")
    assert (frames.index.tolist(), frames.segment.tolist()) == ([60], [1])


def test_a_new_connection_skips_both_parts_of_the_line_that_it_cut() -> None:
    decoder, _ = decode(lines("{},{},{}\n") + b"12,3")
    decoder.begin_segment()
    assert decoder.counters.bytes_skipped == 14 + 4
    decoder.feed(b"45,6\n5,6,7\n" + b"1" * 300)
    decoder.begin_segment()
    assert decoder.counters.bytes_skipped == 14 + 4 + 4 + 300


def test_every_new_connection_with_samples_opens_a_segment_and_one_without_none() -> None:
    decoder, _ = decode(lines("{},{},{}\n"))
    found = []
    for data in (b"3\n5,6,7\n", b"3\n", b"3\n5,6,7\n8,9,10\n"):
        decoder.begin_segment()
        found.append(decoder.feed(data).segment.tolist())
    assert found == [[1], [], [2, 2]]


def test_the_time_of_a_new_connection_is_its_own() -> None:
    decoder = TextDecoder(1)
    decoder.feed(b"\n" + b"".join(b"%d,5\n" % t for t in range(0, 40_000, 1000)))
    decoder.begin_segment()
    frames = decoder.feed(b"1\n500,5\n1500,6\n")
    assert frames.device_us.tolist() == [500, 1500]
    assert frames.segment.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("first", "has_time"),
    [
        ([0.0, 0.0, 1.0, 1.0, 2.0, 2.0], True),  # two lines in a millisecond
        ([0.0, 0.001, 0.002, 0.003], True),
        ([5.0, 5.0, 5.0, 5.0, 6.0], True),
        ([5.0, 5.0, 5.0, 5.0, 5.0], False),
        ([1.0, 2.0, 3.0, 4.0, 3.0, 5.0, 6.0], False),
        ([7.0], True),  # nothing speaks against it
    ],
)
def test_beside_known_channels_what_rises_and_never_falls_is_a_time(
    first: list[float], has_time: bool
) -> None:
    layout = learn_layout([((), [value, 1.0, 2.0]) for value in first], n_channels=2)
    assert layout.has_time is has_time
    assert layout.n_channels == (2 if has_time else 3)


@pytest.mark.parametrize(
    ("first", "has_time"),
    [
        ([0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0], True),
        ([0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0], False),  # too few to tell
        ([0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 16.0], True),  # late by a period
        ([0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 16.5], False),
        ([0.0, 0.5, 2.5, 4.5, 6.5, 8.5, 10.5, 12.5], True),
        ([0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0, 13.0, 15.0, 17.0], False),
        ([0.0, 1.0, 2.0, 3.0, 5.0, 7.0, 9.0, 13.0], True),  # twice the median step
        ([0.0, 2.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0], False),
    ],
)
def test_without_known_channels_only_even_steps_are_a_time(
    first: list[float], has_time: bool
) -> None:
    assert learn_layout([((), [value, 1.0, 2.0]) for value in first]).has_time is has_time
    assert not learn_layout([((), [value]) for value in first]).has_time


@pytest.mark.parametrize(("n_decimal", "n_malformed"), [(6, 6), (8, 8), (9, 0)])
def test_commas_are_decimal_marks_where_most_of_the_first_lines_say_so(
    n_decimal: int, n_malformed: int
) -> None:
    decoder, frames = decode(b"3;4\n" * (16 - n_decimal) + b"1,5;2,5\n" * n_decimal)
    assert decoder.counters.n_malformed == n_malformed
    assert len(frames) == 16 - n_malformed
    assert frames.samples[-1].tolist() == ([3.0, 4.0] if n_malformed else [1.5, 2.5])


@pytest.mark.parametrize("n_before", [20, 60])
def test_a_line_longer_than_all_others_together_costs_none_of_them(n_before: int) -> None:
    data = lines("{},{},{}\n", COUNTS[:n_before]) + b"x" * 3000 + b"\n"
    decoder, frames = decode(data)
    np.testing.assert_array_equal(frames.samples, COUNTS[:n_before])
    assert decoder.counters.n_malformed == 1
    assert decoder.counters.bytes_skipped == 14 + 3000
    again = decoder.feed(data)
    assert again.index.tolist() == list(range(n_before + 1, 2 * n_before + 1))


@pytest.mark.parametrize("byte", range(0x80, 0x90))
def test_a_byte_beyond_ascii_separates_nothing(byte: int) -> None:
    damaged = lines("{}, {}, {}\n", COUNTS[:30]).replace(b", ", bytes([byte]))
    decoder, frames = decode(lines("{}, {}, {}\n") + damaged)
    assert len(frames) == 60
    assert decoder.counters.n_malformed == 30


def test_an_empty_line_is_a_line_that_is_gone() -> None:
    decoder, frames = decode(lines("{},{},{}\n", COUNTS[:40]) + b"\n" + lines("{},{},{}\n"))
    assert frames.index.tolist() == [*range(40), *range(41, 101)]
    assert decoder.counters.n_malformed == 1
    assert decoder.counters.bytes_skipped == 14


def test_where_a_sketch_prints_empty_lines_none_of_them_is_a_line_that_is_gone() -> None:
    decoder, frames = decode(lines("{},{},{}\n\n", COUNTS[:40]) + b"\0 \r\n" + lines("{},{},{}\n"))
    assert frames.index.tolist() == list(range(100))
    assert decoder.counters.n_malformed == 0
    assert decoder.counters.bytes_skipped == 14


@pytest.mark.parametrize(
    ("times", "unit_us"),
    [
        ([0.0, 200.0, 400.0], 1.0),
        ([0.0, 199.0, 398.0], 1e3),
        ([0.0, 199.5, 399.0], 1e6),
        ([0.0, 1.0, 2.0, 3.0, 2003.0, 4003.0, 6003.0, 8003.0], 1.0),  # by the median step
        ([7.0], 1e3),
        ([7.5], 1e6),
    ],
)
def test_a_time_without_a_unit_has_the_one_that_fits_its_steps(
    times: list[float], unit_us: float
) -> None:
    layout = learn_layout([(("Time", "a"), [time, 1.0]) for time in times])
    assert layout.time_unit_us == unit_us


@pytest.mark.parametrize(("n_names", "is_header"), [(1, False), (2, True), (32, True), (33, False)])
def test_a_header_has_2_to_32_names(n_names: int, is_header: bool) -> None:
    names = tuple(f"ch_{number}" for number in range(n_names))
    assert read_header(", ".join(names)) == (names if is_header else ())


def _samples(parts: list[Frames]) -> list[list[float]]:
    return [row for part in parts for row in part.samples.tolist()]


def test_rows_of_timed_text_are_whole() -> None:
    decoder = TextDecoder(1)
    frames = decoder.feed(b"\n" + b"".join(b"%d,5\n" % t for t in range(0, 20_000, 1000)))
    assert rows([frames])[1] == (1, 1000, 0, 5)


def test_a_channel_more_than_expected_is_no_time_column() -> None:
    named = b"".join(b"biceps:%d,triceps:%d,middle:%d\n" % (n, n, n) for n in range(40))
    decoder, _ = decode(named, n_channels=2)
    assert decoder.layout is not None
    assert not decoder.layout.has_time
    swinging = b"".join(b"%d,%d,%d\n" % (500 + 7 * (-1) ** n, n, n) for n in range(40))
    decoder, frames = decode(swinging, n_channels=2)
    assert decoder.layout is not None
    assert not decoder.layout.has_time
    assert frames.samples.shape[1] == 3


def test_lines_of_too_many_numbers_with_decimal_commas_are_no_samples() -> None:
    line = "; ".join(f"{n},{n % 10}" for n in range(35)).encode() + b"\r\n"
    decoder = TextDecoder()
    assert len(decoder.feed(20 * line)) == 0
    assert decoder.counters.n_malformed == 19, "all but the first, which may be half a line"
    assert decoder.layout is None
    assert len(decoder.feed(20 * b"515,7;509,8;500,1\r\n")) > 0, "what can be read is read"


@pytest.mark.parametrize(
    "line",
    [
        "512 , 300 , ",
        "512 ; 300 ;",
        "512;300; ",
        "512 ,300 ,\t",
        "512, 300,",
        "512\t300\t",
        "512 300 ;;",
    ],
)
def test_a_separator_at_the_end_of_each_line_is_no_field(line: str) -> None:
    decoder = TextDecoder()
    frames = [decoder.feed(f"{line}\r\n".encode()) for _ in range(40)]
    samples = np.concatenate([one.samples for one in frames if len(one)])
    assert decoder.counters.n_malformed == 0
    assert len(samples) >= 38
    assert set(map(tuple, samples.tolist())) == {(512.0, 300.0)}


def test_decimal_commas_are_seen_in_lines_that_end_with_a_separator() -> None:
    decoder = TextDecoder()
    frames = [decoder.feed(b"512,5 ; 300,25 ; \r\n") for _ in range(40)]
    assert frames[-1].samples.tolist() == [[512.5, 300.25]]


def test_a_time_beside_a_single_channel_is_seen() -> None:
    decoder = TextDecoder()
    frames = [decoder.feed(f"{1000 * n},{500 + n % 7}\r\n".encode()) for n in range(60)]
    assert decoder.layout is not None
    assert (decoder.layout.has_time, decoder.layout.n_channels) == (True, 1)
    assert frames[-1].samples.tolist() == [[500.0 + 59 % 7]]
