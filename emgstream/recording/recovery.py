"""The last step of a recording: repair its files, set the final labels, complete the sidecar.

It runs at the end of a take, or later if the recording was interrupted. The new table is written
beside the old one and replaces it once it is complete on the disk, so that one of them exists at
any moment. All columns except ``label`` and ``marker`` stay as they are, byte by byte; a marker
that came late moves to its own sample.
"""

from __future__ import annotations

import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO

import numpy as np

from emgstream.atomic_files import partial_file, replace_file
from emgstream.cue_schedule import TRANSITION
from emgstream.device_names import device_problem, is_device_name
from emgstream.errors import OutputError, RecordingError
from emgstream.host_system import refusal
from emgstream.logs import get_logger
from emgstream.recording.cue_events import RepetitionOutcome
from emgstream.recording.label_runs import METHOD, LabelledCueRun, label_runs
from emgstream.recording.recording_body import N_AFTER, RecordingBody
from emgstream.recording.sidecar import read_sidecar, write_sidecar
from emgstream.recording.table_hold import TableHold, written_by_another
from emgstream.tables import EmgTable, read_table
from emgstream.tables.marker_cells import in_cell, placed_markers
from emgstream.wording import command_line, counted

__all__ = ["RecoveryReport", "put_in_order"]

_log = get_logger(__name__)

_GROWTH_S = 0.5  # a choice: a recorder writes what came every 100 ms
_LONGEST_END = 4096  # bytes: a block of a file system, which a power cut may leave unwritten


@dataclass(frozen=True)
class RecoveryReport:
    """The result of `put_in_order`: labels, and the damage that was repaired."""

    path: Path
    """The table."""
    n_samples: int
    """Number of samples in it."""
    duration_s: float
    """Seconds from the first sample to the last."""
    runs: tuple[LabelledCueRun, ...]
    """Every cue in order, with its labelled rows."""
    shifts_s: tuple[float | None, ...]
    """Seconds from each cue to the start of its label; None if it has no label."""
    found: tuple[str, ...] = ()
    """The damage that was repaired, for people; empty if there was none."""
    sidecar: Mapping[str, Any] = field(default_factory=dict)
    """The new content of the sidecar."""


def put_in_order(
    path: Path,
    *,
    trim: bool | None = None,
    changed: Mapping[tuple[str, int], RepetitionOutcome] = MappingProxyType({}),
    patience_s: float = 0.0,
) -> RecoveryReport:
    """Repair the files of a session, set its final labels and complete its sidecar.

    Parameters
    ----------
    path
        The table.
    trim
        True for labels from the onset of the muscles, False for labels from the cue; by default as
        chosen when it was recorded.
    changed
        Outcomes that a review has changed, by label and number of the repetition.
    patience_s
        Seconds to wait for another process that has the table.

    Raises
    ------
    RecordingError
        The files are not those of a recorded session, hold no sample, or are being recorded now.
    OutputError
        The files cannot be written; they are as they were, without a damaged end.
    """
    if is_device_name(path):
        raise RecordingError(f"{device_problem(path)}; expected a recording; check the name")
    with TableHold(path, patience_s) as hold:
        sidecar = read_sidecar(path)
        if not hold.is_locked and sidecar.get("state") == "recording" and _grows(path):
            raise written_by_another(path)
        return _put_in_order(path, sidecar, hold, trim, changed)


