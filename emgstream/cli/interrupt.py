"""Ctrl-C as something to look at, not as an exception that may strike anywhere."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["ctrl_c", "ctrl_c_after"]


@contextmanager
def ctrl_c() -> Iterator[threading.Event]:
    """Give an event that Ctrl-C sets; a second Ctrl-C is a KeyboardInterrupt again.

    Only the main thread may enter it.
    """
    pressed = threading.Event()

    def press(number: int, frame: FrameType | None) -> None:
        if pressed.is_set():
            signal.default_int_handler(number, frame)
        pressed.set()

    previous = signal.signal(signal.SIGINT, press)
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, previous)


@contextmanager
def ctrl_c_after() -> Iterator[None]:
    """Let Ctrl-C be a KeyboardInterrupt at the end of the block.

    For imports: in the middle of one, native code of a library would turn it into a failure of
    its own.
    """
    with ctrl_c() as pressed:
        yield
    if pressed.is_set():
        raise KeyboardInterrupt
