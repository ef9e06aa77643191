"""A writer of XDF files, chunk by chunk, as LabRecorder writes them."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["XdfStreamContent", "xdf_bytes"]

_BOUNDARY = bytes.fromhex("43a546dccbf5410fb30ed546738 3cbe4".replace(" ", ""))
_PACKING = {"float32": "f", "double64": "d", "int16": "h", "int32": "i"}


@dataclass
class XdfStreamContent:
    """One stream to write."""

    name: str
    kind: str
    rate_hz: float
    channel_format: str
    times: Sequence[float]
    values: Sequence[Sequence[Any]]
    labels: Sequence[str] = ()
    unit: str = ""
    clock_offsets: Sequence[tuple[float, float]] = ()
    """Time of each measurement, and the offset that it found, in seconds."""
    chunk_length: int = 100


def xdf_bytes(*streams: XdfStreamContent) -> bytes:
    """Return the bytes of a file."""
    content = b"XDF:" + _chunk(
        1,
        b"<?xml version='1.0'?><info><version>1.0</version>"
        b"<datetime>2026-03-01T10:00:00+0100</datetime></info>",
    )
    for number, stream in enumerate(streams, 1):
        identity = struct.pack("<I", number)
        content += _chunk(2, identity + _header(stream).encode())
        for time_s, offset_s in stream.clock_offsets:
            content += _chunk(4, identity + struct.pack("<dd", time_s, offset_s))
        for at in range(0, len(stream.times), stream.chunk_length):
            part = slice(at, at + stream.chunk_length)
            content += _chunk(3, identity + _samples(stream, part)) + _chunk(5, _BOUNDARY)
    for number, stream in enumerate(streams, 1):
        footer = f"<info><sample_count>{len(stream.times)}</sample_count></info>"
        content += _chunk(6, struct.pack("<I", number) + footer.encode())
    return content


def _chunk(tag: int, content: bytes) -> bytes:
    return _length(len(content) + 2) + struct.pack("<H", tag) + content


def _length(length: int) -> bytes:
    return b"\x04" + struct.pack("<I", length)


def _header(stream: XdfStreamContent) -> str:
    channels = "".join(
        f"<channel><label>{label}</label><unit>{stream.unit}</unit></channel>"
        for label in stream.labels
    )
    n_channels = len(stream.values[0]) if len(stream.values) else len(stream.labels)
    return (
        f"<info><name>{stream.name}</name><type>{stream.kind}</type>"
        f"<channel_count>{n_channels}</channel_count>"
        f"<nominal_srate>{stream.rate_hz}</nominal_srate>"
        f"<channel_format>{stream.channel_format}</channel_format>"
        f"<desc><channels>{channels}</channels></desc></info>"
    )


def _samples(stream: XdfStreamContent, part: slice) -> bytes:
    times, rows = stream.times[part], stream.values[part]
    content = _length(len(times))
    for time_s, row in zip(times, rows, strict=True):
        content += b"\x08" + struct.pack("<d", time_s)
        if stream.channel_format == "string":
            texts = [text.encode() for text in row]
            content += b"".join(_length(len(text)) + text for text in texts)
        else:
            content += struct.pack(f"<{len(row)}{_PACKING[stream.channel_format]}", *row)
    return content
