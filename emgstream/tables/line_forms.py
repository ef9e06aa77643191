r"""Forms of a line: comments, serial monitors, ``name:value`` fields, fields between blanks.

Every form becomes plain text with one separator before cells are cut, block by block.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from emgstream.tables.clock_cells import read_clock
from emgstream.tables.table_cells import read_time

__all__ = ["PLAIN_LINES", "LineForm", "detect_form"]

_COMMENT = re.compile(r"[^\S\n]*(?:#(?!N/A)|%|//)", re.ASCII)
"""Beginning of a comment; ``#N/A`` is a missing value of spreadsheets."""
_COMMENT_LINES = re.compile(rb"^[^\S\n]*(?:#(?!N/A)|%|//)", re.MULTILINE)
_HEAD_COMMENT = re.compile(r"\s*;+\s*[^\W\d_][^;]*$")
"""Comment above the data that begins with a semicolon and has no other one, as fields would."""
_ARROW = re.compile(rb"^([^\n>]{4,40}?)[ \t]*->[ \t]*", re.MULTILINE)
"""Time stamp of a serial monitor: ``12:00:00.000 -> 512,498``."""
_STAMP = (
    r"\[?((?:\d{4}-\d{2}-\d{2}[T ])?\d{1,2}:\d{2}:\d{2}(?:[.,:]\d{1,9})?|\d{9,10}\.\d+)\]?[ \t]+"
    r"(?=[\[(]?[-+\d.])"
)
"""Time stamp before a blank and a number: ``[2024-05-01 12:00:00.010] 512,498`` of a terminal."""
_STAMPED = re.compile(_STAMP)
_STAMPED_LINES = re.compile(b"^" + _STAMP.encode(), re.MULTILINE)
_BRACKETED = re.compile(r"[\[(].*[\])]\s*$")
_NAMED = re.compile(r"\s*([^\W\d][\w .\-()\[\]]*?)\s*[:=]\s*([^:=\s][^:=]*?)\s*")
"""Field of a serial plotter: ``biceps:512``."""
_NAMED_PREFIX = re.compile(rb"(^|[,;\t])[ \t]*[^\W\d][^:=,;\t\n]*?[ \t]*[:=][ \t]*", re.MULTILINE)
_BLANKS = re.compile(rb"(?<=\S)[^\S\n]+(?=\S)|^[^\S\n]+|[^\S\n]+$", re.MULTILINE)
_N_LOOKED_AT = 40
"""Lines in which the form is detected: a choice, enough to outvote a few of a preamble."""


@dataclass(frozen=True)
class LineForm:
    """The form of most lines of a file."""

    has_arrow: bool = False
    """True if a serial monitor wrote a time stamp and an arrow before each line."""
    names: tuple[str, ...] = ()
    """Names of the fields, if each is written as ``name:value``; the clock of an arrow first."""
    between_blanks: bool = False
    """True if blanks separate the fields."""
    arrow_separator: str = ","
    """Separator that takes the place of the arrow, or of the blank behind a time stamp."""
    has_stamp: bool = False
    """True if a terminal wrote a time stamp and a blank before each line."""
    has_brackets: bool = False
    """True if the fields stand in brackets, as Python prints lists."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes on the form, for people."""
        notes = []
        if self.has_arrow or self.has_stamp:
            notes.append("each line begins with the time stamp of a serial monitor")
        if self.names:
            notes.append("each field is written as name:value; the names are taken from there")
        return tuple(notes)

    @property
    def is_plain(self) -> bool:
        """True if lines need no change."""
        changes = (self.has_arrow, self.has_stamp, self.has_brackets, self.between_blanks)
        return not any(changes) and not self.names

    def is_comment(self, line: str) -> bool:
        """Return whether a line begins with ``#``, ``%`` or ``//``; ``#N/A`` is a value."""
        return _COMMENT.match(line) is not None

    def is_head_comment(self, line: str) -> bool:
        """Return whether a line above the data is a comment that begins with a semicolon."""
        return _HEAD_COMMENT.match(line) is not None

    def has_comments(self, block: bytes) -> bool:
        """Return whether one of the lines of a block is a comment."""
        may = b"#" in block or b"%" in block or b"/" in block
        return may and _COMMENT_LINES.search(block) is not None

    def without_prefix(self, comment: str) -> str:
        """Return the text of a comment."""
        return re.sub(r"^\s*(?:#+|%+|//+|;+)\s?", "", comment)

    def plain(self, block: bytes) -> bytes:
        """Return lines with one separator between their fields."""
        if self.has_arrow:
            block = _ARROW.sub(rb"\1" + self.arrow_separator.encode(), block)
        if self.has_stamp:
            block = _STAMPED_LINES.sub(rb"\1" + self.arrow_separator.encode(), block)
        if self.has_brackets:
            block = block.translate(None, b"[]()")
        if self.between_blanks:
            block = _BLANKS.sub(_one_tab, block)
        if self.names:
            block = _NAMED_PREFIX.sub(rb"\1", block)
        return block

    def plain_line(self, line: str) -> str:
        """Return one line with one separator between its fields."""
        return line if self.is_plain else self.plain(line.encode("latin-1")).decode("latin-1")


