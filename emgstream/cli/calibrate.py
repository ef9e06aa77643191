"""Teach a model a new day: about a minute of new data a movement."""

from __future__ import annotations

import argparse

from emgstream.bundle import read_model, write_model
from emgstream.cli import options
from emgstream.cli.terminal import EpochBar, console, print_facts
from emgstream.cli.train import check_extra
from emgstream.errors import InterruptedByUserError

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of ``emgstream calibrate``."""
    parser.add_argument(
        "files",
        nargs="+",
        type=options.recording_path,
        metavar="file",
        help="labelled recordings of the new session, .csv or .csv.gz",
    )
    options.add_model(parser)
    parser.add_argument(
        "--out",
        required=True,
        type=options.new_model_path,
        metavar="NAME.emgmodel",
        help="where to write the calibrated model",
    )
    options.add_rate(parser)
    parser.add_argument("--seed", type=int, default=42, help="of every random choice; default 42")


def run(arguments: argparse.Namespace) -> None:
    """Calibrate, write the model, and print what that was worth on held-out repetitions.

    Raises TrainingDataError, and writes nothing, where it would make the model worse;
    MissingExtraError without the ``train`` extra; and InterruptedByUserError after Ctrl-C, when
    the best so far has been written.
    """
    check_extra()
    model = read_model(arguments.model)
    from training.calibrate import calibrate  # TensorFlow takes seconds to load

    with EpochBar(console(to_stderr=True)) as bar:
        result = calibrate(
            model,
            arguments.files,
            sampling_rate_hz=arguments.rate,
            seed=arguments.seed,
            progress=bar.show,
        )
    write_model(arguments.out, result.model)
    facts = [
        ("model", f"{arguments.out} ({result.model.manifest.title})"),
        ("held out", f"{result.n_windows} windows of repetitions that were not learned from"),
        ("before", f"{result.before:.1%} balanced"),
        ("after", f"{result.after:.1%} balanced"),
    ]
    print_facts(console(), facts)
    if result.interrupted:
        raise InterruptedByUserError(f"stopped by Ctrl-C; {arguments.out} holds the best so far")
