"""The label column of a recording whose labels are stated with their times, not by row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from emgstream.tables.raw_columns import RawColumn

__all__ = ["label_column", "until_the_next"]


def label_column(
    runs: Iterable[tuple[int, int, str]], is_recorded: npt.NDArray[np.bool_]
) -> RawColumn | None:
    """Return the column ``label`` of the recorded rows; None if none of them has a label.

    Parameters
    ----------
    runs
        First row, row behind the last one, and label of each run. Of two runs in one row the
        shorter one counts: a movement within the block that it belongs to.
    is_recorded
        True for each row that is kept, shape ``(n_rows,)``.
    """
    texts: list[str] = []
    codes = np.full(len(is_recorded), -1, np.int32)
    for first, end, text in sorted(runs, key=lambda run: run[0] - run[1]):
        if text.strip():
            codes[first:end] = len(texts)
            texts.append(text.strip())
    codes = codes[is_recorded]
    starts = np.flatnonzero(np.diff(codes, prepend=-1))
    used = dict.fromkeys(texts[code] for code in codes[starts].tolist() if code >= 0)
    places = {text: place for place, text in enumerate(used)}
    place_of = np.array([*(places.get(text, -1) for text in texts), -1], np.int32)
    return RawColumn("label", place_of[codes], tuple(used)) if used else None


def until_the_next(
    firsts: Sequence[int], texts: Sequence[str], n_rows: int
) -> list[tuple[int, int, str]]:
    """Return a run for each marker, from its row up to the row of the next one.

    >>> until_the_next([2, 5], ["rest", "fist"], 9)
    [(2, 5, 'rest'), (5, 9, 'fist')]
    """
    ends = [end for _, end in pairwise([*firsts, n_rows])]
    return list(zip(firsts, ends, texts, strict=True))
