"""The stage that decides: smoothing, rejection, unknown signals, rest, gaps, strength."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.decisions.decision import Decisions, DecisionStatus, decide
from emgstream.decisions.decision_settings import ARGMAX, DecisionSettings, rest_class
from emgstream.decisions.smoothers import Row
from emgstream.types import FloatArray, IndexArray, TimeArray

__all__ = ["DecisionStage", "SmoothedPredictions", "WindowPredictions"]

Doubles: TypeAlias = npt.NDArray[np.float64]
Mask: TypeAlias = npt.NDArray[np.bool_]

_QUIET = 0.99
"""Probability of rest that a window gets from the rest gate. A choice: high enough to end a
movement at once, below 1 so that the next window can begin one."""


@dataclass(frozen=True, slots=True, eq=False)
class WindowPredictions:
    """The predictions of consecutive windows, and what else the stage needs to decide."""

    indices: IndexArray
    """Absolute index of each window's last sample, shape ``(n_windows,)``."""
    probabilities: FloatArray
    """Class probabilities of the classifier, shape ``(n_windows, n_classes)``."""
    strengths: Doubles
    """Levels of the signal over the window, shape ``(n_windows, n_strengths)``.

    The levels of the channels come first; see `emgstream.steps.Step.strengths`.
    """
    saturated: Mask
    """True if too much of the window is at an end of the converter's range, ``(n_windows,)``."""
    filled: TimeArray = field(default_factory=lambda: np.empty(0))
    """Share of the window that was not measured, 0 to 1, ``(n_windows,)``; 0 unless given."""

    def __post_init__(self) -> None:
        if not len(self.filled):
            object.__setattr__(self, "filled", np.zeros(len(self.indices)))


@dataclass(frozen=True, slots=True, eq=False)
class SmoothedPredictions:
    """Smoothed class and confidence of each window, before thresholds."""

    predictions: WindowPredictions
    """The predictions before smoothing."""
    classes: npt.NDArray[np.intp]
    """Number of the class of each window, shape ``(n_windows,)``."""
    confidences: TimeArray
    """Smoothed probability of that class, same shape."""
    quiet: Mask
    """True if the rest gate found the muscle at rest, same shape."""
    unknown: Mask
    """True if the signal is far from all training data, same shape."""


