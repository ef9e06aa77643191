"""The limits of the shift of a session, fitted so that other repetitions of it stay below them."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter

from emgstream.decisions import rest_class
from emgstream.session_shift import ShiftLimits
from emgstream.types import IndexArray
from emgstream_training.examples import ClassArray
from emgstream_training.realtime import NO_FOLD, held_movements
from emgstream_training.training_material import TrainingMaterial

__all__ = ["fit_shift_limits", "shift_limits", "stored_centres"]

Doubles: TypeAlias = npt.NDArray[np.float64]

_MEMORY_S = 30.0
"""Time of movement, and of rest, that the shift is averaged over: some ten repetitions (choice)."""
_N_FOLDS = 5
"""Most parts of the repetitions that are measured against the others in turn (choice)."""
_LEAST_REPETITIONS = 3
"""Fewest repetitions of each class: with less nothing tells how much they differ (choice)."""
_MOVING, _RESTING = 3.0, 3.2
"""Factors on the largest mean square shift of repetitions that were left out of the centres.

Chosen on ten of 20 recordings, of five of the ten persons: repetitions that were left out of the
whole fit had up to 2.3 and 2.6 times that, and a fifth is to spare. On the other ten it was 2.8
and 2.6."""
_MOST_SESSIONS = 8
"""Most sessions that are told apart: each costs time at every decision (choice)."""
_DIGITS = 4
"""Decimals of the centres in the model file: far less than windows scatter (choice)."""
_STILL = 1e-9
"""Smallest spread of a feature, for a constant one."""


def fit_shift_limits(material: TrainingMaterial) -> ShiftLimits | None:
    """Return the limits of a model trained from a material.

    None for single rows in place of steps, where a recording has fewer than three repetitions of a
    class, and where the sampling rate is not known.
    """
    if not material.cuts or material.sampling_rate_hz is None:
        return None
    steps, classes, repetitions, folds = (
        np.concatenate([getattr(cut, name) for cut in material.cuts])
        for name in ("steps", "classes", "repetitions", "folds")
    )
    usable = (classes >= 0) & (folds != NO_FOLD) & np.isfinite(steps).all(axis=1)
    memory = max(1, round(_MEMORY_S * material.sampling_rate_hz / material.front_end.step.length))
    return shift_limits(
        steps[usable],
        classes[usable],
        repetitions[usable],
        _sessions(material, repetitions[usable]),
        rest_class(material.class_names),
        memory,
    )


def shift_limits(
    features: Doubles,
    classes: ClassArray,
    repetitions: IndexArray,
    sessions: IndexArray,
    rest: int | None,
    memory: int,
) -> ShiftLimits | None:
    """Return the limits by the features of steps; None with under three repetitions of a class.

    Each part of the repetitions of a session is measured against the others of it, and the highest
    shift that comes of it, with a margin, is the limit.

    Parameters
    ----------
    features
        Shape ``(n_steps, n_features)``, in the order of time, before any transform.
    classes, repetitions, sessions
        Class, number of the repetition, and session from 0 on, of each step, shape ``(n_steps,)``.
    rest
        Number of the class of rest; None for none.
    memory
        Steps that the shift is averaged over.
    """
    n_classes, n_sessions = int(classes.max()) + 1, int(sessions.max()) + 1
    folds = np.zeros(len(features), dtype=np.int64)
    for session in range(n_sessions):
        chosen = sessions == session
        folds[chosen], n_folds = _folds(classes[chosen], repetitions[chosen], n_classes)
        if n_folds < _LEAST_REPETITIONS:
            return None
    places = sessions * n_classes + classes
    spread = np.maximum((features - _means(features, places)[places]).std(axis=0), _STILL)
    scaled = features / spread
    fitted = _limits(spread, _means(scaled, places), n_sessions, memory)
    highest = np.zeros(2)
    for session in range(n_sessions):
        chosen = sessions == session
        found = _highest(scaled[chosen], classes[chosen], folds[chosen], rest, memory)
        highest = np.maximum(highest, found)
    moving, resting = (float(one) or float(highest.max()) or 1.0 for one in highest)
    return replace(fitted, moving=_MOVING * moving, resting=_RESTING * resting)


def _sessions(material: TrainingMaterial, repetitions: IndexArray) -> IndexArray:
    """Return the session of each step by the number of its repetition, from 0 on.

    Each recording is one. Past eight, recordings that were given one after the other count as one.
    """
    _, numbers = held_movements(material.tables, material.class_names)
    ends = np.array([int(one.max()) for one in numbers])
    recordings: IndexArray = np.searchsorted(ends, repetitions)
    n_recordings = len(ends)
    if n_recordings > _MOST_SESSIONS:
        recordings = recordings * _MOST_SESSIONS // n_recordings
    return recordings


def _folds(classes: ClassArray, repetitions: IndexArray, n_classes: int) -> tuple[IndexArray, int]:
    """Return the fold of each step, and how many there are: as many as any class can fill.

    Repetitions that follow each other are held out together: a shift is an average over several.
    """
    by_class = [np.unique(repetitions[classes == code]) for code in range(n_classes)]
    n_folds = min(_N_FOLDS, *(len(numbers) for numbers in by_class))
    folds = np.zeros(len(classes), dtype=np.int64)
    if not n_folds:
        return folds, 0
    for code, numbers in enumerate(by_class):
        chosen = classes == code
        folds[chosen] = np.searchsorted(numbers, repetitions[chosen]) * n_folds // len(numbers)
    return folds, n_folds


def _means(features: Doubles, places: IndexArray) -> Doubles:
    """Return the mean features at each place, shape ``(n_places, n_features)``."""
    return np.array([features[places == one].mean(axis=0) for one in range(places.max() + 1)])


def _limits(spread: Doubles, centres: Doubles, n_sessions: int, memory: int) -> ShiftLimits:
    """Return spread and centres, with no limit yet."""
    sessions = stored_centres(centres.reshape(n_sessions, -1, centres.shape[1]))
    return ShiftLimits(tuple(spread.tolist()), sessions, moving=1.0, resting=1.0, memory=memory)


def stored_centres(centres: Doubles) -> tuple[tuple[tuple[float, ...], ...], ...]:
    """Return centres ``(n_sessions, n_classes, n_features)`` as the model file has them."""
    return tuple(tuple(map(tuple, one)) for one in np.round(centres, _DIGITS).tolist())


def _highest(
    scaled: Doubles, classes: ClassArray, folds: IndexArray, rest: int | None, memory: int
) -> Doubles:
    """Return the largest mean square shifts of one session, of movement and of rest."""
    apart, is_rest = np.empty_like(scaled), np.zeros(len(scaled), dtype=np.bool_)
    for fold in range(int(folds.max()) + 1):
        held_out = folds == fold
        centres = _means(scaled[~held_out], classes[~held_out])
        fitted = _limits(np.ones(scaled.shape[1]), centres, 1, memory)
        nearest, away = fitted.nearest(scaled[held_out])
        apart[held_out] = away[:, 0]
        is_rest[held_out] = nearest[:, 0] == (-1 if rest is None else rest)
    return np.array([_largest_square(apart[chosen], memory) for chosen in (~is_rest, is_rest)])


def _largest_square(apart: Doubles, memory: int) -> float:
    """Return the largest mean square of the running mean, 0 without a step."""
    if not len(apart):
        return 0.0
    means = lfilter([1.0 / memory], [1.0, 1.0 / memory - 1.0], apart, axis=0)
    return float(np.mean(means * means, axis=1).max())
