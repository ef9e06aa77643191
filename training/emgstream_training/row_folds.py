"""The fold of each row of a recording: by repetition, or by time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.decisions import rest_class
from emgstream.tables import EmgTable
from emgstream.types import IndexArray
from emgstream_training.recordings import class_codes

__all__ = ["repetition_folds", "time_folds"]

FoldArray: TypeAlias = npt.NDArray[np.int64]


def repetition_folds(
    tables: Sequence[EmgTable],
    class_names: Sequence[str],
    n_folds: int,
    codes: Sequence[npt.NDArray[np.int64]] | None = None,
) -> list[FoldArray]:
    """Return the fold in which each row is held out, -1 for rows of no class, by repetition.

    Of each movement, the first repetition in any of the tables goes to fold 0, the second to fold
    1, and so on in turn. A rest goes with the next movement (or else the previous one), so that the
    onset of every held-out movement is held out with it. The result is one array of shape
    ``(n_rows,)`` per table.

    ``codes``, shape ``(n_rows,)`` per table, are the classes of the rows to share out, -1 for
    others; by default those of all labels.
    """
    if codes is None:
        codes = [class_codes(table, class_names) for table in tables]
    numbers = [table.movement_numbers() for table in tables]
    first_rows = [np.unique(each, return_index=True)[1] for each in numbers]
    found = list(zip(tables, first_rows, strict=True))
    of_movement = np.concatenate(
        [
            _largest_of(each, movements, len(rows))
            for each, movements, rows in zip(codes, numbers, first_rows, strict=True)
        ]
    )
    rest = rest_class(class_names)
    folds = _in_turn(of_movement, n_folds)
    if rest is not None:
        paired = _with_neighbours(folds, of_movement, rest, _segments(found))
        if set(paired[of_movement == rest].tolist()) == set(range(n_folds)):
            folds = paired
    starts = np.cumsum([len(rows) for rows in first_rows])[:-1]
    by_table = np.split(folds, starts)
    return [
        np.where(of_rows >= 0, each[movements], -1)
        for each, movements, of_rows in zip(by_table, numbers, codes, strict=True)
    ]


def time_folds(
    codes: Sequence[npt.NDArray[np.int64]], n_classes: int, n_folds: int
) -> list[FoldArray]:
    """Return the fold of each row, -1 for rows of no class, by stretches of time.

    The rows of each class, over all recordings, are cut into one stretch per fold. ``codes`` and
    the result are one array of shape ``(n_rows,)`` per table.
    """
    joined = np.concatenate(codes)
    folds = np.full(len(joined), -1)
    for code in range(n_classes):
        rows = np.flatnonzero(joined == code)
        folds[rows] = np.arange(len(rows)) * n_folds // max(len(rows), 1)
    return np.split(folds, np.cumsum([len(each) for each in codes])[:-1])


def _largest_of(
    codes: npt.NDArray[np.int64], movements: IndexArray, n_movements: int
) -> npt.NDArray[np.int64]:
    """Return the class of each movement: of a part of it, where the rest has none."""
    largest = np.full(n_movements, -1)
    np.maximum.at(largest, movements, codes)
    return largest


def _in_turn(codes: npt.NDArray[np.int64], n_folds: int) -> FoldArray:
    """Assign the movements of each class to the folds in turn, in the order of time."""
    folds = np.full(len(codes), -1)
    for code in np.unique(codes[codes >= 0]):
        places = np.flatnonzero(codes == code)
        folds[places] = np.arange(len(places)) % n_folds
    return folds


def _with_neighbours(
    folds: FoldArray, codes: npt.NDArray[np.int64], rest: int, segments: npt.NDArray[np.int64]
) -> FoldArray:
    """Put each rest into the fold of the next movement of its segment, or else the previous."""
    paired = folds.copy()
    movements = np.flatnonzero((codes >= 0) & (codes != rest))
    for place in np.flatnonzero(codes == rest):
        mine = movements[segments[movements] == segments[place]]
        after, before = mine[mine > place], mine[mine < place]
        if len(after):
            paired[place] = folds[after[0]]
        elif len(before):
            paired[place] = folds[before[-1]]
    return paired


def _segments(found: Sequence[tuple[EmgTable, IndexArray]]) -> npt.NDArray[np.int64]:
    """Return the segment of each movement, given by its first row; numbered over all tables."""
    segments: list[npt.NDArray[np.int64]] = []
    n_before = 0
    for table, rows in found:
        own = np.zeros(len(rows), np.int64) if table.segments is None else table.segments[rows]
        segments.append(n_before + np.unique(own, return_inverse=True)[1])
        n_before += int(segments[-1].max()) + 1
    return np.concatenate(segments)
