"""A recording through the live pipeline, as fast as it goes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from emgstream.bundle import Model
from emgstream.decisions import Decisions, DecisionSettings
from emgstream.errors import EndOfStream, UsageError
from emgstream.pipeline import Pipeline
from emgstream.sources.replay import ReplaySource
from emgstream.tables import EmgTable
from emgstream.trial.score import Truth
from emgstream.types import IndexArray

__all__ = ["Replayed", "decisions_on", "truth_at"]


@dataclass(frozen=True, eq=False)
class Replayed:
    """The decisions on a recording, and what was really done."""

    decisions: Decisions
    """All of them, in order."""
    truth: Truth
    """What the recording's labels say."""
    hop_s: float
    """Time from one decision to the next, in seconds."""


def decisions_on(
    table: EmgTable,
    model: Model,
    settings: DecisionSettings | None = None,
    sampling_rate_hz: float | None = None,
) -> Replayed:
    """Return what a model decides on a recording, by its own settings or by others.

    Raises UsageError where nobody knows the sampling rate or no window fits in, and
    StreamMismatchError where the recording is not as the model was trained on.
    """
    names = model.manifest.channel_names
    source = ReplaySource(table, sampling_rate_hz, speed=None, channel_names=names)
    model.manifest.check_stream(source.info)
    rate_hz = source.info.sampling_rate_hz or model.manifest.sampling_rate_hz
    if rate_hz is None:
        raise UsageError(f"nobody knows the sampling rate of {table.path}; state it with --rate HZ")
    pipeline = Pipeline(model)
    if settings is not None:
        pipeline.tune(settings)
    parts = _pushed(source, pipeline)
    if not parts:
        raise UsageError(
            f"{table.path} is too short for a single decision: {table.n_rows} rows; expected "
            f"at least {model.manifest.n_steps * model.manifest.step.length}"
        )
    decisions = _joined(parts)
    truth = truth_at(table, decisions.indices, model.manifest.class_names)
    return Replayed(decisions, truth, model.manifest.hop * model.manifest.step.length / rate_hz)


def truth_at(table: EmgTable, indices: IndexArray, class_names: tuple[str, ...]) -> Truth:
    """Return what a recording's labels say at samples, by their absolute indices."""
    rows = indices if table.index is None else np.searchsorted(table.index, indices)
    numbers = {name: number for number, name in enumerate(class_names)}
    by_label = np.array([*(numbers.get(name, -1) for name in table.label_names), -1])
    labels = np.full(table.n_rows, -1) if table.labels is None else table.labels
    segments = np.zeros(table.n_rows, np.int64) if table.segments is None else table.segments
    changes = (np.diff(labels) != 0) | (np.diff(segments) != 0)
    movements = np.concatenate(([0], np.cumsum(changes)))
    return Truth(by_label[labels][rows], movements[rows])


def _pushed(source: ReplaySource, pipeline: Pipeline) -> list[Decisions]:
    parts: list[Decisions] = []
    with source:
        while True:
            try:
                decisions = pipeline.push(source.read())
            except EndOfStream:
                return parts
            if len(decisions):
                parts.append(decisions)


def _joined(parts: list[Decisions]) -> Decisions:
    first, *others = parts
    for part in others:
        first = first.joined(part)
    return first
