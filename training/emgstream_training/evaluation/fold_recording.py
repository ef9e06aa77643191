"""A recording of a fold: its training and test windows, and what baselines learn and decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from emgstream.manifest import Manifest
from emgstream.sources.table_rows import indices_of
from emgstream.tables import EmgTable
from emgstream.types import FloatArray, IndexArray
from emgstream_training.bridged_recording import bridged_stretches
from emgstream_training.evaluation.baselines import (
    BASELINES,
    DEADZONE,
    fit_baseline,
    hudgins_features,
    predict_baseline,
    strong_features,
)
from emgstream_training.evaluation.evaluated_decisions import (
    DecisionInstants,
    EvaluatedDecisions,
    conditioned_samples,
    decided_windows,
    instants_of,
)
from emgstream_training.evaluation.protocols import Fold, RecordingSet
from emgstream_training.realtime import TRAINING

__all__ = ["FoldRecording", "decisions_of_baseline"]


@dataclass(frozen=True, eq=False)
class FoldRecording:
    """One recording with the training and test windows of a fold."""

    table: EmgTable
    """The recording."""
    conditioned: FloatArray
    """The conditioned samples, shape ``(n_samples, n_channels)``; short gaps are filled."""
    n_window: int
    """Samples of a window."""
    n_reach: int
    """Samples that the network looks back over."""
    stretch_starts: IndexArray
    """Place of the first sample of each unbroken stretch."""
    n_held_out: IndexArray
    """Held-out samples before each place, and before the end; shape ``(n_samples + 1,)``."""
    training: DecisionInstants
    """Whole windows on training rows."""
    test: DecisionInstants
    """Every labelled decision on held-out rows."""

    @classmethod
    def of(
        cls, recordings: RecordingSet, manifest: Manifest, fold: Fold, place: int
    ) -> FoldRecording:
        """Return the recording at one position of a study."""
        table, part, test = recordings.tables[place], fold.parts[place], fold.test[place]
        windows = decided_windows(manifest, table)
        instants = instants_of(table, recordings.class_names, windows, place)
        n_unseen = _running_count(part != TRAINING)
        all_seen = n_unseen[windows.rows + 1] == n_unseen[windows.first_rows]
        is_tested = test[windows.rows] & (instants.truth >= 0)
        stretches = [one.rows for one in bridged_stretches(table, manifest.step.length)]
        is_held_out = test & (part != TRAINING)
        return cls(
            table,
            conditioned_samples(manifest, table),
            n_window=manifest.window_samples,
            n_reach=manifest.reach_samples,
            stretch_starts=np.cumsum([0, *map(len, stretches[:-1])]),
            n_held_out=_running_count(is_held_out[np.concatenate(stretches)]),
            training=instants.take(instants.whole & all_seen),
            test=_with_onsets_held_out(instants.take(is_tested), table, test),
        )

    def training_for(self, name: str) -> DecisionInstants:
        """Return the training windows of a baseline.

        What looks back further than the window learns from none that would reach a held-out row.
        """
        if not BASELINES[name].is_strong:
            return self.training
        first, last = self._reaches(self.training)
        return self.training.take(self.n_held_out[last + 1] == self.n_held_out[first])

    def features(
        self, name: str, instants: DecisionInstants, amplitudes: npt.NDArray[np.float64]
    ) -> FloatArray:
        """Return the features of a baseline at some instants, shape ``(n, 4 * n_channels)``.

        ``amplitudes`` are the usual ones in the training windows, shape ``(n_channels,)``.
        """
        if BASELINES[name].is_strong:
            first, last = self._reaches(instants)
            return strong_features(self.conditioned, first, last, amplitudes)
        return hudgins_features(
            self.conditioned, instants.places, self.n_window, DEADZONE * amplitudes
        )

    def _reaches(self, instants: DecisionInstants) -> tuple[IndexArray, IndexArray]:
        """Return the first and the last place that the network looks at, shape ``(n,)`` each.

        After a gap there is less to look back at: it begins with the stretch, as the network does.
        """
        last = instants.places
        begun = np.searchsorted(self.stretch_starts, last, side="right") - 1
        return np.maximum(last - (self.n_reach - 1), self.stretch_starts[begun]), last


def decisions_of_baseline(
    name: str, n_classes: int, views: Sequence[FoldRecording], seed: int
) -> EvaluatedDecisions:
    """Return a baseline's decisions at the test instants, fitted on the training windows."""
    amplitudes = _training_amplitudes(views)
    training = [(view, view.training_for(name)) for view in views]
    used = [(view, instants) for view, instants in training if len(instants)]
    fitted = fit_baseline(
        name,
        np.concatenate([view.features(name, instants, amplitudes) for view, instants in used]),
        np.concatenate([instants.truth for _, instants in used]),
        seed,
    )
    return EvaluatedDecisions.joined(
        [
            EvaluatedDecisions(
                view.test,
                predict_baseline(fitted, view.features(name, view.test, amplitudes), n_classes),
            )
            for view in views
            if len(view.test)
        ]
    )


def _training_amplitudes(views: Sequence[FoldRecording]) -> npt.NDArray[np.float64]:
    """Return the root mean square of each channel in the training windows, ``(n_channels,)``."""
    ends = np.concatenate([view.conditioned[view.training.places] for view in views])
    amplitudes: npt.NDArray[np.float64] = np.sqrt(np.nanmean(ends.astype(np.float64) ** 2, axis=0))
    return amplitudes


def _with_onsets_held_out(
    instants: DecisionInstants, table: EmgTable, test: npt.NDArray[np.bool_]
) -> DecisionInstants:
    """Drop the onsets that are not held out: a block of time may begin within a movement."""
    indices = indices_of(table)
    onsets = indices[instants.rows] - np.maximum(instants.since_onset, 0)
    onset_rows = np.searchsorted(indices, onsets)
    return replace(instants, since_onset=np.where(test[onset_rows], instants.since_onset, -1))


def _running_count(chosen: npt.NDArray[np.bool_]) -> IndexArray:
    """Return the number of True before each place, and before the end, shape ``(n + 1,)``."""
    counts: IndexArray = np.concatenate(([0], np.cumsum(chosen)))
    return counts
