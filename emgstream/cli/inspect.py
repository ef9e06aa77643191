"""Say what a model or a recording holds."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from emgstream.bundle import MODEL_SUFFIX, Model, read_model
from emgstream.cli import options
from emgstream.cli.terminal import console, print_facts
from emgstream.pipeline import Pipeline
from emgstream.tables import EmgTable, read_table

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of ``emgstream inspect``."""
    parser.add_argument(
        "file", type=options.any_path, help="a model (.emgmodel) or a recording (.csv, .csv.gz)"
    )
    options.add_channels(parser, "columns of a recording to read; default: all that are numbers")


def run(arguments: argparse.Namespace) -> None:
    """Print what the file holds."""
    if arguments.file.suffix == MODEL_SUFFIX:
        print_facts(console(), _model_facts(read_model(arguments.file)))
    else:
        print_facts(console(), _table_facts(read_table(arguments.file, arguments.channels)))


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


def _table_facts(table: EmgTable) -> Iterator[tuple[str, str]]:
    yield "recording", table.path.name
    yield "rows", f"{table.n_rows:,}"
    yield "channels", ", ".join(table.channel_names)
    yield "rate", _rate(table.sampling_rate_hz)
    if table.labels is not None:
        counts = np.bincount(table.labels[table.labels >= 0], minlength=len(table.label_names))
        for name, count in zip(table.label_names, counts.tolist(), strict=True):
            yield "label", f"{name}: {count:,} rows"
    if table.segments is not None:
        yield "segments", str(len(np.unique(table.segments)))
    for repair in table.repairs:
        yield "repaired", str(repair)


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
        return " ".join(map(_value, value))
    if isinstance(value, Mapping):
        return _settings(value)
    return str(value)
