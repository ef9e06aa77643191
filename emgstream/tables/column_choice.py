"""The user's statements on the columns of a recording, as options, as JSON and as one value."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from emgstream.errors import UsageError
from emgstream.schema import SchemaError, checked
from emgstream.wording import command_line, number_up_to

__all__ = [
    "ALL_GUESSED",
    "HIGHEST_HZ",
    "TIME_UNITS",
    "ColumnChoice",
    "column_references",
    "place_of_column",
]

TIME_UNITS = {
    "s": 1.0,
    "ms": 1e-3,
    "us": 1e-6,
    "ns": 1e-9,
    "min": 60.0,
    "h": 3600.0,
    "unix": 1.0,
    "unix_ms": 1e-3,
    "unix_us": 1e-6,
    "unix_ns": 1e-9,
    "clock": 1.0,
    "date": 1.0,
}
"""Seconds per unit of a clock. ``unix`` counts from 1970-01-01 UTC, ``clock`` is a time of day
(``HH:MM:SS.mmm``), ``date`` a date with a time."""


_OF_DOUBLED = re.compile(r".+ \(\d+\)", re.DOTALL)
"""Name that a reader gives the second column of a name, and the next ones."""

HIGHEST_HZ = 1e6
"""Highest sampling rate in Hz. A choice, far above that of needle EMG."""


@dataclass(frozen=True)
class ColumnChoice:
    """Statements on the columns of a recording; what is left out is guessed.

    A column is named as in the header, or by its number from 1. A name comes first: a column that
    is called ``2`` is meant before the second one.

    Raises UsageError if one column is given two roles, or if the rate is not positive.
    """

    channels: tuple[str, ...] | None = None
    """Columns to read as channels, in this order."""
    label: str | None = None
    """The column of the labels; ``COL:VALUE`` if rows with that value have no label."""
    time: str | None = None
    """The clock, ``COL`` or ``COL:UNIT`` with a unit of `TIME_UNITS`."""
    counter: str | None = None
    """The counter of samples, ``COL`` or ``COL:MODULO``."""
    ignore: tuple[str, ...] = ()
    """Columns to leave out."""
    rate_hz: float | None = None
    """Sampling rate in Hz."""
    label_from_name: bool = False
    """True if the file holds one movement, named by the file's name."""

    def __post_init__(self) -> None:
        if self.label is not None and self.label_from_name:
            raise UsageError(
                "--label and --label-from-name are both given; expected one place for the labels; "
                "leave one out"
            )
        if self.rate_hz is not None and not 0.0 < self.rate_hz <= HIGHEST_HZ:
            raise UsageError(
                f"the sampling rate is {self.rate_hz!r}; expected a positive number of Hz, up to "
                f"{HIGHEST_HZ:,.0f}"
            )
        named = Counter([*(self.channels or ()), *self.ignore])
        twice = [name for name, n in named.items() if n > 1]
        if twice:
            raise UsageError(f"the column {min(twice)!r} is named twice; expected each column once")

    @property
    def says_anything(self) -> bool:
        """True unless everything is guessed."""
        return self != ALL_GUESSED

    def over(self, earlier: ColumnChoice) -> ColumnChoice:
        """Return this choice, completed by an earlier one where this one says nothing.

        A column that has another role now loses its earlier one.
        """
        taken = {*(self.channels or ()), *self.ignore}
        taken |= {_column_of(text) for text in (self.label, self.time, self.counter) if text}
        label = self.label is not None or self.label_from_name
        channels = self.channels
        if channels is None and earlier.channels is not None:
            channels = tuple(one for one in earlier.channels if one not in taken) or None
        label_then, time_then, counter_then = (
            None if text is None or taken & {text, _column_of(text)} else text
            for text in (earlier.label, earlier.time, earlier.counter)
        )
        return ColumnChoice(
            channels=channels,
            label=self.label if label else label_then,
            time=self.time or time_then,
            counter=self.counter or counter_then,
            ignore=self.ignore or tuple(one for one in earlier.ignore if one not in taken),
            rate_hz=self.rate_hz or earlier.rate_hz,
            label_from_name=self.label_from_name if label else earlier.label_from_name,
        )

    def arguments(self) -> list[str]:
        """Return the arguments of the command line that say the same.

        >>> ColumnChoice(("2", "3"), label="class:0", rate_hz=200.0).arguments()
        ['--channels', '2,3', '--label', 'class:0', '--rate', '200']
        """
        words: list[str] = []
        for option, value in (
            ("--channels", self.channels and ",".join(self.channels)),
            ("--label", self.label),
            ("--time", self.time),
            ("--counter", self.counter),
            ("--ignore", ",".join(self.ignore)),
            ("--rate", self.rate_hz and f"{self.rate_hz:.12g}"),
        ):
            if value:
                words += [option, value]
        return [*words, "--label-from-name"] if self.label_from_name else words

    def command_line(self) -> str:
        """Return `arguments` as one would type them.

        >>> ColumnChoice(label="Marker Channel").command_line()
        "--label 'Marker Channel'"
        """
        return command_line(*self.arguments())

    def to_json(self) -> dict[str, Any]:
        """Return what is stated, as JSON types."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in vars(self).items()
            if value not in (None, (), False)
        }

    @classmethod
    def from_json(cls, document: object) -> ColumnChoice:
        """Return the choice that `to_json` wrote; raises UsageError for anything else."""
        try:
            return checked(document, cls, equals=" = ")
        except SchemaError as error:
            raise UsageError(str(error)) from None


ALL_GUESSED = ColumnChoice()
"""Nothing is stated, everything is guessed."""


def _column_of(text: str) -> str:
    """Return the column of ``COL:UNIT``, ``COL:MODULO`` or ``COL:VALUE``, as far as text tells."""
    return text.rpartition(":")[0] or text


def place_of_column(names: Sequence[str], wanted: str) -> int | None:
    """Return the place of a column by its name, its name in another case, or its number from 1.

    None if there is none, or if several columns have the name.

    >>> place_of_column(["emg1", "emg2", "label"], "3"), place_of_column(["emg1", "2"], "2")
    (2, 1)
    """
    text = wanted.strip()
    for alike in (
        [place for place, name in enumerate(names) if name == text],
        [place for place, name in enumerate(names) if name.lower() == text.lower()],
    ):
        if alike:
            return alike[0] if len(alike) == 1 else None
    number = number_up_to(text, len(names))
    return number - 1 if number else None


def column_references(names: Sequence[str]) -> tuple[str, ...]:
    """Return for each column the words by which an option means it and no other.

    That is its name. A name that is missing, made up or doubled, and one that an option cannot
    hold, is replaced by the number of the column, with zeros before it if a column is called so.
    `place_of_column` finds each of them.

    >>> column_references(["emg", "a,b", "Emg", "2", "", "column 6", "emg (2)"])
    ('emg', '02', 'Emg', '2', '5', '6', '7')
    """
    exact, alike = Counter(names), Counter(name.lower() for name in names)
    references = []
    for place, name in enumerate(names):
        number = str(place + 1)
        made_up = name.lower().replace("_", " ") in (f"column {number}", f"channel {number}")
        made_up |= _OF_DOUBLED.fullmatch(name) is not None
        if made_up or exact[name] > 1 or not _can_be_said(name):
            while number in alike:
                number = f"0{number}"
            references.append(number)
        else:
            references.append(name)
    return tuple(references)


def _can_be_said(name: str) -> bool:
    """Return whether an option can hold a name: it is no option, list or pair itself."""
    is_plain = name == name.strip() and name.isprintable()
    return bool(name) and is_plain and not name.startswith("-") and not set(name) & set(",:")
