"""Stream the sensor board through a model: plug it in and watch.

Ctrl-C ends it, at any moment.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from emgstream.bundle import read_model
from emgstream.cli import options
from emgstream.cli.headless import LiveRun, add_output_arguments, run_headless
from emgstream.cli.window import add_window_arguments, run_window, wants_window
from emgstream.data import DEMO_PERSON
from emgstream.gui import SIMULATED, PortRequest
from emgstream.sources.serial_board import SerialBoardSource

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of ``emgstream live``."""
    options.add_port(parser)
    options.add_model(parser)
    options.add_channels(
        parser,
        "the board's channels to take as the model's, in its order, by name or number from 1; "
        "default: by name where the board has all of them, else in the order of its pins",
    )
    parser.add_argument(
        "--seconds",
        type=options.positive,
        metavar="N",
        help="end after so long; without: Ctrl-C",
    )
    parser.add_argument(
        "--force", action="store_true", help="go on with a rate more than 5%% off the model's"
    )
    parser.add_argument(
        "--no-reconnect",
        action="store_true",
        help="end when the board is unplugged; default: wait for it and go on",
    )
    add_output_arguments(parser)
    add_window_arguments(parser)


def run(arguments: argparse.Namespace) -> None:
    """Stream until Ctrl-C or the window is closed, or for the time asked for."""
    if not wants_window(arguments):
        _run_headless(arguments)
        return
    read_model(arguments.model)  # what is typed wrong is told where it was typed
    source = PortRequest(
        arguments.port,
        channels=arguments.channels,
        baud=arguments.baud,
        reconnects=not arguments.no_reconnect,
        force=arguments.force,
    )
    run_window(source, arguments)


def _run_headless(arguments: argparse.Namespace) -> None:
    model = read_model(arguments.model)
    manifest = model.manifest
    with _port(arguments.port) as port:
        source = SerialBoardSource(
            port,
            baud=arguments.baud,
            channel_names=manifest.channel_names,
            channels=arguments.channels,
            sampling_rate_hz=manifest.sampling_rate_hz,
            reconnect=not arguments.no_reconnect,
            force=arguments.force,
        )
        # the source guards the rate itself, as it is measured
        check = replace(manifest, sampling_rate_hz=None).check_stream
        run_headless(source, model, arguments, LiveRun(source.status, check, arguments.seconds))


@contextmanager
def _port(name: str) -> Iterator[str]:
    """Give the port to open; with ``simulated``, that of a board that lives as long."""
    if name != SIMULATED:
        yield name
        return
    from emgstream.simulation.board import OWN_TCP, SimulatedBoard  # only this needs them

    with SimulatedBoard(seed=DEMO_PERSON, tcp=OWN_TCP) as board:
        yield board.port
