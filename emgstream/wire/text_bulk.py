"""Many lines that differ in nothing but their numbers, read all at once.

What stands between the numbers of one line, its template, is looked for in all of them: numbers
deleted, a block of ``n`` such lines must be ``n`` times the template. Whatever fails this goes to
the slow reader, so that both give the same.
"""

from __future__ import annotations

import re
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["read_alike", "template_of"]

Doubles: TypeAlias = npt.NDArray[np.float64]

_LONGEST_LINE = 256
_LARGEST = 1e13
_DIGITS, _NUMERIC = b"0123456789", b"0123456789+-."
_TO_SPACE = bytes(value if value in _NUMERIC else 0x20 for value in range(256))
_NUMBER = rb"[+-]?(?:\d+(?:\.\d*)?|\.\d+)"
_NUMBER_IN_LINE = re.compile(rb"(?:^|(?<=[,;:= \t]))" + _NUMBER + rb"(?=[,; \t]|$)")
_NUMBERS = re.compile(rb"(?: *" + _NUMBER + rb"(?= ))* *")


def template_of(line: bytes) -> tuple[bytes, ...]:
    r"""Return what stands before, between and behind the numbers of a line.

    >>> template_of(b"emg1:512, emg2:3\r")
    (b'emg1:', b', emg2:', b'')
    """
    return tuple(_NUMBER_IN_LINE.split(line.rstrip(b"\r")))


def read_alike(block: bytes, template: tuple[bytes, ...]) -> Doubles | None:
    """Return the numbers of some lines, or None unless every line is of one template.

    Parameters
    ----------
    block
        ASCII lines, each ended by a line feed alone.
    template
        As `template_of` gives it.

    Returns
    -------
    numbers
        Shape ``(n_lines, n_fields)``.
    """
    n_lines, n_fields = block.count(b"\n"), len(template) - 1
    if n_lines == 0 or n_fields == 0 or _longest_line(block) > _LONGEST_LINE:
        return None
    marked, between = _mark(block, template)
    values = _numbers(marked, (between + b"\n") * n_lines)
    if values is None or values.size != n_lines * n_fields or np.abs(values).max() >= _LARGEST:
        return None
    return values.reshape(n_lines, n_fields)


def _mark(block: bytes, template: tuple[bytes, ...]) -> tuple[bytes, bytes]:
    """Replace what stands between numbers by single bytes no ASCII line holds, where need be."""
    marks = {text: text for text in template}
    for number, text in enumerate(sorted(marks, key=len, reverse=True)):
        if len(text) > 1 or (text and text in _NUMERIC):
            marks[text] = bytes([0x80 + number])
            block = block.replace(text, marks[text])
    return block, b"".join(marks[text] for text in template)


def _numbers(marked: bytes, between: bytes) -> Doubles | None:
    if marked.translate(None, _DIGITS) == between:
        # 64-bit integers read three times as fast; one that is too large comes out as the largest
        spaced = marked.translate(_TO_SPACE)
        return np.fromstring(spaced, np.int64, sep=" ").astype(np.float64)
    if marked.translate(None, _NUMERIC) == between:
        spaced = marked.translate(_TO_SPACE)
        if _NUMBERS.fullmatch(spaced):
            return np.fromstring(spaced, np.float64, sep=" ")
    return None


def _longest_line(block: bytes) -> int:
    ends = np.flatnonzero(np.frombuffer(block, np.uint8) == 0x0A)
    return int(np.diff(ends, prepend=-1).max()) - 1
