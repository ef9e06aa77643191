"""Labels of a recording: their rows, blocks and repetitions, and the accuracy that they support."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from emgstream.cue_schedule import TRANSITION
from emgstream.tables import ColumnRole, EmgTable
from emgstream.tables.column_names import NameHint, meaning_of_name
from emgstream.wording import listed

__all__ = [
    "MIN_REPETITIONS",
    "AccuracySupport",
    "LabelCount",
    "check_accuracy_support",
    "count_labels",
    "label_doubt",
    "label_lookalike",
]

MIN_REPETITIONS = 3
"""Repetitions that a label needs for an accuracy on held-out ones: one each for training,
validation and test."""

_MOST_LABELS = 100
"""Most labels that are taken for movements. A choice: the largest public sets have some 60."""
_MANY_LABELS = 10
"""Labels from which short runs are doubtful. A choice: published rows of four to eight movements
may be shuffled, so that their labels change with almost every row."""
_SHORT_RUN = 10
"""Rows of a run of one label that is short. A choice: 10 ms at 1 kHz, far below a movement."""


@dataclass(frozen=True)
class LabelCount:
    """Rows, blocks and repetitions of one label."""

    name: str
    """The label."""
    n_rows: int
    """Number of rows with this label."""
    n_blocks: int
    """Number of unbroken runs of this label."""
    n_repetitions: int
    """Number of repetitions as the recording counts them; without such a column, of the blocks."""

    def to_json(self) -> dict[str, Any]:
        """Return the counts as JSON types."""
        return dict(vars(self))


@dataclass(frozen=True)
class AccuracySupport:
    """Statement on whether an accuracy measured on a recording is meaningful."""

    supported: bool
    """True if repetitions of every label can be held out."""
    reason: str
    """Reason for it, and what to record otherwise."""

    def to_json(self) -> dict[str, Any]:
        """Return the statement as JSON types."""
        return dict(vars(self))


def count_labels(table: EmgTable) -> tuple[LabelCount, ...]:
    """Return the counts of each label, in the order in which the labels first appear.

    `transition` is no label: it names the rows between a cue and the onset of the movement.
    """
    if table.labels is None:
        return ()
    segments = np.zeros(table.n_rows, np.int64) if table.segments is None else table.segments
    begins = np.ones(table.n_rows, dtype=np.bool_)
    begins[1:] = (np.diff(table.labels) != 0) | (np.diff(segments) != 0)
    movements = table.movement_numbers()
    first_rows = np.unique(movements, return_index=True)[1]
    n_labels = len(table.label_names)
    rows, blocks, repetitions = (
        np.bincount(codes[codes >= 0], minlength=n_labels).tolist()
        for codes in (table.labels, table.labels[begins], table.labels[first_rows])
    )
    counts = zip(table.label_names, rows, blocks, repetitions, strict=True)
    return tuple(LabelCount(*each) for each in counts if each[0] != TRANSITION)


def label_doubt(table: EmgTable) -> str | None:
    """Return the reason why a label is a measured value rather than a movement; None if it is not.

    A force or an angle in the column of the label gives hundreds of labels, or labels that change
    with every row.
    """
    if table.labels is None:
        return None
    codes = table.labels[table.labels >= 0]
    starts = np.flatnonzero(np.diff(codes, prepend=-1))
    n_labels, n_runs = len(np.unique(codes)), len(starts)
    if n_labels <= _MOST_LABELS and (n_labels < _MANY_LABELS or len(codes) >= _SHORT_RUN * n_runs):
        return None
    longest = int(np.diff(starts, append=len(codes)).max())
    if longest == 1:
        length = "each one row long"
    else:
        length = f"in {n_runs:,} runs of {len(codes) / n_runs:.0f} rows on average"
    name = next((one.name for one in table.columns if one.role is ColumnRole.LABEL), "label")
    return (
        f"{n_labels:,} labels in {len(codes):,} rows, {length}; is {name!r} a movement? expected "
        "the name of a movement in every row, held for a second or more; name the column of the "
        "movements with --label"
    )


def label_lookalike(table: EmgTable) -> str | None:
    """Return the text column that probably holds the labels; None if there is a label column."""
    if table.labels is not None or not table.text_columns:
        return None
    known = [name for name in table.text_columns if meaning_of_name(name).hint is NameHint.LABEL]
    return (known or table.text_columns)[0]


def check_accuracy_support(movements: Sequence[LabelCount]) -> AccuracySupport:
    """Return whether repetitions of every label can be held out, and the reason."""
    if len(movements) < 2:
        return AccuracySupport(
            False,
            "no accuracy can be measured: fewer than two labels; record each movement, and rest",
        )
    once = [count.name for count in movements if count.n_repetitions == 1]
    if len(once) == len(movements):
        return AccuracySupport(
            False,
            "no accuracy measured here means anything: one recording per label, so movement and "
            "drift cannot be told apart; record each movement several times, in changing order",
        )
    few = [count.name for count in movements if count.n_repetitions < MIN_REPETITIONS]
    if few:
        return AccuracySupport(
            False,
            f"an accuracy measured here says little: fewer than {MIN_REPETITIONS} repetitions of "
            f"{listed(few)}; record more of them",
        )
    least = min(count.n_repetitions for count in movements)
    return AccuracySupport(
        True,
        f"an accuracy on held-out repetitions can be measured: at least {least} of every label; "
        "what another day gives takes a second session",
    )
