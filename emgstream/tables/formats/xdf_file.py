"""XDF files of the Lab Streaming Layer, read with pyxdf.

One stream gives the channels, its time stamps the column ``time_s``, and a stream of markers the
column ``label``. The clock offsets that the recorder measured are applied, so that streams of
several computers fit together. The time stamps are not smoothed (``dejitter_timestamps`` of pyxdf)
unless they run backwards: smoothing puts a straight line through everything up to a pause of a
second, and lost samples would not be found any more.

Source of the format: github.com/sccn/xdf/wiki/Specifications.
"""

from __future__ import annotations

import io
import logging
import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from emgstream.tables.formats.labelled_rows import label_column, until_the_next
from emgstream.tables.formats.opened_recording import OpenedRecording
from emgstream.tables.raw_columns import RawColumn, RawRecording
from emgstream.types import TimeArray

__all__ = ["read_xdf_file"]

_TYPES = ("emg", "exg", "eeg", "ecg", "biosignal", "signal")
"""Types of streams that may hold EMG, the likeliest first. A choice; EMG is that of LSL's list of
types, and many amplifiers send EEG or EXG whatever is connected."""
_MARKER_TYPES = frozenset({"marker", "markers", "event", "events", "trigger", "triggers", "stim"})
_DECISION_FIELDS = ("label", "confidence", "status", "index")
"""Channels of the stream of decisions that `emgstream live --lsl` sends."""
_HEADER, _SAMPLES = 2, 3  # tags of the chunks
_BOUNDARY = bytes.fromhex("43a546dccbf5410fb30ed5467383cbe4")
"""Content of the chunks that separate others, to go on at after damage."""
_LENGTHS = {1: "<B", 4: "<I", 8: "<Q"}
_MOST_CHANNELS = 100_000
"""Channels of a stream above which a file counts as damaged. A choice: far above any amplifier."""
_RATE_TOLERANCE = 0.02
"""Deviation of the nominal rate from that of the time stamps above which it is not used. A choice:
clocks of devices deviate by 0.01 %, a wrong nominal rate by more."""


@dataclass(frozen=True, eq=False)
class _XdfStream:
    """One stream, with the facts of its header."""

    number: int
    name: str
    kind: str
    is_text: bool
    rate_hz: float
    """Nominal rate in Hz; 0 if the samples come irregularly."""
    times: TimeArray
    """Time of each sample in seconds, shape ``(n,)``."""
    values: Any
    """Samples, shape ``(n, n_channels)``; lists of texts for a stream of text."""
    parts: Sequence[tuple[int, int]]
    """First and last row of each part of continuous time."""
    description: Mapping[str, Any]

    @property
    def is_marker(self) -> bool:
        """True for texts, and for numbers that come irregularly and are called markers."""
        return self.is_text or (self.rate_hz == 0.0 and self.kind.lower() in _MARKER_TYPES)

    def __str__(self) -> str:
        rate = f"at {self.rate_hz:g} Hz" if self.rate_hz else "at irregular times"
        return f"the stream {self.name!r} of type {self.kind or '(none)'} {rate}"

    def channel_facts(self, fact: str, n_channels: int) -> list[str]:
        """Return a fact of each channel, such as ``label`` or ``unit``; empty where it is not."""
        described = _first(self.description, "channels")
        channels = described.get("channel", []) if isinstance(described, Mapping) else []
        texts = [_text(one, fact) if isinstance(one, Mapping) else "" for one in channels]
        return (texts + [""] * n_channels)[:n_channels]


