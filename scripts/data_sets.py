"""Recordings in a folder with one folder per data set, each of one sampling rate."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from emgstream_training.evaluation.evaluated_decisions import EvaluatedDecisions
from emgstream_training.evaluation.evaluation_figures import N_BINS
from emgstream_training.metrics import reliability
from emgstream_training.realtime import NEITHER, TRAINING, PartArray
from emgstream_training.recordings import class_names_of
from emgstream_training.row_folds import repetition_folds

from emgstream.tables import EmgTable

__all__ = ["add_words", "calibration_error", "held_out_repetitions", "recordings"]

Mask: TypeAlias = npt.NDArray[np.bool_]

_N_FOLDS, _HELD_OUT_FOLD = 5, 2


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


def held_out_repetitions(table: EmgTable) -> tuple[Mask, PartArray]:
    """Return the rows of the middle one of every five repetitions, and what is trained on.

    Both have the shape ``(n_rows,)``: a mask, and `TRAINING` for the other rows with a label.
    """
    (folds,) = repetition_folds([table], class_names_of([table]), _N_FOLDS)
    held_out = folds == _HELD_OUT_FOLD
    return held_out, np.where((folds >= 0) & ~held_out, TRAINING, NEITHER)


def _rate(text: str) -> tuple[str, float]:
    name, _, rate = text.partition("=")
    return name, float(rate)