def _put_in_order(
    path: Path,
    sidecar: Mapping[str, Any],
    hold: TableHold,
    trim: bool | None,
    changed: Mapping[tuple[str, int], RepetitionOutcome],
) -> RecoveryReport:
    found = ["the recording was interrupted"] if sidecar.get("state") == "recording" else []
    body = _mended(path, hold, found)
    table = read_table(path)
    _check(path, table, body)
    outcomes = {
        (entry["label"], entry["repetition"]): RepetitionOutcome(entry["outcome"])
        for entry in sidecar.get("repetitions", [])
    } | dict(changed)
    wished = sidecar.get("labels", {}).get("is_trimmed", True) if trim is None else trim
    segments = table.segments if table.segments is not None else np.zeros(table.n_rows, np.int64)
    runs = label_runs(
        body.runs, outcomes, table.samples, segments, table.sampling_rate_hz, trim=wished
    )
    markers = _all_markers(sidecar, table) if "markers" in sidecar else None  # none earlier
    has_column = body.has_markers and markers is not None  # else it is a channel of that name
    marked = _marked_rows(markers or (), table) if has_column else None
    _rewrite(path, hold, _with_labels(body.n_rows, runs, marked))
    done = _completed(sidecar, table, runs, wished)
    if markers is not None:
        done["markers"] = markers
    write_sidecar(path, done)
    _log.info("%s: labels settled; repaired: %s", path, found or "nothing")
    index = _index(table)
    shifts = tuple(_shift_s(run, index, table.sampling_rate_hz) for run in runs)
    duration_s = 0.0 if table.time_s is None else float(table.time_s[-1] - table.time_s[0])
    return RecoveryReport(path, table.n_rows, duration_s, tuple(runs), shifts, tuple(found), done)


def _grows(path: Path) -> bool:
    """Return whether a table becomes longer: it is being recorded, although nothing locks it."""
    with suppress(OSError):  # whoever reads it says why it cannot be read
        n_bytes = path.stat().st_size
        time.sleep(_GROWTH_S)
        return path.stat().st_size > n_bytes
    return False


def _mended(path: Path, hold: TableHold, found: list[str]) -> RecordingBody:
    """Return the lines of a table after its repair; the repairs are added to ``found``."""
    body = RecordingBody.read(path)
    found += body.found
    if body.n_bad_lines or body.n_bytes_after > _LONGEST_END:
        found.append(f"the table as it was is kept as {_kept_copy(path)}")
    if body.n_bytes_after:
        _cut(path, body.end)
    if body.n_bad_lines:
        _rewrite(path, hold, body.whole_lines)
        return RecordingBody.read(path)
    return body


def _kept_copy(path: Path) -> Path:
    """Copy a table with more damage than an unfinished last line; return the path of the copy."""
    names = (path.with_name(f"{path.name}.damaged{n or ''}") for n in count())
    copy = next(name for name in names if not name.exists())
    try:
        shutil.copyfile(path, copy)
    except OSError as error:
        raise OutputError(
            f"cannot keep a copy of the damaged {path}: {refusal(error)}; nothing was "
            "changed; make room, and run it again"
        ) from error
    return copy


def _cut(path: Path, end: int) -> None:
    try:
        os.truncate(path, end)
    except OSError as error:
        raise OutputError(
            f"cannot repair {path}: {refusal(error)}; expected a writable file; copy it "
            "elsewhere and repair the copy"
        ) from error


def _check(path: Path, table: EmgTable, body: RecordingBody) -> None:
    if table.n_rows != body.n_rows:
        raise RecordingError(
            f"{path} is read as {counted(table.n_rows, 'row')} and has "
            f"{counted(body.n_rows, 'line')} of data; expected equal numbers; was it changed by "
            "another program?"
        )


def _rewrite(path: Path, hold: TableHold, lines_of: Callable[[BinaryIO], Iterable[bytes]]) -> None:
    """Write a new table with the lines from ``lines_of``, then replace the old one by it."""
    try:
        with partial_file(path) as partial:
            with path.open("rb") as old, partial.open("wb") as new:
                new.write(old.readline())
                new.writelines(lines_of(old))
                new.flush()
                os.fsync(new.fileno())
                hold.extend_to(new)
            replace_file(partial, path)
    except OSError as error:
        raise OutputError(
            f"cannot finish {path}: {refusal(error)}; the recording is kept, with "
            "its cues as labels; free some space, then run: "
            f"{command_line('emgstream', 'recover', path)}"
        ) from error


