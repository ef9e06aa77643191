"""The errors a user can cause or meet, as one tree.

::

    EmgStreamError
    ├── UsageError               (ValueError)      invalid or contradictory arguments
    ├── ConfigurationError       (ValueError)      the configuration file cannot be used
    ├── MissingExtraError        (ImportError)     a library is missing that an extra installs
    ├── TableError               (ValueError)      a file is not a readable EMG table
    │   ├── NoSuchColumnError        (LookupError)        a table lacks a channel
    │   └── UndecidedColumnsError    (LookupError)        the user must say what a column means
    ├── TrainingDataError        (ValueError)      no model can be trained on these recordings
    ├── RecordingError           (ValueError)      the files of a session do not fit together
    ├── ModelFileError           (ValueError)      a file is not a readable model
    ├── NetworkBackendError      (RuntimeError)    nothing here can run the network of a model
    ├── StreamMismatchError      (ValueError)      the model was made for another kind of stream
    ├── OutputError              (OSError)         something could not be written
    ├── InterruptedByUserError   (InterruptedError) Ctrl-C
    ├── ChildFailedError         (ChildProcessError) a command in a process of its own failed
    ├── StuckThreadError         (TimeoutError)    a thread waits for a device that does not answer
    └── SourceError              (OSError)         a source gives no samples
        ├── SourceNotFoundError      (FileNotFoundError)  there is no such source
        ├── SourceDisconnectedError  (ConnectionError)    the device went away
        │   └── PortTakenError           another program opened its port
        └── EndOfStream              (EOFError)           a finite source has no more samples

`EmgStreamError` is all that the command line expects: one line on stderr, exit code 1. A message
says what happened, with the value; what was expected; what to do next. Any other exception is a
bug; `emgstream.logs` keeps its traceback.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from emgstream.wording import command_line

__all__ = [
    "ChildFailedError",
    "ConfigurationError",
    "EmgStreamError",
    "EndOfStream",
    "InterruptedByUserError",
    "MissingExtraError",
    "ModelFileError",
    "NetworkBackendError",
    "NoSuchColumnError",
    "OutputError",
    "PortTakenError",
    "RecordingError",
    "SourceDisconnectedError",
    "SourceError",
    "SourceNotFoundError",
    "StreamMismatchError",
    "StuckThreadError",
    "TableError",
    "TrainingDataError",
    "UndecidedColumnsError",
    "UsageError",
]


class EmgStreamError(Exception):
    """The root of all errors that are not bugs."""


class UsageError(EmgStreamError, ValueError):
    """Invalid or contradictory arguments."""


class ConfigurationError(EmgStreamError, ValueError):
    """The configuration file cannot be read, or a setting in it is wrong."""


class MissingExtraError(EmgStreamError, ImportError):
    """A library is missing that an extra of this package installs."""


class TableError(EmgStreamError, ValueError):
    """A file is not a readable EMG table."""


class NoSuchColumnError(TableError, LookupError):
    """A table lacks a column that was asked for as a channel.

    Parameters
    ----------
    message
        The missing column and the columns there are.
    channel_names
        Names of the columns that could be channels.
    """

    def __init__(self, message: str, channel_names: tuple[str, ...]) -> None:
        super().__init__(message)
        self.channel_names = channel_names


class UndecidedColumnsError(TableError, LookupError):
    """The user must say what a column means before the file can be used.

    Parameters
    ----------
    path
        The file.
    questions
        Each open question, in words.
    arguments
        Arguments of the command line that answer all of them as most likely.
    given
        Arguments on columns that were given, which the conversion needs, too.
    has_rate
        True if the sampling rate is known, False if the conversion needs ``--rate HZ``.
    alternatives
        Other answers to each question, as options in words; empty texts without one.
    """

    def __init__(
        self,
        path: Path,
        questions: Sequence[str],
        arguments: Sequence[str],
        given: Sequence[str] = (),
        has_rate: bool = True,
        alternatives: Sequence[str] = (),
    ) -> None:
        others = [f" ({one})" if one else "" for one in alternatives] or [""] * len(questions)
        asked = " ".join(map("".join, zip(questions, others, strict=True)))
        is_option = str(path).startswith("-")  # a file of that name would be read as one
        file = f"./{path}" if is_option else path
        rate = [] if has_rate else ["--rate", "HZ"]
        out = f"{path.name.split('.')[0].lstrip('-')}_emg.csv"
        words = ("convert", file, *given, *arguments, *rate, "--out", out)
        super().__init__(
            f"{path}: {asked} Add {command_line(*arguments)} to this command if that is right, or "
            f"convert the file once: {command_line('emgstream', *words)}"
        )
        self.path = path
        self.questions = tuple(questions)
        self.arguments = tuple(arguments)


class TrainingDataError(EmgStreamError, ValueError):
    """Nothing can be learned from these recordings: no labels, or too few rows of a class."""


class RecordingError(EmgStreamError, ValueError):
    """The files of a session do not fit together: damaged, or not written by `record`."""


class ModelFileError(EmgStreamError, ValueError):
    """A file is not a readable model: damaged, of another program or of a newer version."""


class NetworkBackendError(EmgStreamError, RuntimeError):
    """Nothing on this computer can run the network of a model."""


class StreamMismatchError(EmgStreamError, ValueError):
    """The model was made for another kind of stream: channels, order, unit or rate differ."""


class OutputError(EmgStreamError, OSError):
    """Something could not be written: a full disk, no permission, a reader that went away."""


class InterruptedByUserError(EmgStreamError, InterruptedError):
    """The user pressed Ctrl-C."""


class ChildFailedError(EmgStreamError, ChildProcessError):
    """A command in a process of its own failed; the message is the one it printed."""


class StuckThreadError(EmgStreamError, TimeoutError):
    """A thread does not end: it waits for a disk, a port or a program that does not answer."""


class SourceError(EmgStreamError, OSError):
    """A source gives no samples."""


class SourceNotFoundError(SourceError, FileNotFoundError):
    """There is no source of this name or address."""


class SourceDisconnectedError(SourceError, ConnectionError):
    """The device went away; samples returned before stay valid."""


class PortTakenError(SourceDisconnectedError):
    """Another program opened the port of the device, which was let go for it.

    Parameters
    ----------
    message
        The port, who uses it, and what to do.
    by
        ``NAME (pid)`` of the process that has opened it.
    """

    def __init__(self, message: str, by: str) -> None:
        super().__init__(message)
        self.by = by


class EndOfStream(SourceError, EOFError):  # noqa: N818 - an end, not an error
    """A finite source has no more samples."""
