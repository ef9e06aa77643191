"""Options that several verbs share, and how their values are read."""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from emgstream.bundle import MODEL_SUFFIX
from emgstream.data import DEMO, any_path, model_path, recording_path

__all__ = [
    "add_channels",
    "add_model",
    "add_models",
    "add_rate",
    "any_path",
    "model_path",
    "new_model_path",
    "positive",
    "recording_path",
]


def positive(text: str) -> float:
    """Read a positive, finite number; raises ArgumentTypeError."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0.0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive number")
    return value


def new_model_path(text: str) -> Path:
    """Return the path of a model to write, with the suffix models have."""
    path = Path(text)
    return path if path.suffix == MODEL_SUFFIX else path.with_name(path.name + MODEL_SUFFIX)


def _names(text: str) -> tuple[str, ...]:
    """Read names parted by commas; raises ArgumentTypeError for none, empty ones and doubles."""
    parts = tuple(part.strip() for part in text.split(","))
    if not all(parts) or len(set(parts)) != len(parts):
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of different names: a,b,c")
    return parts


def add_channels(parser: argparse.ArgumentParser, what: str) -> None:
    """Add ``--channels a,b,c``."""
    parser.add_argument("--channels", type=_names, metavar="A,B,C", help=what)


def add_model(parser: argparse.ArgumentParser) -> None:
    """Add ``--model M``."""
    parser.add_argument(
        "--model",
        type=model_path,
        default=DEMO,
        metavar="M",
        help="the model, .emgmodel; the default, 'demo', was trained on synthetic data",
    )


def add_models(parser: argparse.ArgumentParser) -> None:
    """Add ``--model M``, once for all boards or once for each; None where it is left out."""
    parser.add_argument(
        "--model",
        type=model_path,
        action="append",
        metavar="M",
        help="the model, .emgmodel; the default, 'demo', was trained on synthetic data. Once for "
        "all boards, or once for each",
    )


def add_rate(parser: argparse.ArgumentParser) -> None:
    """Add ``--rate HZ``."""
    parser.add_argument(
        "--rate",
        type=positive,
        metavar="HZ",
        help="sampling rate of the recording, where it has no time_s column",
    )
