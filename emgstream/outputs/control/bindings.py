"""Bindings of movements to keys and mouse, in a file of JSON or TOML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from msgspec import Meta

from emgstream.atomic_files import partial_file, replace_file
from emgstream.device_names import device_problem, is_device_name
from emgstream.errors import OutputError, UsageError
from emgstream.host_system import refusal
from emgstream.schema import SchemaError, checked
from emgstream.text_documents import json_of, toml_of
from emgstream.wording import did_you_mean

__all__ = [
    "ARM_KEY",
    "PANIC_KEY",
    "Action",
    "Bindings",
    "Hold",
    "Move",
    "Scroll",
    "Tap",
    "action_text",
    "read_bindings",
    "write_bindings",
]

ARM_KEY, PANIC_KEY = "f8", "f12"
_BUTTONS = ("left", "middle", "right")
_FURTHEST = 1000
"""Most pixels that the mouse moves at one decision: a choice, half the width of a screen."""
_Key: TypeAlias = Annotated[
    str, Meta(min_length=1, description="the name of a key, for example 'f8'")
]


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


@dataclass(frozen=True, slots=True)
class Tap:
    """A key or mouse button that is pressed and released as the movement begins."""

    hold: Hold
    """The key or button."""
    repeats: bool = False
    """True to press it again and again as long as the movement lasts."""


@dataclass(frozen=True, slots=True)
class Scroll:
    """A notch that the mouse wheel turns as the movement begins, and again while it lasts."""

    right: int
    """Notches to the right; to the left where negative."""
    down: int
    """Notches down; up where negative."""


Action: TypeAlias = Hold | Move | Tap | Scroll


@dataclass(frozen=True, slots=True)
class Bindings:
    """The action of each movement, and the keys that arm and disarm the output."""

    actions: Mapping[str, Action]
    """The action of each movement that has one, by its name."""
    arm: str = ARM_KEY
    """The key that arms and disarms."""
    panic: str = PANIC_KEY
    """The key that always disarms and releases everything."""


@dataclass(frozen=True, slots=True)
class _BindingsFile:
    """The file of bindings, as JSON or TOML reads it."""

    movements: dict[str, Any]
    arm: _Key = ARM_KEY
    panic: _Key = PANIC_KEY


def read_bindings(path: Path, class_names: tuple[str, ...] | None) -> Bindings:
    """Return the bindings of a file for the movements of a model; for any movements if None.

    A table ``movements`` gives each movement its action: the name of a key, ``mouse:left`` for a
    button, both held as long as the movement lasts; ``tap:space`` to press it once, and
    ``repeat:space`` again and again; ``scroll:down`` for the wheel; ``move:10,0`` to move the mouse
    by 10 pixels to the right at every decision; ``arm`` and ``panic`` name other keys than F8
    and F12. Raises UsageError, with file and entry, for anything else, and MissingExtraError for a
    TOML file where Python has no reader for it.
    """
    if is_device_name(path):
        raise UsageError(f"{device_problem(path)}; expected a file of JSON or TOML")
    document = _read(path)
    try:
        return _bindings(document, class_names)
    except (SchemaError, UsageError) as error:
        raise UsageError(f"{path}: {error}") from None


def write_bindings(path: Path, bindings: Bindings) -> None:
    """Write bindings as JSON, completely or not at all; raises OutputError."""
    document = {
        "movements": {name: action_text(action) for name, action in bindings.actions.items()},
        "arm": bindings.arm,
        "panic": bindings.panic,
    }
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial_file(path) as partial:
            partial.write_text(text, encoding="utf-8")
            replace_file(partial, path)
    except OSError as error:
        raise OutputError(
            f"cannot write {path}: {refusal(error)}; expected a writable place; choose another file"
        ) from error


def action_text(action: Action) -> str:
    """Return an action as a file of bindings has it.

    >>> action_text(Tap(Hold("left", is_button=True))), action_text(Scroll(0, -1))
    ('tap:mouse:left', 'scroll:up')
    """
    if isinstance(action, Move):
        return f"move:{action.right},{action.down}"
    if isinstance(action, Scroll):
        return next(f"scroll:{word}" for word, way in _SCROLLS.items() if way == action)
    if isinstance(action, Tap):
        return f"{'repeat' if action.repeats else 'tap'}:{action_text(action.hold)}"
    return f"mouse:{action.name}" if action.is_button else action.name


_SCROLLS = {
    "up": Scroll(0, -1),
    "down": Scroll(0, 1),
    "left": Scroll(-1, 0),
    "right": Scroll(1, 0),
}


def _read(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".toml":
            return toml_of(text)
        return json_of(text)
    except OSError as error:
        raise UsageError(
            f"cannot read {path}: {refusal(error)}; expected a file of JSON or TOML"
        ) from error
    except ValueError as error:  # so are the errors of both, and of text that is not UTF-8
        kind = "TOML" if path.suffix == ".toml" else "JSON"
        raise UsageError(f"{path} is not {kind}: {error}; correct it there") from error


def _bindings(document: Any, class_names: tuple[str, ...] | None) -> Bindings:
    if not isinstance(document, dict) or not isinstance(document.get("movements"), dict):
        raise UsageError('no table of movements; expected "movements": {"hand_close": "space"}')
    file = checked(document, _BindingsFile, equals=" = ", closed=True)
    actions = {
        movement: _action(movement, text, class_names) for movement, text in file.movements.items()
    }
    bindings = Bindings(actions, file.arm.lower(), file.panic.lower())
    holds = [a.hold if isinstance(a, Tap) else a for a in actions.values()]
    keys = [one.name for one in holds if isinstance(one, Hold) and not one.is_button]
    for name in (bindings.arm, bindings.panic):
        if [*keys, bindings.arm, bindings.panic].count(name) > 1:
            raise UsageError(
                f"the key {name!r} is used twice; expected different keys for arm, panic and each "
                "movement; choose another key"
            )
    return bindings


def _action(movement: str, text: object, class_names: tuple[str, ...] | None) -> Action:
    if class_names is not None and movement not in class_names:
        raise UsageError(
            f"the model has no movement {movement!r}{did_you_mean(movement, class_names)}; "
            f"expected {', '.join(class_names)}"
        )
    if not isinstance(text, str) or not text:
        raise UsageError(
            f"{movement} = {text!r}; expected a key, mouse:BUTTON, tap:KEY, repeat:KEY, "
            "scroll:WAY or move:RIGHT,DOWN"
        )
    kind, colon, rest = text.partition(":")
    kind = kind.lower()
    if kind in ("tap", "repeat") and rest:
        is_nested = rest.lower().startswith(("tap:", "repeat:"))
        hold = None if is_nested else _action(movement, rest, class_names)
        if isinstance(hold, Hold):
            return Tap(hold, kind == "repeat")
        raise UsageError(f"{movement} = {text!r}; only a key or a mouse button can be tapped")
    if kind == "scroll" and colon:
        return _scroll(movement, rest.lower())
    if kind == "mouse" and rest.lower() in _BUTTONS:
        return Hold(rest.lower(), is_button=True)
    if kind == "move" and colon:
        return _move(movement, rest)
    if kind == "mouse" and colon:
        raise UsageError(f"{movement} = {text!r}; the mouse has {', '.join(_BUTTONS)}")
    return Hold(text if len(text) == 1 else text.lower())


def _scroll(movement: str, way: str) -> Scroll:
    if way not in _SCROLLS:
        raise UsageError(f"{movement} = {f'scroll:{way}'!r}; expected one of {', '.join(_SCROLLS)}")
    return _SCROLLS[way]


def _move(movement: str, text: str) -> Move:
    try:
        right, down = (int(part) for part in text.split(","))
    except ValueError:
        right = down = _FURTHEST + 1
    if max(abs(right), abs(down)) > _FURTHEST:
        raise UsageError(
            f"{movement} = {f'move:{text}'!r}; expected move:RIGHT,DOWN in pixels per decision, "
            f"at most {_FURTHEST}, for example move:10,0"
        )
    return Move(right, down)
