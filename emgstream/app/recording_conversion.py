"""Conversion of recordings of any kind to one recording in the project's own form."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from emgstream.app.name_lists import listed
from emgstream.atomic_files import is_same_file, partial_file, replace_file
from emgstream.data import DEMO_RECORDING
from emgstream.errors import OutputError, RecordingError, UsageError
from emgstream.host_system import refusal
from emgstream.opening import read_recording, refuse_open_questions
from emgstream.recording import SessionDescription, read_sidecar, sidecar_path, write_sidecar
from emgstream.report import check_place
from emgstream.sources.table_rows import indices_of, times_of
from emgstream.tables import ColumnChoice, ColumnRole, EmgTable, TableColumn, read_table
from emgstream.tables.column_roles import is_channel_of_ours
from emgstream.translation import tr
from emgstream.types import FloatArray, IndexArray, TimeArray

__all__ = ["ConvertedRecording", "columns_left_out", "convert_recordings"]

_MOST_NAMED = 10
"""Channels that a message names."""
_BLOCK_ROWS = 10_000
"""Rows written at once. A choice: a few megabytes of text."""
_SAME_RATE = 0.005
"""Largest difference of rates that count as one, as for a training."""


@dataclass(frozen=True, eq=False)
class ConvertedRecording:
    """A recording that was written, and what it was made from."""

    path: Path
    """The table."""
    table: EmgTable
    """Its content, as read again from the file."""
    originals: tuple[EmgTable, ...]
    """The recordings that it was made from."""
    rate_hz: float | None
    """Sampling rate in Hz; None if no two samples follow each other."""
    renamed: tuple[tuple[str, str], ...]
    """Channels whose name has another meaning in a recording: the old and the new name."""


@dataclass(frozen=True, eq=False)
class _ConvertedRows:
    """The rows of one recording as they are written; None for a column that is left out."""

    index: IndexArray
    time_s: TimeArray
    samples: FloatArray
    labels: npt.NDArray[np.str_] | None
    repetitions: IndexArray | None
    segments: IndexArray | None


def convert_recordings(
    paths: Sequence[Path], out: Path, columns: ColumnChoice
) -> ConvertedRecording:
    """Write recordings as one in the project's own form, with its sidecar; nothing is lost.

    Samples, labels, repetitions, segments, times and gaps are those that `read_table` returns; the
    file is read again and compared before it gets its name. Each of several recordings becomes
    segments of its own.

    Parameters
    ----------
    paths
        The recordings, in their order.
    out
        The new table, ``NAME.csv``. Neither it nor its sidecar may exist.
    columns
        What the user states on the columns of all recordings.

    Raises
    ------
    EmgStreamError
        TableError for a recording that cannot be read, UndecidedColumnsError for one with an open
        question; UsageError for recordings with different channels or rates; OutputError where
        the new one exists or cannot be written.
    """
    _check_place(paths, out)
    tables = _read_alike(paths, columns)
    names, rate_hz = _own_names(tables[0].channel_names), tables[0].sampling_rate_hz
    document = _document(tables, names, rate_hz)
    written = _write_whole(out, names, _parts(tables), document)
    renamed = zip(tables[0].channel_names, names, strict=True)
    return ConvertedRecording(
        out, written, tables, rate_hz, tuple(pair for pair in renamed if pair[0] != pair[1])
    )


def columns_left_out(table: EmgTable) -> Iterator[TableColumn]:
    """Yield the columns of a recording whose values are not in the converted one."""
    return (column for column in table.columns if column.role is ColumnRole.IGNORED)


def _check_place(paths: Sequence[Path], out: Path) -> None:
    if not out.name.lower().endswith(".csv"):
        raise UsageError(
            tr("{out} is not a name of a table; expected NAME.csv after --out", out=out)
        )
    for path in paths:
        if is_same_file(out, path):
            raise UsageError(
                tr(
                    "{out} is the recording itself; expected a new file; choose another with --out",
                    out=out,
                )
            )
    for path in (out, sidecar_path(out)):
        if path.exists():
            raise OutputError(
                tr(
                    "{path} exists, and a conversion never overwrites a file; choose another with "
                    "--out",
                    path=path,
                )
            )
    check_place(out, "--out")


def _read_alike(paths: Sequence[Path], columns: ColumnChoice) -> tuple[EmgTable, ...]:
    """Return the recordings once no question is open; raises as `convert_recordings`."""
    tables = tuple(read_recording(path, None, columns) for path in paths)
    for table in tables:
        refuse_open_questions(table)
        _check_alike(table, tables[0])
    return tables


def _check_alike(table: EmgTable, first: EmgTable) -> None:
    """Raise UsageError for other channels, or another rate, than those of the first recording."""
    if table.channel_names != first.channel_names:
        raise UsageError(
            tr(
                "{path} has the channels {channel_names}; expected "
                "{first_channel_names} as in {first_path}; name the channels with "
                "--channels, or convert the files one by one",
                path=table.path,
                channel_names=listed(table.channel_names, _MOST_NAMED),
                first_channel_names=listed(first.channel_names, _MOST_NAMED),
                first_path=first.path,
            )
        )
    rate_hz, expected_hz = table.sampling_rate_hz, first.sampling_rate_hz
    if rate_hz and expected_hz and abs(rate_hz / expected_hz - 1.0) > _SAME_RATE:
        raise UsageError(
            tr(
                "{path} has {rate_hz:.6g} Hz; expected {expected_hz:.6g} Hz as in {first_path}; "
                "state the rate with --rate, or convert the files one by one",
                path=table.path,
                rate_hz=rate_hz,
                expected_hz=expected_hz,
                first_path=first.path,
            )
        )


def _times_of(table: EmgTable) -> TimeArray:
    """Return the time of each row by the clock, or by a stated rate, in seconds, ``(n_rows,)``."""
    rate_hz = table.sampling_rate_hz
    if table.time_s is not None and rate_hz == table.clock_rate_hz:
        return table.time_s
    if rate_hz is None:
        raise UsageError(
            tr(
                "the sampling rate of {path} is not known; expected one, as the new recording "
                "has the time of each row; add --rate HZ",
                path=table.path,
            )
        )
    return times_of(table, None)


def _own_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return the channel names, changed where they mean something else in a recording of ours."""
    own: dict[str, None] = {}  # a set in order
    for number, name in enumerate(names, start=1):
        new = re.sub(r"[;|\s]+", " ", name).strip()  # not read as another separator than the comma
        if not is_channel_of_ours(new):
            new = f"channel_{number}"
        while new in own or (new != name and new in names):
            new += "_"
        own[new] = None
    return tuple(own)


