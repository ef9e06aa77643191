"""List serial ports with what answers on each, and streams and boards of other kinds.

A port that another program uses is not opened. The boards that BrainFlow supports are listed at
the end, each with what its address needs.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import ExitStack

from rich.table import Table

from emgstream.cli.interrupt import ctrl_c
from emgstream.cli.terminal import console, tell_problems
from emgstream.clock import MonotonicClock
from emgstream.errors import InterruptedByUserError
from emgstream.sources.serial_board import BAUDS, PortInfo, PortProbe, list_ports
from emgstream.sources.source_kind import FoundSource
from emgstream.sources.source_registry import (
    find_sources,
    further_source_kinds,
    known_sources,
    source_problems,
)

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = {
    "ports": "list everything that can be used",
    "ports socket://127.0.0.1:5000": "also ask an address",
}


_BLUETOOTH = "Bluetooth, not asked; to ask it, name it: emgstream ports PORT"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of ``emgstream ports``."""
    parser.add_argument(
        "ports",
        nargs="*",
        metavar="PORT",
        help="further ports to ask, which the system does not list: a pty, socket://HOST:PORT",
    )


def run(arguments: argparse.Namespace) -> None:
    """Probe all ports at once, and print them with the sources of other packages."""
    tell_problems(source_problems())
    others = list(find_sources(further_source_kinds()))
    listed = list_ports()
    known = {port.device for port in listed}
    ports = [
        *(port for port in listed if not port.is_bluetooth or port.device in arguments.ports),
        *(PortInfo(name) for name in arguments.ports if name not in known),
    ]
    not_asked = [port for port in listed if port not in ports]
    if not ports and not not_asked and not others:
        console().print(
            "no serial port found; plug the board in with a cable that carries data, or try "
            "without "
            "a board: emgstream live --port simulated"
        )
    else:
        answers = _ask(ports, listed) + [(port, _BLUETOOTH) for port in not_asked]
        _print(answers, others)
    _print_known(known_sources())


def _ask(ports: Sequence[PortInfo], listed: Sequence[PortInfo]) -> list[tuple[PortInfo, str]]:
    """Return each port with what answered; ``listed`` are those the system knows.

    Raises InterruptedByUserError after Ctrl-C.
    """
    clock = MonotonicClock()
    if not ports:
        return []
    with ctrl_c() as pressed, ExitStack() as stack:
        probes = [
            stack.enter_context(PortProbe(port, listed, BAUDS, None, clock)) for port in ports
        ]
        with console(to_stderr=True).status(
            "asking the ports; one that does not answer takes about 8 s"
        ):
            while not all(probe.is_done for probe in probes):
                for probe in probes:
                    probe.step()
                if pressed.is_set():
                    raise InterruptedByUserError("stopped by Ctrl-C")
        return [(probe.port, probe.answer()) for probe in probes]


def _print(answers: Sequence[tuple[PortInfo, str]], others: Sequence[FoundSource]) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for title in ("port", "what answered", "description", "VID:PID", "serial number"):
        table.add_column(title, overflow="fold")
    for port, answer in answers:
        words = (port.device, answer, port.description, port.usb_id, port.serial_number or "")
        table.add_row(*words)
    for source in others:
        table.add_row(source.address, source.title, source.description)
    console().print(table)


def _print_known(known: Sequence[FoundSource]) -> None:
    """Print the addresses of devices that cannot be looked for."""
    if not known:
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    for title in ("address", "channels", "needs, after ?, with & between"):
        table.add_column(title, overflow="fold")
    for source in known:
        table.add_row(source.address, source.title, source.description)
    console().print()
    console().print(table)
