r"""Wire protocol: bytes to frames and back, between a board and this program. No I/O here.

A board sends *binary* frames (counted, timed, checksummed) or *text* (lines of numbers, as most
hobby sketches print them). Commands and replies are lines of ASCII, so that a serial monitor is
enough to use it. This is protocol version 1.

A binary frame, byte by byte
----------------------------
16 bytes for 3 channels, ``10 + 2 * n_channels`` for any number from 1 to 11::

    byte      content
    0         frame type in the upper 3 bits, stuffing code in the lower 5
    1..2      counter, u16: increases by one per sampling instant, sent or not
    3..6      device time of the instant in microseconds, u32
    7..12     one u16 per channel, in counts of the converter
    13..14    CRC-16/CCITT-FALSE of bytes 1..12 before stuffing (check value 0x29B1)
    15        0x00, the delimiter

Numbers are little-endian. Bytes 1..14 are stuffed (COBS, Cheshire & Baker 1999): each zero among
them is replaced by the distance to the next one, and byte 0 holds the distance to the first, so
that zero occurs only as the delimiter. That distance is at most ``9 + 2 * n_channels <= 31``, which
leaves the upper 3 bits of byte 0 free for the frame type: type 0 is a frame of samples, type 1 a
reply (its first byte is ``#``, 0x23); the others are reserved and skipped.

Instant 1, 1000 us after the clock's zero, with the samples 512, 300 and 0. Unstuffed, with CRC
0x446F: ``01 00 · e8 03 00 00 · 00 02 · 2c 01 · 00 00 · 6f 44``.

>>> encode_frame(1, 1000, [512, 300, 0]).hex(" ")
'02 01 03 e8 03 01 01 04 02 2c 01 01 03 6f 44 00'

After 65,535 the counter continues with 0, and a time of 2**32 + 5 us is sent as 5. (Without any
zero to replace, byte 0 would be 15, one more than the number of bytes after it.)

>>> encode_frame(65536, 2**32 + 5, [1023, 1, 258]).hex(" ")
'01 01 02 05 01 01 04 ff 03 01 05 02 01 13 fc 00'

Commands
--------
A line ended by CR, LF or both, in upper or lower case, at most 32 bytes:

- ``identify``: send the identity. A board also sends it once after a reset.
- ``start [N]``: stream in the current mode; N, 0 by default, is the first counter.
- ``stop``: stop streaming. After a reset a board does not stream until it is started.
- ``rate HZ``: set 50 to 2000 samples per second, or as many as the line carries.
- ``text``: send lines of numbers, starting now. ``binary``: send frames again.
- ``status``: report how many frames were sent and how many could not be.

Replies
-------
``#KIND NAME=VALUE ...*CCCC`` CR LF, where CCCC is the CRC of the text between ``#`` and ``*``, in
hexadecimal; in binary mode with a zero before and after. A reply can be found among any bytes
(`find_replies`, `ReplyScanner`). Kinds: ``id`` (`Identity`), ``start`` (counter, rate, mode),
``stop``, ``rate`` (requested and set), ``mode``, ``status`` (`BoardStatus`), ``error``. A ``start``
reply precedes the first frame of every start, and of every change of rate or mode while streaming:
a new segment begins there.

Decoding
--------
The bytes between two zeros are a *stretch*. `FrameDecoder` keeps the unfinished stretch (at most
512 bytes; of a longer one without a zero, the last 15) and one *unconfirmed* frame::

    stretch                                     result
    empty                                       nothing
    a frame's length, all checks good           a frame
    a frame's length, a check failed            n_crc_failures, bytes_skipped
    contains replies                            replies; the rest is handled as below
    longer                                      a frame if the last 15 bytes are one, and, of 30
                                                to 512 bytes, if the first 15 are one; the rest is
                                                bytes_skipped
    shorter                                     bytes_skipped

    frame                                       result
    follows the last one placed                 n_frames; n_lost counts the indices between
    seen before                                 n_duplicated, dropped
    older than the last one placed              n_reordered, dropped (its index is lost)
    anything else                               unconfirmed: `emgstream.wire.frame_timeline`
    ... the next frame follows it               n_frames: an outage or a new segment
    ... the next frame does not                 n_implausible, dropped

Counter and time become an index and a time of 64 bits. An outage longer than the counter's 65,536
instants is resolved by the time, up to 35 minutes; a longer one opens a new segment. So does a
board that was reset: it does not stream until it is started, and the start reply announces it. If
noise destroys that reply, counter and time do not fit the frames before; a host makes sure of this
by starting with a random N.

Probability of an undetected error
----------------------------------
The CRC detects every burst of up to 16 bits and every 1 to 3 flipped bits of the unstuffed frame
and, as tests with every place and value in many frames show, any one altered byte on the line.
Other damage passes the CRC once in 65,536. It must then also keep length and stuffing intact, keep
counter and time in step (once in about 80 million if they were hit at random) and leave the unused
upper bits of each sample zero (once in 64 per channel of 10 bits that was hit). What remains is
damage in two or more places that touches only low bits of samples and the CRC, missed once in
65,536: one undetected altered sample comes with tens of thousands of ``n_crc_failures``.

Text has neither counter nor checksum: **loss cannot be detected**, and a line that was altered into
another well-formed line is accepted. `Counters.sees_loss` distinguishes the two formats.
"""

from emgstream.wire.commands import (
    MAX_RATE_HZ,
    MIN_RATE_HZ,
    VERBS,
    Command,
    CommandReader,
    allowed_rate_hz,
    parse_command,
)
from emgstream.wire.decoded_frames import Counters, Frames, join_frames
from emgstream.wire.frame_decoder import FrameDecoder
from emgstream.wire.framing import (
    MAX_CHANNELS,
    crc16,
    encode_frame,
    encode_frames,
    line_length,
)
from emgstream.wire.replies import (
    PROTOCOL,
    BoardStatus,
    Identity,
    Reply,
    ReplyScanner,
    find_replies,
)
from emgstream.wire.text_decoder import TextDecoder
from emgstream.wire.text_lines import TextLayout

__all__ = [
    "MAX_CHANNELS",
    "MAX_RATE_HZ",
    "MIN_RATE_HZ",
    "PROTOCOL",
    "VERBS",
    "BoardStatus",
    "Command",
    "CommandReader",
    "Counters",
    "FrameDecoder",
    "Frames",
    "Identity",
    "Reply",
    "ReplyScanner",
    "TextDecoder",
    "TextLayout",
    "allowed_rate_hz",
    "crc16",
    "encode_frame",
    "encode_frames",
    "find_replies",
    "join_frames",
    "line_length",
    "parse_command",
]
