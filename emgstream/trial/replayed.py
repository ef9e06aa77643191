"""Decisions on a recording, by the live pipeline, as fast as possible."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from emgstream.bundle import Model
from emgstream.decisions import (
    Decisions,
    DecisionSettings,
    DecisionStage,
    RailWatch,
    SmoothedPredictions,
    WindowPredictions,
)
from emgstream.errors import EndOfStream, UsageError
from emgstream.pipeline import Pipeline, SegmentPredictions
from emgstream.sources.replay_source import ReplaySource
from emgstream.tables import EmgTable
from emgstream.trial.score import TrueMovements
from emgstream.types import Chunk, IndexArray
from emgstream.wording import counted

__all__ = [
    "PredictedRecording",
    "ReplayedRecording",
    "check_labels",
    "decisions_on",
    "seen_on",
    "truth_at",
]


@dataclass(frozen=True, eq=False)
class ReplayedRecording:
    """The decisions on a recording, and the true movements."""

    decisions: Decisions
    """All decisions, in order."""
    truth: TrueMovements
    """The true movements, by the labels of the recording."""
    hop_s: float
    """Time from one decision to the next, in seconds."""


@dataclass(frozen=True, eq=False)
class _LabelStretch:
    """A stretch of a recording without a long gap, with its predictions."""

    chunks: tuple[Chunk, ...]
    """Its samples, in order."""
    seen: WindowPredictions
    """The predictions of all its windows; the settings decide which are saturated."""
    due: IndexArray
    """Last samples of the decisions that are due before the first window, shape ``(n_due,)``."""


class PredictedRecording:
    """The predictions of the network on a recording, from which any settings make decisions.

    The decisions equal those of a replay with the same settings, bit for bit; the network runs
    only once. The last smoothed predictions are kept, so that another threshold takes very little
    time. One thread at a time uses it.

    Parameters
    ----------
    table
        The recording.
    model
        The model.
    stretches
        The predictions, in order.
    sampling_rate_hz
        Rate of the recording.
    """

    def __init__(
        self, table: EmgTable, model: Model, stretches: list[_LabelStretch], sampling_rate_hz: float
    ) -> None:
        self.table = table
        self.model = model
        self.hop_s = model.manifest.hop * model.manifest.step.length / sampling_rate_hz
        self._stretches = stretches
        self._steadied: tuple[DecisionSettings, list[SmoothedPredictions | None]] | None = None
        self._truths: dict[bool, TrueMovements] = {}

    @property
    def n_windows(self) -> int:
        """Number of windows."""
        return sum(len(one.seen.indices) for one in self._stretches)

    def decided(self, settings: DecisionSettings) -> ReplayedRecording:
        """Return the decisions by some settings; raises UsageError if no window fits in."""
        manifest = self.model.manifest
        stage = DecisionStage(manifest.class_names, len(manifest.channel_names), settings)
        parts = [part for part in self._parts(stage) if len(part)]
        if not parts:
            raise UsageError(
                f"{self.table.path} is too short for a single decision: "
                f"{counted(self.table.n_rows, 'row')}; expected at least {manifest.window_samples}"
            )
        decisions = parts[0].joined(*parts[1:])
        return ReplayedRecording(
            decisions, self._truth_at(decisions, settings.tells_gaps), self.hop_s
        )

    def _parts(self, stage: DecisionStage) -> Iterator[Decisions]:
        """Yield the decisions of each stretch, in order."""
        if stage.is_plain:
            yield from (stage.decide(one.seen) for one in self._stretches)
            return
        for one, steadied in zip(self._stretches, self._steady(stage), strict=True):
            stage.restart()
            if stage.settings.tells_gaps:
                yield stage.gap_decisions(one.due)
            if steadied is not None:
                yield stage.decide_smoothed(steadied)

    def _steady(self, stage: DecisionStage) -> list[SmoothedPredictions | None]:
        """Return the smoothed predictions of each stretch; None for one without a window."""
        bare = replace(stage.settings, threshold=0.0, begin_odds=1.0)
        if self._steadied is None or self._steadied[0] != bare:
            n_window = self.model.manifest.window_samples
            self._steadied = bare, [_steadied(one, stage, n_window) for one in self._stretches]
        return self._steadied[1]

    def _truth_at(self, decisions: Decisions, tells_gaps: bool) -> TrueMovements:
        """Return the true movements at decisions; their number depends only on ``tells_gaps``."""
        if tells_gaps not in self._truths:
            names = self.model.manifest.class_names
            self._truths[tells_gaps] = truth_at(self.table, decisions.indices, names)
        return self._truths[tells_gaps]


def seen_on(
    table: EmgTable, model: Model, sampling_rate_hz: float | None = None
) -> PredictedRecording:
    """Return the predictions of a model on a recording.

    Raises UsageError if the sampling rate is not known, and StreamMismatchError if the recording
    does not match the model.
    """
    names = model.manifest.channel_names
    source = ReplaySource(table, sampling_rate_hz, speed=None, channel_names=names)
    model.manifest.check_stream(source.info)
    rate_hz = source.info.sampling_rate_hz or model.manifest.sampling_rate_hz
    if rate_hz is None:
        raise UsageError(f"the sampling rate of {table.path} is not known; state it with --rate HZ")
    pipeline = Pipeline(model)
    looks = ((chunk, pipeline.predict(chunk)) for chunk in _chunks(source))
    by_stretch = groupby(looks, key=lambda one: one[1].stretch)
    return PredictedRecording(
        table, model, [_stretch(list(parts)) for _, parts in by_stretch], rate_hz
    )


def decisions_on(
    table: EmgTable,
    model: Model,
    settings: DecisionSettings | None = None,
    sampling_rate_hz: float | None = None,
) -> ReplayedRecording:
    """Return the decisions of a model on a recording, by its own settings or by others.

    Raises UsageError if the sampling rate is not known or no window fits in, and
    StreamMismatchError if the recording does not match the model.
    """
    seen = seen_on(table, model, sampling_rate_hz)
    return seen.decided(model.manifest.decision if settings is None else settings)


def truth_at(table: EmgTable, indices: IndexArray, class_names: tuple[str, ...]) -> TrueMovements:
    """Return the true movements at samples of a recording, given by their absolute indices."""
    rows = indices if table.index is None else np.searchsorted(table.index, indices)
    numbers = {name: number for number, name in enumerate(class_names)}
    by_label = np.array([*(numbers.get(name, -1) for name in table.label_names), -1])
    labels = np.full(table.n_rows, -1) if table.labels is None else table.labels
    return TrueMovements(by_label[labels][rows], table.movement_numbers()[rows])


def check_labels(table: EmgTable, class_names: tuple[str, ...]) -> None:
    """Raise UsageError if no label of a recording is a class of the model."""
    if not set(table.label_names) & set(class_names):
        raise UsageError(
            f"{table.path} has none of the model's labels; expected a column 'label' with "
            f"{', '.join(class_names)}; record with labels, or name another file"
        )


def _chunks(source: ReplaySource) -> Iterator[Chunk]:
    with source:
        while True:
            try:
                yield source.read()
            except EndOfStream:
                return


def _steadied(
    stretch: _LabelStretch, stage: DecisionStage, n_window: int
) -> SmoothedPredictions | None:
    seen = stretch.seen
    if not len(seen.indices):
        return None
    watch = RailWatch(stage.settings.rails, n_window)
    for chunk in stretch.chunks:
        watch.add_samples(chunk.first_index, chunk.samples)
    stage.restart()
    return stage.smooth(replace(seen, saturated=watch.are_saturated(seen.indices)))


def _stretch(parts: list[tuple[Chunk, SegmentPredictions]]) -> _LabelStretch:
    """Return one stretch from its parts."""
    seen = [look.predictions for _, look in parts]
    return _LabelStretch(
        tuple(chunk for chunk, _ in parts),
        WindowPredictions(
            np.concatenate([one.indices for one in seen]),
            np.concatenate([one.probabilities for one in seen]),
            np.concatenate([one.strengths for one in seen]),
            np.concatenate([one.saturated for one in seen]),
            np.concatenate([one.filled for one in seen]),
        ),
        np.concatenate([look.due for _, look in parts]),
    )
