"""Train a model on labelled recordings, and say what may be expected of it."""

from __future__ import annotations

import argparse
import importlib.util
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from emgstream.bundle import write_model
from emgstream.cli import options
from emgstream.cli.terminal import EpochBar, console, note, print_facts
from emgstream.data import DEMO_RECORDING
from emgstream.errors import InterruptedByUserError, MissingExtraError

if TYPE_CHECKING:
    from training.train import TrainingResult

__all__ = ["add_arguments", "check_extra", "run"]

_MAINS_HZ = {"50": 50.0, "60": 60.0, "none": 0.0}
_NEEDED = ("tensorflow", "sklearn", "joblib", "matplotlib")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of ``emgstream train``."""
    parser.add_argument(
        "files",
        nargs="+",
        type=options.recording_path,
        metavar="file",
        help="labelled recordings, .csv or .csv.gz; 'demo' is the shipped synthetic one",
    )
    parser.add_argument(
        "--out",
        required=True,
        type=options.new_model_path,
        metavar="NAME.emgmodel",
        help="where to write the model",
    )
    parser.add_argument(
        "--recipe",
        choices=("realtime", "published"),
        default="realtime",
        help="realtime (the default) is made for live use; published repeats published figures",
    )
    options.add_rate(parser)
    options.add_channels(parser, "columns to train on, in this order; default: all numeric ones")
    parser.add_argument(
        "--signal",
        choices=("raw", "envelope"),
        help="what the recordings hold; default: found in the data, and said",
    )
    parser.add_argument(
        "--mains",
        choices=("50", "60", "none"),
        help="mains frequency to take out of a raw signal; default: found in the data, and said",
    )
    parser.add_argument("--seed", type=int, default=42, help="of every random choice; default 42")
    parser.add_argument("--report", type=Path, metavar="FOLDER", help="write plots and a report")


def run(arguments: argparse.Namespace) -> None:
    """Train, write the model, and print what it was measured at.

    Raises MissingExtraError without the ``train`` extra, and InterruptedByUserError after Ctrl-C,
    when the best model so far has been written.
    """
    check_extra()
    from training.front_end import Wish
    from training.train import train  # TensorFlow takes seconds to load, and only this needs it

    started_s = time.perf_counter()
    with EpochBar(console(to_stderr=True)) as bar:
        result = train(
            arguments.files,
            arguments.recipe,
            sampling_rate_hz=arguments.rate,
            channels=arguments.channels,
            report_dir=arguments.report,
            seed=arguments.seed,
            wish=Wish(arguments.signal, _MAINS_HZ.get(arguments.mains)),
            progress=bar.show,
            synthetic=DEMO_RECORDING in arguments.files,
        )
    for text in result.notes:
        note(text)
    write_model(arguments.out, result.model)
    print_facts(console(), _facts(result, arguments, time.perf_counter() - started_s))
    if result.interrupted:
        raise InterruptedByUserError(f"stopped by Ctrl-C; {arguments.out} holds the best so far")


def _facts(
    result: TrainingResult, arguments: argparse.Namespace, elapsed_s: float
) -> Iterator[tuple[str, str]]:
    yield "model", f"{arguments.out} ({result.model.manifest.title})"
    yield "epochs", f"{len(result.history)} in {elapsed_s:.0f} s"
    for name, value in result.figures.items():
        yield "measured", f"{name}: {value}"
    if arguments.report:
        yield "report", str(arguments.report / "report.html")


def check_extra() -> None:
    """Raise MissingExtraError where the training libraries are not installed."""
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f"training needs {', '.join(missing)}, not installed here; expected the extra "
            "'train'; install it with: pip install \"emgstream[train]\""
        )
