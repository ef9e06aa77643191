"""Encoding and decoding of binary frames, one by one or many at once. Pure functions."""

from __future__ import annotations

import struct
from binascii import crc_hqx
from collections.abc import Sequence
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.errors import UsageError
from emgstream.wording import counted

__all__ = [
    "MAX_CHANNELS",
    "crc16",
    "decode_frame",
    "decode_frames",
    "encode_frame",
    "encode_frames",
    "frame_dtype",
    "line_length",
]

MAX_CHANNELS = 11
"""Most channels of a frame: its stuffing code must fit the lower five bits of its first byte."""

Bytes: TypeAlias = npt.NDArray[np.uint8]
Words: TypeAlias = npt.NDArray[np.uint16]

_DELIMITER = b"\0"
_OVERHEAD = 2 + 4 + 2  # counter, microseconds, CRC


def line_length(n_channels: int) -> int:
    """Return the number of bytes of one frame on the line, with delimiter: 16 for 3 channels.

    Raises UsageError unless there are 1 to 11 channels.
    """
    if not 1 <= n_channels <= MAX_CHANNELS:
        message = (
            f"a frame of {counted(n_channels, 'channel')}; it can have 1 to {MAX_CHANNELS}: leave "
            "some out"
        )
        raise UsageError(message)
    return 1 + _OVERHEAD + 2 * n_channels + 1


def crc16(data: bytes) -> int:
    """Return the CRC-16/CCITT-FALSE of the data (polynomial 0x1021, initial value 0xFFFF).

    >>> hex(crc16(b"123456789"))
    '0x29b1'
    """
    return crc_hqx(data, 0xFFFF)


@cache
def frame_dtype(n_channels: int) -> np.dtype[np.void]:
    """Return the layout of an unstuffed frame: counter, micros, samples, crc, little-endian."""
    line_length(n_channels)
    return np.dtype(
        [("counter", "<u2"), ("micros", "<u4"), ("samples", "<u2", (n_channels,)), ("crc", "<u2")]
    )


def encode_frame(counter: int, micros: int, samples: Sequence[int]) -> bytes:
    """Return the bytes of one frame on the line, with delimiter.

    Parameters
    ----------
    counter
        Number of the sampling instant; its lower 16 bits are sent.
    micros
        Device time in microseconds; its lower 32 bits are sent.
    samples
        One value per channel, 0 to 65535.

    Raises
    ------
    UsageError
        Unless there are 1 to 11 channels.
    """
    line_length(len(samples))
    numbers = (counter & 0xFFFF, micros & 0xFFFFFFFF, *samples)
    body = struct.pack(f"<HI{len(samples)}H", *numbers)
    return _stuff(body + struct.pack("<H", crc16(body))) + _DELIMITER


def decode_frame(stuffed: bytes, bits: int = 16) -> bytes | None:
    """Return the unstuffed bytes of one frame; None if any check fails.

    Parameters
    ----------
    stuffed
        The bytes between two delimiters: ``line_length(n_channels) - 1`` of them, none zero.
    bits
        Resolution of the converter; a frame with a sample of ``2**bits`` or more is refused.
    """
    raw = _unstuff(stuffed)
    if raw is None or crc_hqx(raw[:-2], 0xFFFF) != raw[-2] | raw[-1] << 8:
        return None
    return raw if _within(raw, bits) else None


def _within(raw: bytes, bits: int) -> bool:
    samples: tuple[int, ...] = struct.unpack(f"<{(len(raw) - _OVERHEAD) // 2}H", raw[6:-2])
    return max(samples) >> bits == 0


def _stuff(raw: bytes) -> bytes:
    """Return up to 253 bytes with consistent-overhead byte stuffing.

    Cheshire & Baker 1999, doi:10.1109/90.769765.
    """
    parts = raw.split(_DELIMITER)
    return b"".join(bytes([len(part) + 1]) + part for part in parts)


