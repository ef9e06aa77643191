"""The fast path: a clean block, parsed by numpy's C parser."""

from __future__ import annotations

import io
import math
import re
from typing import Any

import numpy as np
import numpy.typing as npt

from emgstream.tables._blocks import Block
from emgstream.tables._columns import Column
from emgstream.tables._fields import LARGEST_SAMPLE, LARGEST_WHOLE, LabelBook
from emgstream.tables._layout import COMMENT, Layout

__all__ = ["StrictParser"]

_COMMENT = re.compile(b"^" + COMMENT.pattern.encode(), re.MULTILINE)
_LABEL_WIDTHS = (16, 64, 256)
_FORMATS = {"channel": "f4", "time_s": "f8", "ignored": "S1"}
_LIMITS = {"channel": LARGEST_SAMPLE, "time_s": math.inf}


class _NotCleanError(ValueError):
    """The block needs the tolerant path."""


class StrictParser:
    """Reads blocks in which every field is plainly what its column says, and refuses all others.

    A block is refused rather than half understood: whatever numpy's parser would read in another
    way than the tolerant one (comments, blank lines, NUL bytes, most quotes, text cut at the width
    of its column, nan and inf, whole numbers beyond 2**53) is checked for here.
    """

    def __init__(self, layout: Layout, labels: LabelBook) -> None:
        self._layout = layout
        self._labels = labels
        self._label_width = _LABEL_WIDTHS[0]
        separator = re.escape(layout.separator.encode("latin-1"))
        # begins with the quote itself, so that the engine can search for it
        self._simple_quotes = re.compile(
            rb'"(?<![^\n%b]")([^"\n%b]*)"(?![^\n%b])' % (separator, separator, separator)
        )

    def parse(self, block: bytes) -> Block | None:
        """Return the values of a block of whole lines; None where it is not clean."""
        try:
            records = self._records(self._prepared(block))
            columns = enumerate(self._layout.columns)
            values = {
                place: self._values(records[f"f{place}"], column)
                for place, column in columns
                if column.role != "ignored"
            }
        except ValueError:
            return None
        return Block(len(records), values)

    def _prepared(self, block: bytes) -> bytes:
        if b"\0" in block or (b"#" in block and _COMMENT.search(block)):
            raise _NotCleanError
        if b'"' in block:
            block = self._simple_quotes.sub(rb"\1", block)
            if b'"' in block:
                raise _NotCleanError
        if self._layout.has_decimal_comma:
            block = block.replace(b",", b".")
        return block

    def _records(self, block: bytes) -> npt.NDArray[Any]:
        if block.isspace():
            raise _NotCleanError  # numpy warns of a block without data
        for width in _LABEL_WIDTHS:
            if width < self._label_width:
                continue
            self._label_width = width
            records = self._parsed(block)
            if not self._may_have_cut_labels(records):
                return records
        raise _NotCleanError

    def _parsed(self, block: bytes) -> npt.NDArray[Any]:
        dtype = np.dtype(
            [(f"f{place}", self._format(one)) for place, one in enumerate(self._layout.columns)]
        )
        records: npt.NDArray[Any] = np.loadtxt(
            io.BytesIO(block),
            dtype=dtype,
            delimiter=self._layout.separator,
            comments=None,
            encoding="latin-1",
            ndmin=1,
        )
        if len(records) != block.count(b"\n"):
            raise _NotCleanError  # numpy skips blank lines, and a row number would be wrong
        return records

    def _format(self, column: Column) -> str:
        if column.role == "label":
            return f"S{self._label_width}"
        return _FORMATS.get(column.role, "f8")

    def _may_have_cut_labels(self, records: npt.NDArray[Any]) -> bool:
        return any(
            bool((_bytes_of(records[f"f{place}"])[:, -1] != 0).any())
            for place, column in enumerate(self._layout.columns)
            if column.role == "label"
        )

    def _values(self, field: npt.NDArray[Any], column: Column) -> npt.NDArray[Any]:
        if column.role == "label":
            return self._codes(np.ascontiguousarray(field))
        _refuse_beyond(_LIMITS.get(column.role, LARGEST_WHOLE), field)
        if column.role in {"channel", "time_s"}:
            return np.ascontiguousarray(field)
        whole = field.astype(np.int64)
        if (whole != field).any():
            raise _NotCleanError
        return whole

    def _codes(self, labels: npt.NDArray[np.bytes_]) -> npt.NDArray[np.int32]:
        if self._layout.has_decimal_comma and (_bytes_of(labels) == ord(".")).any():
            raise _NotCleanError  # it may have been a comma
        starts = np.flatnonzero(np.r_[True, labels[1:] != labels[:-1]])
        names, firsts, places = np.unique(labels[starts], return_index=True, return_inverse=True)
        codes = np.empty(len(names), dtype=np.int32)
        for place in np.argsort(firsts):
            codes[place] = self._labels.code(bytes(names[place]))
        return np.repeat(codes[places], np.diff(np.r_[starts, len(labels)]))


def _bytes_of(texts: npt.NDArray[np.bytes_]) -> npt.NDArray[np.uint8]:
    return np.ascontiguousarray(texts).view(np.uint8).reshape(len(texts), -1)


def _refuse_beyond(limit: float, numbers: npt.NDArray[np.floating[Any]]) -> None:
    """Refuse what is not below the limit: a NaN never is."""
    if not (np.abs(numbers) < limit).all():
        raise _NotCleanError
