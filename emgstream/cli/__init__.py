"""The command line: one module per verb, imported only when the verb is called."""

from __future__ import annotations

import argparse
import errno
import importlib
import io
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from types import ModuleType
from typing import NoReturn

from emgstream import __version__
from emgstream.cli.interrupt import ctrl_c_after
from emgstream.cli.log_options import add_log_options, log_failure, start_log
from emgstream.errors import EmgStreamError, UsageError

__all__ = ["VERBS", "main"]

VERBS = {
    "live": "stream the sensor board through a model: plug it in and watch",
    "replay": "stream a recording through a model, as if it were live",
    "simulate": "pretend to be the board: synthetic EMG on a port, with faults to order",
    "record": "record a labelled session: the screen says what to do",
    "recover": "mend a recording that broke off, and settle its labels",
    "export": "hand a recorded session on as EDF+, BDF+ or BIDS",
    "convert": "write recordings of other programs in the form of this one",
    "train": "train a model on recordings",
    "evaluate": "say what a model is worth, on recordings it has not seen",
    "tune": "see what smoothing and rejection are worth on a recording, and keep them",
    "test-live": "ask for movements, and see whether the model names them",
    "calibrate": "teach a model a new day, from about a minute a movement",
    "ports": "list the serial ports, and what answers on each",
    "firmware": "hand out the sketch for the board, with wiring and safety notes",
    "inspect": "say what a model or a recording holds",
    "install": "install an extra, such as the libraries for training",
    "config": "show the configuration file and the settings that hold",
}
"""Each verb with what it does; its module NAME_verb has ``add_arguments`` and ``run``."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""Errors of standard output: no space, or no reader; other files raise OutputError."""


class _Parser(argparse.ArgumentParser):
    """A parser that raises UsageError, so that wrong arguments are one line like every error."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see {self.prog} --help")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code: 0, or 1 after one line with the reason."""
    _hold_standard_streams()
    with ExitStack() as log:
        try:
            _run(sys.argv[1:] if arguments is None else arguments, log)
            sys.stdout.flush()
        except EmgStreamError as error:
            return _fail(str(error))
        except KeyboardInterrupt:
            return _fail("stopped by Ctrl-C")
        except BrokenPipeError:
            return _fail("standard output was closed by its reader")
        except OSError as error:
            if error.errno not in _FULL:
                return _fail_by_bug(error)
            why = error.strerror or error
            return _fail(f"cannot write to standard output: {why}; make room, or send it elsewhere")
        except Exception as error:  # noqa: BLE001 - the top of the main thread: kept in the log
            return _fail_by_bug(error)
    return 0


def _hold_standard_streams() -> None:
    """Replace closed standard streams by the null device, and escape letters they cannot write.

    Else the next file or port that is opened would take the place of a closed stream.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            nothing = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, open(nothing, mode, encoding="utf-8", closefd=False))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a label may hold what a code page does not
            stream.reconfigure(errors="backslashreplace")


def _run(arguments: Sequence[str], log: ExitStack) -> None:
    """Run a verb, or the window; ``log`` ends the log that was asked for."""
    parser = _Parser(
        prog="emgstream",
        description="A real-time streaming classifier for live EMG sensors.",
        epilog="\n".join(["verbs:", *(f"  {verb:10} {what}" for verb, what in VERBS.items())])
        + "\n\n`emgstream VERB --help` tells more of each.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"emgstream {__version__}")
    parser.add_argument(
        "verb", nargs="?", choices=VERBS, metavar="verb", help="what to do; without one, the window"
    )
    parser.add_argument("words", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    add_log_options(parser)
    parsed = parser.parse_args(arguments)
    if parsed.verb is None:
        start_log(parsed, arguments, log)
        _open_window()
        return
    verb = _module(parsed.verb)
    verb_parser = _Parser(prog=f"emgstream {parsed.verb}", description=verb.__doc__)
    verb.add_arguments(verb_parser)
    add_log_options(verb_parser)
    verb_arguments = verb_parser.parse_intermixed_args(parsed.words)
    verb_arguments.verbosity += parsed.verbosity  # both places will do
    verb_arguments.log = verb_arguments.log or parsed.log
    start_log(verb_arguments, arguments, log)
    verb.run(verb_arguments)


def _module(verb: str) -> ModuleType:
    """Return the module of a verb; raises KeyboardInterrupt after Ctrl-C, once it is imported."""
    with ctrl_c_after():
        return importlib.import_module(f"emgstream.cli.{verb.replace('-', '_')}_verb")


def _open_window() -> None:
    """Open the window with the model used last, and let the user choose what to watch."""
    with ctrl_c_after():
        from emgstream.gui import WindowRequest, run  # no verb that runs in the terminal needs it

    run(WindowRequest(model=None))


def _fail_by_bug(error: Exception) -> int:
    """Write the traceback of a bug to the log, and print one line that names the file."""
    from emgstream.log_output import bug_message  # only a bug needs it

    return _fail(bug_message(error))


def _fail(reason: str) -> int:
    """Print the reason on one line; keep a closed standard output silent when Python ends."""
    log_failure(reason)
    print("emgstream:", " ".join(reason.split()), file=sys.stderr)  # noqa: T201
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1