def _unstuff(stuffed: bytes) -> bytes | None:
    raw, position, length = bytearray(stuffed), stuffed[0], len(stuffed)
    while position < length:
        code = stuffed[position]
        raw[position] = 0
        position += code
    return bytes(raw[1:]) if position == length else None


def encode_frames(counters: npt.ArrayLike, micros: npt.ArrayLike, samples: npt.ArrayLike) -> bytes:
    """Return the bytes of many frames on the line, one after the other.

    Parameters
    ----------
    counters, micros
        Shape ``(n,)``, integers of any width; lower 16 and 32 bits are sent.
    samples
        Shape ``(n, n_channels)``, 0 to 65535.
    """
    values = np.asarray(samples)
    frames = np.zeros(len(values), frame_dtype(values.shape[1]))
    frames["counter"] = np.asarray(counters).astype(np.int64) & 0xFFFF
    frames["micros"] = np.asarray(micros).astype(np.int64) & 0xFFFFFFFF
    frames["samples"] = values
    columns = _columns(frames.view(np.uint8).reshape(len(frames), -1))
    crc = _crc_of_columns(columns[:-2])
    columns[-2], columns[-1] = crc & 0xFF, crc >> 8
    return np.ascontiguousarray(_stuff_columns(columns).T).tobytes()


def decode_frames(stuffed: Bytes, bits: int = 16) -> tuple[npt.NDArray[np.void], Any]:
    """Return the frames among byte stretches of one length, and a mask of the good stretches.

    Parameters
    ----------
    stuffed
        Shape ``(n, line_length - 1)``: the bytes between delimiters, none zero.
    bits
        Resolution of the converter, as in `decode_frame`.

    Returns
    -------
    frames, good
        The good frames as a structured array (`frame_dtype`), and a mask of shape ``(n,)``.
    """
    n_channels = (stuffed.shape[1] - 1 - _OVERHEAD) // 2
    columns, good = _unstuff_columns(_columns(stuffed))
    crc = columns[-2] | columns[-1].astype(np.uint16) << 8
    good &= _crc_of_columns(columns[:-2]) == crc
    if not good.all():
        columns = columns[:, good]
    frames = np.ascontiguousarray(columns.T).view(frame_dtype(n_channels)).ravel()
    if bits < 16:
        fits = (frames["samples"] >> bits == 0).all(axis=1)
        if not fits.all():
            frames, good[good] = frames[fits], fits
    return frames, good


def _columns(rows: Bytes) -> Bytes:
    # column by column in memory, so that every step below runs over contiguous bytes
    return np.ascontiguousarray(rows.T)


def _stuff_columns(raw: Bytes) -> Bytes:
    n_bytes, n_frames = raw.shape
    out = np.zeros((n_bytes + 2, n_frames), np.uint8)
    distance = np.ones(n_frames, np.uint8)
    for row in range(n_bytes - 1, -1, -1):
        zero = raw[row] == 0
        out[row + 1] = np.where(zero, distance, raw[row])
        distance = np.where(zero, np.uint8(1), distance + np.uint8(1))
    out[0] = distance
    return out


def _unstuff_columns(stuffed: Bytes) -> tuple[Bytes, npt.NDArray[np.bool_]]:
    raw = stuffed[1:].copy()
    left = stuffed[0].copy()
    for row in raw:
        left -= np.uint8(1)
        code = left == 0
        np.copyto(left, row, where=code)
        row[code] = 0
    return raw, left == 1


@cache
def _crc_table() -> Words:
    return np.array([crc_hqx(bytes([value]), 0) for value in range(256)], np.uint16)


def _crc_of_columns(columns: Bytes) -> Words:
    table = _crc_table()
    crc = np.full(columns.shape[1], 0xFFFF, np.uint16)
    for column in columns:
        crc = (crc << 8) ^ table[(crc >> 8) ^ column]
    return crc
