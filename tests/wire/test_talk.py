"""Commands and replies, as both ends speak them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emgstream.errors import SourceError, UsageError
from emgstream.wire import (
    MAX_RATE_HZ,
    MIN_RATE_HZ,
    BoardStatus,
    Command,
    CommandReader,
    Identity,
    Reply,
    ReplyScanner,
    allowed_rate_hz,
    find_replies,
)
from tests.wire.streams import split

IDENTITY = Identity("uno", "1.0.0", ("biceps", "triceps", "middle"), 1000.0, 10, 5000, 500_000)
COMMANDS = [
    Command("identify"),
    Command("start"),
    Command("start", 65_535),
    Command("stop"),
    Command("rate", 500),
    Command("text"),
    Command("binary"),
    Command("status"),
]
SIZES = st.lists(st.integers(1, 40), min_size=1, max_size=5)


@given(SIZES, st.sampled_from([b"", b"\xff\x00noise", b"n" * 500]))
def test_every_command_arrives_behind_any_noise(sizes: list[int], noise: bytes) -> None:
    data = noise + b"".join(command.encode() for command in COMMANDS)
    reader = CommandReader()
    got = [command for piece in split(data, sizes) for command in reader.feed(piece)]
    assert [command for command in got if command] == COMMANDS


@pytest.mark.parametrize(
    "line",
    ["", "fly", "rate", "rate fast", "rate 70000", "start 65536", "start -1", "stop 1", "a b c"],
)
def test_a_line_that_is_no_command_is_told(line: str) -> None:
    assert CommandReader().feed(f"{line}\n".encode()) == ([None] if line else [])


@pytest.mark.parametrize(("verb", "argument"), [("rate", None), ("stop", 1), ("fly", None)])
def test_a_command_that_makes_no_sense_cannot_be_built(verb: str, argument: int | None) -> None:
    with pytest.raises(UsageError, match="is not a command"):
        Command(verb, argument)


@given(st.integers(0, 65_535), st.sampled_from([115_200, 250_000, 500_000]), st.integers(1, 11))
def test_the_rate_taken_is_in_range_and_the_line_carries_it(
    asked: int, baud: int, n_channels: int
) -> None:
    rate_hz = allowed_rate_hz(asked, baud, n_channels)
    assert MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ
    assert rate_hz * (10 + 2 * n_channels) <= baud / 10


def test_an_identity_comes_back_as_it_was_sent() -> None:
    assert [Identity.from_reply(r) for r in find_replies(IDENTITY.reply().encode())] == [IDENTITY]


def test_a_status_comes_back_as_it_was_sent() -> None:
    status = BoardStatus(n_instants=2**32 - 1, n_sent=5, n_queue_full=6, n_late=7)
    assert BoardStatus.from_reply(status.reply()) == status


def test_a_newer_protocol_is_refused_with_a_way_out() -> None:
    reply = Reply("id", {**IDENTITY.reply().values, "proto": "2"})
    with pytest.raises(SourceError, match=r"speaks wire protocol 2.*firmware export"):
        Identity.from_reply(reply)


@pytest.mark.parametrize("name", ["board", "fw", "names", "rate", "bits", "vref_mv", "baud", "on"])
def test_an_identity_that_lacks_a_value_is_refused(name: str) -> None:
    values = {key: text for key, text in IDENTITY.reply().values.items() if key != name}
    with pytest.raises(SourceError, match=name):
        Identity.from_reply(Reply("id", values))


def test_a_status_that_lacks_a_value_is_refused() -> None:
    with pytest.raises(SourceError, match="sent"):
        BoardStatus.from_reply(Reply("status", {"instants": "1"}))


@given(SIZES, st.binary(max_size=80).map(lambda noise: noise.replace(b"#", b"")), st.booleans())
def test_replies_are_found_among_any_bytes_however_split(
    sizes: list[int], noise: bytes, binary: bool
) -> None:
    reply = IDENTITY.reply()
    data = noise + reply.encode(binary=binary) + noise + reply.encode(binary=binary)
    scanner = ReplyScanner()
    assert [r for piece in split(data, sizes) for r in scanner.feed(piece)] == [reply, reply]
    assert find_replies(data) == [reply, reply]


def test_the_start_of_a_lost_reply_does_not_hide_the_next() -> None:
    assert find_replies(b"#id proto=1#id boa" + IDENTITY.reply().encode()) == [IDENTITY.reply()]


@given(st.integers(0, 60), st.integers(1, 255))
def test_a_reply_that_was_altered_is_no_reply(at: int, flip: int) -> None:
    data = bytearray(IDENTITY.reply().encode())
    data[at] ^= flip
    assert find_replies(bytes(data)) == []
