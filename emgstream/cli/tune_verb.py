"""Compare settings of the decisions on a recording, and keep them in a model.

Without an option, the settings of the model are compared with no settings at all: the class with
the highest confidence in every window.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace

from rich.table import Table

from emgstream.app.open_requests import ReplayRequest
from emgstream.app.tuning_recording import TuningRequest, without
from emgstream.app.tuning_session import TuningSession
from emgstream.app.tuning_words import compared, score_rows
from emgstream.bundle import check_place
from emgstream.cli import options
from emgstream.cli.configured import use_configuration
from emgstream.cli.terminal import console, note
from emgstream.cli.verb_files import refuse_to_overwrite
from emgstream.decisions import (
    SMOOTHINGS,
    DecisionSettings,
    Smoothing,
    parameters,
    smoothing_from_manifest,
)
from emgstream.opening import reading_notes
from emgstream.trial import DecisionScore

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = {
    "tune demo": "compare the settings of the model with none",
    "tune s2.csv --threshold 0.8 --out arm2.emgmodel": "try a threshold, and write it into a model",
}

_EXAMPLES = (
    "none, majority:5, hysteresis:3 or bayes:0.3:0.7:0.7:0.7 (stay, weight, to rest, from rest)"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of ``emgstream tune``."""
    parser.add_argument(
        "file",
        type=options.recording_path,
        help="a labelled recording the model was not trained on; 'demo' is the shipped one",
    )
    options.add_model(parser)
    parser.add_argument(
        "--threshold",
        type=_share,
        metavar="0..1",
        help="smallest confidence of a decision to act on",
    )
    parser.add_argument(
        "--begin-odds",
        type=_odds,
        metavar="N",
        help="a movement after a rest needs this many times the odds of the threshold; 1 or more",
    )
    parser.add_argument("--smoothing", type=_smoothing, metavar="KIND", help=_EXAMPLES)
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        choices=("unknown", "rest", "gap"),
        help="do not use this status; once for each",
    )
    parser.add_argument(
        "--out",
        type=options.new_model_path,
        metavar="NAME.emgmodel",
        help="write the model with these settings; an existing file is replaced, also M itself",
    )
    options.add_columns(parser)


def run(arguments: argparse.Namespace) -> None:
    """Print the scores of the likeliest class, of the model's settings and of those asked for.

    Raises UsageError for a recording without the model's labels, and OutputError, before anything
    is replayed, where the model cannot be written.
    """
    use_configuration(arguments, "model")
    refuse_to_overwrite([arguments.file], [arguments.out])  # the model itself may be replaced
    if arguments.out:
        check_place(arguments.out)
    recording = ReplayRequest(arguments.file, options.column_choice(arguments))
    tuning = TuningSession(sweeps=False)
    tuning.open(TuningRequest(arguments.model, (recording,)))
    tuning.wait()
    opened = tuning.opened
    assert opened is not None  # for the type checker: `wait` raises what went wrong
    for text in reading_notes(opened.seen.table):
        note(text)
    wanted = _wanted(opened.settings, arguments)
    if wanted != opened.settings:
        tuning.try_out(wanted)
        tuning.wait()
    console().print(_table(compared(opened, tuning.tried)))
    if arguments.out:
        tuning.save(arguments.out, wanted)
        tuning.wait()
        note(f"{arguments.out} has these settings")


def _table(scores: Mapping[str, DecisionScore]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for caption in scores:
        table.add_column(caption, justify="right")
    for row in score_rows(list(scores.values())):
        table.add_row(*row)
    return table


def _wanted(own: DecisionSettings, arguments: argparse.Namespace) -> DecisionSettings:
    names = ("threshold", "begin_odds", "smoothing")
    asked = {name: getattr(arguments, name) for name in names}
    asked = {name: value for name, value in asked.items() if value is not None}
    return without(replace(own, **asked), *arguments.without)


def _share(text: str) -> float:
    value = options.positive(text) if text.strip("0.") else 0.0
    if value > 1.0:
        raise argparse.ArgumentTypeError(f"{text!r} is more than 1; expected 0 to 1")
    return value


def _odds(text: str) -> float:
    value = options.positive(text)
    if value < 1.0:
        raise argparse.ArgumentTypeError(f"{text!r} is less than 1; expected 1 or more")
    return value


def _smoothing(text: str) -> Smoothing:
    kind, *numbers = text.split(":")
    chosen = next((one for one in SMOOTHINGS if one.kind == kind), None)
    if chosen is None or len(numbers) > len(parameters(chosen)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a smoothing; expected {_EXAMPLES}")
    try:
        read = zip(parameters(chosen).items(), numbers, strict=False)
        given = {name: _number(word, number) for (name, number), word in read}
        return smoothing_from_manifest({"kind": kind, **given})
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error}; expected {_EXAMPLES}") from None


def _number(word: str, kind: type[int] | type[float]) -> float:
    try:
        return kind(word)
    except ValueError:
        wanted = "whole number" if kind is int else "number"
        raise ValueError(f"{word!r} is not a {wanted}") from None
