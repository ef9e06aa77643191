"""Export to an EDF+ or BDF+ file: counts as they were recorded, labels and markers as annotations.

A label lasts as long as it was held; a marker has no duration.

The file is continuous. Lost samples are filled with the last value before them, and an annotation
``BAD_lost`` covers them, which MNE-Python excludes by default. The last record is filled in the
same way, as ``BAD_padding``. A missing value of one channel is filled, too, and marked by
``BAD_missing@@CHANNEL``, as MNE-Python writes an annotation of one channel. A new segment begins
with ``BAD boundary`` and ``EDGE boundary``, its marks of two recordings that were joined.
`emgstream.tables` reads all of that back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import edfio
import numpy as np
import numpy.typing as npt

from emgstream import __version__
from emgstream.atomic_files import partial_file, replace_file
from emgstream.errors import OutputError, UsageError
from emgstream.host_system import refusal
from emgstream.recording.recorded_session import RecordedSession
from emgstream.types import IndexArray

__all__ = ["Kind", "write_edf"]

Kind: TypeAlias = Literal["edf", "bdf"]


@dataclass(frozen=True)
class _Format:
    """The differences between EDF+ and BDF+."""

    file: Any
    signal: Any
    dtype: Any
    lowest: int
    highest: int


_FORMATS: dict[str, _Format] = {
    "edf": _Format(edfio.Edf, edfio.EdfSignal, np.int16, -(2**15), 2**15 - 1),
    "bdf": _Format(edfio.Bdf, edfio.BdfSignal, np.int32, -(2**23), 2**23 - 1),
}
_LABEL_LENGTH, _TEXT_LENGTH = 16, 80  # by the specification of EDF


def write_edf(session: RecordedSession, path: Path, kind: Kind) -> list[Path]:
    """Write a session as EDF+ or BDF+; return the path of the file, in a list.

    Raises UsageError for values that the format cannot hold, and OutputError if the file exists or
    cannot be written.
    """
    form = _FORMATS[kind]
    index = session.index
    per_record = max(round(session.rate_hz), 1)
    record_s = float(f"{per_record / session.rate_hz:.6f}")  # as many digits as the header holds
    n_padding = -(int(index[-1]) + 1) % per_record
    counts = _continuous(session, form, n_padding)
    signals = [
        form.signal.from_digital(
            column,
            per_record / record_s,
            label=_ascii(name, _LABEL_LENGTH),
            transducer_type=_ascii(_placement(session, name), _TEXT_LENGTH),
            physical_dimension=_ascii(str(session.sidecar.get("unit") or ""), 8),
            physical_range=(form.lowest, form.highest),
            digital_range=(form.lowest, form.highest),
        )
        for name, column in zip(session.table.channel_names, counts, strict=True)
    ]
    rate_hz = per_record / record_s
    annotations = [
        edfio.EdfAnnotation(first / rate_hz, None if lasts is None else lasts / rate_hz, text)
        for first, lasts, text in sorted(
            _annotated(session, index, n_padding), key=lambda one: one[0]
        )
    ]
    document = form.file(
        signals, data_record_duration=record_s, annotations=annotations, **_when_and_who(session)
    )
    _write(document, path)
    return [path]


def _continuous(session: RecordedSession, form: _Format, n_padding: int) -> npt.NDArray[Any]:
    """Return the samples without gaps, shape ``(n_channels, n)``, as whole numbers."""
    samples, index = session.table.samples, session.index
    known = np.isfinite(samples)
    whole = np.all(samples[known] == np.rint(samples[known]))
    if not whole or np.any(samples[known] < form.lowest) or np.any(samples[known] > form.highest):
        raise UsageError(
            f"{session.path} holds values from {np.nanmin(samples):g} to {np.nanmax(samples):g}"
            f"{'' if whole else ', with fractions'}; expected whole numbers from "
            f"{form.lowest} to {form.highest}; use --to bdf for large ones"
        )
    rows = np.searchsorted(index, np.arange(int(index[-1]) + 1 + n_padding), side="right") - 1
    last_known = np.maximum.accumulate(
        np.where(known, np.arange(len(samples))[:, np.newaxis], 0), axis=0
    )
    filled = np.nan_to_num(np.take_along_axis(samples, last_known, axis=0), nan=0.0)
    return np.ascontiguousarray(filled[rows].T, dtype=form.dtype)


def _annotated(
    session: RecordedSession, index: IndexArray, n_padding: int
) -> Iterator[tuple[int, int | None, str]]:
    """Yield first index and length of every annotation with its text; a marker has no length."""
    for stretch in session.stretches():
        yield stretch.first_index, stretch.end_index - stretch.first_index, stretch.label
    for at, text in session.markers():
        yield at, None, text
    table = session.table
    for name, values in zip(table.channel_names, table.samples.T, strict=True):
        for first, end in _runs(np.isnan(values)):
            label = _ascii(name, _LABEL_LENGTH)
            start = int(index[first])
            yield start, int(index[end - 1]) + 1 - start, f"BAD_missing@@{label}"
    if table.segments is not None:
        for row in (np.flatnonzero(np.diff(table.segments)) + 1).tolist():
            for mark in ("BAD boundary", "EDGE boundary"):
                yield int(index[row]), 0, mark
    for row in np.flatnonzero(np.diff(index) > 1).tolist():
        yield int(index[row]) + 1, int(index[row + 1] - index[row]) - 1, "BAD_lost"
    if n_padding:
        yield int(index[-1]) + 1, n_padding, "BAD_padding"


def _runs(is_in: npt.NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield the first row of each run of True, and the row behind its last one."""
    edges = np.flatnonzero(np.diff(is_in, prepend=False, append=False)).tolist()
    yield from zip(edges[::2], edges[1::2], strict=True)


def _when_and_who(session: RecordedSession) -> dict[str, Any]:
    """Return the header fields for date, subject and equipment."""
    started = session.started
    subject = re.sub(r"\s", "_", _ascii(str(session.sidecar.get("subject") or ""), 20)) or "X"
    # by the name of the program its reader knows the file again
    software = str(session.sidecar.get("software") or f"emgstream {__version__}")
    equipment = re.sub(r"\s", "_", _ascii(software, 20))
    return {
        "patient": edfio.Patient(code=subject),
        "recording": edfio.Recording(
            startdate=started.date() if started else None, equipment_code=equipment
        ),
        "starttime": started.time().replace(tzinfo=None) if started else None,
    }


def _placement(session: RecordedSession, name: str) -> str:
    channels: Sequence[dict[str, str]] = session.sidecar.get("channels", ())
    return next((one.get("placement", "") for one in channels if one.get("name") == name), "")


def _ascii(text: str, length: int) -> str:
    return text.encode("ascii", "replace").decode()[:length]


def _write(document: Any, path: Path) -> None:
    """Write a file completely or not at all, and never over another."""
    try:
        if path.exists():
            raise OutputError(
                f"{path} exists, and an export never overwrites a file; choose another with --out"
            )
        with partial_file(path) as partial:
            with partial.open("wb") as file:
                document.write(file)
            replace_file(partial, path)
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(
            f"cannot write {path}: {refusal(error)}; expected a place that is writable "
            "and has free space; choose another with --out"
        ) from error
