"""Ctrl-C as something to look at, not as an exception that may strike anywhere."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import TypeVar

__all__ = ["InterruptRequest", "ctrl_c", "ctrl_c_after", "polite_end", "stoppable"]

_T = TypeVar("_T")


class InterruptRequest(threading.Event):
    """Set once the program is asked to end."""

    by = "Ctrl-C"
    """What asked for it."""


@contextmanager
def ctrl_c() -> Iterator[InterruptRequest]:
    """Give an event that Ctrl-C sets; a second Ctrl-C is a KeyboardInterrupt again.

    Only the main thread may enter it.
    """
    pressed = InterruptRequest()

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
def polite_end() -> Iterator[InterruptRequest]:
    """Give an event that Ctrl-C sets, and a polite kill too; otherwise as `ctrl_c`."""
    with ctrl_c() as pressed:

        def end(_number: int, _frame: FrameType | None) -> None:
            pressed.by = "SIGTERM"
            pressed.set()

        previous = signal.signal(signal.SIGTERM, end)
        try:
            yield pressed
        finally:
            signal.signal(signal.SIGTERM, previous)


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


def stoppable(show: Callable[[_T], None], stack: ExitStack) -> Callable[[_T], None]:
    """Return what to tell of every epoch, so that Ctrl-C ends the training and loses nothing.

    From the end of the first epoch on, when there is something to lose, Ctrl-C strikes at the end
    of an epoch and nowhere else; a second one strikes at once.
    """
    pressed: InterruptRequest | None = None

    def tell(progress: _T) -> None:
        nonlocal pressed
        pressed = pressed or stack.enter_context(ctrl_c())
        show(progress)
        if pressed.is_set():
            raise KeyboardInterrupt

    return tell
