"""The label column of a recording whose labels are stated with their times, not by row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from emgstream.tables.raw_columns import RawColumn

__all__ = ["label_column", "until_the_next"]


def label_column(n_rows: int, runs: Iterable[tuple[int, int, str]]) -> RawColumn | None:
    """Return the column ``label``; None if no row has a label.

    Parameters
    ----------
    n_rows
        Number of rows of the column.
    runs
        First row, row behind the last one, and label of each run. Of two runs in one row the
        shorter one counts: a movement within the block that it belongs to.
    """
    in_rows = [(max(first, 0), min(end, n_rows), text.strip()) for first, end, text in runs]
    in_rows = [run for run in in_rows if run[0] < run[1] and run[2]]
    texts = tuple(dict.fromkeys(text for _, _, text in sorted(in_rows)))
    place_of = {text: place for place, text in enumerate(texts)}
    codes = np.full(n_rows, -1, np.int32)
    for first, end, text in sorted(in_rows, key=lambda run: run[0] - run[1]):
        codes[first:end] = place_of[text]
    return RawColumn("label", codes, texts) if texts else None


def until_the_next(
    firsts: Sequence[int], texts: Sequence[str], n_rows: int
) -> list[tuple[int, int, str]]:
    """Return a run for each marker, from its row up to the row of the next one.

    >>> until_the_next([2, 5], ["rest", "fist"], 9)
    [(2, 5, 'rest'), (5, 9, 'fist')]
    """
    ends = [end for _, end in pairwise([*firsts, n_rows])]
    return list(zip(firsts, ends, texts, strict=True))
