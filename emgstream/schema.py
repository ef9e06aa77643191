"""JSON documents read as typed values.

A type is a dataclass whose annotations state what each field may be; msgspec checks a document
against it. A document that does not fit is one error with the field, its value and what was
expected.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from typing import Annotated, Any, TypeAlias, TypeVar

import msgspec
from msgspec import Meta, inspect

from emgstream.errors import EmgStreamError, ModelFileError

__all__ = ["LARGEST", "Finite", "SchemaError", "checked", "checked_kind", "entry_of", "plain"]

_T = TypeVar("_T")
_Hooks: TypeAlias = Mapping[Any, Callable[[Any], Any]]

LARGEST = sys.float_info.max
"""The largest number: what a bound of a number says that may not be infinite or NaN."""
Finite: TypeAlias = Annotated[float, Meta(ge=-LARGEST, le=LARGEST)]
"""A number that is neither infinite nor NaN; Python's JSON reader accepts both."""

_WORDS: Mapping[Any, str] = {
    inspect.BoolType: "true or false",
    inspect.StrType: "text",
    inspect.DateTimeType: "a date and time",
}
_PATH = re.compile(r" - at `\$(.*)`$")
_MISSING = re.compile(r"Object missing required field `(.*?)`")
_PART = re.compile(r"\.(\w+)|\[(\d+)\]")


class SchemaError(ValueError):
    """A document that does not fit its type."""


def checked(
    document: object,
    kind: type[_T],
    *,
    hooks: _Hooks | None = None,
    equals: str = " ",
    closed: bool = False,
) -> _T:
    """Return a document, as JSON reads it, as a value of a dataclass.

    ``hooks`` read the types that msgspec does not know. ``equals`` stands between a field and its
    value in the error. A field that the dataclass does not have is refused where it is ``closed``,
    else ignored. Raises SchemaError where the document does not fit.
    """
    if closed and isinstance(document, Mapping):
        known = [one.name for one in fields(kind)]  # type: ignore[arg-type]
        for name in document:
            if name not in known:
                raise SchemaError(f"{name!r} is not known; expected {', '.join(known) or 'none'}")
    try:
        return msgspec.convert(
            document, kind, dec_hook=lambda one, given: (hooks or {})[one](given)
        )
    except msgspec.ValidationError as error:
        if isinstance(error.__cause__, EmgStreamError):  # of a hook
            raise error.__cause__ from None
        if error.__cause__ is not None:  # of the type's own check
            raise SchemaError(str(error.__cause__)) from None
        raise SchemaError(_sentence(document, kind, str(error), equals)) from None


def checked_kind(
    entry: object,
    kinds: Mapping[str, type[_T]],
    what: str,
    *,
    hooks: _Hooks | None = None,
    advice: str = "; train the model again",
) -> _T:
    """Return an entry of a model file as a value of the dataclass that its ``kind`` names.

    Raises ModelFileError, which ends with the advice, for a kind or a field that is not known and
    for a value that does not fit.
    """
    given = dict(entry) if isinstance(entry, Mapping) else {}
    kind = given.pop("kind", None)
    if not isinstance(kind, str) or kind not in kinds:
        raise ModelFileError(
            f"{what} of kind {kind!r}; this version knows {', '.join(kinds)}; update emgstream, or "
            "train the model again"
        )
    try:
        return checked(given, kinds[kind], hooks=hooks, closed=True)
    except SchemaError as error:
        raise ModelFileError(f"{what} {kind!r} is not as expected: {error}{advice}") from None


def entry_of(value: Any) -> dict[str, Any]:
    """Return a dataclass that has a ``kind`` as `checked_kind` reads it, ready for JSON."""
    return {"kind": value.kind, **plain(asdict(value))}


def plain(value: Any) -> Any:
    """Return a value as JSON reads it, with tuples as lists."""
    if isinstance(value, Mapping):
        return {name: plain(one) for name, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, (tuple, list)) else value


def _sentence(document: Any, kind: Any, message: str, equals: str) -> str:
    """Return a message of msgspec as one of ours, which names the value, too."""
    found, missing = _PATH.search(message), _MISSING.match(message)
    path = (found.group(1) if found else "") + (f".{missing.group(1)}" if missing else "")
    value, expected = document, inspect.type_info(kind)
    for name, place in _PART.findall(path):
        value = value.get(name) if name else value[int(place)]
        expected = _part(expected, name, place)
    path = path.removeprefix(".")
    if missing:
        return f"no {path}; expected {_words(expected)}"
    odd = ", which is not finite" if isinstance(value, float) and not math.isfinite(value) else ""
    return f"{path}{equals if path else ''}{value!r:.80}{odd}; expected {_words(expected)}"


def _part(kind: Any, name: str, place: str) -> Any:
    """Return the type of a field, or of the item at a place, of another type."""
    kind = _plain(kind)
    if name:
        return next(field.type for field in kind.fields if field.name == name)
    return kind.item_types[int(place)] if isinstance(kind, inspect.TupleType) else kind.item_type


def _plain(kind: Any) -> Any:
    """Return a type without its description, and not as one that may also be null."""
    while isinstance(kind, (inspect.Metadata, inspect.UnionType)):
        kind = kind.type if isinstance(kind, inspect.Metadata) else kind.types[0]
    return kind


def _words(kind: Any) -> str:
    """Return what a value of a type may be, for people: its description where it has one."""
    if isinstance(kind, inspect.Metadata) and kind.extra_json_schema:
        return str(kind.extra_json_schema["description"])
    kind = _plain(kind)
    if isinstance(kind, (inspect.IntType, inspect.FloatType)):
        return _words_of_number(kind)
    if isinstance(kind, inspect.EnumType):
        return "one of " + ", ".join(str(one.value) for one in kind.cls)
    if isinstance(kind, inspect.TupleType):
        return f"a list of {len(kind.item_types)}"
    if isinstance(kind, inspect.CollectionType):
        return f"a list of {kind.min_length} or more" if kind.min_length else "a list"
    return next((text for one, text in _WORDS.items() if isinstance(kind, one)), "an object")


def _words_of_number(kind: inspect.IntType | inspect.FloatType) -> str:
    ends = ("above ", kind.gt), ("", kind.ge), ("below ", kind.lt), ("", kind.le)
    bounds = [
        f"{word}{bound:.6g}" for word, bound in ends if bound is not None and abs(bound) != LARGEST
    ]
    between = " to ".join(bounds) if len(bounds) != 1 else f"{bounds[0]} or more"
    if isinstance(kind, inspect.IntType):
        return f"a whole number from {between}" if bounds else "a whole number"
    if between.startswith("above"):
        return f"a number {between}"
    return between or ("a number" if kind.le is None else "a finite number")