def read_xdf_file(opened: OpenedRecording) -> RawRecording:
    """Return the recording in an XDF file; raises TableError."""
    intact, notes = _intact(opened, opened.content.read())
    streams, start = _loaded(opened, intact, is_smoothed=False)
    chosen = _with_samples(opened, streams)
    others = [one for one in streams if one is not chosen]
    backwards = int(np.sum(np.diff(chosen.times) <= 0.0))
    if backwards and chosen.rate_hz:
        smooth, _ = _loaded(opened, intact, is_smoothed=True)
        chosen = next(one for one in smooth if one.number == chosen.number)
        notes.append(
            f"{backwards} time stamps run backwards; all were smoothed, which hides lost samples"
        )
    rate_hz = _nominal_rate(chosen, notes)
    facts = {"stream": f"{chosen.name} ({chosen.kind})", "start": start}
    return RawRecording(
        columns=(
            RawColumn("time_s", chosen.times - chosen.times[0], unit="s"),
            *_channels(chosen),
            *_segments(chosen),
            *_markers(chosen, others, notes),
        ),
        n_rows=len(chosen.times),
        sha256=opened.sha256,
        rate_hz=rate_hz,
        rate_reason=f"the nominal rate of the stream {chosen.name!r}" if rate_hz else "",
        notes=(*notes, *(f"left out: {one}" for one in others if not one.is_marker)),
        facts={name: text for name, text in facts.items() if text},
    )


def _intact(opened: OpenedRecording, content: bytes) -> tuple[bytes, list[str]]:
    """Return the chunks that are not damaged, and a note on the others.

    pyxdf allocates what a chunk claims to hold before it reads it.
    """
    channels: dict[bytes, int] = {}
    pieces, first, at, n_damaged = [content[:4]], 4, 4, 0
    while at < len(content):
        end = _chunk_end(opened, content, at, channels)
        if end is None:
            pieces.append(content[first:at])
            mark = content.find(_BOUNDARY, at)
            first = len(content) if mark < 0 else mark + len(_BOUNDARY)
            n_damaged, end = n_damaged + first - at, first
        at = end
    pieces.append(content[first:])
    notes = [f"{n_damaged:,} damaged bytes left out; samples may be missing"] if n_damaged else []
    return b"".join(pieces), notes


def _chunk_end(
    opened: OpenedRecording, content: bytes, at: int, channels: dict[bytes, int]
) -> int | None:
    """Return the end of a chunk, None if it is damaged; note the channels of each stream."""
    try:
        start, length = _length(content, at)
        (tag,) = struct.unpack_from("<H", content, start)
        stream, end = content[start + 2 : start + 6], start + length
        if length < 2 or end > len(content):
            return None
        if tag == _HEADER:
            count = re.search(rb"<channel_count>\s*(\d+)\s*<", content[start:end])
            channels[stream] = int(count[1]) if count else 0
            if channels[stream] > _MOST_CHANNELS:
                raise opened.refused(f"it claims {channels[stream]:,} channels")
        if tag == _SAMPLES:
            n_samples = _length(content, start + 6)[1]
            # a sample has a byte for its time stamp and at least one for each channel
            if n_samples * (1 + channels.get(stream, 0)) > length:
                return None
    except (struct.error, LookupError):
        return None
    return end


def _length(content: bytes, at: int) -> tuple[int, int]:
    """Return the place behind a length of variable size, and the length."""
    form = _LENGTHS[content[at]]
    (length,) = struct.unpack_from(form, content, at + 1)
    return at + 1 + struct.calcsize(form), length


def _loaded(
    opened: OpenedRecording, content: bytes, *, is_smoothed: bool
) -> tuple[list[_XdfStream], str]:
    """Return the streams that have samples, and the start of the recording as text."""
    import pyxdf

    with opened.library_reads(), _quiet("pyxdf"):
        found, header = pyxdf.load_xdf(
            io.BytesIO(content), synchronize_clocks=True, dejitter_timestamps=is_smoothed
        )
        streams = []
        for number, one in enumerate(found):
            info = one["info"]
            parts = sorted({*info["segments"], *info["clock_segments"]})
            stream = _XdfStream(
                number=number,
                name=_text(info, "name"),
                kind=_text(info, "type"),
                is_text=_text(info, "channel_format") == "string",
                rate_hz=float(_text(info, "nominal_srate")),
                times=one["time_stamps"],
                values=one["time_series"],
                parts=parts,
                description=_first(info, "desc") or {},
            )
            if len(stream.times) and np.isfinite(stream.times).all():
                streams.append(stream)
        return streams, _text((header or {}).get("info") or {}, "datetime")


