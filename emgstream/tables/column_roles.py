"""Roles of a table's columns: channel, label, repetition, segment, index, time, or ignored."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from emgstream.errors import NoSuchColumnError, TableError

__all__ = ["IGNORED_NAMES", "NO_CHANNELS", "ROLES", "Column", "Role", "assign_roles"]

Role: TypeAlias = Literal["channel", "label", "repetition", "segment", "index", "time_s", "ignored"]
ROLES: dict[str, Role] = {
    "label": "label",
    "repetition": "repetition",
    "segment": "segment",
    "index": "index",
    "time_s": "time_s",
}
"""Role of each column name, in lower case, that has a fixed meaning."""
IGNORED_NAMES = frozenset(
    {"time", "timestamp", "t", "date", "datetime", "seconds"}
    | {"time_ms", "time_us", "ms", "us", "millis", "micros"}
    | {"sample", "sample_index", "row", "id", "counter"}
    | {"subject", "session", "trial", "cue"}
)
"""Names, in lower case, of numeric columns that are channels only if asked for by name."""
NO_CHANNELS = IGNORED_NAMES | ROLES.keys() | {""}
"""Names, in lower case, of columns that are never taken for channels by default."""


@dataclass(frozen=True)
class Column:
    """Name and role of one column of the file."""

    name: str
    """The name in the header line, stripped; empty if there is none."""
    role: Role
    """The meaning of its values."""
    channel: int = -1
    """Place among the channels, from 0; -1 for any other role."""
    is_text: bool = False
    """True if the first rows have text and no number in it."""


def assign_roles(
    path: Path,
    names: Sequence[str],
    first_texts: Sequence[str | None],
    wanted: Sequence[str] | None,
) -> tuple[Column, ...]:
    """Return the columns of a table, one for each name.

    Parameters
    ----------
    path
        The file, for messages.
    names
        The names in the header line.
    first_texts
        One for each column: its first text if none of the first rows has a number, else None.
    wanted
        The channels to read, in this order; None for every numeric column without another role.

    Raises
    ------
    TableError
        If two columns share a name, a wanted channel is missing (`NoSuchColumnError`) or not
        numeric, or there is no numeric column.
    """
    _refuse_duplicates(path, names)
    roles: list[Role] = [ROLES.get(name.lower(), "ignored") for name in names]
    if wanted is None:
        places = _default_channels(path, names, first_texts)
    else:
        places = [_place(path, names, name) for name in wanted]
        _refuse_unfit(path, names, first_texts, places)
    columns = [
        Column(name, role, is_text=text is not None)
        for name, role, text in zip(names, roles, first_texts, strict=True)
    ]
    for channel, place in enumerate(places):
        name = names[place] if wanted is None else wanted[channel]
        columns[place] = Column(name, "channel", channel)
    return tuple(columns)


def _refuse_duplicates(path: Path, names: Sequence[str]) -> None:
    seen: dict[str, str] = {}
    for name in names:
        # roles are found in any case, channels by their exact name
        key = name.lower() if name.lower() in ROLES else name
        if key and key in seen:
            raise TableError(
                f"{path} has two columns named {name!r} in its header line; rename one of them"
            )
        seen[key] = name


def _default_channels(
    path: Path, names: Sequence[str], first_texts: Sequence[str | None]
) -> list[int]:
    possible = [place for place, name in enumerate(names) if name.lower() not in NO_CHANNELS]
    places = [place for place in possible if first_texts[place] is None]
    if places:
        return places
    if possible:
        first = possible[0]
        raise TableError(
            f"{path} has no numeric channel: column {names[first]!r} holds {first_texts[first]!r} "
            "at its first data row; expected numbers, with commas, semicolons or tabs between them"
        )
    raise TableError(
        f"{path} has no numeric channel, only {_listed(names)}; add a column a channel, or name "
        "the channels to read"
    )


def _place(path: Path, names: Sequence[str], wanted: str) -> int:
    if wanted in names:
        return names.index(wanted)
    alike = [place for place, name in enumerate(names) if name.lower() == wanted.strip().lower()]
    if len(alike) == 1:
        return alike[0]
    near = difflib.get_close_matches(wanted, [name for name in names if name], n=1)
    hint = (
        f"; did you mean {near[0]!r}?"
        if near
        else "; choose among these with --channels, or rename a column"
    )
    raise NoSuchColumnError(
        f"{path} has no column {wanted!r}, only {_listed(names)}{hint}",
        tuple(name for name in names if name.lower() not in NO_CHANNELS),
    )


def _refuse_unfit(
    path: Path, names: Sequence[str], first_texts: Sequence[str | None], places: Sequence[int]
) -> None:
    if len(set(places)) < len(places):
        raise TableError(f"{path}: a channel is asked for twice; name each channel once")
    if not places:
        raise TableError(f"{path}: no channel is asked for; name at least one of {_listed(names)}")
    for place in places:
        if names[place].lower() in ROLES:
            raise TableError(
                f"{path}: column {names[place]!r} is known as meta data, not as a channel; "
                "rename it in the header line to read it as one"
            )
        if first_texts[place] is not None:
            raise TableError(
                f"{path}: column {names[place]!r} is not numeric, it holds "
                f"{first_texts[place]!r} at its first data row; choose another channel"
            )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(name or "(unnamed)" for name in names)
