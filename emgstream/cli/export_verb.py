"""Export a recorded session for other programs: EDF+ or BDF+ with its labels, or a BIDS folder.

It needs the extra 'export'; install it once with: emgstream install export
"""

from __future__ import annotations

import argparse
import importlib.util

from emgstream.cli import options
from emgstream.cli.terminal import console, print_facts
from emgstream.extras import missing_extra
from emgstream.recording.recorded_session import read_session

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = {
    "export session.csv --to edf": "write session.edf beside it",
    "export session.csv --to bids --out study": "add it to a BIDS data set",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of ``emgstream export``."""
    parser.add_argument(
        "session",
        type=options.path_to_read,
        help="the CSV file of the session, with its .json file beside it",
    )
    parser.add_argument(
        "--to",
        required=True,
        choices=("edf", "bdf", "bids"),
        help="EDF+ (16 bits), BDF+ (24 bits), or a BIDS data set (a folder) with BDF+ in it",
    )
    parser.add_argument(
        "--out",
        type=options.file_path,
        metavar="PATH",
        help="the file, or the folder of the data set, which may exist and grows by this session; "
        "default: beside the recording",
    )
    parser.add_argument(
        "--mains",
        type=int,
        choices=(50, 60),
        default=None,
        metavar="HZ",
        help="50 or 60: frequency of the mains where it was recorded, for BIDS; default: not known",
    )
    options.add_columns(parser)


def run(arguments: argparse.Namespace) -> None:
    """Write it, and print where.

    Raises MissingExtraError without edfio, TableError and RecordingError for files that are none of
    a recorded session, OutputError where something exists already or cannot be written.
    """
    if importlib.util.find_spec("edfio") is None:
        raise missing_extra("the export", "edfio", "export")
    from emgstream.export import write_bids, write_edf  # only this needs edfio

    session = read_session(arguments.session, options.column_choice(arguments))
    if arguments.to == "bids":
        out = arguments.out or arguments.session.with_name("bids")
        written = write_bids(session, out, arguments.mains)
    else:
        out = arguments.out or arguments.session.with_suffix(f".{arguments.to}")
        written = write_edf(session, out, arguments.to)
    print_facts(console(), [("written", str(path)) for path in written])