@contextmanager
def _quiet(library: str) -> Iterator[None]:
    """Keep a library's log messages from the terminal: what matters is told in the notes."""
    logger = logging.getLogger(library)
    handler, propagates = logging.NullHandler(), logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield
    finally:
        logger.propagate = propagates
        logger.removeHandler(handler)


def _first(described: Mapping[str, Any], name: str) -> Any:
    """Return the first element of a name in a description by pyxdf; None if there is none."""
    found = described.get(name)
    return found[0] if isinstance(found, list) and found else None


def _text(described: Mapping[str, Any], name: str) -> str:
    found = _first(described, name)
    return found.strip() if isinstance(found, str) else ""


def _with_samples(opened: OpenedRecording, streams: Sequence[_XdfStream]) -> _XdfStream:
    """Return the stream that is likeliest to hold EMG."""
    numeric = [one for one in streams if not one.is_marker]
    if not numeric:
        listed = "; ".join(map(str, streams)) or "no stream with samples"
        raise opened.refused(
            f"it has no signal, only {listed}", "record the stream of the EMG with LabRecorder"
        )
    types = {kind: place for place, kind in enumerate(_TYPES)}
    return min(
        numeric,
        key=lambda one: (
            types.get(one.kind.lower(), len(types) + (one.kind.lower() == "audio")),
            -one.rate_hz,
            -len(one.times),
        ),
    )


def _nominal_rate(stream: _XdfStream, notes: list[str]) -> float | None:
    """Return the nominal rate; None, with a note, if the time stamps show another one."""
    steps = np.diff(stream.times)
    if not stream.rate_hz or not len(steps):
        return stream.rate_hz or None
    median_s = float(np.median(steps))
    mean_s = float(np.mean(steps))
    for step_s in (median_s, mean_s):
        if abs(step_s * stream.rate_hz - 1.0) <= _RATE_TOLERANCE:
            return stream.rate_hz
    notes.append(
        f"the nominal rate of {stream.rate_hz:g} Hz does not fit the time stamps; not used"
    )
    return None


def _channels(stream: _XdfStream) -> Iterator[RawColumn]:
    values: npt.NDArray[Any] = stream.values
    n_channels = values.shape[1]
    if values.dtype.kind == "i":
        values = values.astype(np.float32 if values.dtype.itemsize <= 2 else np.float64)
    names = stream.channel_facts("label", n_channels)
    units = stream.channel_facts("unit", n_channels)
    for channel, (name, unit) in enumerate(zip(names, units, strict=True)):
        yield RawColumn(name or f"{stream.name}_{channel + 1}", values[:, channel], unit=unit)


def _segments(stream: _XdfStream) -> Iterator[RawColumn]:
    """Yield the column ``segment`` if a clock was reset, or if smoothing met a pause."""
    begins = sorted({first for first, _ in stream.parts} - {0})
    if begins:
        rows = np.arange(len(stream.times))
        yield RawColumn("segment", np.searchsorted(begins, rows, side="right").astype(np.int64))


def _markers(
    stream: _XdfStream, others: Sequence[_XdfStream], notes: list[str]
) -> Iterator[RawColumn]:
    """Yield a column of text for each stream of markers; the only one is called ``label``."""
    markers = []
    for one in others:
        if one.is_marker and tuple(one.channel_facts("label", 4)) == _DECISION_FIELDS:
            notes.append(f"left out: {one}, the decisions of a model, which are not labels")
        elif one.is_marker:
            markers.append(one)
    n_rows = len(stream.times)
    for one in markers:
        in_order = np.argsort(one.times, kind="stable").tolist()
        texts = [_marker_text(one.values[place]) for place in in_order]
        firsts = np.searchsorted(stream.times, one.times[in_order]).tolist()
        runs = until_the_next(firsts, texts, n_rows)
        column = label_column(runs, np.ones(n_rows, np.bool_))
        if column is None:
            notes.append(f"left out: {one}, as none of its markers lies within the samples")
            continue
        name = "label" if len(markers) == 1 else one.name
        notes.append(f"each marker of {one} lasts until the next one, in the column {name!r}")
        yield RawColumn(name, column.values, column.texts)


def _marker_text(values: Sequence[Any]) -> str:
    first = values[0]
    return first if isinstance(first, str) else f"{first:.12g}"
