"""The options ``-v`` and ``--log FILE``, which every verb has. Imports nothing that takes time."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

__all__ = ["add_log_options", "log_failure", "start_log"]


def add_log_options(parser: argparse.ArgumentParser) -> None:
    """Add ``-v`` and ``--log FILE``."""
    group = parser.add_argument_group("the log")
    group.add_argument(
        "-v",
        "--verbose",
        action="count",
        default=0,
        dest="verbosity",
        help="print the log to stderr: connections, threads, repairs; -vv: with details",
    )
    group.add_argument(
        "--log",
        type=_file_name,
        metavar="FILE",
        help="append the log, with details, to this file",
    )


def _file_name(text: str) -> str:
    """Read the name of the log; raises ArgumentTypeError for an empty text and for a device."""
    from emgstream.cli.options import file_name  # only if there is a log

    return file_name(text)


def start_log(parsed: argparse.Namespace, words: Sequence[str], stack: ExitStack) -> None:
    """Start the log that was asked for, until ``stack`` is left.

    ``words`` are all arguments of the program. Raises UsageError if the log would be written
    over another file of the verb, and what `emgstream.log_output.log_output` raises.
    """
    if parsed.verbosity == 0 and parsed.log is None:
        return
    from pathlib import Path

    from emgstream.cli.verb_files import refuse_to_overwrite
    from emgstream.log_output import log_output

    refuse_to_overwrite(map(Path, _possible_paths(parsed)), [parsed.log])
    path = None if parsed.log is None else Path(parsed.log)
    stack.enter_context(log_output(parsed.verbosity, path, words))


def log_failure(reason: str) -> None:
    """Log the line that a program prints when it fails."""
    from emgstream.logs import IS_PRINTED, get_logger

    get_logger(__name__).error("%s", reason, extra={IS_PRINTED: True})


def _possible_paths(parsed: argparse.Namespace) -> Iterator[str | os.PathLike[str]]:
    """Give every argument of a verb that may be the path of a file, except the log's own."""
    for name, value in vars(parsed).items():
        values = value if isinstance(value, list) else [value]
        if name != "log":
            yield from (one for one in values if isinstance(one, str | os.PathLike))
