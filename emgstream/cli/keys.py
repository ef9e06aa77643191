"""Single keys from a terminal, without Enter, on every operating system."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeAlias

from emgstream.host_system import is_terminal

__all__ = ["ENTER", "ESC", "RELEASE", "SPACE", "KeyReader", "keys"]

ESC, SPACE, ENTER = "esc", "space", "enter"
RELEASE = "u"
"""The key that lets go of the port for an upload, and opens it again."""

_NAMES = {"\x1b": ESC, " ": SPACE, "\r": ENTER, "\n": ENTER}
_SEQUENCES = re.compile(r"\x1b[\[O][0-9;]*[A-Za-z~]")  # arrows and function keys, not used

KeyReader: TypeAlias = Callable[[], list[str]]
"""Returns the keys pressed since the last call: `ESC`, `SPACE`, `ENTER`, or a lower-case letter."""


@contextmanager
def keys() -> Iterator[KeyReader]:
    """Return a reader of single keys; the terminal is restored at the end of the block.

    Ctrl-C works as always. Ctrl-Z, which would stop a recording, is switched off. If standard input
    is no terminal, or that of a program which runs in the background, the reader never returns a
    key.
    """
    if not is_terminal(sys.stdin) or not _is_in_foreground():
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

    def _is_in_foreground() -> bool:
        return True

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

    def _is_in_foreground() -> bool:
        """Return False if the system would stop this program for using its terminal."""
        try:
            return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
        except OSError:  # it is not the terminal that this program was started from
            return True

    @contextmanager
    def _posix_keys() -> Iterator[KeyReader]:
        terminal = sys.stdin.fileno()
        before = termios.tcgetattr(terminal)

        def pressed() -> list[str]:
            readable, _, _ = select.select([terminal], [], [], 0.0)
            try:
                data = os.read(terminal, 1024) if readable else b""
            except OSError:  # the terminal was closed; SIGHUP ends the program
                data = b""
            return _named(data.decode("utf-8", "replace"))

        try:
            tty.setcbreak(terminal)
            settings = termios.tcgetattr(terminal)
            settings[6][termios.VSUSP] = b"\0"
            termios.tcsetattr(terminal, termios.TCSANOW, settings)
            yield pressed
        finally:
            with suppress(termios.error):  # the terminal was closed
                termios.tcsetattr(terminal, termios.TCSADRAIN, before)
