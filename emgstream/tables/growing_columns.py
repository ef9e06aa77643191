"""Columns that grow block by block, each in one array, so that no column is in memory twice."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from emgstream.tables.table_columns import ColumnBlock

__all__ = ["GrowingColumns"]

_GROWTH = 1.5
"""Factor by which arrays that are full grow: a choice between copying and room that stays empty."""


class GrowingColumns:
    """The values of all blocks so far, one array per column."""

    def __init__(self) -> None:
        self.n_rows = 0
        """Number of rows."""
        self._arrays: dict[int, npt.NDArray[Any]] = {}

    def add(self, block: ColumnBlock) -> None:
        """Append the rows of a block."""
        end = self.n_rows + block.n_rows
        for place, values in block.values.items():
            array = self._arrays.get(place)
            if array is None or len(array) < end:
                array = self._grown(place, end, values.dtype)
            array[self.n_rows : end] = values
        self.n_rows = end

    def take(self, place: int) -> npt.NDArray[Any]:
        """Return one whole column, shape ``(n_rows,)``, and give it up."""
        return self._arrays.pop(place)[: self.n_rows]

    def _grown(self, place: int, n_rows: int, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
        # what is not written to takes no memory yet
        grown = np.empty(max(n_rows, int(_GROWTH * n_rows)), dtype=dtype)
        if place in self._arrays:
            grown[: self.n_rows] = self._arrays[place][: self.n_rows]
        self._arrays[place] = grown
        return grown
