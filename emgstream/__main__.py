"""The start of the program: the command ``emgstream``, and ``python -m emgstream``.

Ctrl-C is taken care of before anything is imported that takes time: it ends the program with one
line, as it does later on, and not with a traceback out of some import.
"""

import os
import signal
import sys
from types import FrameType

__all__ = ["main"]


def main() -> int:
    """Run the command line and return the exit code."""
    from emgstream.cli import main as run

    _change_handler(_leave, signal.default_int_handler)
    try:
        return run()
    finally:
        _change_handler(signal.default_int_handler, signal.SIG_DFL)  # nothing is left to be said


def _leave_out_current_folder() -> None:
    """Look for no module in the current folder, which ``python -m`` puts before all others.

    A numpy.py beside the recordings would be imported as numpy.
    """
    try:
        current = os.getcwd()  # noqa: PTH109
    except OSError:  # it has been deleted: nothing can be imported from it
        return
    if not getattr(sys.flags, "safe_path", False) and sys.path[0] == current:
        del sys.path[0]


def _leave(_number: int, _frame: FrameType | None) -> None:
    """End the program at once: nothing has begun yet that could be lost."""
    os.write(2, b"emgstream: stopped by Ctrl-C\n")
    os._exit(1)


def _change_handler(before: "signal._HANDLER", after: "signal._HANDLER") -> None:
    """Let Ctrl-C do something else, unless whoever started the program had it ignored."""
    if signal.getsignal(signal.SIGINT) is before:
        signal.signal(signal.SIGINT, after)


_change_handler(signal.default_int_handler, _leave)

if __name__ == "__main__":
    _leave_out_current_folder()
    sys.exit(main())
