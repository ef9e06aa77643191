"""Log handlers: ``-v`` and ``--log FILE`` of every verb, and the log file of the window.

A log file is UTF-8. A record begins at the start of a line with its time; the lines of a traceback
are indented, and control characters are escaped, so that no device and no file name can forge a
record or steer a terminal. A log that cannot be written any more disturbs nothing else.

The user's log file, `user_log_path`, rotates: it holds what the window logs, and the traceback of
a bug in any program that has no log file of its own.
"""

from __future__ import annotations

import logging
import os
import platform
import re
import shlex
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

from emgstream import __version__
from emgstream.errors import OutputError, UsageError
from emgstream.host_system import refusal
from emgstream.logs import IS_PRINTED, ROOT, get_logger
from emgstream.printable import printable
from emgstream.user_folders import log_folder

__all__ = ["bug_message", "log_output", "log_path", "user_log", "user_log_path"]

_log = get_logger(__name__)

_FOLDER_VARIABLE = "EMGSTREAM_LOG_FOLDER"
_FORMAT = "%(asctime)s.%(msecs)03d %(levelname)s [%(threadName)s] %(name)s: %(message)s"
_TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
_RECORD = re.compile(rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [A-Z]+ \[")
_INDENT = "\n    "
_MAX_BYTES = 1_000_000  # a choice: weeks of normal use, and still short enough to send by mail
_N_OLD_FILES = 3


@contextmanager
def log_output(verbosity: int, path: Path | None, words: Sequence[str] = ()) -> Iterator[None]:
    """Send log records to stderr and to a file for as long as the block takes.

    Parameters
    ----------
    verbosity
        0 for nothing on stderr, 1 for what happens, 2 for details, too. A file gets all of it.
    path
        The log file, which is appended to; None for no file.
    words
        The arguments of the program, for the first record.

    Raises
    ------
    UsageError
        The file holds something else than a log.
    OutputError
        The file cannot be written.
    """
    with ExitStack() as stack:
        if verbosity > 0:
            level = logging.INFO if verbosity == 1 else logging.DEBUG
            stack.enter_context(_attached(_StderrHandler(level)))
        if path is not None:
            stack.enter_context(_attached(_open_log(path, max_bytes=0)))
        _log_start(words)
        yield
        _log.info("ended")


@contextmanager
def user_log(words: Sequence[str] = ()) -> Iterator[Path | None]:
    """Give the log file, the user's own one unless another is written already.

    None where it cannot be written, which is not worth ending a program for.
    """
    path = log_path()
    if path is not None:
        yield path
        return
    with ExitStack() as stack:
        path = user_log_path()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handler = _open_log(path, max_bytes=_MAX_BYTES)
        except (OSError, OutputError, UsageError) as error:
            _log.warning("no log file: %s", error)
            path = None
        else:
            stack.enter_context(_attached(handler))
            _log_start(words)
        yield path


def user_log_path() -> Path:
    """Return the path of the user's log file, which need not exist."""
    named = os.environ.get(_FOLDER_VARIABLE)
    folder = Path(named) if named else log_folder()
    return folder.absolute() / "emgstream.log"


def log_path() -> Path | None:
    """Return the path of the log file that is being written; None where there is none."""
    for handler in logging.getLogger(ROOT).handlers:
        if isinstance(handler, _LogFileHandler):
            return Path(handler.baseFilename)
    return None


def bug_message(error: BaseException) -> str:
    """Log the traceback of an unexpected exception; return a sentence for people.

    The sentence names the file with the traceback. Where no file can be written, the traceback
    is printed to stderr.
    """
    with user_log() as path:
        _log.critical("met a bug: %s", type(error).__name__, exc_info=error)
    if path is None:
        traceback.print_exception(error)
    where = "above" if path is None else f"in {path}"
    return (
        f"met a bug of its own ({type(error).__name__}: {error}); the details are {where}; "
        "please report them"
    )


class _LogFormatter(logging.Formatter):
    """A record on one line, then its traceback, indented; control characters are escaped."""

    def __init__(self) -> None:
        super().__init__(_FORMAT, _TIME_FORMAT)

    def format(self, record: logging.LogRecord) -> str:
        record.message = record.getMessage()
        record.asctime = self.formatTime(record, self.datefmt)
        lines = [self.formatMessage(record)]
        if record.exc_info:
            lines += self.formatException(record.exc_info).splitlines()
        return _INDENT.join(map(printable, lines))


class _StderrHandler(logging.Handler):
    """Writes to the present ``sys.stderr``, which a progress bar in the terminal replaces."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.setFormatter(_LogFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, unless the program prints it on stderr itself."""
        if getattr(record, IS_PRINTED, False):
            return
        with suppress(OSError, ValueError):  # its reader has gone away
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()


class _LogFileHandler(RotatingFileHandler):
    """A log file that may be written by two programs at once, and may fail."""

    def __init__(self, path: Path, max_bytes: int) -> None:
        super().__init__(path, maxBytes=max_bytes, backupCount=_N_OLD_FILES, encoding="utf-8")
        self.setFormatter(_LogFormatter())
        self._has_failed = False

    def rotate(self, source: str, dest: str) -> None:
        """Rename a file; on Windows it stays while another program has it open."""
        with suppress(OSError):
            super().rotate(source, dest)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - logging's own
        """Tell on stderr, once, that the log is not complete."""
        if not self._has_failed:
            self._has_failed = True
            reason = sys.exc_info()[1]
            sys.stderr.write(f"emgstream: cannot write the log {self.baseFilename}: {reason}\n")

    def close(self) -> None:
        """Close the file; what it did not take has been told."""
        with suppress(OSError):
            super().close()


def _open_log(path: Path, max_bytes: int) -> _LogFileHandler:
    """Return the handler of a file that is new, empty or a log."""
    try:
        if path.is_file():
            with path.open("rb") as file:
                head = file.read(64)
            if head and not _RECORD.match(head):
                raise UsageError(
                    f"{path} is not a log of emgstream, and a log is appended to its file; "
                    "expected "
                    "a new file or an earlier log; choose another name"
                )
        return _LogFileHandler(path, max_bytes)
    except OSError as error:
        raise OutputError(
            f"cannot write the log {path}: {refusal(error)}; expected a place that may "
            "be written to; choose another with --log"
        ) from error


@contextmanager
def _attached(handler: logging.Handler) -> Iterator[None]:
    """Give records to a handler for as long as the block takes."""
    logger = logging.getLogger(ROOT)
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logger.setLevel(level)
        logger.removeHandler(handler)
        handler.close()


def _log_start(words: Sequence[str]) -> None:
    """Log which program runs on which computer, as a bug report needs it."""
    _log.info(
        "emgstream %s, Python %s, %s, process %d: %s",
        __version__,
        platform.python_version(),
        platform.platform(),
        os.getpid(),
        shlex.join(["emgstream", *words]),
    )
