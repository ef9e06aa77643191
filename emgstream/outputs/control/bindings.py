"""Bindings of movements to keys and mouse, read from a JSON or TOML file."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from msgspec import Meta

from emgstream.errors import UsageError
from emgstream.schema import SchemaError, checked

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["Action", "Bindings", "Hold", "Move", "read_bindings"]

_ARM, _PANIC = "f8", "f12"
_BUTTONS = ("left", "middle", "right")
_FURTHEST = 1000
"""Most pixels that the mouse moves at one decision: a choice, half the width of a screen."""
_Key: TypeAlias = Annotated[str, Meta(min_length=1, description="the name of a key as 'f8'")]


@dataclass(frozen=True, slots=True)
class Hold:
    """A key or mouse button that is held down as long as the movement lasts."""

    name: str
    """A character, or a name such as ``space``, ``left``, ``f1``; for a button ``left``, ..."""
    is_button: bool = False
    """True for a mouse button."""


@dataclass(frozen=True, slots=True)
class Move:
    """A distance that the mouse moves at every decision for the movement."""

    right: int
    """Pixels to the right; to the left where negative."""
    down: int
    """Pixels down; up where negative."""


Action: TypeAlias = Hold | Move


@dataclass(frozen=True, slots=True)
class Bindings:
    """The action of each movement, and the keys that arm and disarm the output."""

    actions: Mapping[str, Action]
    """The action of each movement that has one, by its name."""
    arm: str = _ARM
    """The key that arms and disarms."""
    panic: str = _PANIC
    """The key that always disarms and releases everything."""


@dataclass(frozen=True, slots=True)
class _BindingsFile:
    """The file of bindings, as JSON or TOML reads it."""

    movements: dict[str, Any]
    arm: _Key = _ARM
    panic: _Key = _PANIC


def read_bindings(path: Path, class_names: tuple[str, ...]) -> Bindings:
    """Return the bindings of a file for the movements of a model.

    A table ``movements`` gives each movement its action: the name of a key, ``mouse:left`` for a
    button, ``move:10,0`` for 10 pixels to the right; ``arm`` and ``panic`` name other keys than F8
    and F12. Raises UsageError, with file and entry, for anything else, and MissingExtraError for a
    TOML file where Python has no reader for it.
    """
    document = _read(path)
    try:
        return _bindings(document, class_names)
    except (SchemaError, UsageError) as error:
        raise UsageError(f"{path}: {error}") from None


def _read(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".toml":
            return tomllib.loads(text)
        return json.loads(text)
    except OSError as error:
        raise UsageError(
            f"cannot read {path}: {error.strerror or error}; expected a file of JSON or TOML"
        ) from error
    except ValueError as error:  # so are the errors of both, and of text that is not UTF-8
        kind = "TOML" if path.suffix == ".toml" else "JSON"
        raise UsageError(f"{path} is not {kind}: {error}; mend it there") from error


def _bindings(document: Any, class_names: tuple[str, ...]) -> Bindings:
    if not isinstance(document, dict) or not isinstance(document.get("movements"), dict):
        raise UsageError('no table of movements; expected "movements": {"hand_close": "space"}')
    file = checked(document, _BindingsFile, equals=" = ", closed=True)
    actions = {
        movement: _action(movement, text, class_names) for movement, text in file.movements.items()
    }
    bindings = Bindings(actions, file.arm.lower(), file.panic.lower())
    keys = [a.name for a in actions.values() if isinstance(a, Hold) and not a.is_button]
    for name in (bindings.arm, bindings.panic):
        if [*keys, bindings.arm, bindings.panic].count(name) > 1:
            raise UsageError(f"the key {name!r} has two meanings; keep arm and panic for yourself")
    return bindings


def _action(movement: str, text: object, class_names: tuple[str, ...]) -> Action:
    if movement not in class_names:
        raise UsageError(f"the model knows no {movement!r}; expected {', '.join(class_names)}")
    if not isinstance(text, str) or not text:
        raise UsageError(f"{movement} = {text!r}; expected a key, mouse:BUTTON or move:RIGHT,DOWN")
    kind, colon, rest = text.partition(":")
    if kind == "mouse" and rest in _BUTTONS:
        return Hold(rest, is_button=True)
    if kind == "move" and colon:
        return _move(movement, rest)
    if kind == "mouse" and colon:
        raise UsageError(f"{movement} = {text!r}; the mouse has {', '.join(_BUTTONS)}")
    return Hold(text if len(text) == 1 else text.lower())


def _move(movement: str, text: str) -> Move:
    try:
        right, down = (int(part) for part in text.split(","))
    except ValueError:
        right = down = _FURTHEST + 1
    if max(abs(right), abs(down)) > _FURTHEST:
        raise UsageError(
            f"{movement} = 'move:{text}'; expected move:RIGHT,DOWN in pixels as move:10,0, "
            f"at most {_FURTHEST} a decision"
        )
    return Move(right, down)
