"""Play a recording through a model as if it were live, at its own speed or faster.

With --model none the signals are only shown. Ctrl-C ends it before the end of the recording, with
the summary so far and the exit code 1.
"""

from __future__ import annotations

import argparse

from emgstream.app.live_session import LiveSession
from emgstream.bundle import Model, read_model
from emgstream.cli import options
from emgstream.cli.configured import use_configuration, use_outputs
from emgstream.cli.headless import run_headless
from emgstream.cli.no_model_offer import offering_no_model
from emgstream.cli.open_window import add_window_arguments, run_window, wants_window
from emgstream.cli.outputs import add_output_arguments, read_files, written_files
from emgstream.cli.terminal import tell_problems
from emgstream.cli.verb_files import refuse_to_overwrite
from emgstream.data import chosen_model
from emgstream.gui import ReplayRequest
from emgstream.manifest import Manifest
from emgstream.opening import model_options, read_recording
from emgstream.outputs.output_registry import output_problems
from emgstream.sources.recording_file import open_recording

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = {
    "replay demo": "play the shipped recording in the window",
    "replay s1.csv --speed max --headless": "play it as fast as possible, in the terminal",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of ``emgstream replay``."""
    parser.add_argument(
        "file",
        type=options.recording_path,
        help="a recording; 'demo' is the shipped synthetic one",
    )
    options.add_model(parser)
    parser.add_argument(
        "--speed",
        type=_speed,
        default=1.0,
        metavar="1|4|max",
        help="how many times faster than it was recorded; default 1",
    )
    parser.add_argument("--loop", action="store_true", help="start again at the end")
    add_output_arguments(parser)
    add_window_arguments(parser)
    options.add_columns(parser)


def run(arguments: argparse.Namespace) -> None:
    """Replay one file to its end, or until Ctrl-C or the window is closed."""
    tell_problems(output_problems())
    is_usual_model = arguments.model is None
    use_configuration(arguments, "model")
    arguments.model = chosen_model(arguments.model)
    if not wants_window(arguments):
        with offering_no_model(arguments, is_usual_model):
            session = _headless_session(arguments)
        run_headless([session], arguments)
        return
    columns = options.column_choice(arguments)
    with offering_no_model(arguments, is_usual_model):
        # what is typed wrong is told where it was typed
        read_recording(arguments.file, _manifest(_model(arguments)), columns)
    run_window(ReplayRequest(arguments.file, columns, arguments.speed, arguments.loop), arguments)


def _headless_session(arguments: argparse.Namespace) -> LiveSession:
    use_outputs(arguments)
    models = [] if arguments.model is None else [arguments.model]
    read = [arguments.file, *models, *read_files(arguments)]
    refuse_to_overwrite(read, written_files(arguments))
    model = _model(arguments)
    manifest = _manifest(model)
    source_options = model_options(
        manifest,
        columns=options.column_choice(arguments),
        speed=arguments.speed,
        loop=arguments.loop,
    )
    source = open_recording(arguments.file, source_options)
    if manifest is not None:
        manifest.check_stream(source.info)
    return LiveSession(source, model)


def _model(arguments: argparse.Namespace) -> Model | None:
    return None if arguments.model is None else read_model(arguments.model)


def _manifest(model: Model | None) -> Manifest | None:
    return None if model is None else model.manifest


def _speed(text: str) -> float | None:
    if text == "max":
        return None
    try:
        return options.positive(text)
    except argparse.ArgumentTypeError as error:
        raise argparse.ArgumentTypeError(f"{error}, nor max") from None
