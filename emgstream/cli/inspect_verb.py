"""Show the content of a model or a recording, and the problems found in a recording."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from emgstream.audit import (
    Audit,
    audit_facts,
    audit_page,
    audit_table,
    findings,
    findings_to_read,
)
from emgstream.bundle import MODEL_SUFFIX, Model, read_model
from emgstream.cli import options
from emgstream.cli.column_roles_table import print_roles, roles_document
from emgstream.cli.terminal import console, print_facts
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

_MOST_SPOKEN = 10


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
    facts = list(_model_facts(model))
    hand_over(arguments, model.manifest.to_json(), str, lambda: print_facts(console(), facts))


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


def _model_facts(model: Model) -> Iterator[tuple[str, str]]:
    Pipeline(model)  # raises where the network does not fit the manifest
    manifest = model.manifest
    document = manifest.to_json()
    yield "model", manifest.title
    yield "created", manifest.created
    yield "channels", f"{', '.join(manifest.channel_names)} ({manifest.unit})"
    yield "rate", _rate(manifest.sampling_rate_hz)
    yield "conditioning", _settings(document["conditioning"])
    yield "step", _settings(document["step"])
    for transform in document["transforms"]:
        yield "transform", _settings(transform)
    every = "step" if manifest.hop == 1 else f"{manifest.hop} steps"
    span = f"{manifest.n_steps} steps ({manifest.window_samples:,} samples)"
    yield "window", f"{span}, a decision every {every}"
    yield "classes", ", ".join(manifest.class_names)
    for entry in manifest.training_data:
        yield "trained on", _settings({**entry, "sha256": f"{entry.get('sha256', '?'):.12}…"})
    yield from _measured(manifest.evaluation)
    yield "versions", _settings(manifest.versions)


def _measured(evaluation: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in evaluation.items():
        figures = value if isinstance(value, Mapping) else {"is": value}
        yield "measured", f"{_spoken(name)}:"
        yield from (("", f"{_spoken(what)} {_value(figure)}") for what, figure in figures.items())


def _rate(rate_hz: float | None) -> str:
    return "not known" if rate_hz is None else f"{rate_hz:.6g} Hz"


def _spoken(name: str) -> str:
    return name.replace("_", " ")


def _settings(entry: Mapping[str, Any]) -> str:
    words = (f"{name} {_value(value)}" for name, value in entry.items() if name != "kind")
    return ", ".join([*([str(entry["kind"])] if "kind" in entry else []), *words])


def _value(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.5g}"
    if isinstance(value, list):
        return _values(value)
    if isinstance(value, Mapping):
        return _settings(value)
    return str(value)


def _values(values: list[Any]) -> str:
    """Return what a list holds; of many numbers the range, as ``--json`` has them all."""
    leaves = list(_leaves(values))
    if len(leaves) <= _MOST_SPOKEN or not all(isinstance(leaf, int | float) for leaf in leaves):
        return " ".join(map(_value, values))
    return f"{min(leaves):.5g} to {max(leaves):.5g} ({len(leaves)} numbers)"


def _leaves(values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, list):
            yield from _leaves(value)
        else:
            yield value