def _with_labels(
    n_rows: int, runs: list[LabelledCueRun], markers: Mapping[int, str] | None
) -> Callable[[BinaryIO], Iterator[bytes]]:
    """Return a function that replaces the labels, and the markers by row, in the lines of a table.

    None for a table of an earlier version, which has no column of markers.
    """
    labels = _labels_of_rows(n_rows, runs)

    def labelled(file: BinaryIO) -> Iterator[bytes]:
        for row, (line, label) in enumerate(zip(file, labels, strict=True)):
            before, cue, _, repetition, segment = line.rsplit(b",", N_AFTER)
            if markers is not None:
                before = before[: before.rindex(b",") + 1] + markers.get(row, "").encode()
            yield b",".join((before, cue, label, repetition, segment))

    return labelled


def _all_markers(sidecar: Mapping[str, Any], table: EmgTable) -> list[dict[str, Any]]:
    """Return the markers of the sidecar, by sample.

    Of a recording that was interrupted, some may have reached the table alone.
    """
    noted: list[dict[str, Any]] = [dict(entry) for entry in sidecar.get("markers", [])]
    n_noted = Counter(in_cell(entry["text"]) for entry in noted)
    index = _index(table)
    for marker in table.markers if sidecar.get("state") == "recording" else ():
        if n_noted[marker.text]:
            n_noted[marker.text] -= 1
        else:
            noted.append({"text": marker.text, "index": int(index[marker.row]), "origin": ""})
    end = int(index[-1]) + 1
    return sorted(noted, key=lambda one: end if one.get("index") is None else one["index"])


def _marked_rows(markers: Sequence[Mapping[str, Any]], table: EmgTable) -> dict[int, str]:
    """Return the text of each row with a marker; one after the last sample is in the last row."""
    index = _index(table)
    rows = (
        table.n_rows - 1
        if marker.get("index") is None
        else int(np.searchsorted(index, marker["index"]))
        for marker in markers
    )
    texts = (in_cell(marker["text"]) for marker in markers)
    return placed_markers(zip(rows, texts, strict=True), table.n_rows)


def _labels_of_rows(n_rows: int, runs: list[LabelledCueRun]) -> list[bytes]:
    labels = [b""] * n_rows
    for labelled in runs:
        run, first = labelled.run, labelled.label_from
        if first is not None:
            labels[run.start : first] = [TRANSITION.encode()] * (first - run.start)
            labels[first : run.end] = [run.label.encode()] * (run.end - first)
    return labels


def _completed(
    sidecar: Mapping[str, Any], table: EmgTable, runs: list[LabelledCueRun], is_trimmed: bool
) -> dict[str, Any]:
    index, rate_hz = _index(table), table.sampling_rate_hz
    return {
        **sidecar,
        "state": "complete",
        "rate": {**sidecar.get("rate", {}), "table_hz": rate_hz},
        "labels": {
            "is_trimmed": is_trimmed,
            "method": METHOD if is_trimmed else "as cued",
        },
        "repetitions": [_entry(labelled, index, rate_hz) for labelled in runs],
        "samples": {**sidecar.get("samples", {}), "n": table.n_rows},
    }


def _entry(labelled: LabelledCueRun, index: Any, rate_hz: float | None) -> dict[str, Any]:
    run, first = labelled.run, labelled.label_from
    shift_s = _shift_s(labelled, index, rate_hz)
    return {
        "label": run.label,
        "repetition": run.repetition,
        "outcome": labelled.outcome.value,
        "first_index": int(index[run.start]),
        "end_index": int(index[run.end - 1]) + 1,
        "label_from": None if first is None else int(index[min(first, run.end - 1)]),
        "shift_ms": None if shift_s is None else round(1e3 * shift_s, 1),
        "note": labelled.note,
    }


def _shift_s(labelled: LabelledCueRun, index: Any, rate_hz: float | None) -> float | None:
    first, run = labelled.label_from, labelled.run
    if first is None or rate_hz is None:
        return None
    return float(index[min(first, run.end - 1)] - index[run.start]) / rate_hz


def _index(table: EmgTable) -> Any:
    return np.arange(table.n_rows) if table.index is None else table.index
