"""See what settings of the decisions are worth on a recording, and keep them in a model.

Without a setting, what the model has is held against the likeliest class of every window.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TypeAlias

from rich.table import Table

from emgstream.bundle import check_place, read_model, write_model
from emgstream.cli import options
from emgstream.cli.configured import use_configuration
from emgstream.cli.terminal import console, note
from emgstream.cli.verb_files import refuse_to_overwrite
from emgstream.decisions import (
    ARGMAX,
    SMOOTHINGS,
    DecisionSettings,
    Smoothing,
    parameters,
    smoothing_from_manifest,
)
from emgstream.opening import read_recording, repair_notes
from emgstream.trial import ReplayedRecording, check_labels, figure_rows, score, seen_on

__all__ = ["add_arguments", "figures", "run"]

Columns: TypeAlias = list[tuple[str, ReplayedRecording]]

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
    options.add_rate(parser)
    options.add_channels(parser, "columns to take as the model's channels, in its order")
    parser.add_argument(
        "--threshold", type=_share, metavar="0..1", help="least confidence to act on"
    )
    parser.add_argument(
        "--begin-odds",
        type=_odds,
        metavar="N",
        help="how many times the odds of the threshold a movement that follows a rest must have, "
        "1 or more",
    )
    parser.add_argument("--smoothing", type=_smoothing, metavar="KIND", help=_EXAMPLES)
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        choices=("unknown", "rest", "gap"),
        help="never give this status; once for each",
    )
    parser.add_argument(
        "--out",
        type=options.new_model_path,
        metavar="NAME.emgmodel",
        help="write the model with these settings; one that is there, as M itself, is replaced",
    )


def run(arguments: argparse.Namespace) -> None:
    """Print the figures without settings, with the model's and with those asked for.

    Raises UsageError for a recording without the model's labels, and OutputError, before anything
    is replayed, where the model cannot be written.
    """
    use_configuration(arguments, "model")
    refuse_to_overwrite([arguments.file], [arguments.out])  # the model itself may be replaced
    model = read_model(arguments.model)
    if arguments.out:
        check_place(arguments.out)
    table = read_recording(arguments.file, model.manifest, arguments.channels)
    for text in repair_notes(table):
        note(text)
    check_labels(table, model.manifest.class_names)
    own = model.manifest.decision
    wanted = _wanted(own, arguments)
    columns = {"likeliest": ARGMAX, "model": own, "wanted": wanted}
    if own == ARGMAX:
        del columns["model"]
    if wanted == own:
        del columns["wanted"]
    seen = seen_on(table, model, arguments.rate)
    replayed = [(name, seen.decided(settings)) for name, settings in columns.items()]
    console().print(figures(replayed))
    if arguments.out:
        write_model(arguments.out, model.tuned(wanted))
        note(f"{arguments.out} decides so from now on")


def figures(columns: Columns) -> Table:
    """Return the figures of several replays of one recording, the first being the plain one."""
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for name, _ in columns:
        table.add_column(name, justify="right")
    for row in figure_rows([score(one.decisions, one.truth, one.hop_s) for _, one in columns]):
        table.add_row(*row)
    return table


def _wanted(own: DecisionSettings, arguments: argparse.Namespace) -> DecisionSettings:
    wanted = own
    if arguments.threshold is not None:
        wanted = replace(wanted, threshold=arguments.threshold)
    if arguments.begin_odds is not None:
        wanted = replace(wanted, begin_odds=arguments.begin_odds)
    if arguments.smoothing is not None:
        wanted = replace(wanted, smoothing=arguments.smoothing)
    if "unknown" in arguments.without:
        wanted = replace(wanted, familiar=None)
    if "rest" in arguments.without:
        wanted = replace(wanted, rest_gate=None)
    if "gap" in arguments.without:
        wanted = replace(wanted, rails=None, tells_gaps=False)
    return wanted


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
        raise argparse.ArgumentTypeError(f"{text!r} is no smoothing; expected {_EXAMPLES}")
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
        raise ValueError(f"{word!r} is no {wanted}") from None
