"""Ctrl-C as an event to poll, instead of an exception at an arbitrary place."""

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
    """The event that is set once the program is asked to end."""

    by = "Ctrl-C"
    """The key or signal that asked for it, for people."""


@contextmanager
def ctrl_c() -> Iterator[InterruptRequest]:
    """Return an event that Ctrl-C sets; a second Ctrl-C raises KeyboardInterrupt.

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
    """Return an event that Ctrl-C, SIGTERM and SIGHUP set; otherwise like `ctrl_c`.

    SIGHUP comes where a terminal is closed, or a connection to it breaks. One that is ignored, as
    by nohup, stays so.
    """
    with ctrl_c() as pressed:

        def end(number: int, _frame: FrameType | None) -> None:
            pressed.by = signal.Signals(number).name
            pressed.set()

        ends = [signal.SIGTERM]
        if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            ends.append(signal.SIGHUP)
        previous = {number: signal.signal(number, end) for number in ends}
        try:
            yield pressed
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)


@contextmanager
def ctrl_c_after() -> Iterator[None]:
    """Delay the KeyboardInterrupt of Ctrl-C to the end of the block.

    For imports: native code of a library may turn a KeyboardInterrupt into another error.
    """
    with ctrl_c() as pressed:
        yield
    if pressed.is_set():
        raise KeyboardInterrupt


def stoppable(show: Callable[[_T], None], stack: ExitStack) -> Callable[[_T], None]:
    """Return a function to call after every epoch, so that Ctrl-C ends training without loss.

    After the first epoch, Ctrl-C raises KeyboardInterrupt only at the end of an epoch; a second
    Ctrl-C raises it at once. ``show`` gets the progress; ``stack`` restores the handler.
    """
    pressed: InterruptRequest | None = None

    def tell(progress: _T) -> None:
        nonlocal pressed
        pressed = pressed or stack.enter_context(ctrl_c())
        show(progress)
        if pressed.is_set():
            raise KeyboardInterrupt

    return tell
