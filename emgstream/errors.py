"""The failures a user can cause or meet, as one tree.

::

    EmgStreamError
    ├── UsageError               (ValueError)      the words of a call do not fit together
    ├── MissingExtraError        (ImportError)     a verb needs an extra that is not installed
    ├── TableError               (ValueError)      a file is not a readable EMG table
    │   └── NoSuchColumnError        (LookupError)        it lacks a column that was asked for
    ├── TrainingDataError        (ValueError)      recordings that nothing can be learned from
    ├── RecordingError           (ValueError)      the files of a session do not fit together
    ├── ModelFileError           (ValueError)      a file is not a readable model
    ├── StreamMismatchError      (ValueError)      a model was made for another kind of stream
    ├── OutputError              (OSError)         something could not be written
    ├── InterruptedByUserError   (InterruptedError) Ctrl-C
    ├── ChildFailedError         (ChildProcessError) a verb in a process beside the window failed
    └── SourceError              (OSError)
        ├── SourceNotFoundError      (FileNotFoundError)  nothing to read from
        ├── SourceDisconnectedError  (ConnectionError)    the device went away
        └── EndOfStream              (EOFError)           a finite source is used up

`EmgStreamError` is all the command line catches: one line on stderr, exit code 1. A message says
what happened, with the value; what was expected; what to do next. Anything else is a bug.
"""

__all__ = [
    "ChildFailedError",
    "EmgStreamError",
    "EndOfStream",
    "InterruptedByUserError",
    "MissingExtraError",
    "ModelFileError",
    "NoSuchColumnError",
    "OutputError",
    "RecordingError",
    "SourceDisconnectedError",
    "SourceError",
    "SourceNotFoundError",
    "StreamMismatchError",
    "TableError",
    "TrainingDataError",
    "UsageError",
]


class EmgStreamError(Exception):
    """The root of every failure that is not a bug."""


class UsageError(EmgStreamError, ValueError):
    """The words of a call do not fit together."""


class MissingExtraError(EmgStreamError, ImportError):
    """A verb needs an extra that is not installed."""


class TableError(EmgStreamError, ValueError):
    """A file is not a readable EMG table."""


class NoSuchColumnError(TableError, LookupError):
    """A table lacks a column that was asked for as a channel.

    Parameters
    ----------
    message
        What is missing, and what there is.
    channel_names
        The columns that may be channels.
    """

    def __init__(self, message: str, channel_names: tuple[str, ...]) -> None:
        super().__init__(message)
        self.channel_names = channel_names


class TrainingDataError(EmgStreamError, ValueError):
    """Recordings that nothing can be learned from: no labels, too little of a class."""


class RecordingError(EmgStreamError, ValueError):
    """The files of a recorded session do not fit together: none of ours, or damaged."""


class ModelFileError(EmgStreamError, ValueError):
    """A file is not a readable model: damaged, foreign, newer, or not of one piece."""


class StreamMismatchError(EmgStreamError, ValueError):
    """A model was made for another kind of stream: channels, order, unit or rate differ."""


class OutputError(EmgStreamError, OSError):
    """Something could not be written: full disk, no permission, a reader that went away."""


class InterruptedByUserError(EmgStreamError, InterruptedError):
    """The user pressed Ctrl-C."""


class ChildFailedError(EmgStreamError, ChildProcessError):
    """A verb that the window runs in a process beside it failed; it says so in its own words."""


class SourceError(EmgStreamError, OSError):
    """Samples cannot be had from where they should come."""


class SourceNotFoundError(SourceError, FileNotFoundError):
    """There is nothing to read from under that name."""


class SourceDisconnectedError(SourceError, ConnectionError):
    """The device went away; what was returned before stays valid."""


class EndOfStream(SourceError, EOFError):  # noqa: N818 - an end, not an error
    """A finite source is used up."""
