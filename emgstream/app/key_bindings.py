"""The bindings of movements to keys as they are edited, and the file that keeps them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import Enum
from pathlib import Path

from emgstream.device_names import is_device_name
from emgstream.errors import EmgStreamError
from emgstream.outputs.control.bindings import (
    Action,
    Bindings,
    Hold,
    Scroll,
    Tap,
    read_bindings,
    write_bindings,
)
from emgstream.outputs.control.desk import why_no_keys
from emgstream.translation import tr

__all__ = ["KeyBindings", "PressKind", "action_words", "press_kind", "what_to_allow"]


class PressKind(Enum):
    """The way a key or button is pressed; the value is the word for people."""

    HOLD = tr("held down")
    """As long as the movement lasts."""
    TAP = tr("tapped once")
    """As the movement begins."""
    REPEAT = tr("tapped again and again")
    """As the movement begins, and while it lasts."""


class KeyBindings:
    """The bindings of one file, saved at every change.

    Parameters
    ----------
    path
        The file; it need not exist. One of TOML is read, and changes go to a file of JSON beside
        it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problem = ""
        """The reason why the file could not be read or written; empty if there is none."""
        self.bindings = Bindings({})
        if is_device_name(path) or path.exists():  # to look for a device would open it
            self._do(self._load)

    def _load(self) -> None:
        self.bindings = read_bindings(self.path, None)

    def set_action(self, movement: str, action: Action) -> None:
        """Bind a movement; its action before is replaced."""
        self._change({**self.bindings.actions, movement: action})

    def remove(self, movement: str) -> None:
        """Remove the binding of a movement."""
        self._change({m: a for m, a in self.bindings.actions.items() if m != movement})

    def set_kind(self, movement: str, kind: PressKind) -> None:
        """Press the key of a movement in another way; the mouse's ways stay as they are."""
        action = self.bindings.actions[movement]
        hold = action.hold if isinstance(action, Tap) else action
        if isinstance(hold, Hold):
            is_held = kind is PressKind.HOLD
            self.set_action(movement, hold if is_held else Tap(hold, kind is PressKind.REPEAT))

    def _change(self, actions: dict[str, Action]) -> None:
        self.bindings = replace(self.bindings, actions=actions)
        self.path = self.path.with_suffix(".json")
        self._do(lambda: write_bindings(self.path, self.bindings))

    def _do(self, step: Callable[[], None]) -> None:
        try:
            step()
            self.problem = ""
        except EmgStreamError as error:
            self.problem = str(error)


def what_to_allow() -> str:
    """Return what to allow so that keys can be pressed here, one sentence; empty for nothing."""
    return tr(why_no_keys())


def press_kind(action: Action) -> PressKind | None:
    """Return how an action presses its key; None for the ways of the mouse."""
    if isinstance(action, Tap):
        return PressKind.REPEAT if action.repeats else PressKind.TAP
    return PressKind.HOLD if isinstance(action, Hold) else None


def action_words(action: Action) -> str:
    """Return the key, button or way of the mouse in words.

    >>> action_words(Hold("space")), action_words(Tap(Hold("left", is_button=True)))
    ('Space', 'left mouse button')
    >>> action_words(Scroll(0, 1))
    'scroll down'
    """
    if isinstance(action, Tap):
        return action_words(action.hold)
    if isinstance(action, Hold):
        if action.is_button:
            return tr("{name} mouse button", name=tr(action.name))
        return action.name.upper() if len(action.name) == 1 else _spoken_key(action.name)
    ways = [
        (abs(action.right), tr("right") if action.right > 0 else tr("left")),
        (abs(action.down), tr("down") if action.down > 0 else tr("up")),
    ]
    if isinstance(action, Scroll):
        return tr("scroll {way}", way=next(way for n, way in ways if n))
    moves = ", ".join(f"{n} px {way}" for n, way in ways if n)
    return tr("mouse {way}", way=moves) if moves else tr("mouse stays")


def _spoken_key(name: str) -> str:
    return " ".join(part.capitalize() for part in name.split("_"))
