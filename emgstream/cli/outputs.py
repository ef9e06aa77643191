"""The options for outputs of decisions and samples."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from emgstream.cli import options
from emgstream.cli.terminal import note
from emgstream.outputs.output_kind import OutputKind
from emgstream.outputs.output_registry import output_kinds

__all__ = [
    "add_output_arguments",
    "given_outputs",
    "output_destination",
    "read_files",
    "requested_outputs",
    "takes_stdout",
    "written_files",
]


def add_output_arguments(parser: argparse.ArgumentParser, implying: str = "") -> None:
    """Declare an option for every kind of output that is registered, and the summary.

    ``implying`` is another option of the verb that is for the terminal alone.
    """
    below = "every output below"
    implied = f"{implying} and {below} imply it" if implying else f"{below} implies it"
    parser.add_argument(
        "--headless",
        action="store_true",
        help=f"use the terminal instead of the window; {implied}",
    )
    group = parser.add_argument_group(
        "outputs; several can be used at once, and none delays a decision"
    )
    for kind in output_kinds():
        try:
            _add_kind(group, kind)
        except argparse.ArgumentError as error:  # the option of a package is one of ours
            note(f"the output {kind.name!r} of another package is left out: {error}")
    group.add_argument(
        "--summary",
        type=options.file_name,
        metavar="FILE",
        help="write the figures of the whole run to a JSON file",
    )


def output_destination(option: str) -> str:
    """Return the attribute that keeps the value of one of these options, by its name."""
    return option if option == "summary" else f"output_{option}"  # "file" is an argument, too


def requested_outputs(arguments: argparse.Namespace) -> list[tuple[str, Any]]:
    """Return the outputs that were given: name of the kind, and value of the option."""
    return [(kind.name, value) for kind in output_kinds() for value in _values(kind, arguments)]


def given_outputs(arguments: argparse.Namespace) -> list[str]:
    """Return the options for outputs that were given."""
    return [kind.option for kind in output_kinds() if _values(kind, arguments)]


def takes_stdout(arguments: argparse.Namespace) -> bool:
    """Return True if the decisions go to standard output; all else then goes to stderr."""
    return "-" in written_files(arguments)


def written_files(arguments: argparse.Namespace) -> list[str | None]:
    """Return the names of all files that the run writes; None for a summary not asked for."""
    outputs = [
        value for kind in output_kinds() if kind.writes_file for value in _values(kind, arguments)
    ]
    return [*outputs, arguments.summary]


def read_files(arguments: argparse.Namespace) -> list[Any]:
    """Return the names of all files that the outputs read."""
    return [
        value for kind in output_kinds() if kind.reads_file for value in _values(kind, arguments)
    ]


def _add_kind(group: argparse._ArgumentGroup, kind: OutputKind) -> None:
    several: dict[str, Any] = {"action": "append", "default": []} if kind.is_repeatable else {}
    alone: dict[str, Any] = {} if kind.default is None else {"nargs": "?", "const": kind.default}
    group.add_argument(
        kind.option,
        dest=output_destination(kind.name),
        type=_reader(kind),
        metavar=kind.metavar,
        help=kind.help.replace("%", "%%"),
        **several,
        **alone,
    )


def _reader(kind: OutputKind) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        try:
            return kind.parse(text)
        except ValueError as error:  # a UsageError is one
            raise argparse.ArgumentTypeError(str(error)) from error

    return read


def _values(kind: OutputKind, arguments: argparse.Namespace) -> list[Any]:
    value = getattr(arguments, output_destination(kind.name), None)
    if isinstance(value, list):
        return value
    return [] if value is None else [value]
