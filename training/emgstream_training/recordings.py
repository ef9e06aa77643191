"""The recordings to train on, read and checked."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from emgstream.audit.label_support import label_lookalike
from emgstream.cue_schedule import TRANSITION
from emgstream.errors import TrainingDataError, UsageError
from emgstream.manifest import Manifest
from emgstream.opening import read_recording, refuse_open_questions
from emgstream.tables import ALL_GUESSED, ColumnChoice, EmgTable
from emgstream_training.examples import ClassArray

__all__ = ["class_codes", "class_names_of", "provenance", "read_recordings"]


def read_recordings(
    paths: Sequence[Path], columns: ColumnChoice = ALL_GUESSED, manifest: Manifest | None = None
) -> list[EmgTable]:
    """Return the tables in the files, all with labels and with the same channels.

    ``columns`` is what the user states on them. With a model's manifest, its channels are those of
    the model, in its order, by name where None, and get the model's names.

    Raises TableError for a file that is no table, UndecidedColumnsError where the label or the
    clock of one is open, UsageError for no file at all or the same
    recording twice, StreamMismatchError for one without the model's channels and TrainingDataError
    for a table without labels or with other channels than the first.
    """
    if not paths:
        raise UsageError("no recording to train on; name at least one file")
    tables = [read_recording(path, manifest, columns) for path in paths]
    for table in tables:
        refuse_open_questions(table)
        _check_labels(table)
        _check_channels(table, tables[0])
    for one, other in combinations(tables, 2):
        _check_different(one, other)
    return tables


def class_names_of(tables: Sequence[EmgTable]) -> tuple[str, ...]:
    """Return the labels with rows, in alphabetical order; at least two.

    Raises TrainingDataError where there are fewer.
    """
    present: set[str] = set()
    for table in tables:
        present.update(np.unique(table.label_names_by_row()).tolist())
    names = tuple(sorted(present - {"", TRANSITION}))
    if len(names) < 2:
        raise TrainingDataError(
            f"{tables[0].path} has {_listed(names)}; expected at least two labels to tell apart; "
            "record each movement, and rest"
        )
    return names


def class_codes(table: EmgTable, class_names: Sequence[str]) -> ClassArray:
    """Return the class of each row by position in the names, shape ``(n_rows,)``; -1 for none."""
    places = {name: place for place, name in enumerate(class_names)}
    by_label = np.array([*(places.get(name, -1) for name in table.label_names), -1])
    labels = table.labels if table.labels is not None else np.full(table.n_rows, -1)
    codes: ClassArray = by_label[labels]
    return codes


def provenance(tables: Sequence[EmgTable]) -> tuple[dict[str, Any], ...]:
    """Return name, hash and number of rows of each file, for the manifest."""
    return tuple(
        {"name": table.path.name, "sha256": table.sha256, "n_rows": table.n_rows}
        for table in tables
    )


def _check_labels(table: EmgTable) -> None:
    if table.labels is None or not np.any(table.labels >= 0):
        lookalike = label_lookalike(table)
        hint = (
            "name the column with --label, or add --label-from-name if each file is one movement"
            if lookalike is None
            else f"is it {lookalike!r}? add --label {shlex.quote(lookalike)}"
        )
        raise TrainingDataError(
            f"{table.path} has no label in {table.n_rows} rows; expected a column 'label' with the "
            f"movement of each row; {hint}, or name another file"
        )


def _check_channels(table: EmgTable, first: EmgTable) -> None:
    if table.channel_names != first.channel_names:
        raise TrainingDataError(
            f"{table.path} has channels {', '.join(table.channel_names)}; expected "
            f"{', '.join(first.channel_names)} as in {first.path}; pick them with --channels"
        )


def _check_different(one: EmgTable, other: EmgTable) -> None:
    """Raise UsageError where both hold the same samples, whatever their names and packing."""
    if one.n_rows == other.n_rows and np.array_equal(one.samples, other.samples, equal_nan=True):
        raise UsageError(
            f"{one.path} and {other.path} hold the same {one.n_rows:,} rows; expected different "
            "recordings, as what is learned from one says nothing new of the other; leave one out"
        )


def _listed(names: Sequence[str]) -> str:
    return f"only the label {names[0]!r}" if names else "no label"
