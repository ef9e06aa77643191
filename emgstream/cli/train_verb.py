"""Train a model on labelled recordings, and print the accuracy that can be expected."""

from __future__ import annotations

import argparse
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emgstream.app.training_words import trained_facts
from emgstream.bundle import check_place, write_model
from emgstream.cli import options, training_progress
from emgstream.cli.interrupt import ctrl_c_after
from emgstream.cli.terminal import busy
from emgstream.cli.verb_files import refuse_to_overwrite
from emgstream.tables import check_there

if TYPE_CHECKING:
    from emgstream_training.train import TrainingResult

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = {
    "train demo --out arm.emgmodel": "train on the shipped recording",
    "train s1.csv s2.csv --out arm.emgmodel --report report": "train on two sessions, and write a "
    "report",
}

_EVENTS = f"""{training_progress.EPOCHS} at the end "trained" with model, title, n_epochs, notes,
repairs, figures, classes, confusion (validation windows by true and decided class) and
interrupted."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``emgstream train``."""
    options.add_sessions(parser, "labelled recordings; 'demo' is the shipped synthetic one")
    options.add_new_model(parser)
    parser.add_argument(
        "--recipe",
        choices=("realtime", "published"),
        default="realtime",
        help="realtime (the default) is for live use; published reproduces published figures",
    )
    options.add_signal(parser)
    options.add_epochs(parser)
    options.add_seed(parser)
    parser.add_argument(
        "--report",
        type=options.file_path,
        metavar="FOLDER",
        help="write a report with figures: report.html; an existing one is replaced",
    )
    options.add_columns(parser)
    training_progress.add_progress_options(parser, _EVENTS)


def run(arguments: argparse.Namespace) -> None:
    """Train, write the model, and print its figures.

    Raises MissingExtraError without the ``train`` extra, and InterruptedByUserError after Ctrl-C,
    when the best model so far has been written.
    """
    columns = options.column_choice(arguments)
    training_progress.begin(arguments)
    refuse_to_overwrite(arguments.files, [arguments.out])
    check_place(arguments.out)
    for path in arguments.files:
        check_there(path)
    with ctrl_c_after(), busy("loading TensorFlow"):  # it takes seconds, and only this needs it
        from emgstream_training.backend import load_tensorflow
        from emgstream_training.front_end import SignalOverrides
        from emgstream_training.train import train

        load_tensorflow()
        _check_report(arguments)
    started_s = time.perf_counter()
    with training_progress.watched_training(arguments) as (progress, noticed):
        result = train(
            arguments.files,
            arguments.recipe,
            columns=columns,
            report_dir=arguments.report,
            seed=arguments.seed,
            overrides=SignalOverrides(arguments.signal, options.mains_hz(arguments.mains)),
            progress=progress,
            noticed=noticed,
            keep=partial(write_model, arguments.out),
            max_epochs=arguments.epochs,
        )
    event = _event(result, arguments.out)
    facts = [*trained_facts(event, time.perf_counter() - started_s)]
    if arguments.report:
        facts.append(("report", str(arguments.report / "report.html")))
    training_progress.report_model(arguments, event, facts)


def _check_report(arguments: argparse.Namespace) -> None:
    """Raise UsageError where the report would be written over the model or over a recording."""
    from emgstream_training.report import REPORT_FILES

    if arguments.report:
        written = [arguments.report / name for name in REPORT_FILES]
        refuse_to_overwrite(arguments.files, [arguments.out, *written])


def _event(result: TrainingResult, out: Path) -> dict[str, Any]:
    return {
        "event": "trained",
        "model": str(out),
        "title": result.model.manifest.title,
        "n_epochs": len(result.history),
        "notes": list(result.notes),
        "repairs": list(result.repairs),
        "figures": dict(result.figures),
        "classes": list(result.model.manifest.class_names),
        "confusion": result.confusion,
        "interrupted": result.interrupted,
    }
