"""Repetitions that are copies of an earlier one, sample by sample."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from emgstream.cue_schedule import TRANSITION
from emgstream.tables import EmgTable
from emgstream.wording import counted, listed

__all__ = ["CopiedRepetitions", "find_copied_repetitions"]

_LEAST_CHANGES = 10
"""Fewest changes from row to row within a repetition that is compared. A choice: the noise of the
converter alone gives more in 50 rows, whereas the envelopes of resting muscles may all be zero."""


@dataclass(frozen=True)
class CopiedRepetitions:
    """The repetitions that equal an earlier one with the same label."""

    n: int
    """Number of copies."""
    n_repetitions: int
    """Number of repetitions of all labels."""
    labels: tuple[str, ...]
    """Their labels, in alphabetical order."""

    def to_json(self) -> dict[str, Any]:
        """Return the counts and the labels as JSON types."""
        return {"n": self.n, "of": self.n_repetitions, "labels": list(self.labels)}

    def __str__(self) -> str:
        are = "repetition is a copy" if self.n == 1 else "repetitions are copies"
        return (
            f"{self.n:,} of {counted(self.n_repetitions, 'repetition')}: {are} of an earlier one, "
            f"sample by sample ({listed(self.labels)}); a model is then tested on what it was "
            "trained on, and its accuracy is too high; record each repetition"
        )


def find_copied_repetitions(tables: Sequence[EmgTable]) -> CopiedRepetitions | None:
    """Return the copied repetitions of recordings; None if there are none.

    Repetitions are held movements, `EmgTable.movement_numbers`, with a label other than
    `transition`. Two are equal if all of their samples are, in order.
    """
    seen: set[tuple[str, bytes]] = set()
    copied: list[str] = []
    n_repetitions = 0
    for table in tables:
        if table.labels is None:
            continue
        numbers = table.movement_numbers()
        by_number = np.argsort(numbers, kind="stable")
        starts = np.flatnonzero(np.diff(numbers[by_number], prepend=-1))
        if len(starts) * _LEAST_CHANGES > table.n_rows:
            continue  # too short on average to be held movements
        for rows in np.split(by_number, starts[1:]):
            name = "" if table.labels[rows[0]] < 0 else table.label_names[table.labels[rows[0]]]
            if name in ("", TRANSITION):
                continue
            n_repetitions += 1
            samples = table.samples[rows]
            if np.count_nonzero(np.any(np.diff(samples, axis=0) != 0, axis=1)) < _LEAST_CHANGES:
                continue
            key = name, hashlib.sha256(samples.tobytes()).digest()
            copied += [name] if key in seen else []
            seen.add(key)
    if not copied:
        return None
    return CopiedRepetitions(len(copied), n_repetitions, tuple(sorted(set(copied))))
