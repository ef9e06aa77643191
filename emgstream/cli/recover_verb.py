"""Repair a recording that was interrupted, set its labels, and print what was found.

Every complete sample stays as it was recorded; only the label column is written again. It can be
repeated, also on a session that ended normally.
"""

from __future__ import annotations

import argparse

from emgstream.cli import options
from emgstream.cli.session_review import print_review
from emgstream.cli.terminal import console
from emgstream.recording import put_in_order

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = {
    "recover session.csv": "repair it and print what was found",
    "recover session.csv --no-trim": "repair it and keep the labels as they were cued",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of ``emgstream recover``."""
    parser.add_argument(
        "file",
        type=options.path_to_read,
        help="the CSV file of the session; the .json file of the same name must be beside it",
    )
    labels = parser.add_mutually_exclusive_group()
    labels.add_argument(
        "--trim",
        action="store_true",
        default=None,
        help="start labels where the muscles become active; default: as chosen when recording",
    )
    labels.add_argument("--no-trim", action="store_false", dest="trim", help="keep labels as cued")


def run(arguments: argparse.Namespace) -> None:
    """Put the files in order and print what was found."""
    print_review(console(), put_in_order(arguments.file, trim=arguments.trim))
