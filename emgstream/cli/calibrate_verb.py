"""Teach a model a new day: about a minute of new data a movement."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emgstream.bundle import check_place, read_model, write_model
from emgstream.cli import options, training_progress
from emgstream.cli.configured import use_configuration
from emgstream.cli.interrupt import ctrl_c_after, stoppable
from emgstream.cli.terminal import busy, console, note, print_facts
from emgstream.cli.training_progress import EpochBar
from emgstream.cli.verb_files import refuse_to_overwrite
from emgstream.errors import InterruptedByUserError

if TYPE_CHECKING:
    from emgstream_training.calibrate import CalibratedModel

__all__ = ["add_arguments", "run"]

_EVENTS = f"""{training_progress.EPOCHS} at the end "calibrated" with model, title, n_windows,
repairs, before and after (balanced accuracy on held-out repetitions, 0 to 1) and interrupted."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of ``emgstream calibrate``."""
    options.add_sessions(parser, "labelled recordings of the new session, .csv or .csv.gz")
    options.add_model(parser)
    options.add_new_model(parser)
    options.add_rate(parser)
    options.add_channels(
        parser, "columns to take as the model's channels, in its order; default: by name"
    )
    options.add_seed(parser)
    training_progress.add_watching(parser, _EVENTS)


def run(arguments: argparse.Namespace) -> None:
    """Calibrate, write the model, and print what that was worth on held-out repetitions.

    Raises TrainingDataError, and writes nothing, where it would make the model worse;
    MissingExtraError without the ``train`` extra; and InterruptedByUserError after Ctrl-C, when
    the best so far has been written.
    """
    use_configuration(arguments, "model")
    training_progress.begin(arguments)
    refuse_to_overwrite(arguments.files, [arguments.out])  # the model itself may be replaced
    check_place(arguments.out)
    model = read_model(arguments.model)
    with ctrl_c_after(), busy("loading TensorFlow"):  # it takes seconds, and only this needs it
        from emgstream_training.backend import load_tensorflow
        from emgstream_training.calibrate import calibrate

        load_tensorflow()

    tells = arguments.progress == "jsonl"
    with EpochBar(console(to_stderr=True)) as bar, ExitStack() as stack:
        result = calibrate(
            model,
            arguments.files,
            sampling_rate_hz=arguments.rate,
            channels=arguments.channels,
            seed=arguments.seed,
            progress=stoppable(training_progress.tell_epoch if tells else bar.show, stack),
            noticed=(lambda _: None) if tells else note,
        )
    write_model(arguments.out, result.model)
    if tells:
        training_progress.tell("calibrated", _document(result, arguments.out))
    else:
        print_facts(console(), _facts(result, arguments.out))
    if result.interrupted:
        raise InterruptedByUserError(f"stopped by Ctrl-C; {arguments.out} holds the best so far")


def _document(result: CalibratedModel, out: Path) -> dict[str, Any]:
    return {
        "model": str(out),
        "title": result.model.manifest.title,
        "n_windows": result.n_windows,
        "repairs": list(result.repairs),
        "before": result.before,
        "after": result.after,
        "interrupted": result.interrupted,
    }


def _facts(result: CalibratedModel, out: Path) -> list[tuple[str, str]]:
    return [
        ("model", f"{out} ({result.model.manifest.title})"),
        ("held out", f"{result.n_windows} windows: {result.held_out}"),
        ("before", f"{result.before:.1%} balanced"),
        ("after", f"{result.after:.1%} balanced"),
    ]
