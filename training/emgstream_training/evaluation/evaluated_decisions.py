"""Decisions with their true classes: every figure of an evaluation is counted from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.bundle import Model
from emgstream.conditioning import conditioner_from_manifest
from emgstream.decisions import ARGMAX
from emgstream.errors import EndOfStream
from emgstream.manifest import Manifest
from emgstream.pipeline import Pipeline
from emgstream.sources.replay_source import ReplaySource
from emgstream.sources.table_rows import indices_of, segment_begins
from emgstream.tables import EmgTable
from emgstream.types import Chunk, FloatArray, IndexArray
from emgstream_training.bridged_recording import bridged_stretches
from emgstream_training.examples import ClassArray
from emgstream_training.recordings import class_codes

__all__ = [
    "DecidedWindows",
    "DecisionInstants",
    "EvaluatedDecisions",
    "conditioned_samples",
    "decided_windows",
    "instants_of",
    "replay",
    "replayed_windows",
]

Mask: TypeAlias = npt.NDArray[np.bool_]


class DecidedWindows(NamedTuple):
    """The windows of a recording that the live path decides on. Arrays ``(n,)``."""

    first_rows: IndexArray
    """Row of the first sample of each window."""
    rows: IndexArray
    """Row of the last sample; if that one was lost, the row after it."""
    places: IndexArray
    """Place of the last sample among the `conditioned_samples`."""


@dataclass(frozen=True, eq=False)
class DecisionInstants:
    """The instants of decisions in a recording, and what is true there. Arrays ``(n,)``."""

    rows: IndexArray
    """Row of the last sample of each window; if that one was lost, the row after it."""
    places: IndexArray
    """Place of that sample among the `conditioned_samples`."""
    truth: ClassArray
    """True class of that row; -1 where it has none."""
    movements: IndexArray
    """Number of the held movement of that row."""
    whole: Mask
    """True where the window lies within one held movement of a class."""
    since_onset: IndexArray
    """Samples since the onset of that movement, lost ones too; -1 where no onset was recorded, as
    the recording or a segment of it begins with that movement."""
    recordings: IndexArray
    """Place of the recording among those of the study."""

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, chosen: Mask | IndexArray) -> DecisionInstants:
        """Return the chosen instants."""
        return DecisionInstants(*(getattr(self, field.name)[chosen] for field in fields(self)))


@dataclass(frozen=True, eq=False)
class EvaluatedDecisions:
    """One model's decisions at some instants, in the order of time."""

    instants: DecisionInstants
    """The instants, and what was true there."""
    probabilities: FloatArray
    """Shape ``(n, n_classes)``."""

    @property
    def decided(self) -> ClassArray:
        """Likeliest class, shape ``(n,)``."""
        decided: ClassArray = self.probabilities.argmax(axis=1)
        return decided

    def take(self, chosen: Mask) -> EvaluatedDecisions:
        """Return the chosen decisions."""
        return EvaluatedDecisions(self.instants.take(chosen), self.probabilities[chosen])

    @classmethod
    def none(cls, n_classes: int) -> EvaluatedDecisions:
        """Return an empty sequence of decisions."""
        rows = np.zeros(0, dtype=np.int64)
        nowhere = DecisionInstants(rows, rows, rows, rows, rows.astype(np.bool_), rows, rows)
        return cls(nowhere, np.zeros((0, n_classes), dtype=np.float32))

    @classmethod
    def joined(cls, several: Sequence[EvaluatedDecisions]) -> EvaluatedDecisions:
        """Return the decisions on several recordings, one after the other."""
        offset, movements = 0, []
        for one in several:
            movements.append(one.instants.movements + offset)
            offset = int(movements[-1].max(initial=offset)) + 1
        parts = {
            field.name: np.concatenate([getattr(one.instants, field.name) for one in several])
            for field in fields(DecisionInstants)
        }
        parts["movements"] = np.concatenate(movements)
        return cls(
            DecisionInstants(**parts), np.concatenate([one.probabilities for one in several])
        )


def replay(model: Model, table: EmgTable) -> tuple[IndexArray, FloatArray]:
    """Return the last row and the probabilities of every window of a recording in the live path.

    Shapes ``(n,)`` and ``(n, n_classes)``. The probabilities are the classifier's own, neither
    smoothed nor rejected, so that other models can be compared at the same instants.
    """
    return _replay(Pipeline(model), table)


