"""The command line: one module per verb, imported only when the verb is called.

`verb_parsers` lists the verbs.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack

from emgstream.cli.interrupt import ctrl_c_after
from emgstream.cli.log_options import log_failure, start_log
from emgstream.cli.verb_parsers import program_parser, verb_module, verb_parser
from emgstream.errors import EmgStreamError
from emgstream.host_system import is_reader_gone, refusal
from emgstream.printable import printable

__all__ = ["main"]

_NO_NAME = (errno.ENAMETOOLONG, errno.ELOOP)
"""Errors of names that Python's own checks, as `Path.is_file`, raise before 3.13."""
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""Errors of standard output: no space, or no reader; other files raise OutputError."""


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
        except OSError as error:
            if is_reader_gone(error):
                return _fail("standard output was closed by its reader")
            if error.errno in _NO_NAME:
                return _fail(
                    f"{str(error.filename)!r:.100} cannot be the name of a file: {refusal(error)}; "
                    "choose another"
                )
            if not _current_folder_exists():
                return _fail("the current folder has been deleted; change to another folder")
            if error.errno not in _FULL:
                return _fail_by_bug(error)
            why = refusal(error)
            return _fail(f"cannot write to standard output: {why}; make room, or send it elsewhere")
        except ImportError as error:  # not one of ours, which is an EmgStreamError
            return _fail_by_package(error)
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
    parsed = program_parser().parse_args(arguments)
    from emgstream.app.configured_network import use_configured_network  # the help needs none

    use_configured_network()
    if parsed.verb is None:
        start_log(parsed, arguments, log)
        _open_window()
        return
    parser = verb_parser(parsed.verb)
    verb_arguments = parser.parse_intermixed_args(parsed.words)
    verb_arguments.verbosity += parsed.verbosity  # both places will do
    verb_arguments.log = verb_arguments.log or parsed.log
    start_log(verb_arguments, arguments, log)
    verb_module(parsed.verb).run(verb_arguments)


def _open_window() -> None:
    """Open the window with the model used last, and let the user choose what to watch."""
    with ctrl_c_after():
        from emgstream.gui import WindowRequest, run  # no verb that runs in the terminal needs it

    run(WindowRequest(model=None))


def _current_folder_exists() -> bool:
    try:
        os.getcwd()  # noqa: PTH109 - the shortest that fails
    except OSError:
        return False
    return True


def _fail_by_bug(error: Exception) -> int:
    """Write the traceback of a bug to the log, and print one line that names the file."""
    from emgstream.log_output import bug_message  # only a bug needs it

    return _fail(bug_message(error))


def _fail_by_package(error: ImportError) -> int:
    """Print one line on a package that does not load; a module of ours that is missing is a bug."""
    if (error.name or "").startswith("emgstream"):
        return _fail_by_bug(error)
    from emgstream.log_output import bug_message  # only this and a bug need it

    bug_message(error)  # keeps the traceback in the log
    return _fail(
        f"a package that emgstream needs does not load ({error}); expected it to be installed "
        "whole; emgstream doctor tells which one it is and what to do"
    )


def _fail(reason: str) -> int:
    """Print the reason on one line; keep a closed standard output silent when Python ends."""
    log_failure(reason)
    print("emgstream:", printable(" ".join(reason.split())), file=sys.stderr)  # noqa: T201
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1