def _parts(tables: Sequence[EmgTable]) -> list[_ConvertedRows]:
    """Return the rows of all recordings; the index and the segments of each follow the last."""
    has_labels = any(table.labels is not None for table in tables)
    has_repetitions = any(table.repetitions is not None for table in tables)
    has_segments = len(tables) > 1 or tables[0].segments is not None
    parts: list[_ConvertedRows] = []
    for table in tables:
        index = indices_of(table)
        segments = np.zeros_like(index) if table.segments is None else table.segments
        repetitions = table.repetitions
        if has_repetitions and repetitions is None:
            repetitions = table.movement_numbers() + 1
        if parts:
            before = parts[-1]
            assert before.segments is not None  # for the type checker: there are several
            index = index - index[0] + before.index[-1] + 1
            segments = segments - segments.min() + before.segments.max() + 1
        parts.append(
            _ConvertedRows(
                index,
                _times_of(table),
                table.samples,
                table.label_names_by_row() if has_labels else None,
                repetitions,
                segments if has_segments else None,
            )
        )
    return parts


def _write_whole(
    out: Path, names: Sequence[str], parts: Sequence[_ConvertedRows], document: dict[str, Any]
) -> EmgTable:
    """Write the table and its sidecar, both or neither; return the table as read again.

    Raises OutputError.
    """
    try:
        with partial_file(out) as partial, ExitStack() as undo:
            _write(partial, names, parts)
            written = replace(_checked(partial, names, parts), path=out)
            write_sidecar(out, document)
            undo.callback(_remove, sidecar_path(out))
            replace_file(partial, out)
            undo.pop_all()
    except OutputError:
        raise
    except OSError as error:
        raise OutputError(
            tr(
                "cannot write {out}: {reason}; choose another place with --out",
                out=out,
                reason=refusal(error),
            )
        ) from error
    return written


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


