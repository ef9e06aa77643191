"""Commands and replies, as both ends speak them."""

from dataclasses import replace

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
    crc16,
    find_replies,
)
from emgstream.wire.replies import split_replies
from tests.wire.streams import split

IDENTITY = Identity("uno", "1.0.0", ("biceps", "triceps", "middle"), 1000.0, 10, 5000, 500_000)
COMMANDS = [
    Command("identify"),
    Command("start"),
    Command("start", 0),
    Command("start", 65_535),
    Command("stop"),
    Command("rate", 0),
    Command("rate", 65_535),
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
    [
        *("", "fly", "rate", "rate fast", "rate 70000", "start 65536", "start -1", "stop 1"),
        *("stop right now", "rate 5_0", " " * 29 + "stop"),
    ],
)
def test_a_line_that_is_no_command_is_told(line: str) -> None:
    assert CommandReader().feed(f"{line}\n".encode()) == ([None] if line else [])


@pytest.mark.parametrize("sizes", [[100], [1]])
@pytest.mark.parametrize(("n_spaces", "command"), [(28, Command("stop")), (29, None)])
def test_a_line_may_have_32_bytes(n_spaces: int, command: Command | None, sizes: list[int]) -> None:
    reader = CommandReader()
    line = b" " * n_spaces + b"stop\n"
    assert [one for piece in split(line, sizes) for one in reader.feed(piece)] == [command]


def test_a_line_may_end_with_any_line_end() -> None:
    assert CommandReader().feed(b"stop\ridentify\nstatus\r\ntext\n\r") == [
        *(Command("stop"), Command("identify"), Command("status"), Command("text"))
    ]


@pytest.mark.parametrize(
    ("verb", "argument"),
    [("rate", None), ("rate", 65_536), ("start", 65_536), ("stop", 1), ("fly", None)],
)
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


@pytest.mark.parametrize(
    ("asked", "baud", "n_channels", "rate_hz"),
    [
        (1000, 500_000, 3, 1000),
        (1000, 115_200, 3, 698),  # 97 % of 11,520 bytes are 698.4 frames of 16
        (65_535, 500_000, 3, 2000),
        (0, 500_000, 3, 50),
        (1000, 9600, 11, 50),  # more than the line carries: no rate is lower
    ],
)
def test_a_board_takes_the_rate_asked_for_if_its_line_carries_it(
    asked: int, baud: int, n_channels: int, rate_hz: int
) -> None:
    assert str(allowed_rate_hz(asked, baud, n_channels)) == str(rate_hz)


@pytest.mark.parametrize(
    "identity", [IDENTITY, replace(IDENTITY, mode="text", is_streaming=True)], ids=["idle", "text"]
)
def test_an_identity_comes_back_as_it_was_sent(identity: Identity) -> None:
    assert [Identity.from_reply(r) for r in find_replies(identity.reply().encode())] == [identity]


def test_a_status_comes_back_as_it_was_sent() -> None:
    status = BoardStatus(n_instants=2**32 - 1, n_sent=5, n_queue_full=6, n_late=7)
    assert BoardStatus.from_reply(status.reply()) == status
    assert status.reply().encode().startswith(b"#status ")
    assert IDENTITY.reply().encode().startswith(b"#id proto=1 board=uno ")
    assert IDENTITY.reply().values["on"] == "0"


@pytest.mark.parametrize("sizes", [[1000], [1]])
@pytest.mark.parametrize(("n_bytes", "is_found"), [(320, True), (321, False)])
def test_a_reply_may_have_320_bytes(n_bytes: int, is_found: bool, sizes: list[int]) -> None:
    reply = Reply("error", {"text": "x" * (n_bytes - len("error text="))})
    data, scanner = reply.encode(), ReplyScanner()
    found = [one for piece in split(data, sizes) for one in scanner.feed(piece)]
    assert found == find_replies(data) == ([reply] if is_found else [])


def test_a_value_may_have_an_equals_sign_and_a_word_without_one_is_no_value() -> None:
    reply = Reply("error", {"text": "a=b=c"})
    assert find_replies(reply.encode()) == [reply]
    body = b"error lost text=5"
    assert find_replies(b"#%s*%04X" % (body, crc16(body))) == [Reply("error", {"text": "5"})]


def test_what_is_around_replies_stays_but_for_their_line_ends() -> None:
    reply = IDENTITY.reply()
    data = b"\r\n ab" + reply.encode() + b"cd" + reply.encode() + b"X \r\n"
    assert split_replies(data) == ([reply, reply], b" ab\r\ncd\r\nX ")
    assert split_replies(b"ab" + reply.encode() + b"X\r\n") == ([reply], b"ab\r\nX")
    assert split_replies(b"\r\n#no reply\r\n") == ([], b"\r\n#no reply\r\n")


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
