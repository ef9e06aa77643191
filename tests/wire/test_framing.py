import doctest
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import emgstream.wire
from emgstream.errors import UsageError
from emgstream.wire import crc16, encode_frame, encode_frames, line_length
from emgstream.wire.framing import decode_frame, decode_frames, frame_dtype
from tests.wire.streams import sent

U16 = st.integers(0, 0xFFFF)
CHANNELS = st.lists(U16, min_size=1, max_size=11)


def test_the_room_documents_two_worked_frames() -> None:
    examples = doctest.DocTestFinder().find(emgstream.wire, "wire")[0].examples
    assert sum("encode_frame(" in example.source for example in examples) == 2


def test_the_checksum_is_the_catalogued_one() -> None:
    assert crc16(b"123456789") == 0x29B1


def test_three_channels_take_sixteen_bytes() -> None:
    assert line_length(3) == 16
    assert len(encode_frame(1, 2, [3, 4, 5])) == 16


@pytest.mark.parametrize("n_channels", [0, 12])
def test_a_frame_of_no_or_too_many_channels_is_refused(n_channels: int) -> None:
    with pytest.raises(UsageError, match="1 to 11"):
        encode_frame(0, 0, [0] * n_channels)


@given(st.integers(0, 2**20), st.integers(0, 2**40), CHANNELS)
def test_a_frame_comes_back_as_it_was_sent(counter: int, micros: int, samples: list[int]) -> None:
    line = encode_frame(counter, micros, samples)
    assert line.index(b"\0") == len(line) - 1 == line_length(len(samples)) - 1
    assert line[0] >> 5 == 0
    raw = decode_frame(line[:-1])
    assert raw is not None
    frame = np.frombuffer(raw, frame_dtype(len(samples)))[0]
    assert frame["counter"] == counter % 2**16
    assert frame["micros"] == micros % 2**32
    assert frame["samples"].tolist() == samples


@given(st.lists(st.tuples(U16, st.integers(0, 2**32 - 1), U16, U16), min_size=1, max_size=20))
def test_many_frames_at_once_are_the_same_as_one_by_one(
    frames: list[tuple[int, int, int, int]],
) -> None:
    table = np.array(frames)
    line = encode_frames(table[:, 0], table[:, 1], table[:, 2:])
    assert line == b"".join(encode_frame(c, us, [a, b]) for c, us, a, b in frames)
    stuffed = np.frombuffer(line, np.uint8).reshape(len(frames), -1)[:, :-1]
    decoded, good = decode_frames(stuffed)
    assert good.all()
    assert decoded["samples"].tolist() == table[:, 2:].tolist()


@given(st.binary(min_size=15, max_size=15).map(lambda data: data.replace(b"\0", b"\1")))
def test_the_bulk_decoder_judges_any_bytes_as_the_single_one_does(stretch: bytes) -> None:
    for bits in (10, 16):
        frames, good = decode_frames(np.frombuffer(stretch, np.uint8)[None], bits)
        single = decode_frame(stretch, bits)
        assert bool(good[0]) == (single is not None) == (len(frames) == 1)


def test_no_altered_byte_of_a_single_frame_goes_unnoticed() -> None:
    for line in sent(2).line:
        frame = line[:-1]
        for place, value in product(range(len(frame)), range(1, 256)):
            altered = frame[:place] + bytes([value]) + frame[place + 1 :]
            assert altered == frame or decode_frame(altered) is None


def test_a_sample_beyond_the_converter_condemns_its_frame() -> None:
    stretch = encode_frame(1, 2, [3, 1024, 5])[:-1]
    assert decode_frame(stretch, bits=11) is not None
    assert decode_frame(stretch, bits=10) is None
    assert not decode_frames(np.frombuffer(stretch, np.uint8)[None], bits=10)[1].any()


@pytest.mark.parametrize("n_channels", [1, 3, 11])
def test_no_single_altered_byte_on_the_line_goes_unnoticed(n_channels: int) -> None:
    """Stuffing turns one byte into several; the checksum alone promises nothing then."""
    for line in sent(60, seed=n_channels, n_channels=n_channels).line:
        frame = np.frombuffer(line[:-1], np.uint8)
        everything = np.tile(frame, (len(frame), 256, 1))
        for position in range(len(frame)):
            everything[position, :, position] = np.arange(256)
        altered = everything[(everything != frame).any(axis=2) & (everything > 0).all(axis=2)]
        assert not decode_frames(altered, bits=16)[1].any()
