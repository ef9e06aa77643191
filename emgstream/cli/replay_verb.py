"""Stream a recording through a model, at its own pace or faster, as if it were live."""

from __future__ import annotations

import argparse

from emgstream.app.live_session import LiveSession
from emgstream.bundle import read_model
from emgstream.cli import options
from emgstream.cli.configured import use_configuration, use_outputs
from emgstream.cli.headless import run_headless
from emgstream.cli.open_window import add_window_arguments, run_window, wants_window
from emgstream.cli.outputs import add_output_arguments, read_files, written_files
from emgstream.cli.terminal import tell_problems
from emgstream.cli.verb_files import refuse_to_overwrite
from emgstream.gui import ReplayRequest
from emgstream.opening import model_options, read_recording
from emgstream.outputs.output_registry import output_problems
from emgstream.sources.recording_file import open_recording

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of ``emgstream replay``."""
    parser.add_argument(
        "file",
        type=options.recording_path,
        help="a recording, .csv or .csv.gz; 'demo' is the shipped synthetic one",
    )
    options.add_model(parser)
    parser.add_argument(
        "--speed",
        type=_speed,
        default=1.0,
        metavar="1|4|max",
        help="how many times faster than it was recorded; default 1",
    )
    parser.add_argument("--loop", action="store_true", help="begin again at the end")
    add_output_arguments(parser)
    add_window_arguments(parser)
    options.add_columns(parser)


def run(arguments: argparse.Namespace) -> None:
    """Replay one file to its end, or until Ctrl-C or the window is closed."""
    tell_problems(output_problems())
    use_configuration(arguments, "model")
    if not wants_window(arguments):
        _run_headless(arguments)
        return
    # what is typed wrong is told where it was typed
    columns = options.column_choice(arguments)
    read_recording(arguments.file, read_model(arguments.model).manifest, columns)
    run_window(ReplayRequest(arguments.file, columns, arguments.speed, arguments.loop), arguments)


def _run_headless(arguments: argparse.Namespace) -> None:
    use_outputs(arguments)
    read = [arguments.file, arguments.model, *read_files(arguments)]
    refuse_to_overwrite(read, written_files(arguments))
    model = read_model(arguments.model)
    source_options = model_options(
        model.manifest,
        columns=options.column_choice(arguments),
        speed=arguments.speed,
        loop=arguments.loop,
    )
    source = open_recording(arguments.file, source_options)
    model.manifest.check_stream(source.info)
    run_headless([LiveSession(source, model)], arguments)


def _speed(text: str) -> float | None:
    if text == "max":
        return None
    try:
        return options.positive(text)
    except argparse.ArgumentTypeError as error:
        raise argparse.ArgumentTypeError(f"{error}, nor max") from None
