"""Mend a recording that broke off, settle its labels, and say what was found.

Nothing is lost by it: every whole sample stays as it was recorded, and only the label column is
written anew. It may be run again, on a session that was ended in order too.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from emgstream.cli.session_review import print_review
from emgstream.cli.terminal import console
from emgstream.recording import put_in_order

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = {
    "recover session.csv": "repair it and print what was found",
    "recover session.csv --no-trim": "with the labels as they were cued",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of ``emgstream recover``."""
    parser.add_argument(
        "file", type=Path, help="the session's CSV; its sidecar of the same name lies beside it"
    )
    labels = parser.add_mutually_exclusive_group()
    labels.add_argument(
        "--trim",
        action="store_true",
        default=None,
        help="labels from the onset of the muscles on; default: as wished when it was recorded",
    )
    labels.add_argument(
        "--no-trim", action="store_false", dest="trim", help="labels as they were cued"
    )


def run(arguments: argparse.Namespace) -> None:
    """Put the files in order and print what was found."""
    print_review(console(), put_in_order(arguments.file, trim=arguments.trim))
