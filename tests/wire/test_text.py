import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from emgstream.wire import Frames, Reply, TextDecoder
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
    assert decoder.counters.n_malformed == 0


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


def test_replies_among_the_lines_are_found() -> None:
    reply = Reply("rate", {"asked": "500", "rate": "500.000"})
    data = lines("{},{},{}\r\n", COUNTS[:30]) + reply.encode() + lines("{},{},{}\r\n", COUNTS[30:])
    decoder, frames = decode(data)
    assert decoder.take_replies() == [reply]
    assert len(frames) == 60
    assert decoder.counters.n_malformed == 0


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


@settings(deadline=None, max_examples=300)
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
