"""Single keys from a terminal, without Enter, on every operating system."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

__all__ = ["ENTER", "ESC", "SPACE", "KeyReader", "keys"]

ESC, SPACE, ENTER = "esc", "space", "enter"

_NAMES = {"\x1b": ESC, " ": SPACE, "\r": ENTER, "\n": ENTER}
_SEQUENCES = re.compile(r"\x1b[\[O][0-9;]*[A-Za-z~]")  # arrows and function keys, not used

KeyReader: TypeAlias = Callable[[], list[str]]
"""Returns the keys pressed since the last call: `ESC`, `SPACE`, `ENTER`, or a lower-case letter."""


@contextmanager
def keys() -> Iterator[KeyReader]:
    """Return a reader of single keys; the terminal is restored at the end of the block.

    Ctrl-C works as always. Ctrl-Z, which would stop a recording, is switched off. If standard input
    is no terminal, the reader never returns a key.
    """
    if not sys.stdin.isatty():
        yield list
    elif sys.platform == "win32":
        yield _windows_keys
    else:
        with _posix_keys() as reader:
            yield reader


def _named(text: str) -> list[str]:
    r"""Return the names of keys.

    >>> _named("R \x1b"), _named("\x1b[A")
    (['r', 'space', 'esc'], [])
    """
    return [_NAMES.get(one, one.lower()) for one in _SEQUENCES.sub("", text)]


if sys.platform == "win32":
    import msvcrt

    def _windows_keys() -> list[str]:
        text = ""
        while msvcrt.kbhit():
            key = msvcrt.getwch()
            if key in ("\x00", "\xe0"):
                msvcrt.getwch()  # the second half of an arrow or a function key
            else:
                text += key
        return _named(text)

else:
    import select
    import termios
    import tty

    @contextmanager
    def _posix_keys() -> Iterator[KeyReader]:
        terminal = sys.stdin.fileno()
        before = termios.tcgetattr(terminal)

        def pressed() -> list[str]:
            readable, _, _ = select.select([terminal], [], [], 0.0)
            return _named(os.read(terminal, 1024).decode("utf-8", "replace")) if readable else []

        try:
            tty.setcbreak(terminal)
            settings = termios.tcgetattr(terminal)
            settings[6][termios.VSUSP] = b"\0"
            termios.tcsetattr(terminal, termios.TCSANOW, settings)
            yield pressed
        finally:
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)
