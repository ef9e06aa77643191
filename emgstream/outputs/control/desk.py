"""The keyboard and the mouse of this computer, through pynput."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol

from emgstream.errors import MissingExtraError, OutputError, UsageError
from emgstream.extras import missing_extra
from emgstream.host_system import platform_name
from emgstream.outputs.control.bindings import Bindings, Hold, Move, Scroll, Tap

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["OBSTACLES", "InputDevices", "is_wayland", "open_desk", "why_no_keys"]

_WAYLAND = (
    "Wayland lets keys reach programs of X11 only: log in to an Xorg session to press keys in all "
    "programs"
)
_NO_PACKAGE = "The package pynput, which presses keys, is not installed: add the extra 'control'"
_NO_SCREEN = "There is no screen with an X server here, so that no keys can be pressed"
_MACOS = (
    "Allow the program that starts emgstream, such as Terminal, under System Settings, Privacy & "
    "Security, in Accessibility and in Input Monitoring: it may see and press keys then"
)
OBSTACLES = (_WAYLAND, _NO_PACKAGE, _NO_SCREEN, _MACOS)
"""The sentences of `why_no_keys`."""

_JOIN_S = 0.2
_MOST_TAPS = 25


class InputDevices(Protocol):
    """A keyboard and a mouse to act on, with the keys that the user presses."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc_info: object) -> None: ...

    def press(self, hold: Hold) -> None:
        """Hold a key or a button down."""
        ...

    def release(self, hold: Hold) -> None:
        """Release it."""
        ...

    def move(self, move: Move) -> None:
        """Move the mouse."""
        ...

    def scroll(self, scroll: Scroll) -> None:
        """Turn the mouse wheel."""
        ...


def open_desk(bindings: Bindings, on_key: Callable[[str], None]) -> InputDevices:
    """Return keyboard and mouse of this computer, not yet entered.

    A thread of its own calls ``on_key`` with ``arm`` or ``panic`` when that key goes down.

    Raises
    ------
    MissingExtraError
        pynput is not installed.
    OutputError
        There is no screen to press keys on, or no permission to.
    UsageError
        A key that this computer does not have.
    """
    keyboard, mouse = _pynput()
    pressed = [one.hold if isinstance(one, Tap) else one for one in bindings.actions.values()]
    holds = {one for one in pressed if isinstance(one, Hold)}
    targets = {hold: _target(keyboard, mouse, hold) for hold in holds}
    own = {_code(keyboard, getattr(bindings, name)): name for name in ("arm", "panic")}
    return _PynputDevices(keyboard, mouse, targets, own, on_key)


def is_wayland() -> bool:
    """Return True in a Wayland session, where only programs of X11 get and send these keys."""
    return os.environ.get("XDG_SESSION_TYPE") == "wayland"


def why_no_keys() -> str:
    """Return what to allow so that keys can be pressed, one sentence; empty if nothing is known.

    Nothing is pressed or listened to. The sentence for macOS is returned in any case, as only a
    listener learns whether it is trusted.
    """
    if is_wayland():
        return _WAYLAND
    try:
        _pynput()
    except MissingExtraError:
        return _NO_PACKAGE
    except OutputError:
        return _NO_SCREEN
    if platform_name() == "darwin":
        return _MACOS
    return ""


class _PynputDevices:
    """Controllers of pynput that press keys, and a listener to the keys of the user."""

    def __init__(
        self,
        keyboard: Any,
        mouse: Any,
        targets: dict[Hold, Any],
        own: dict[Any, str],
        on_key: Callable[[str], None],
    ) -> None:
        self._keyboard, self._mouse = keyboard.Controller(), mouse.Controller()
        self._targets, self._own, self._on_key = targets, own, on_key
        self._wake = keyboard.Key.shift
        self._down: set[str] = set()
        self._listener = keyboard.Listener(on_press=self._pressed, on_release=self._released)
        self._listener.name = "emg-hotkeys"

    def __enter__(self) -> Self:
        self._listener.start()
        self._listener.wait()
        if not getattr(self._listener, "IS_TRUSTED", True):  # pynput has it on macOS only
            self.__exit__()
            raise OutputError(
                "macOS does not let this program see and press keys; expected its permission; "
                "allow the terminal under System Settings, Privacy & Security, in Accessibility "
                "and in Input Monitoring, and start again"
            )
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._listener.stop()
        for _ in range(_MOST_TAPS):
            self._listener.join(_JOIN_S)
            if not self._listener.is_alive():
                return
            # On X, pynput looks whether it is to stop only as a key comes (its pull request 583).
            self._keyboard.tap(self._wake)
        raise RuntimeError(f"thread emg-hotkeys did not end within {_MOST_TAPS * _JOIN_S} s")

    def press(self, hold: Hold) -> None:
        """Hold a key or a button down."""
        self._of(hold).press(self._targets[hold])

    def release(self, hold: Hold) -> None:
        """Release it."""
        self._of(hold).release(self._targets[hold])

    def move(self, move: Move) -> None:
        """Move the mouse."""
        self._mouse.move(move.right, move.down)

    def scroll(self, scroll: Scroll) -> None:
        """Turn the mouse wheel."""
        self._mouse.scroll(scroll.right, -scroll.down)

    def _of(self, hold: Hold) -> Any:
        return self._mouse if hold.is_button else self._keyboard

    def _pressed(self, key: Any) -> None:
        name = self._own.get(key)
        if name is not None and name not in self._down:  # a key that is held down repeats
            self._down.add(name)
            self._on_key(name)

    def _released(self, key: Any) -> None:
        self._down.discard(self._own.get(key, ""))


def _pynput() -> tuple[Any, Any]:
    """Return the modules for the keyboard and for the mouse."""
    try:
        from pynput import keyboard, mouse
    except ModuleNotFoundError as error:
        raise missing_extra("pressing keys", "pynput", "control") from error
    except ImportError as error:  # pynput's word for a machine without a screen
        raise OutputError(
            f"there is no screen to press keys on (DISPLAY is {os.environ.get('DISPLAY', '')!r}); "
            "expected a desktop, on Linux one with an X server; leave --control out here"
        ) from error
    return keyboard, mouse


def _target(keyboard: Any, mouse: Any, hold: Hold) -> Any:
    return mouse.Button[hold.name] if hold.is_button else _code(keyboard, hold.name)


def _code(keyboard: Any, name: str) -> Any:
    if len(name) == 1:
        return keyboard.KeyCode.from_char(name)
    if name not in keyboard.Key.__members__:
        raise UsageError(
            f"no key is called {name!r}; expected one character, or one of: "
            f"{_listed(keyboard.Key.__members__)}"
        )
    return keyboard.Key[name]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
