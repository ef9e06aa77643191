"""Show the content of a model or a recording, and the problems found in a recording."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from emgstream.app.model_details import LAYERS, layer_rows, model_document, model_facts
from emgstream.audit import (
    Audit,
    audit_facts,
    audit_page,
    audit_table,
    findings,
    findings_to_read,
)
from emgstream.bundle import MODEL_SUFFIX, read_model
from emgstream.cli import options
from emgstream.cli.column_roles_table import print_roles, roles_document
from emgstream.cli.terminal import console, print_facts, print_grid
from emgstream.cli.verb_files import check_report_files, hand_over
from emgstream.errors import UndecidedColumnsError, UsageError
from emgstream.opening import read_recording
from emgstream.pipeline import Pipeline
from emgstream.report import write_json
from emgstream.tables import look_at_table

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = {
    "inspect demo": "check the shipped recording",
    "inspect arm.csv --html report.html": "write the findings on one page",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of ``emgstream inspect``."""
    parser.add_argument("file", type=options.any_path, help="a model (.emgmodel) or a recording")
    options.add_report_files(parser)
    options.add_columns(parser)


def run(arguments: argparse.Namespace) -> None:
    """Write what the file holds where asked to, and print it."""
    is_model = arguments.file.suffix == MODEL_SUFFIX
    if is_model:
        _refuse_recording_words(arguments)
    check_report_files(arguments, [arguments.file])
    if is_model:
        _inspect_model(arguments)
    else:
        _inspect_recording(arguments)


def _refuse_recording_words(arguments: argparse.Namespace) -> None:
    words = [] if arguments.html is None else ["--html"]
    for word in [*words, *options.column_choice(arguments).arguments()][:1]:
        raise UsageError(
            f"{word} is for recordings, and {arguments.file.name} is a model; expected no "
            f"option, or "
            f"--json to write its content; leave {word} out"
        )


def _inspect_model(arguments: argparse.Namespace) -> None:
    model = read_model(arguments.file)
    Pipeline(model)  # raises where the network does not fit the manifest
    facts, layers = list(model_facts(model)), layer_rows(model)
    hand_over(arguments, model_document(model), str, lambda: _print_model(facts, layers))


def _print_model(facts: list[tuple[str, str]], layers: list[tuple[str, ...]]) -> None:
    terminal = console()
    print_facts(terminal, facts)
    terminal.print()
    print_grid(terminal, LAYERS, layers, n_texts=2)


def _inspect_recording(arguments: argparse.Namespace) -> None:
    columns = options.column_choice(arguments)
    try:
        table = read_recording(arguments.file, None, columns)
    except UndecidedColumnsError:
        look = look_at_table(arguments.file, columns)
        print_roles(console(), look.columns, look.questions)
        if arguments.json is not None:
            write_json(arguments.json, roles_document(look.columns, look.questions))
        raise
    audit = audit_table(table)
    hand_over(arguments, _document(audit), lambda: audit_page(audit), lambda: _print(audit))


def _print(audit: Audit) -> None:
    terminal, table = console(), audit.table
    print_roles(terminal, table.columns, table.questions)
    # a summary of the roles is for verbs without the table of them
    notes = [text for text in table.notes if not text.startswith("columns: ")]
    if notes:
        print_facts(terminal, [("note", text) for text in notes])
    terminal.print()
    print_facts(terminal, audit_facts(audit))
    terminal.print()
    print_facts(terminal, _verdict(audit))


def _verdict(audit: Audit) -> Iterator[tuple[str, str]]:
    for finding in findings_to_read(audit):
        yield finding.kind, finding.text
    if audit.accuracy_support.supported:
        yield "good", audit.accuracy_support.reason


def _document(audit: Audit) -> dict[str, Any]:
    return {
        **roles_document(audit.table.columns, audit.table.questions),
        **audit.to_json(),
        "findings": [dict(vars(one)) for one in findings(audit)],
    }
