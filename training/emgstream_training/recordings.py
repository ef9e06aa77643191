"""The recordings to train on, read and checked."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from emgstream.audit.copied_repetitions import find_copied_repetitions
from emgstream.audit.label_leakage import find_label_leaks
from emgstream.audit.label_support import label_doubt, label_lookalike
from emgstream.cue_schedule import TRANSITION
from emgstream.errors import TrainingDataError, UsageError
from emgstream.manifest import Manifest
from emgstream.opening import read_recording, refuse_open_questions
from emgstream.recording import is_synthetic
from emgstream.tables import ALL_GUESSED, ColumnChoice, EmgTable
from emgstream.wording import counted, listed
from emgstream_training.examples import ClassArray

__all__ = [
    "class_codes",
    "class_names_of",
    "copy_notes",
    "is_labelled",
    "provenance",
    "read_recordings",
]

_MOST_IGNORED = 5
"""Most columns that are proposed for ``--ignore``; of more, those to keep are fewer (choice)."""


def read_recordings(
    paths: Sequence[Path],
    columns: ColumnChoice = ALL_GUESSED,
    manifest: Manifest | None = None,
    *,
    needs_labels: bool = True,
) -> list[EmgTable]:
    """Return the tables in the files, all with labels and with the same channels.

    ``columns`` is what the user states on them. With a model's manifest, its channels are those of
    the model, in its order, by name where None, and get the model's names. Where no labels are
    needed, either all tables have some or none, and no column looks like one.

    Raises TableError for a file that is no table, UndecidedColumnsError where the label or the
    clock of one is open, UsageError for no file at all or the same
    recording twice, StreamMismatchError for one without the model's channels and TrainingDataError
    for a table without labels, with a measured value in their place, with other channels than the
    first, or with a channel that tells the label without being a signal.
    """
    if not paths:
        raise UsageError("no recording to train on; name at least one file")
    tables = [read_recording(path, manifest, columns) for path in paths]
    needs_labels = needs_labels or any(is_labelled(one) or label_lookalike(one) for one in tables)
    for table in tables:
        refuse_open_questions(table)
        if needs_labels:
            _check_labels(table)
        _check_channels(table, tables[0])
    for one, other in combinations(tables, 2):
        _check_different(one, other)
    if needs_labels:
        _check_leaks(tables)
    return tables


def is_labelled(table: EmgTable) -> bool:
    """Return whether any row of a table has a label."""
    return table.labels is not None and bool(np.any(table.labels >= 0))


def class_names_of(tables: Sequence[EmgTable]) -> tuple[str, ...]:
    """Return the labels with rows, in alphabetical order; at least two.

    Raises TrainingDataError where there are fewer.
    """
    present: set[str] = set()
    for table in tables:
        present.update(np.unique(table.label_names_by_row()).tolist())
    names = tuple(sorted(present - {"", TRANSITION}))
    if len(names) < 2:
        hint = "record each movement, and rest"
        if tables[0].choice.label_from_name:
            hint = "name the files of the other movements, and of rest, too"
        raise TrainingDataError(
            f"{tables[0].path} has {_listed(names)}; expected at least two labels; {hint}"
        )
    return names


def class_codes(table: EmgTable, class_names: Sequence[str]) -> ClassArray:
    """Return the class of each row by position in the names, shape ``(n_rows,)``; -1 for none."""
    places = {name: place for place, name in enumerate(class_names)}
    by_label = np.array([*(places.get(name, -1) for name in table.label_names), -1])
    labels = table.labels if table.labels is not None else np.full(table.n_rows, -1)
    codes: ClassArray = by_label[labels]
    return codes


def provenance(
    tables: Sequence[EmgTable], *, synthetic: bool = False
) -> tuple[dict[str, Any], ...]:
    """Return name, hash and number of rows of each file, for the manifest.

    An entry has ``synthetic`` if the file is of a simulated board, or if all of them are.
    """
    return tuple(
        {"name": table.path.name, "sha256": table.sha256, "n_rows": table.n_rows}
        | ({"synthetic": True} if synthetic or is_synthetic(table.path) else {})
        for table in tables
    )


def copy_notes(tables: Sequence[EmgTable]) -> list[str]:
    """Return a note on repetitions that are copies of an earlier one, for people."""
    copied = find_copied_repetitions(tables)
    return [] if copied is None else [str(copied)]


def _check_labels(table: EmgTable) -> None:
    if not is_labelled(table):
        lookalike = label_lookalike(table)
        hint = (
            "name the column with --label, or add --label-from-name if each file is one movement"
            if lookalike is None
            else f"is it {lookalike!r}? add --label {shlex.quote(lookalike)}"
        )
        raise TrainingDataError(
            f"{table.path} has no label in {counted(table.n_rows, 'row')}; expected a column "
            "'label' with the "
            f"movement of each row; {hint}, or name another file"
        )
    doubt = label_doubt(table)
    if doubt is not None:
        raise TrainingDataError(f"{table.path}: {doubt}")


def _check_channels(table: EmgTable, first: EmgTable) -> None:
    if table.channel_names != first.channel_names:
        raise TrainingDataError(
            f"{table.path} has channels {listed(table.channel_names)}; expected "
            f"{listed(first.channel_names)} as in {first.path}; pick them with --channels"
        )


def _check_leaks(tables: Sequence[EmgTable]) -> None:
    leaks = find_label_leaks(tables)
    if not leaks:
        return
    names = [leak.channel for leak in leaks]
    raise TrainingDataError(
        f"{tables[0].path}: channel {names[0]!r} is not a signal: {leaks[0].reason}"
        f"{_and_more(names)}; expected muscle signals only, as an accuracy measured with it has no "
        f"meaning; {_without(names, tables[0])}"
    )


def _without(names: Sequence[str], table: EmgTable) -> str:
    if table.choice.channels is not None:
        return "leave it out of --channels" if len(names) == 1 else "leave them out of --channels"
    if len(names) > _MOST_IGNORED:
        return "name the signals with --channels"
    ignored = shlex.quote(",".join(names))
    return f"leave it out with --ignore {ignored}, or name the signals with --channels"


def _and_more(names: Sequence[str]) -> str:
    return f" (and so does {listed(names[1:])})" if len(names) > 1 else ""


def _check_different(one: EmgTable, other: EmgTable) -> None:
    """Raise UsageError where both hold the same samples, whatever their names and packing."""
    if one.n_rows == other.n_rows and np.array_equal(one.samples, other.samples, equal_nan=True):
        raise UsageError(
            f"{one.path} and {other.path} have the same {counted(one.n_rows, 'row')}; expected "
            "different recordings, as a model trained on one has seen the other; leave one out"
        )


def _listed(names: Sequence[str]) -> str:
    return f"only the label {names[0]!r}" if names else "no label"
