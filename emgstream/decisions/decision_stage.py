"""The stage that decides: from what is seen of each window to what is said of it."""

from __future__ import annotations

from dataclasses import dataclass
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
"""How sure of rest a quiet muscle makes."""


@dataclass(frozen=True, slots=True, eq=False)
class WindowPredictions:
    """What is known of some windows in a row."""

    indices: IndexArray
    """Absolute index of each window's last sample, shape ``(n_windows,)``."""
    probabilities: FloatArray
    """What the classifier says, shape ``(n_windows, n_classes)``."""
    strengths: Doubles
    """How strong the signal is over the window, shape ``(n_windows, n_strengths)``.

    The channels' levels come first; see `emgstream.steps.Step.strengths`.
    """
    saturated: Mask
    """Whether too much of the window is at the end of the converter's range, ``(n_windows,)``."""


@dataclass(frozen=True, slots=True, eq=False)
class SmoothedPredictions:
    """What is seen of some windows, steadied by those before: all but how sure one has to be."""

    seen: WindowPredictions
    """What was seen of them."""
    classes: npt.NDArray[np.intp]
    """Number of the class each is for, shape ``(n_windows,)``."""
    confidences: TimeArray
    """Probability of that class as smoothed, same shape."""
    quiet: Mask
    """Whether the muscle is quiet, same shape."""
    unknown: Mask
    """Whether the signal is like nothing in training, same shape."""


class DecisionStage:
    """Decisions on windows in the order of time, the same however many come at once.

    One thread uses it.

    Parameters
    ----------
    class_names
        The classes, in the order of the probabilities.
    n_channels
        Channels of the stream: as many of the strengths are levels.
    settings
        How to decide; where the likeliest class is all that is said, ``is_plain``.
    """

    def __init__(
        self, class_names: tuple[str, ...], n_channels: int, settings: DecisionSettings = ARGMAX
    ) -> None:
        self._class_names = class_names
        self._n_channels = n_channels
        self._rest = rest_class(class_names)
        self._quiet_row = self._sure_of_rest()
        self.settings = settings
        self.is_plain = settings == ARGMAX
        self.restart()

    def restart(self) -> None:
        """Begin a new stretch of time: nothing that was decided before bears on it."""
        self._smoother = self.settings.smoothing.begin(len(self._class_names), self._rest)
        self._is_moving = False

    def tune(self, settings: DecisionSettings) -> None:
        """Decide by other settings from the next window on.

        What was smoothed so far is kept, unless the smoothing is another one or there was none to
        keep: of the likeliest class nothing is remembered.
        """
        keeps = settings.smoothing == self.settings.smoothing and not self.is_plain
        self.settings = settings
        self.is_plain = settings == ARGMAX
        if not keeps:
            self.restart()

    def push(self, seen: WindowPredictions) -> Decisions:
        """Return what is said of the next windows."""
        if self.is_plain or not len(seen.indices):
            return decide(self._class_names, seen.indices, seen.probabilities)
        return self.judged(self.steadied(seen))

    def steadied(self, seen: WindowPredictions) -> SmoothedPredictions:
        """Return what the windows before make of the next ones, at least one.

        No matter how sure a decision has to be: see `judged`.
        """
        unknown, quiet = self._unknown(seen.strengths), self._quiet(seen.strengths)
        silent = seen.saturated | unknown
        quiet &= ~silent
        classes, confidences = self._smoothed(seen.probabilities, silent, quiet)
        return SmoothedPredictions(seen, classes, confidences, quiet, unknown)

    def judged(self, steadied: SmoothedPredictions) -> Decisions:
        """Return what is said of the next windows, which were steadied before."""
        seen = steadied.seen
        statuses = self._statuses(steadied)
        statuses[steadied.quiet] = DecisionStatus.REST
        statuses[steadied.unknown] = DecisionStatus.UNKNOWN
        statuses[seen.saturated] = DecisionStatus.GAP
        classes = np.where(seen.saturated, -1, steadied.classes)
        return Decisions(
            self._class_names,
            seen.indices,
            seen.probabilities,
            classes,
            np.where(seen.saturated, 0.0, steadied.confidences),
            statuses,
            self._strengths(classes, statuses, seen.strengths),
        )

    def gaps(self, indices: IndexArray) -> Decisions:
        """Return what is said where no window is whole: nothing, which is not silence."""
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
        self, probabilities: FloatArray, silent: Mask, quiet: Mask
    ) -> tuple[npt.NDArray[np.intp], TimeArray]:
        rows: list[Row | None] = list(probabilities.tolist())
        for place in np.flatnonzero(silent).tolist():
            rows[place] = None
        for place in np.flatnonzero(quiet).tolist():
            rows[place] = self._quiet_row
        push = self._smoother.push
        said = [push(row) for row in rows]
        classes = np.array([chosen for chosen, _ in said], dtype=np.intp)
        confidences = np.array([confidence for _, confidence in said])
        if self._rest is not None:
            confidences[quiet & (classes != self._rest)] = _QUIET
            classes[quiet] = self._rest
        return classes, confidences

    def _statuses(self, steadied: SmoothedPredictions) -> npt.NDArray[np.int8]:
        """Reject what is not sure enough: a movement to begin after a rest must be surer."""
        settings, confidences = self.settings, steadied.confidences
        moves = steadied.classes != (-1 if self._rest is None else self._rest)
        sure = confidences >= settings.begin
        begins = moves & sure & ~(steadied.seen.saturated | steadied.unknown)
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
        low, high = np.array(ranges.low)[classes], np.array(ranges.high)[classes]
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
