"""Recordings in a folder with one folder per data set, each of one sampling rate."""

from __future__ import annotations

import argparse
from pathlib import Path

__all__ = ["add_words", "recordings"]


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


def _rate(text: str) -> tuple[str, float]:
    name, _, rate = text.partition("=")
    return name, float(rate)
