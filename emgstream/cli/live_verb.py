"""Classify the signals of a board while they arrive, in the window or in the terminal.

With --model none the signals are only shown. To use several boards at once, give --port once for
each and add --headless. The key u releases the port, so that another program can upload a sketch,
and opens it again; on Linux that happens by itself.

Ctrl-C ends it at any moment, and the summary is printed. That is not a failure, but the exit code
is 1, so that a script can distinguish it from the end after --seconds, with 0.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import Any

from emgstream.app.live_session import LiveSession
from emgstream.bundle import Model, read_model
from emgstream.cli import options
from emgstream.cli.configured import use_configuration, use_outputs
from emgstream.cli.headless import run_headless
from emgstream.cli.open_window import add_window_arguments, run_window, wants_window
from emgstream.cli.outputs import add_output_arguments, read_files, written_files
from emgstream.cli.terminal import tell_problems
from emgstream.cli.verb_files import refuse_to_overwrite
from emgstream.data import chosen_model
from emgstream.errors import UsageError
from emgstream.gui import PortRequest
from emgstream.opening import model_options
from emgstream.outputs.output_registry import output_problems
from emgstream.sources.source import Source
from emgstream.sources.source_kind import AUTO
from emgstream.sources.source_registry import kind_of, open_source, source_problems

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = {
    "live --port simulated": "watch a simulated person, without a board",
    "live --model arm.emgmodel --udp 127.0.0.1:9000": "run in the terminal and send decisions to a "
    "program",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of ``emgstream live``."""
    options.add_ports(parser)
    options.add_models(parser)
    options.add_channels(
        parser,
        "the channels of the board that correspond to those of the model, in the model's order, by "
        "name or by number from 1; default: by name if the board has all of them, else in the "
        "order "
        "of its pins",
    )
    parser.add_argument(
        "--seconds",
        type=options.positive,
        metavar="N",
        help="end after this time; default: run until Ctrl-C",
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="go on if the sampling rate differs by more than 5 %% from that of the model",
    )
    parser.add_argument(
        "--no-reconnect",
        action="store_true",
        help="end when the board is unplugged; default: wait until it is back and go on",
    )
    add_output_arguments(parser, implying="--seconds")
    add_window_arguments(parser)


def run(arguments: argparse.Namespace) -> None:
    """Stream until Ctrl-C or the window is closed, or for the time asked for."""
    tell_problems((*source_problems(), *output_problems()))
    use_configuration(arguments, "port", "channels", "model")
    ports, models = _as_list(arguments.port), [*map(chosen_model, _as_list(arguments.model))]
    if not wants_window(arguments):
        _check_several(ports, len(models))
        _run_headless(ports, models * len(ports) if len(models) == 1 else models, arguments)
        return
    if len(ports) > 1 or len(models) > 1:
        raise UsageError("the window shows one board and one model; for several add --headless")
    (port,), (arguments.model,) = ports, models
    _read(arguments.model)  # what is typed wrong is told where it was typed
    source = PortRequest(
        port,
        channels=arguments.channels,
        baud=arguments.baud,
        reconnects=not arguments.no_reconnect,
        force=arguments.force,
    )
    run_window(source, arguments)


def _check_several(ports: list[str], n_models: int) -> None:
    if n_models not in (1, len(ports)):
        raise UsageError(
            f"{n_models} times --model for {len(ports)} times --port; expected one model for all, "
            "or one for each port, in the same order"
        )
    if len(ports) > 1 and AUTO in ports:
        raise UsageError(
            "--port auto takes the first board that answers; to use several boards, name the "
            "port of "
            "each: emgstream ports lists them"
        )
    twice = [port for port, n in Counter(ports).items() if n > 1 and kind_of(port).has_one_reader]
    if twice:
        raise UsageError(f"--port {twice[0]} is given twice; a port can have only one reader")


def _run_headless(
    ports: list[str], models: list[Path | None], arguments: argparse.Namespace
) -> None:
    use_outputs(arguments)
    refuse_to_overwrite([*filter(None, models), *read_files(arguments)], written_files(arguments))
    read = {path: _read(path) for path in models}
    names = _names(ports)
    sessions = [
        LiveSession(
            _source(port, number, read[path], arguments),
            read[path],
            name=name,
            seconds=arguments.seconds,
            force=arguments.force,
        )
        for number, (port, path, name) in enumerate(zip(ports, models, names, strict=True))
    ]
    run_headless(sessions, arguments)


def _read(path: Path | None) -> Model | None:
    return None if path is None else read_model(path)


def _as_list(value: Any) -> list[Any]:
    """Return the values of an option that may be given several times, or that was filled in."""
    return value if isinstance(value, list) else [value]


def _source(port: str, number: int, model: Model | None, arguments: argparse.Namespace) -> Source:
    options = model_options(
        None if model is None else model.manifest,
        channels=arguments.channels,
        baud=arguments.baud,
        reconnect=not arguments.no_reconnect,
        force=arguments.force,
        number=number,
    )
    return open_source(port, options)


def _names(ports: list[str]) -> list[str | None]:
    """Return what to call each stream: nothing where it is alone, else its port.

    >>> _names(["simulated", "COM3", "simulated"])
    ['simulated', 'COM3', 'simulated 2']
    """
    if len(ports) == 1:
        return [None]
    seen: Counter[str] = Counter()
    names: list[str | None] = []
    for port in ports:
        seen[port] += 1
        names.append(port if seen[port] == 1 else f"{port} {seen[port]}")
    return names
