"""Train a model on labelled recordings, and say what may be expected of it."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emgstream.bundle import check_place, write_model
from emgstream.cli import options, progress_events
from emgstream.cli.interrupt import ctrl_c_after, stoppable
from emgstream.cli.terminal import EpochBar, busy, console, note, print_facts
from emgstream.cli.verb_files import refuse_to_overwrite
from emgstream.data import DEMO_RECORDING
from emgstream.errors import InterruptedByUserError

if TYPE_CHECKING:
    from emgstream_training.train import TrainingResult

__all__ = ["add_arguments", "run"]

_EVENTS = f"""{progress_events.EPOCHS} at the end "trained" with model, title, n_epochs, notes,
repairs, figures and interrupted."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of ``emgstream train``."""
    options.add_sessions(
        parser, "labelled recordings, .csv or .csv.gz; 'demo' is the shipped synthetic one"
    )
    options.add_new_model(parser)
    parser.add_argument(
        "--recipe",
        choices=("realtime", "published"),
        default="realtime",
        help="realtime (the default) is made for live use; published repeats published figures",
    )
    options.add_rate(parser)
    options.add_channels(parser, "columns to train on, in this order; default: all numeric ones")
    options.add_signal(parser)
    options.add_epochs(parser)
    options.add_seed(parser)
    parser.add_argument(
        "--report",
        type=options.file_path,
        metavar="FOLDER",
        help="write a report with figures: report.html; one that is there is replaced",
    )
    progress_events.add_watching(parser, _EVENTS)


def run(arguments: argparse.Namespace) -> None:
    """Train, write the model, and print what it was measured at.

    Raises MissingExtraError without the ``train`` extra, and InterruptedByUserError after Ctrl-C,
    when the best model so far has been written.
    """
    progress_events.begin(arguments)
    refuse_to_overwrite(arguments.files, [arguments.out])
    check_place(arguments.out)
    with ctrl_c_after(), busy("loading TensorFlow"):  # it takes seconds, and only this needs it
        from emgstream_training.front_end import SignalOverrides
        from emgstream_training.train import train

        _check_report(arguments)
    started_s = time.perf_counter()
    tells = arguments.progress == "jsonl"
    with EpochBar(console(to_stderr=True)) as bar, ExitStack() as stack:
        result = train(
            arguments.files,
            arguments.recipe,
            sampling_rate_hz=arguments.rate,
            channels=arguments.channels,
            report_dir=arguments.report,
            seed=arguments.seed,
            overrides=SignalOverrides(arguments.signal, options.mains_hz(arguments.mains)),
            progress=stoppable(progress_events.tell_epoch if tells else bar.show, stack),
            noticed=(lambda _: None) if tells else note,
            keep=partial(write_model, arguments.out),
            max_epochs=arguments.epochs,
            synthetic=DEMO_RECORDING in arguments.files,
        )
    if tells:
        progress_events.tell("trained", _document(result, arguments.out))
    else:
        print_facts(console(), _facts(result, arguments, time.perf_counter() - started_s))
    if result.interrupted:
        raise InterruptedByUserError(f"stopped by Ctrl-C; {arguments.out} holds the best so far")


def _check_report(arguments: argparse.Namespace) -> None:
    """Raise UsageError where the report would be written over the model or over a recording."""
    from emgstream_training.report import REPORT_FILES

    if arguments.report:
        written = [arguments.report / name for name in REPORT_FILES]
        refuse_to_overwrite(arguments.files, [arguments.out, *written])


def _document(result: TrainingResult, out: Path) -> dict[str, Any]:
    return {
        "model": str(out),
        "title": result.model.manifest.title,
        "n_epochs": len(result.history),
        "notes": list(result.notes),
        "repairs": list(result.repairs),
        "figures": dict(result.figures),
        "interrupted": result.interrupted,
    }


def _facts(
    result: TrainingResult, arguments: argparse.Namespace, elapsed_s: float
) -> Iterator[tuple[str, str]]:
    yield "model", f"{arguments.out} ({result.model.manifest.title})"
    yield "epochs", f"{len(result.history)} in {elapsed_s:.0f} s"
    for name, value in result.figures.items():
        yield "measured", f"{name}: {value}"
    if arguments.report:
        yield "report", str(arguments.report / "report.html")
