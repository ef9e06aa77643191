"""EDF, EDF+, BDF and BDF+ files, read with edfio.

The signals are taken in their physical units. Annotations of EDF+ become the column ``label``; a
discontinuous file (EDF+D) gets the columns ``index`` and ``segment``. The annotations by which
`emgstream.export` and MNE-Python mark gaps are followed, so that an exported session comes back as
it was recorded, with its markers.

Sources: Kemp et al. 1992, doi:10.1016/0013-4694(92)90009-7 (EDF); Kemp and Olivan 2003,
doi:10.1016/S1388-2457(03)00123-8 (EDF+); BioSemi's description of BDF (24 bits, Status channel).
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from emgstream.tables.formats.labelled_rows import label_column, until_the_next
from emgstream.tables.formats.opened_recording import OpenedRecording
from emgstream.tables.marker_cells import in_cell, placed_markers
from emgstream.tables.raw_columns import RawColumn, RawRecording
from emgstream.tables.table_column import MARKER_COLUMN
from emgstream.types import IndexArray
from emgstream.wording import counted, listed

__all__ = ["read_edf_file"]

_SECONDS = rb"\d{1,12}(?:\.\d{0,40})?"
_TIMED_TEXTS = re.compile(
    rb"([+-]" + _SECONDS + rb")(?:\x15(" + _SECONDS + rb"))?\x14([^\0]*)\x14\0"
)
"""A time-stamped annotation list of EDF+: onset, duration, texts."""
_NOT_RECORDED = ("BAD_lost", "BAD_padding", "BAD_ACQ_SKIP")
"""Annotations of rows that fill up the file; the first two are of our export, the last of MNE."""
_MISSING_IN_CHANNEL = "BAD_missing@@"
_NEW_SEGMENT, _SEGMENT_EDGE = "BAD boundary", "EDGE boundary"
_NO_LABELS = ("BAD", "EDGE")
"""Beginnings of the annotations that MNE-Python does not take for events."""
_OWN_EXPORT = "emgstream"
"""Part of the equipment in the header of our own exports."""
_TRIGGER_NAMES = frozenset({"status", "trigger", "triggers", "stim", "marker", "markers"})
_TRIGGER_BITS = 0xFFFF
"""Bits of BioSemi's Status channel that are trigger inputs; those above are the device's state."""
_MOST_NAMED = 3
"""Signals of one rate that a note names: a choice, half a line."""
_LARGEST_INDEX = 2**53
"""Largest whole number that float64 holds exactly."""


@dataclass(frozen=True)
class _Annotation:
    """A text with its time, in seconds after the first sample."""

    onset_s: float
    duration_s: float | None
    text: str


@dataclass(frozen=True, eq=False)
class _RowTimes:
    """Place of every row in time."""

    rate_hz: float
    index: IndexArray
    """Sample index of each row, shape ``(n_rows,)``."""
    segments: IndexArray
    """Segment of each row, same shape."""

    def run(self, annotation: _Annotation) -> tuple[int, int]:
        """Return the first row of an annotation, and the row behind its last one."""
        onset_s, duration_s = annotation.onset_s, annotation.duration_s or 0.0
        times = np.array([onset_s, onset_s + duration_s]) * self.rate_hz
        places = np.clip(np.rint(times), 0, _LARGEST_INDEX).astype(np.int64)
        first, end = np.searchsorted(self.index, places)
        return int(first), int(end)


def read_edf_file(opened: OpenedRecording) -> RawRecording:
    """Return the recording in an EDF or BDF file; raises TableError."""
    import edfio

    content = opened.content.read()
    is_bdf = content.startswith(b"\xffBIOSEMI")
    read = edfio.read_bdf if is_bdf else edfio.read_edf
    with opened.library_reads():
        document = read(content, header_encoding="latin-1")
        n_records, record_s = document.num_data_records, document.data_record_duration
        signals = document.signals
        if not signals or n_records < 1 or not record_s > 0.0:
            raise opened.refused("it holds no samples", "give a file with at least one signal")
        rate_hz = _emg_rate(signals)
        kept = [signal for signal in signals if signal.sampling_frequency == rate_hz]
        per_record = kept[0].samples_per_data_record
        columns = [_column(signal, is_bdf=is_bdf) for signal in kept]
        onsets_s, annotations = _annotations(content, 3 if is_bdf else 2, n_records, record_s)
        notes = [*_left_out(signals, rate_hz), *_steps(kept, 24 if is_bdf else 16)]
        claimed = int(content[236:244])
    n_rows = n_records * per_record
    if n_rows < 1 or any(len(column.values) != n_rows for column in columns):
        raise opened.refused("the lengths of its signals are damaged")
    if claimed not in {n_records, -1}:
        notes.append(f"{n_records} of the {claimed} data records that the header states are there")
    is_discontinuous = content[192:197] in {b"EDF+D", b"BDF+D"}
    rows = _rows(onsets_s if is_discontinuous else onsets_s[:1], n_records, per_record, rate_hz)
    if rows.index[-1] > _LARGEST_INDEX:
        raise opened.refused("the times of its data records are damaged")
    marked = _marked(rows, annotations)
    if not marked.is_recorded.any():
        raise opened.refused("its annotations say that no sample was recorded")
    is_own = _OWN_EXPORT in document.local_recording_identification
    return RawRecording(
        columns=tuple(_recorded_columns(columns, rows, marked, notes, is_own=is_own)),
        n_rows=int(marked.is_recorded.sum()),
        sha256=opened.sha256,
        rate_hz=rate_hz,
        rate_reason=f"the header ({per_record} samples in a record of {record_s:g} s)",
        notes=tuple(notes),
        facts=_facts(document),
    )


def _is_trigger(signal: Any) -> bool:
    return signal.label.strip().lower() in _TRIGGER_NAMES


def _emg_rate(signals: Sequence[Any]) -> float:
    """Return the rate of the signals named EMG, else the highest rate of all but the triggers."""
    samples = [signal for signal in signals if not _is_trigger(signal)] or signals
    emg = [signal for signal in samples if "emg" in signal.label.lower()]
    return float(max(signal.sampling_frequency for signal in emg or samples))


def _column(signal: Any, *, is_bdf: bool) -> RawColumn:
    if is_bdf and signal.label.strip().lower() == "status":
        return RawColumn(signal.label, (signal.digital & _TRIGGER_BITS).astype(np.int64))
    return RawColumn(signal.label, signal.data.astype(np.float32), unit=signal.physical_dimension)


def _left_out(signals: Sequence[Any], rate_hz: float) -> Iterator[str]:
    """Yield a note on the signals of each other rate."""
    others: dict[float, list[str]] = {}
    for signal in signals:
        if signal.sampling_frequency != rate_hz:
            others.setdefault(signal.sampling_frequency, []).append(signal.label or "(unnamed)")
    for other_hz, names in others.items():
        yield f"left out at {other_hz:g} Hz, not {rate_hz:g} Hz: {listed(names, _MOST_NAMED)}"


def _steps(signals: Sequence[Any], n_bits: int) -> Iterator[str]:
    """Yield a note on the quantisation of each unit, and on signals without a scale."""
    by_unit: dict[str, list[float]] = {}
    for signal in signals:
        (low, high), (lowest, highest) = signal.physical_range, signal.digital_range
        if low == high or lowest == highest:
            yield f"{signal.label} has no scale in the header; its values are counts"
        elif (low, high) != (lowest, highest):
            step = abs((high - low) / (highest - lowest))
            by_unit.setdefault(signal.physical_dimension, []).append(step)
    for unit, steps in by_unit.items():
        size = f"{min(steps):.4g}"
        if f"{max(steps):.4g}" != size:
            size += f" to {max(steps):.4g}"
        yield f"quantised in steps of {size} {unit}".rstrip() + f" ({n_bits} bits)"


def _facts(document: Any) -> dict[str, str]:
    facts = {}
    with contextlib.suppress(ValueError, LookupError, OverflowError):
        facts["start"] = document.startdatetime.isoformat(sep=" ", timespec="milliseconds")
    if recorded := document.local_recording_identification:
        facts["recording"] = recorded
    return facts


def _annotations(
    content: bytes, width: int, n_records: int, record_s: float
) -> tuple[list[float], list[_Annotation]]:
    """Return the onset of each data record in seconds, and the annotations.

    edfio has no public access to the onsets, and gives up at one annotation that is damaged.
    """
    n_signals = int(content[252:256])
    sizes = [int(content[at : at + 8]) * width for at in _fields(n_signals, 216, 8)]
    names = [content[at : at + 16].strip() for at in _fields(n_signals, 0, 16)]
    ends = np.cumsum(sizes).tolist()
    of_texts = [
        (end - size, end)
        for name, size, end in zip(names, sizes, ends, strict=True)
        if name in {b"EDF Annotations", b"BDF Annotations"}
    ]
    onsets_s: list[float] = []
    found: list[_Annotation] = []
    for record in range(n_records if of_texts else 0):
        at = 256 * (n_signals + 1) + record * ends[-1]
        onset_s = onsets_s[-1] + record_s if onsets_s else 0.0
        for place, (first, end) in enumerate(of_texts):
            for number, timed in enumerate(_TIMED_TEXTS.finditer(content, at + first, at + end)):
                texts = timed[3].decode("utf-8", "replace").split("\x14")
                if place == number == 0 and not texts[0]:
                    onset_s = float(timed[1])
                lasts_s = float(timed[2]) if timed[2] else None
                found += [_Annotation(float(timed[1]), lasts_s, text) for text in texts if text]
        onsets_s.append(onset_s)
    start_s = onsets_s[0] if onsets_s else 0.0
    return onsets_s, [replace(one, onset_s=one.onset_s - start_s) for one in found]


def _fields(n_signals: int, before: int, width: int) -> range:
    """Return the places in a header of one field of all signals, ``before`` bytes of each ahead."""
    first = 256 + n_signals * before
    return range(first, first + n_signals * width, width)


def _rows(onsets_s: Sequence[float], n_records: int, per_record: int, rate_hz: float) -> _RowTimes:
    """Return the place of every row; records that do not follow each other begin a segment."""
    times = (np.array(onsets_s) - onsets_s[0] if len(onsets_s) else np.zeros(1)) * rate_hz
    breaks = np.flatnonzero(np.abs(np.diff(times) - per_record) > 0.5) + 1
    starts = np.arange(n_records, dtype=np.float64) * per_record
    segments = np.zeros(n_records, np.int64)
    for record in breaks.tolist():
        # records that overlap are put behind each other
        jump = max(round(times[record]) - starts[record], 0.0)
        starts[record:] += jump
        segments[record:] += 1
    index = np.repeat(starts, per_record) + np.tile(np.arange(per_record), n_records)
    return _RowTimes(
        rate_hz, np.minimum(index, 2.0**62).astype(np.int64), np.repeat(segments, per_record)
    )


@dataclass(frozen=True, eq=False)
class _MarkedRows:
    """Rows as the annotations of gaps mark them, and the other annotations."""

    is_recorded: npt.NDArray[np.bool_]
    """False for each row that fills a gap or the last record, shape ``(n_rows,)``."""
    segments: IndexArray
    """Segment of each row, same shape."""
    missing: dict[str, list[tuple[int, int]]]
    """First row, and row behind the last one, of the missing values of each channel."""
    events: list[_Annotation]
    """The other annotations."""


def _marked(rows: _RowTimes, annotations: Sequence[_Annotation]) -> _MarkedRows:
    marked = _MarkedRows(np.ones(len(rows.index), np.bool_), rows.segments.copy(), {}, [])
    for annotation in annotations:
        first, end = rows.run(annotation)
        if annotation.text in _NOT_RECORDED:
            marked.is_recorded[first:end] = False
        elif annotation.text == _NEW_SEGMENT:
            marked.segments[first:] += 1
        elif annotation.text.startswith(_MISSING_IN_CHANNEL):
            name = annotation.text.removeprefix(_MISSING_IN_CHANNEL)
            marked.missing.setdefault(name, []).append((first, end))
        elif annotation.text != _SEGMENT_EDGE:
            marked.events.append(annotation)
    return marked


def _recorded_columns(
    columns: Sequence[RawColumn],
    rows: _RowTimes,
    marked: _MarkedRows,
    notes: list[str],
    *,
    is_own: bool,
) -> Iterator[RawColumn]:
    """Yield the columns of the recorded rows, then label, index, time and segment; add notes.

    Our own export gets all columns of our own form, by which its channels are known.
    """
    for column in columns:
        yield _recorded(column, marked.is_recorded, marked.missing.get(column.name, ()))
    instants = [one for one in marked.events if is_own and one.duration_s is None]
    labelled = [one for one in marked.events if one not in instants]
    label = label_column(_label_runs(rows, labelled, notes), marked.is_recorded)
    if label is not None:
        yield label
    if instants:
        yield _marker_column(rows, instants, marked.is_recorded)
    index, segments = rows.index[marked.is_recorded], marked.segments[marked.is_recorded]
    if is_own or np.any(np.diff(index) != 1):
        yield RawColumn("index", index - index[0])
    if is_own:
        yield RawColumn("time_s", (index - index[0]) / rows.rate_hz, unit="s")
    if np.any(np.diff(segments) != 0):
        yield RawColumn("segment", segments - segments[0])


def _marker_column(
    rows: _RowTimes, instants: Sequence[_Annotation], is_recorded: npt.NDArray[np.bool_]
) -> RawColumn:
    """Return the markers of our own export, each in its row or the next one that was recorded."""
    places: IndexArray = np.cumsum(is_recorded) - is_recorded
    wanted = [(int(places[rows.run(one)[0]]), in_cell(one.text)) for one in instants]
    cells = placed_markers(wanted, int(is_recorded.sum()))
    texts = tuple(dict.fromkeys(cells.values()))
    codes = np.full(int(is_recorded.sum()), -1, np.int32)
    for row, text in cells.items():
        codes[row] = texts.index(text)
    return RawColumn(MARKER_COLUMN, codes, texts)


def _recorded(
    column: RawColumn, is_recorded: npt.NDArray[np.bool_], missing: Sequence[tuple[int, int]]
) -> RawColumn:
    values = column.values
    for first, end in missing if values.dtype.kind == "f" else ():
        values[first:end] = np.nan
    return replace(column, values=values if is_recorded.all() else values[is_recorded])


def _label_runs(
    rows: _RowTimes, annotations: Sequence[_Annotation], notes: list[str]
) -> Iterator[tuple[int, int, str]]:
    """Yield first row, row behind the last one and text of each labelled run; add to the notes."""
    events = [one for one in annotations if not one.text.startswith(_NO_LABELS)]
    if n_bad := len(annotations) - len(events):
        notes.append(f"{counted(n_bad, 'annotation')} of bad signal (BAD..., EDGE...) left out")
    lasting = [one for one in events if one.duration_s]
    if lasting:
        if n_instants := len(events) - len(lasting):
            notes.append(f"{counted(n_instants, 'annotation')} without a duration left out")
        for one in lasting:
            yield (*rows.run(one), one.text)
        return
    if events:
        notes.append(
            f"{counted(len(events), 'annotation')} without a duration, taken to last until the next"
        )
    events.sort(key=lambda one: one.onset_s)
    firsts = [rows.run(one)[0] for one in events]
    yield from until_the_next(firsts, [one.text for one in events], len(rows.index))
