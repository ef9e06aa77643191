"""Adapt a model to a new day, with about one minute of new data for each movement."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emgstream.app.training_words import calibrated_facts
from emgstream.bundle import check_place, read_model, write_model
from emgstream.cli import options, training_progress
from emgstream.cli.configured import use_configuration
from emgstream.cli.interrupt import ctrl_c_after
from emgstream.cli.verb_files import refuse_to_overwrite
from emgstream.tables import check_there

if TYPE_CHECKING:
    from emgstream_training.calibrate import CalibratedModel
    from emgstream_training.unlabelled_calibration import UnlabelledCalibration

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = {
    "calibrate today.csv --model arm.emgmodel --out today.emgmodel": "adapt a model to the "
    "recording of today",
    "calibrate today.csv --out today.emgmodel": "adapt the model of the configuration, or the demo",
}

_EVENTS = f"""{training_progress.EPOCHS} at the end "calibrated" with model, title, n_windows,
repairs, before and after (balanced accuracy on held-out repetitions, 0 to 1) and interrupted;
without labels "moved" with model, title, duration_s, repairs, unseen (movements that nothing looks
like) and distance (of the session from the training, in spreads of a movement)."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``emgstream calibrate``."""
    options.add_sessions(
        parser,
        "recordings of the new session: labelled, or without labels to adapt the levels alone",
    )
    options.add_model(parser)
    options.add_new_model(parser)
    options.add_seed(parser)
    options.add_columns(parser)
    training_progress.add_progress_options(parser, _EVENTS)


def run(arguments: argparse.Namespace) -> None:
    """Calibrate, write the model, and print its gain on held-out repetitions.

    Without labels, print how far the session was from the training.

    Raises TrainingDataError, and writes nothing, where it would make the model worse;
    MissingExtraError without the ``train`` extra; and InterruptedByUserError after Ctrl-C, when
    the best so far has been written.
    """
    use_configuration(arguments, "model")
    columns = options.column_choice(arguments)
    training_progress.begin(arguments)
    refuse_to_overwrite(arguments.files, [arguments.out])  # the model itself may be replaced
    check_place(arguments.out)
    model = read_model(arguments.model)
    for path in arguments.files:
        check_there(path)
    with ctrl_c_after():
        from emgstream_training.calibrate import calibrate  # the extra, checked above

    with training_progress.watched_training(arguments) as (progress, noticed):
        result = calibrate(
            model,
            arguments.files,
            columns=columns,
            seed=arguments.seed,
            progress=progress,
            noticed=noticed,
        )
    write_model(arguments.out, result.model)
    event = _event(result, arguments.out)
    training_progress.report_model(arguments, event, calibrated_facts(event))


def _event(result: CalibratedModel | UnlabelledCalibration, out: Path) -> dict[str, Any]:
    from emgstream_training.unlabelled_calibration import UnlabelledCalibration

    event = {
        "model": str(out),
        "title": result.model.manifest.title,
        "repairs": list(result.repairs),
    }
    if isinstance(result, UnlabelledCalibration):
        return {
            "event": "moved",
            **event,
            "distance": result.distance,
            "duration_s": result.duration_s,
            "unseen": list(result.unseen),
            "interrupted": False,
        }
    return {
        "event": "calibrated",
        **event,
        "n_windows": result.n_windows,
        "held_out": result.held_out,
        "before": result.before,
        "after": result.after,
        "interrupted": result.interrupted,
    }