class DecisionStage:
    """Decisions on windows in the order of time; any number at once gives the same bits.

    One thread uses it.

    Parameters
    ----------
    class_names
        The classes, in the order of the probabilities.
    n_channels
        Channels of the stream: the first so many strengths are their levels.
    settings
        How to decide. With the default, ``is_plain`` is true and every window gets its most
        probable class.
    """

    def __init__(
        self, class_names: tuple[str, ...], n_channels: int, settings: DecisionSettings = ARGMAX
    ) -> None:
        self._class_names = class_names
        self._n_channels = n_channels
        self._rest = rest_class(class_names)
        self._row_at_rest = self._sure_of_rest()
        self.settings = settings
        self.is_plain = settings == ARGMAX
        self.restart()

    def restart(self) -> None:
        """Forget all windows so far: the next one follows a gap."""
        self._smoother = self.settings.smoothing.begin(len(self._class_names), self._rest)
        self._is_moving = False

    def tune(self, settings: DecisionSettings) -> None:
        """Decide by other settings from the next window on.

        The state of the smoothing is kept unless the smoothing itself changes, or the settings
        so far had none to keep.
        """
        keeps = settings.smoothing == self.settings.smoothing and not self.is_plain
        self.settings = settings
        self.is_plain = settings == ARGMAX
        if not keeps:
            self.restart()

    def decide(self, predictions: WindowPredictions) -> Decisions:
        """Return the decisions on the next windows."""
        if self.is_plain or not len(predictions.indices):
            return decide(
                self._class_names,
                predictions.indices,
                predictions.probabilities,
                predictions.filled,
            )
        return self.decide_smoothed(self.smooth(predictions))

    def smooth(self, predictions: WindowPredictions) -> SmoothedPredictions:
        """Return the smoothed predictions of the next windows, at least one.

        They do not depend on the thresholds; see `decide_smoothed`.
        """
        unknown = self._unknown(predictions.strengths)
        uncounted = self._is_gap(predictions) | unknown
        quiet = self._quiet(predictions.strengths) & ~uncounted
        classes, confidences = self._smoothed(predictions.probabilities, uncounted, quiet)
        return SmoothedPredictions(predictions, classes, confidences, quiet, unknown)

    def decide_smoothed(self, smoothed: SmoothedPredictions) -> Decisions:
        """Return the decisions on the next windows, whose predictions are smoothed already."""
        predictions = smoothed.predictions
        is_gap = self._is_gap(predictions)
        statuses = self._statuses(smoothed, is_gap)
        statuses[smoothed.quiet] = DecisionStatus.REST
        statuses[smoothed.unknown] = DecisionStatus.UNKNOWN
        statuses[is_gap] = DecisionStatus.GAP
        classes = np.where(is_gap, -1, smoothed.classes)
        return Decisions(
            self._class_names,
            predictions.indices,
            predictions.probabilities,
            classes,
            np.where(is_gap, 0.0, smoothed.confidences),
            statuses,
            self._strengths(classes, statuses, predictions.strengths),
            predictions.filled,
        )

    def gap_decisions(self, indices: IndexArray) -> Decisions:
        """Return decisions of status gap at these samples, shape ``(n,)``."""
        n, n_classes = len(indices), len(self._class_names)
        return Decisions(
            self._class_names,
            indices,
            np.zeros((n, n_classes), dtype=np.float32),
            np.full(n, -1, dtype=np.intp),
            np.zeros(n),
            np.full(n, DecisionStatus.GAP, dtype=np.int8),
            np.full(n, np.nan if self.settings.strength is None else 0.0),
        )

    def _is_gap(self, predictions: WindowPredictions) -> Mask:
        """Return whether too much of each window is saturated or filled to decide on it."""
        is_gap: Mask = predictions.saturated | (predictions.filled > self.settings.most_filled)
        return is_gap

    def _unknown(self, strengths: Doubles) -> Mask:
        familiar = self.settings.familiar
        if familiar is None:
            return np.zeros(len(strengths), dtype=np.bool_)
        return ~familiar.are_known(strengths)

    def _quiet(self, strengths: Doubles) -> Mask:
        gate = self.settings.rest_gate
        if gate is None or self._rest is None:
            return np.zeros(len(strengths), dtype=np.bool_)
        quiet: Mask = np.all(strengths[:, : self._n_channels] <= gate.levels, axis=1)
        return quiet

    def _smoothed(
        self, probabilities: FloatArray, uncounted: Mask, quiet: Mask
    ) -> tuple[npt.NDArray[np.intp], TimeArray]:
        rows: list[Row | None] = list(probabilities.tolist())
        for place in np.flatnonzero(uncounted).tolist():
            rows[place] = None
        for place in np.flatnonzero(quiet).tolist():
            rows[place] = self._row_at_rest
        update = self._smoother.update
        smoothed = [update(row) for row in rows]
        classes = np.array([chosen for chosen, _ in smoothed], dtype=np.intp)
        confidences = np.array([confidence for _, confidence in smoothed])
        if self._rest is not None:
            confidences[quiet & (classes != self._rest)] = _QUIET
            classes[quiet] = self._rest
        return classes, confidences

    def _statuses(self, smoothed: SmoothedPredictions, is_gap: Mask) -> npt.NDArray[np.int8]:
        """Return `OK` or `REJECTED`; a movement that begins after a rest needs more confidence."""
        settings, confidences = self.settings, smoothed.confidences
        moves = smoothed.classes != (-1 if self._rest is None else self._rest)
        sure = confidences >= settings.begin
        begins = moves & sure & ~(is_gap | smoothed.unknown)
        goes_on = _movement_goes_on(begins, ~moves, self._is_moving)
        self._is_moving = bool(goes_on[-1])
        rejected = moves & ~(goes_on & (confidences >= settings.threshold))
        return np.where(rejected, np.int8(DecisionStatus.REJECTED), np.int8(DecisionStatus.OK))

    def _strengths(
        self, classes: npt.NDArray[np.intp], statuses: npt.NDArray[np.int8], strengths: Doubles
    ) -> TimeArray:
        ranges = self.settings.strength
        if ranges is None:
            return np.full(len(classes), np.nan)
        level = np.add.accumulate(strengths[:, : self._n_channels], axis=1)[:, -1]
        level = level / self._n_channels
        low, high = (limits[classes] for limits in ranges.limits)
        share = np.clip((level - low) / (high - low), 0.0, 1.0)
        acts = (statuses == DecisionStatus.OK) & (
            classes != (-1 if self._rest is None else self._rest)
        )
        return np.where(acts, share, 0.0)

    def _sure_of_rest(self) -> Row:
        n_classes = len(self._class_names)
        row = [(1.0 - _QUIET) / max(n_classes - 1, 1)] * n_classes
        if self._rest is not None:
            row[self._rest] = _QUIET
        return row


def _movement_goes_on(begins: Mask, rests: Mask, is_moving: bool) -> Mask:
    """Return whether at each place a movement has begun and no rest came since.

    >>> begins, rests = np.array([False, True, False, False]), np.array([False] * 3 + [True])
    >>> _movement_goes_on(begins, rests, False)
    array([False,  True,  True, False])
    """
    places = np.arange(1, len(begins) + 1)
    begun = np.maximum.accumulate(np.where(begins, places, int(is_moving)))
    rested = np.maximum.accumulate(np.where(rests, places, 0))
    goes_on: Mask = begun > rested
    return goes_on
