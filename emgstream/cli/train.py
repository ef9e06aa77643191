"""Train a model on labelled recordings, and say what may be expected of it."""

from __future__ import annotations

import argparse
import importlib.util
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from emgstream.bundle import MODEL_SUFFIX, check_place, write_model
from emgstream.cli import options
from emgstream.cli.interrupt import ctrl_c, ctrl_c_after
from emgstream.cli.terminal import EpochBar, busy, console, print_facts
from emgstream.data import DEMO_RECORDING
from emgstream.errors import InterruptedByUserError, MissingExtraError

if TYPE_CHECKING:
    from training.train import Progress, TrainingResult

__all__ = ["add_arguments", "run"]

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
        type=_model_path,
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
    parser.add_argument("--seed", type=int, default=42, help="of all that is random; default 42")
    parser.add_argument(
        "--report", type=Path, metavar="FOLDER", help="write a report with figures: report.html"
    )


def run(arguments: argparse.Namespace) -> None:
    """Train, write the model, and print what it was measured at.

    Raises MissingExtraError without the ``train`` extra, and InterruptedByUserError after Ctrl-C,
    when the best model so far has been written.
    """
    _check_extra()
    check_place(arguments.out)
    with ctrl_c_after(), busy("loading TensorFlow"):  # it takes seconds, and only this needs it
        from training.train import train

    started_s = time.perf_counter()
    with EpochBar(console(to_stderr=True)) as bar, ExitStack() as stack:
        result = train(
            arguments.files,
            arguments.recipe,
            sampling_rate_hz=arguments.rate,
            channels=arguments.channels,
            report_dir=arguments.report,
            seed=arguments.seed,
            progress=_stoppable(bar.show, stack),
            keep=partial(write_model, arguments.out),
            synthetic=DEMO_RECORDING in arguments.files,
        )
    print_facts(console(), _facts(result, arguments, time.perf_counter() - started_s))
    if result.interrupted:
        raise InterruptedByUserError(f"stopped by Ctrl-C; {arguments.out} holds the best so far")


def _stoppable(show: Callable[[Progress], None], stack: ExitStack) -> Callable[[Progress], None]:
    """Return what to tell of every epoch, so that Ctrl-C ends the training and loses nothing.

    From the end of the first epoch on, when there is something to lose, Ctrl-C strikes at the end
    of an epoch and nowhere else; a second one strikes at once.
    """
    pressed: threading.Event | None = None

    def tell(progress: Progress) -> None:
        nonlocal pressed
        pressed = pressed or stack.enter_context(ctrl_c())
        show(progress)
        if pressed.is_set():
            raise KeyboardInterrupt

    return tell


def _facts(
    result: TrainingResult, arguments: argparse.Namespace, elapsed_s: float
) -> Iterator[tuple[str, str]]:
    yield "model", f"{arguments.out} ({result.model.manifest.title})"
    yield "epochs", f"{len(result.history)} in {elapsed_s:.0f} s"
    for name, value in result.figures.items():
        yield "measured", f"{name}: {value}"
    if arguments.report:
        yield "report", str(arguments.report / "report.html")


def _model_path(text: str) -> Path:
    path = Path(text)
    return path if path.suffix == MODEL_SUFFIX else path.with_name(path.name + MODEL_SUFFIX)


def _check_extra() -> None:
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f"training needs {', '.join(missing)}, not installed here; expected the extra "
            "'train'; install it, in the project's folder, with: pip install -e \".[train]\""
        )