def _write(path: Path, names: Sequence[str], parts: Sequence[_ConvertedRows]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([name for name, _ in _texts(names, parts[0], slice(0, 0))])
        for part in parts:
            for start in range(0, len(part.index), _BLOCK_ROWS):
                block = _texts(names, part, slice(start, start + _BLOCK_ROWS))
                writer.writerows(zip(*(texts for _, texts in block), strict=True))


def _texts(
    names: Sequence[str], part: _ConvertedRows, rows: slice
) -> Iterator[tuple[str, Iterable[object]]]:
    """Yield the name and the values of each column, as they are written, for some rows."""
    yield "index", part.index[rows].tolist()
    yield "time_s", part.time_s[rows].tolist()
    for name, values in zip(names, part.samples[rows].T, strict=True):
        yield name, _shortest(values)
    for name, column in (
        ("label", part.labels),
        ("repetition", part.repetitions),
        ("segment", part.segments),
    ):
        if column is not None:
            yield name, column[rows].tolist()


def _shortest(values: FloatArray) -> list[str]:
    """Return the shortest texts that are read as the same single-precision numbers, ``(n,)``.

    A missing value is an empty text; whole numbers have no decimal point. The reader rounds twice,
    to double precision first: the few numbers that this changes are written as doubles.
    """
    written = values.astype(np.str_)
    read = written.astype(np.float64)
    is_other = (read.astype(np.float32) != values) & ~np.isnan(values)
    is_other |= np.abs(read) > np.finfo(np.float32).max
    texts: list[str] = written.tolist()
    for place in np.flatnonzero(is_other).tolist():
        texts[place] = repr(float(values[place]))
    return ["" if text == "nan" else text.removesuffix(".0") for text in texts]


def _checked(path: Path, names: Sequence[str], parts: Sequence[_ConvertedRows]) -> EmgTable:
    """Return the table that was written; raises OutputError if it reads as something else."""
    table = read_table(path)
    pairs: list[tuple[object, Any]] = [
        (table.index, [part.index for part in parts]),
        (table.time_s, [part.time_s for part in parts]),
        (table.samples, [part.samples for part in parts]),
        (table.repetitions, [part.repetitions for part in parts]),
        (table.segments, [part.segments for part in parts]),
    ]
    labels = [part.labels for part in parts if part.labels is not None]
    if labels:
        pairs.append((table.label_names_by_row(), labels))
    same = tuple(names) == table.channel_names and all(_is_same(*pair) for pair in pairs)
    if same:
        return table
    raise OutputError(
        tr(
            "{path} does not read as what was written; this is a fault of emgstream; nothing was "
            "kept",
            path=path,
        )
    )


def _is_same(found: Any, written: Sequence[Any]) -> bool:
    if any(one is None for one in written):
        return found is None
    return found is not None and _equal(found, np.concatenate(written))


def _equal(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> bool:
    return bool(np.array_equal(one, other, equal_nan=one.dtype.kind == "f"))


def _document(
    tables: Sequence[EmgTable], names: tuple[str, ...], rate_hz: float | None
) -> dict[str, Any]:
    """Return the content of the sidecar: that of a recorded session, with what it is made from."""
    first = tables[0]
    olds = [_sidecar(table) for table in tables]
    document = SessionDescription().document(
        state="complete",
        started=None,
        channel_names=names,
        info={"name": first.path.name, "unit": _unit(first), "rate_hz": rate_hz},
        status=None,
        n_samples=sum(table.n_rows for table in tables),
        warnings=[],
        repetitions=[],
    )
    for entry in ("subject", "session", "notes", "started", "unit"):
        told = [old.get(entry) for old in olds]
        if told[0] and all(one == told[0] for one in told):
            document[entry] = told[0]
    synthetic = [old.get("source", {}).get("is_synthetic") for old in olds]
    document["source"] |= {
        "is_synthetic": True if any(synthetic) else synthetic[0],
        "converted_from": [
            {"name": table.path.name, "sha256": table.sha256, "n_rows": table.n_rows}
            for table in tables
        ],
    }
    document["labels"] = {"is_trimmed": False, "method": "as in the original"}
    return document


def _sidecar(table: EmgTable) -> dict[str, Any]:
    """Return the sidecar of a recording of ours; what is known of another one."""
    if table.path == DEMO_RECORDING:
        return {"source": {"is_synthetic": True}}
    if not table.path.name.lower().endswith((".csv", ".csv.gz")):
        return {}  # arm.json beside arm.edf is that of arm.csv
    try:
        return read_sidecar(table.path)
    except RecordingError:
        return {}


def _unit(table: EmgTable) -> str | None:
    """Return the unit of all channels; None if they have none or several."""
    units = {one.unit for one in table.columns if one.role is ColumnRole.CHANNEL}
    return (units.pop() or None) if len(units) == 1 else None
