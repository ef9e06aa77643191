"""Recordings in a folder with one folder per data set, each of one sampling rate."""

from __future__ import annotations

import argparse
from pathlib import Path

from emgstream_training.evaluation.evaluated_decisions import EvaluatedDecisions
from emgstream_training.evaluation.evaluation_figures import N_BINS
from emgstream_training.metrics import reliability

__all__ = ["add_words", "calibration_error", "recordings"]


def add_words(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name data sets and their rates."""
    parser.add_argument("folder", type=Path, help="folder with one folder per data set")
    parser.add_argument(
        "--rate",
        type=_rate,
        nargs="+",
        required=True,
        metavar="NAME=HZ",
        help="data sets to take, each with its sampling rate: myo_readings=200 unibo_inail=500",
    )


def recordings(arguments: argparse.Namespace) -> list[tuple[Path, float]]:
    """Return the recordings of the data sets in order, each with its rate in Hz."""
    return [
        (path, rate_hz)
        for name, rate_hz in arguments.rate
        for path in sorted((arguments.folder / name).glob("*.csv*"))
    ]


def calibration_error(decisions: EvaluatedDecisions) -> float:
    """Return the expected calibration error of decisions, 0 to 1, as `emgstream evaluate` does."""
    truth = decisions.instants.truth
    return float(reliability(decisions.probabilities, truth, N_BINS).calibration_error)


def _rate(text: str) -> tuple[str, float]:
    name, _, rate = text.partition("=")
    return name, float(rate)