PLAIN_LINES = LineForm()
"""Lines that are cut as they are."""


def _one_tab(match: re.Match[bytes]) -> bytes:
    inside = match.start() > 0 and match.string[match.start() - 1 : match.start()] != b"\n"
    is_end = (
        match.end() == len(match.string) or match.string[match.end() : match.end() + 1] == b"\n"
    )
    return b"\t" if inside and not is_end else b""


def detect_form(lines: Sequence[str]) -> LineForm:
    """Return the form of most of the first lines that hold something."""
    filled = [line for line in lines if line.strip() and not PLAIN_LINES.is_comment(line)]
    filled = filled[: 2 * _N_LOOKED_AT][-_N_LOOKED_AT:]
    has_arrow = _most(filled, lambda line: _arrow(line) is not None)
    bare = [(_arrow(line) or ("", line))[1] if has_arrow else line for line in filled]
    has_stamp = not has_arrow and _most(filled, lambda line: _STAMPED.match(line) is not None)
    if has_stamp:
        bare = [_STAMPED.sub("", line, count=1) for line in filled]
    has_brackets = _most(bare, lambda line: _BRACKETED.match(line.lstrip()) is not None)
    if has_brackets:
        bare = [line.strip(" []()") for line in bare]
    separator = _separator_of_fields(bare)
    names = _field_names(bare, separator)
    if (has_arrow or has_stamp) and names:
        names = ("time", *names)
    blanks = separator == " "
    arrow_separator = "\t" if blanks else separator
    return LineForm(has_arrow, names, blanks, arrow_separator, has_stamp, has_brackets)


def _most(lines: Sequence[str], holds: Callable[[str], bool]) -> bool:
    return bool(lines) and sum(map(holds, lines)) > len(lines) / 2


def _arrow(line: str) -> tuple[str, str] | None:
    stamp, arrow, rest = line.partition("->")
    stamp = stamp.strip()
    if not arrow or (read_clock(stamp) is None and read_time(stamp) is None):
        return None
    return stamp, rest.strip()


def _separator_of_fields(lines: Sequence[str]) -> str:
    """Return the separator, a blank where only blanks give numbers; a comma where there is none."""
    for one in "\t;,|":

        def has_numbers(line: str, separator: str = one) -> bool:
            return separator in line.strip() and _has_numbers(line, separator)

        if _most(lines, has_numbers):
            return one
    return " " if _most(lines, lambda line: _has_numbers(line, None)) else ","


def _has_numbers(line: str, separator: str | None) -> bool:
    """Return whether at least half of two or more fields are numbers, also named ones."""
    fields = [one.strip() for one in line.strip().split(separator)]
    values = [(_NAMED.fullmatch(one) or [one, one, one])[2] for one in fields]
    is_number = [
        read_time(one) is not None or read_time(one.replace(",", ".")) is not None for one in values
    ]
    return len(values) > 1 and sum(is_number) >= len(values) / 2


def _field_names(lines: Sequence[str], separator: str) -> tuple[str, ...]:
    """Return the names of fields such as ``biceps:512``; empty unless most lines have the same."""
    if not lines:
        return ()
    between = None if separator == " " else separator
    split = [line.strip().strip(separator).split(between) for line in lines]
    named = [
        tuple(match[1].strip() if (match := _NAMED.fullmatch(one)) else "" for one in fields)
        for fields in split
    ]
    usual = max(set(named), key=named.count)
    is_usual = named.count(usual) > len(named) / 2
    return usual if is_usual and all(usual) and len(set(usual)) == len(usual) else ()
