"""The stage that decides: smoothing, rejection, unknown signals, rest, gaps, strength."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import add, le
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

_OK, _REST, _REJECTED, _UNKNOWN, _GAP = map(int, DecisionStatus)  # whose look-up takes longer

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
    classes: list[int]
    """Number of the class of each window."""
    confidences: list[float]
    """Smoothed probability of that class."""
    statuses: list[int]
    """Gap, unknown or rest where the signal alone decides it, else ok; see `DecisionStatus`."""


class DecisionStage:
    """Decisions on windows in the order of time; any number at once gives the same bits.

    The rules go window by window in plain Python: live, one window comes at a time, and arrays of
    one row take several times as long. One thread uses it.

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
        self._take(settings)
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
        self._take(settings)
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
        rows = predictions.probabilities.tolist()
        statuses = list(
            map(
                self._status_of_window,
                rows,
                predictions.strengths.tolist(),
                predictions.saturated.tolist(),
                predictions.filled.tolist(),
            )
        )
        smoothed = list(map(self._smoothed, rows, statuses))
        return SmoothedPredictions(
            predictions, [one for one, _ in smoothed], [one for _, one in smoothed], statuses
        )

    def decide_smoothed(self, smoothed: SmoothedPredictions) -> Decisions:
        """Return the decisions on the next windows, whose predictions are smoothed already."""
        predictions = smoothed.predictions
        statuses, needed = self._judged(smoothed)
        classes, confidences = smoothed.classes, smoothed.confidences
        if _GAP in statuses:
            is_gap = [status == _GAP for status in statuses]
            classes = [-1 if gap else one for one, gap in zip(classes, is_gap, strict=True)]
            confidences = [
                0.0 if gap else one for one, gap in zip(confidences, is_gap, strict=True)
            ]
        return Decisions(
            self._class_names,
            predictions.indices,
            predictions.probabilities,
            np.array(classes, dtype=np.intp),
            np.array(confidences),
            np.array(statuses, dtype=np.int8),
            self._strengths(classes, statuses, predictions.strengths),
            predictions.filled,
            np.array(needed),
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

    def _take(self, settings: DecisionSettings) -> None:
        self.settings = settings
        self.is_plain = settings == ARGMAX
        n_classes = len(self._class_names)
        self._to_begin, self._to_go_on = settings.begins(n_classes), settings.thresholds(n_classes)
        gate = None if self._rest is None else settings.rest_gate
        self._quiet_levels = None if gate is None else gate.levels

    def _status_of_window(self, row: Row, strengths: Row, saturated: bool, filled: float) -> int:
        """Return the status of a window that is decided before its probabilities are compared.

        That of ok where they are to be compared.
        """
        settings = self.settings
        if saturated or filled > settings.most_filled:
            return _GAP
        if not any(row):  # the network gave no number
            return _UNKNOWN
        if settings.familiar is not None and not settings.familiar.is_known(strengths):
            return _UNKNOWN
        quiet = self._quiet_levels
        return _OK if quiet is None or not all(map(le, strengths, quiet)) else _REST

    def _smoothed(self, row: Row, status: int) -> tuple[int, float]:
        """Return class and confidence after one more window."""
        if status == _OK:
            return self._smoother.update(row)
        if status != _REST or self._rest is None:
            return self._smoother.update(None)
        chosen, confidence = self._smoother.update(self._row_at_rest)
        return self._rest, confidence if chosen == self._rest else _QUIET

    def _judged(self, smoothed: SmoothedPredictions) -> tuple[list[int], list[float]]:
        """Return the status of each window, and the confidence that it needs to be acted on.

        A movement that begins after a rest needs more confidence than one that goes on.
        """
        statuses, needed = smoothed.statuses.copy(), [0.0] * len(smoothed.statuses)
        rest, is_moving = self._rest, self._is_moving
        to_begin, to_go_on = self._to_begin, self._to_go_on
        for place, chosen in enumerate(smoothed.classes):
            if chosen == rest:
                is_moving = False
            elif statuses[place] == _OK:
                needed[place] = least = (to_go_on if is_moving else to_begin)[chosen]
                if smoothed.confidences[place] >= least:
                    is_moving = True
                else:
                    statuses[place] = _REJECTED
        self._is_moving = is_moving
        return statuses, needed

    def _strengths(
        self, classes: Sequence[int], statuses: Sequence[int], strengths: Doubles
    ) -> TimeArray:
        ranges, n_channels = self.settings.strength, self._n_channels
        found = np.full(len(classes), np.nan if ranges is None else 0.0)
        if ranges is None:
            return found
        rows = strengths.tolist()
        for place, (chosen, status) in enumerate(zip(classes, statuses, strict=True)):
            if status == _OK and chosen != self._rest:
                found[place] = ranges.share(
                    chosen, reduce(add, rows[place][:n_channels]) / n_channels
                )
        return found

    def _sure_of_rest(self) -> Row:
        n_classes = len(self._class_names)
        row = [(1.0 - _QUIET) / max(n_classes - 1, 1)] * n_classes
        if self._rest is not None:
            row[self._rest] = _QUIET
        return row
