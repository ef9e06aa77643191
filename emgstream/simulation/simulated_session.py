"""A simulated session written to a file, as a table like that of a recording."""

from __future__ import annotations

import gzip
import io
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np

from emgstream.atomic_files import partial_file, replace_file
from emgstream.cue_schedule import CueSchedule
from emgstream.errors import OutputError, UsageError
from emgstream.host_system import refusal
from emgstream.simulation.synthetic_emg import SyntheticEmg

__all__ = ["record_session"]

_ROWS_AT_ONCE = 10_000  # a choice: about half a megabyte of text


def record_session(
    path: str | os.PathLike[str],
    script: CueSchedule,
    *,
    sampling_rate_hz: float = 1000.0,
    seed: int = 0,
    session: int = 0,
) -> int:
    """Write a synthetic session as CSV, and return its number of samples.

    The columns are ``index,time_s,biceps,triceps,middle,label,repetition,segment``, as in a
    recorded session: whole counts, seconds since the start, segment 0 throughout. A file whose name
    ends in ``.gz`` is compressed. The same arguments give the same table. The file is written as a
    whole or not at all, and replaces one of the same name.

    Raises UsageError for a schedule that repeats, and OutputError if writing fails.
    """
    emg = SyntheticEmg(script, sampling_rate_hz, seed, session)
    if emg.n_samples is None:
        raise UsageError("a script that repeats for ever fills no file; give one that ends")
    target = Path(path)
    try:
        with _opened(target) as text:
            text.write(
                "index,time_s," + ",".join(emg.channel_names) + ",label,repetition,segment\n"
            )
            for rows in _rows(emg):
                text.writelines(rows)
    except OSError as error:
        raise OutputError(
            f"cannot write {target}: {refusal(error)}; choose another place with --out"
        ) from error
    return emg.n_samples


def _rows(emg: SyntheticEmg) -> Iterator[list[str]]:
    while len(counts := emg.read(_ROWS_AT_ONCE)):
        indices = np.arange(emg.n_read - len(counts), emg.n_read)
        times_s = np.round(indices / emg.sampling_rate_hz, 6).tolist()
        labels = emg.labels_at(indices)
        repetitions = emg.timeline.repetitions_at(indices).tolist()
        values = counts.astype(np.int64).tolist()
        columns = zip(indices.tolist(), times_s, values, labels, repetitions, strict=True)
        yield [
            f"{index},{time_s},{','.join(map(str, row))},{label},{repetition},0\n"
            for index, time_s, row, label, repetition in columns
        ]


@contextmanager
def _opened(target: Path) -> Iterator[io.TextIOWrapper]:
    """Yield a text file to write; it gets the target's name when it is complete."""
    with partial_file(target) as partial:
        with ExitStack() as open_files:
            raw = open_files.enter_context(partial.open("wb"))
            # no name and no time in the gzip header, so that the same session has the same bytes
            packed = (
                open_files.enter_context(gzip.GzipFile("", "wb", 9, raw, mtime=0))
                if target.suffix == ".gz"
                else raw
            )
            yield open_files.enter_context(io.TextIOWrapper(packed, "utf-8", newline=""))
        replace_file(partial, target)
