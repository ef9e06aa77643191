"""What the labels of a recording can support: blocks, repetitions, balance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from emgstream.tables import EmgTable

__all__ = [
    "MIN_REPETITIONS",
    "LabelClaim",
    "LabelCount",
    "count_labels",
    "judge_claim",
    "label_lookalike",
]

MIN_REPETITIONS = 3
"""Repetitions a label needs for an accuracy on held-out ones: to learn from, to choose by, to
judge by."""
TRANSITION = "transition"
"""The label of rows between two movements, which is not a movement."""

_LABEL_NAMES = frozenset(
    {"labels", "class", "classes", "class_name", "classname", "gesture", "movement", "motion"}
    | {"activity", "action", "category", "target", "y", "stimulus", "pose", "exercise"}
)


@dataclass(frozen=True)
class LabelCount:
    """How much there is of one label."""

    name: str
    """The label."""
    n_rows: int
    """Rows that have it."""
    n_blocks: int
    """Unbroken stretches of it."""
    n_repetitions: int
    """Times it was held; as the recording counts them, else the blocks."""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON's own types."""
        return dict(vars(self))


@dataclass(frozen=True)
class LabelClaim:
    """Whether an accuracy measured on this recording means anything."""

    supported: bool
    """Whether repetitions can be held out of every label."""
    reason: str
    """Why, or why not, and what to do about it."""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON's own types."""
        return dict(vars(self))


def count_labels(table: EmgTable) -> tuple[LabelCount, ...]:
    """Return how much there is of each label, in the order they first appear."""
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
    return tuple(LabelCount(*each) for each in counts)


def label_lookalike(table: EmgTable) -> str | None:
    """Return the column of text that is probably the label, where none has that name."""
    if table.labels is not None or not table.text_columns:
        return None
    known = [name for name in table.text_columns if name.lower() in _LABEL_NAMES]
    return (known or table.text_columns)[0]


def judge_claim(counts: tuple[LabelCount, ...]) -> LabelClaim:
    """Return whether the labels allow an honest accuracy, and why."""
    movements = [count for count in counts if count.name != TRANSITION]
    if len(movements) < 2:
        return LabelClaim(
            False,
            "no accuracy can be measured: fewer than two labels; record each movement, and rest",
        )
    once = [count.name for count in movements if count.n_repetitions == 1]
    if len(once) == len(movements):
        return LabelClaim(
            False,
            "no accuracy measured here means anything: one recording per label, so movement and "
            "drift can't be told apart; record each movement several times, in changing order",
        )
    few = [count.name for count in movements if count.n_repetitions < MIN_REPETITIONS]
    if few:
        return LabelClaim(
            False,
            f"an accuracy measured here says little: fewer than {MIN_REPETITIONS} repetitions of "
            f"{', '.join(few)}; record more of them",
        )
    least = min(count.n_repetitions for count in movements)
    return LabelClaim(
        True,
        f"an accuracy on held-out repetitions can be measured: at least {least} of every label; "
        "what another day gives takes a second session",
    )
