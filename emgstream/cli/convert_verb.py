"""Convert recordings of other programs to one recording of this program, with its .json file.

The new file is read again and compared, so that no value is lost. Columns that are left out are
printed. Several files, such as one for each movement, become one recording of several segments.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from emgstream.app.recording_conversion import (
    ConvertedRecording,
    columns_left_out,
    convert_recordings,
)
from emgstream.cli import options
from emgstream.cli.terminal import busy, console, print_facts
from emgstream.recording import sidecar_path
from emgstream.tables import ColumnRole, TableColumn
from emgstream.wording import counted

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = {
    "convert fist.txt rest.txt --label-from-name --out arm.csv": "join files of one movement each",
    "convert other.mat --channels 1,2,3 --rate 1000 --out arm.csv": "name the columns and the "
    "sampling rate",
}

_MOST_LINES = 20
"""Lines on columns and repairs of one file. A choice: what can be read at a glance."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``emgstream convert``."""
    options.add_sessions(parser, "recordings with the same channels, in their order")
    parser.add_argument(
        "--out",
        required=True,
        type=options.file_path,
        metavar="NAME.csv",
        help="the new recording; NAME.json is written beside it; existing files are never "
        "overwritten",
    )
    options.add_columns(parser)


def run(arguments: argparse.Namespace) -> None:
    """Convert, and print what was written and what was left out.

    Raises what `convert_recordings` raises; then nothing is written.
    """
    with busy("converting"):
        done = convert_recordings(arguments.files, arguments.out, options.column_choice(arguments))
    print_facts(console(), _facts(done))


def _facts(done: ConvertedRecording) -> Iterator[tuple[str, str]]:
    table = done.table
    yield "written", f"{done.path}, {sidecar_path(done.path)}"
    yield "rows", f"{table.n_rows:,} of {counted(len(done.originals), 'file')}"
    yield "channels", _listed(table.channel_names)
    for old, new in done.renamed:
        yield "renamed", f"{old!r} is {new!r} now"
    if done.rate_hz is not None:
        yield "rate", f"{done.rate_hz:.6g} Hz, {done.originals[0].rate_words}"
    if table.label_names:
        yield "labels", _listed(table.label_names)
    for original in done.originals:
        name = "" if len(done.originals) == 1 else f"{original.path.name}: "
        yield from (
            (column.role.value, name + _described(column))
            for column in original.columns
            if column.role in {ColumnRole.TIME, ColumnRole.COUNTER}
        )
        left_out = [name + _described(column) for column in columns_left_out(original)]
        yield from _bounded("left out", left_out)
        notes = [name + one for one in original.remarks if not one.startswith("columns: ")]
        yield from _bounded("note", notes)


def _described(column: TableColumn) -> str:
    return f"column {column.place + 1} {column.name!r}: {column.reason}"


def _bounded(name: str, texts: list[str]) -> Iterator[tuple[str, str]]:
    for text in texts[:_MOST_LINES]:
        yield name, text
    if len(texts) > _MOST_LINES:
        yield name, f"… and {len(texts) - _MOST_LINES:,} more"


def _listed(names: tuple[str, ...]) -> str:
    more = len(names) - _MOST_LINES
    return ", ".join(names[:_MOST_LINES]) + (f" … and {more:,} more" if more > 0 else "")
