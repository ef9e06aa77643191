"""Where the decisions of a run go: the words for it, and what they open."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from emgstream.cli import options
from emgstream.errors import UsageError
from emgstream.outputs.address import Address
from emgstream.outputs.jsonl import JsonLinesOutput
from emgstream.outputs.lines import LineWriter
from emgstream.outputs.output import Output
from emgstream.outputs.samples import SampleOutput

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = [
    "OutputWords",
    "add_output_arguments",
    "takes_stdout",
    "written_files",
]


_Words: TypeAlias = "argparse._ArgumentGroup"


def add_output_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare where the decisions go."""
    parser.add_argument(
        "--headless",
        action="store_true",
        help="no window, only the terminal; so do --seconds and every output below",
    )
    group = parser.add_argument_group("outputs, any number at once; none delays a decision")
    _add_messages(group)
    group.add_argument(
        "--control",
        type=Path,
        metavar="FILE",
        help="press keys and move the mouse as this file of JSON or TOML binds the movements, once "
        "armed with F8; F12 stops it; needs the extra control",
    )
    group.add_argument(
        "--summary",
        type=options.file_name,
        metavar="FILE",
        help="write the figures of the whole run as JSON",
    )


def _add_messages(group: _Words) -> None:
    """Declare where each decision goes as a message."""
    group.add_argument(
        "--jsonl",
        action="append",
        type=options.file_name,
        default=[],
        metavar="OUT",
        help="write a JSON object a decision to this file; - is stdout",
    )
    group.add_argument(
        "--udp",
        action="append",
        default=[],
        type=_address,
        metavar="HOST:PORT",
        help="send a datagram of JSON a decision",
    )
    group.add_argument(
        "--osc",
        action="append",
        default=[],
        type=_address,
        metavar="HOST:PORT",
        help="send an Open Sound Control bundle a decision",
    )
    group.add_argument(
        "--lsl",
        nargs="?",
        const="emgstream",
        metavar="NAME",
        help="samples and decisions on the Lab Streaming Layer, as NAME and NAME decisions; "
        "default: emgstream; needs the extra lsl",
    )


def takes_stdout(arguments: argparse.Namespace) -> bool:
    """Whether standard output is for the decisions, and people are told on stderr."""
    return "-" in arguments.jsonl


def written_files(arguments: argparse.Namespace) -> list[str | None]:
    """Return the names of all files the run would write; None for each that was not asked for."""
    return [*arguments.jsonl, arguments.summary]


class OutputWords:
    """The outputs of a run: opened on entering, so that what cannot be is told at once.

    Raises OutputError where one cannot be opened.
    """

    def __init__(self, arguments: argparse.Namespace) -> None:
        self._arguments = arguments
        self._stack = ExitStack()
        self._lines: list[LineWriter] = []

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._lines = [stack.enter_context(LineWriter(to)) for to in self._arguments.jsonl]
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stack.close()

    def open(
        self, stream: str | None, class_names: tuple[str, ...], n_reconnects: Callable[[], int]
    ) -> list[Output | SampleOutput]:
        """Return the outputs of one stream, which has a name where there are several.

        ``n_reconnects`` tells how often its board was away.
        """
        outputs: list[Output | SampleOutput] = [
            JsonLinesOutput(lines, stream) for lines in self._lines
        ]
        if self._arguments.udp:
            from emgstream.outputs.udp import UdpOutput  # each is loaded only where it is asked for

            for address in self._arguments.udp:
                outputs.append(self._stack.enter_context(UdpOutput(address, stream)))
        if self._arguments.osc:
            from emgstream.outputs.osc import OscOutput

            for address in self._arguments.osc:
                outputs.append(self._stack.enter_context(OscOutput(address, stream)))
        if self._arguments.lsl:
            self._open_lsl(outputs, stream)
        if self._arguments.control:
            outputs.append(self._control(stream, class_names, n_reconnects))
        return outputs

    def _control(
        self, stream: str | None, class_names: tuple[str, ...], n_reconnects: Callable[[], int]
    ) -> Output:
        from emgstream.outputs.control import ControlOutput, read_bindings

        if stream is not None:
            raise UsageError(
                "--control is for one board, as there is one keyboard; give one --port, or leave "
                "--control out"
            )
        bindings = read_bindings(self._arguments.control, class_names)
        return self._stack.enter_context(ControlOutput(bindings, n_reconnects))

    def _open_lsl(self, outputs: list[Output | SampleOutput], stream: str | None) -> None:
        from emgstream.outputs.lsl_outlet import LslClock, LslDecisions, LslSamples

        name = self._arguments.lsl if stream is None else f"{self._arguments.lsl} {stream}"
        clock = LslClock()
        outputs.append(self._stack.enter_context(LslDecisions(name, clock)))
        outputs.append(self._stack.enter_context(LslSamples(name, clock)))


def _address(text: str) -> Address:
    try:
        return Address.parse(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