def replayed_windows(model: Model, table: EmgTable) -> tuple[IndexArray, FloatArray]:
    """Return the last row and the content of every window that `replay` classifies.

    Shapes ``(n,)`` and ``(n, n_steps, n_features)``. The network is not run.
    """
    manifest = model.manifest
    kept = _WindowKeeper((manifest.n_steps, manifest.n_features), len(manifest.class_names))
    rows, _ = _replay(Pipeline(model, classifier=kept), table)
    return rows, np.concatenate(kept.windows)


class _WindowKeeper:
    """Stands for a classifier and keeps the windows that it is given."""

    def __init__(self, window_shape: tuple[int, int], n_classes: int) -> None:
        self.window_shape, self.n_classes = window_shape, n_classes
        self.windows = [np.empty((0, *window_shape), dtype=np.float32)]

    def predict(self, windows: FloatArray) -> FloatArray:
        """Keep the windows, and return the same probability for each class."""
        self.windows.append(windows.copy())
        return np.full((len(windows), self.n_classes), 1.0 / self.n_classes, dtype=np.float32)


def _replay(pipeline: Pipeline, table: EmgTable) -> tuple[IndexArray, FloatArray]:
    """Return the last row and the probabilities of every window of a recording."""
    pipeline.tune(ARGMAX)
    decisions = [pipeline.push(chunk) for chunk in _stream(table)]
    indices = np.concatenate([one.indices for one in decisions])
    rows = indices if table.index is None else np.searchsorted(table.index, indices)
    return rows, np.concatenate([one.probabilities for one in decisions])


def decided_windows(manifest: Manifest, table: EmgTable) -> DecidedWindows:
    """Return the window of each decision of the live path, without deciding."""
    n_window, hop = manifest.window_samples, manifest.hop * manifest.step.length
    found, n_before = [], 0
    for stretch in bridged_stretches(table, manifest.step.length):
        last = np.arange(n_window - 1, len(stretch.rows), hop)
        first_rows = stretch.rows[last - (n_window - 1)]
        found.append(DecidedWindows(first_rows, stretch.rows[last], n_before + last))
        n_before += len(stretch.rows)
    return DecidedWindows(*map(np.concatenate, zip(*found, strict=True)))


def conditioned_samples(manifest: Manifest, table: EmgTable) -> FloatArray:
    """Return the samples that the live path makes steps of, shape ``(n_samples, n_channels)``.

    Lost samples and empty cells of short gaps are filled, so that the samples of a window are next
    to each other. NaN where a value is missing for too long, and where an unbroken stretch ended
    before the conditioner had passed the samples on.
    """
    conditioner = conditioner_from_manifest(manifest.conditioning)
    parts = []
    for stretch in bridged_stretches(table, manifest.step.length):
        conditioner.reset()
        passed_on = conditioner.condition(stretch.samples)
        held_back = np.full_like(stretch.samples[len(passed_on) :], np.nan)
        parts += [passed_on, held_back]
    return np.concatenate(parts)


def instants_of(
    table: EmgTable, class_names: Sequence[str], windows: DecidedWindows, recording: int = 0
) -> DecisionInstants:
    """Return the instants of windows, and what is true there.

    ``recording`` is the place of the recording among those of the study.
    """
    codes, movements, rows = class_codes(table, class_names), table.movement_numbers(), windows.rows
    numbers, first_rows = np.unique(movements, return_index=True)
    onset_rows = first_rows[np.searchsorted(numbers, movements[rows])]
    begins = segment_begins(table) == 1
    begins[0] = True
    indices = indices_of(table)
    runs = np.cumsum(np.diff(movements, prepend=movements[:1]) != 0)
    truth = codes[rows]
    return DecisionInstants(
        rows=rows,
        places=windows.places,
        truth=truth,
        movements=movements[rows],
        whole=(runs[windows.first_rows] == runs[rows]) & (truth >= 0),
        since_onset=np.where(begins[onset_rows], -1, indices[rows] - indices[onset_rows]),
        recordings=np.full(len(rows), recording, dtype=np.int64),
    )


def _stream(table: EmgTable) -> Iterator[Chunk]:
    """Yield a recording as a replay at full speed does."""
    with ReplaySource(table, speed=None) as source:
        while True:
            try:
                yield source.read()
            except EndOfStream:
                return
