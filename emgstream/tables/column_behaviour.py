"""Behaviour of a column's values: signal, counter, clock, label-like, constant, copy of another.

Every function looks at whole columns and costs a few passes over them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.tables.sample_counter import LARGEST_MODULO
from emgstream.wording import number_in_words, rounded_in_words

__all__ = [
    "MIN_ROWS",
    "MOST_RESTARTS",
    "RESTART_STEPS",
    "Behaviour",
    "BehaviourKind",
    "behaviour_of",
    "has_many_values",
    "is_computed_from",
    "is_one_to_one",
    "is_scaled_copy",
]

_Numbers: TypeAlias = npt.NDArray[np.floating[Any]]

MIN_ROWS = 8
"""Rows from which behaviour is judged: a choice. Eight random numbers rise by chance in one of
8! = 40,320 files; seven rows more often are a test or an example."""
_MIN_LABEL_ROWS = 12
"""Rows from which long runs are looked for: a choice, two labels of six rows each."""
_MIN_RUN = 4.0
"""Mean length of a run, in rows, from which few values look like labels. A signal at rest that is
sampled coarsely repeats a value two or three times: a choice between the two."""
_MAX_VALUES = 64
"""Different values that labels have at most: a choice; large movement sets have about 50."""
_MOST_LISTED = 4
"""Values that a description lists: a choice."""
_COUNTING_SHARE = 0.9
"""Share of the steps that must be 1 in a counter; the others may be losses and wraps."""
_RISING_SHARE = 0.98
"""Share of the steps that must rise in a clock; the others may be damage or a new segment."""
MOST_RESTARTS = 0.05
"""Share of steps that may be restarts of a clock: a choice, trials of 20 rows."""
RESTART_STEPS = 10.0
"""Steps that a restart goes back at least. A choice: stamps of a host are late by less."""
_NEARLY = 0.99
"""Share of the rows in which two columns must agree to be nearly one-to-one: a choice."""
_COMPUTED_RESIDUAL = 0.05
"""Share of a signal's own unpredictable part that may be left if it is computed from another. For
whole numbers, rounding leaves about 0.01; neighbouring electrodes leave more than 0.3."""
_N_LAGS = 5
"""Samples of the past used to predict a signal: a choice, enough for a second-order filter."""


class BehaviourKind(Enum):
    """A kind of behaviour."""

    UNKNOWN = "too few rows to tell"
    EMPTY = "no value"
    CONSTANT = "constant"
    COUNTING = "counts up by 1"
    STEPPING = "changes by one number from row to row"
    RISING = "rises in every row"
    STAMPED = "rises in steps, several rows with one value"
    FEW_VALUES = "few values in any order"
    LABEL_LIKE = "few values in long runs"
    SIGNAL = "varies like a signal"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The behaviour of one column."""

    kind: BehaviourKind
    """The kind."""
    words: str
    """Description for people, which completes ``column 3 ...``."""
    modulo: int | None = None
    """Number at which a counter begins again."""
    step: float = float("nan")
    """Median step of a clock, per row; for STAMPED the mean."""
    first: float = float("nan")
    """First value."""
    is_even: bool = True
    """False for a clock of which fewer than nine in ten steps are multiples of the usual one."""


def behaviour_of(values: _Numbers) -> Behaviour:
    """Return the behaviour of a column, shape ``(n_rows,)``; NaN for a missing value."""
    if _is_plain_signal(values):
        return Behaviour(BehaviourKind.SIGNAL, "varies like a signal", first=float(values[0]))
    present = values[~np.isnan(values)] if np.isnan(values).any() else values
    if not len(present):
        return Behaviour(BehaviourKind.EMPTY, "has no value")
    first = float(present[0])
    if len(present) < MIN_ROWS:
        return Behaviour(BehaviourKind.UNKNOWN, "has too few rows to tell", first=first)
    steps = np.diff(present)
    changes = np.flatnonzero(steps)
    if not len(changes):
        return _constant(first, len(present))
    if counting := _counting(present, steps, first):
        return counting
    return (
        _rising(steps, first)
        or _label_like(present, changes, first)
        or _stamped(steps, len(changes), first)
        or _few_values(present, first)
        or Behaviour(BehaviourKind.SIGNAL, "varies like a signal", first=first)
    )


def _is_plain_signal(values: _Numbers) -> bool:
    """Return whether a long column goes up and down all the time, by a few stretches of it.

    Such a column is no counter, clock or label, whatever the rest holds; it saves looking at all.
    """
    if len(values) < _LONG:
        return False
    for rows in _stretches(len(values)):
        steps = np.diff(values[rows])
        least = min(np.count_nonzero(steps > 0.0), np.count_nonzero(steps < 0.0))
        if least < _UP_AND_DOWN * len(steps):
            return False
    return not np.isnan(values[0])


_LONG = 20_000
"""Rows from which a few stretches are looked at first: a choice, four times what they hold."""
_UP_AND_DOWN = 0.3
"""Share of the steps of a signal that go up, and that go down: noise has 0.5 of each; a counter
that begins again after 7 has 0.14 down, a clock none, labels in runs of four rows 0.13."""


def _constant(first: float, n_rows: int) -> Behaviour:
    if n_rows < _MIN_LABEL_ROWS:
        return Behaviour(BehaviourKind.UNKNOWN, "has too few rows to tell", first=first)
    return Behaviour(BehaviourKind.CONSTANT, f"is constant ({number_in_words(first)})", first=first)


def _counting(present: _Numbers, steps: _Numbers, first: float) -> Behaviour | None:
    """Return COUNTING for whole numbers that go up by 1, also with losses and wraps."""
    if not _are_whole(present):
        return None
    by_one = int(np.count_nonzero(steps == 1.0))
    if by_one < 0.5 * len(steps):
        return _counting_by_more(steps, first)
    down = steps[steps < 0.0]
    if not len(down):
        if by_one < _COUNTING_SHARE * len(steps):
            return None
        return Behaviour(BehaviourKind.COUNTING, "counts up by 1", step=1.0, first=first)
    top = float(present.max())
    modulo = _modulo(down, top, float(present.min()))
    if by_one + len(down) < _COUNTING_SHARE * len(steps):
        return None
    if modulo is None:
        words = "counts up by 1 and starts again in between"
        return Behaviour(BehaviourKind.COUNTING, words, step=1.0, first=first)
    words = f"counts up by 1 and begins again after {number_in_words(top)}"
    return Behaviour(BehaviourKind.COUNTING, words, modulo, step=1.0, first=first)


def _counting_by_more(steps: _Numbers, first: float) -> Behaviour | None:
    """Return STEPPING for whole numbers that go up or down by one number: 0, 2, … 254, 0.

    A steady rise is a clock; only one that falls now and then, or falls steadily, is a counter.
    """
    sizes, counts = np.unique(steps, return_counts=True)
    usual = float(sizes[counts.argmax()])
    share = counts.max() / len(steps)
    has_wrap = bool((np.sign(steps) == -np.sign(usual)).any())
    if usual == 0.0 or share < 0.8 or len(sizes) > 8 or (usual > 0.0 and not has_wrap):
        return None
    words = f"changes by {number_in_words(usual)} from row to row"
    words += " and begins again" if has_wrap else ""
    return Behaviour(BehaviourKind.STEPPING, words, step=usual, first=first)


def _modulo(down: _Numbers, top: float, bottom: float) -> int | None:
    """Return the number at which a counter begins again; None if it is only started anew.

    Several wraps of one size tell it. A single one may lack samples, or be a new start: it must fit
    a power of two within 2 %, the share of losses up to which a recording is of use, or a power of
    ten exactly.
    """
    sizes, counts = np.unique(down, return_counts=True)
    if counts.max() > 1:
        size = 1 - round(float(sizes[counts.argmax()]))
        return size if size <= LARGEST_MODULO else None
    n_values = round(top - bottom) + 1
    if str(n_values).strip("0") == "1" and 1 < n_values <= LARGEST_MODULO:
        return n_values
    power = 1 << (n_values - 1).bit_length()
    fits = n_values >= 0.98 * power and 8 <= power <= LARGEST_MODULO
    return power if fits and (down < -0.5 * power).all() else None


def _rising(steps: _Numbers, first: float) -> Behaviour | None:
    up = steps[steps > 0.0]
    if len(up) < 3:
        return None
    step = float(np.median(up))
    is_restart = steps < -RESTART_STEPS * step
    if is_restart.mean() > MOST_RESTARTS:
        return None
    if len(up) + np.count_nonzero(is_restart) < _RISING_SHARE * len(steps):
        return None
    words = f"rises in every row, mostly by {rounded_in_words(step, 4)}"
    multiples = up / step
    off = np.abs(multiples - np.maximum(np.rint(multiples), 1.0))
    is_even = bool(np.mean(off <= 0.1) >= _COUNTING_SHARE) and bool(
        np.mean(np.abs(multiples - 1.0) <= 0.1) >= 0.5
    )
    return Behaviour(BehaviourKind.RISING, words, step=step, first=first, is_even=is_even)


def _label_like(present: _Numbers, changes: npt.NDArray[np.intp], first: float) -> Behaviour | None:
    mean_run = len(present) / (len(changes) + 1)
    if len(present) < _MIN_LABEL_ROWS or mean_run < _MIN_RUN:
        return None
    found = np.unique(present[np.concatenate(([0], changes + 1))])
    if len(found) > min(_MAX_VALUES, len(present) / 4):
        return None
    listed = ", ".join(number_in_words(float(value)) for value in found[:_MOST_LISTED])
    more = ", …" if len(found) > _MOST_LISTED else ""
    runs = f"runs of {rounded_in_words(mean_run)} rows on average"
    words = f"has {len(found)} values ({listed}{more}) in {runs}"
    never_falls = bool((np.diff(present[np.concatenate(([0], changes + 1))]) > 0.0).all())
    step = float(present[-1] - present[0]) / (len(present) - 1) if never_falls else float("nan")
    return Behaviour(BehaviourKind.LABEL_LIKE, words, step=step, first=first)


def _stamped(steps: _Numbers, n_changes: int, first: float) -> Behaviour | None:
    up = steps[steps > 0.0]
    if n_changes - len(up) > (1.0 - _RISING_SHARE) * len(steps) or len(up) < 3:
        return None
    sharing = rounded_in_words(len(steps) / len(up))
    words = f"never falls, and {sharing} rows share one value on average"
    mean = float(up.sum()) / len(steps)
    return Behaviour(BehaviourKind.STAMPED, words, step=mean, first=first)


def _few_values(present: _Numbers, first: float) -> Behaviour | None:
    """Return FEW_VALUES for a handful of whole numbers in many rows, in any order."""
    if not _are_whole(present[:_LONG]):
        return None
    found = np.unique(present[:_LONG])
    if len(found) > _A_HANDFUL or len(present) < _MIN_STATES:
        return None
    listed = ", ".join(number_in_words(float(value)) for value in found)
    return Behaviour(BehaviourKind.FEW_VALUES, f"has only the values {listed}", first=first)


def has_many_values(values: _Numbers) -> bool:
    """Return whether a column has more values than a state, ``(n_rows,)``; a stretch may do."""
    return len(np.unique(values[:1000])) > 4 * _A_HANDFUL


_MIN_STATES = 96
"""Rows from which a handful of values is judged: a choice. A signal of ten bits at rest has more
values in so many rows, a test or an example has fewer rows."""
_A_HANDFUL = 4
"""Different whole numbers up to which a column is more likely a state than a signal: a choice."""


def _are_whole(values: _Numbers) -> bool:
    return bool((values == np.rint(values)).all())


def is_one_to_one(values: _Numbers, codes: npt.NDArray[np.int32]) -> bool:
    """Return whether each value goes with one label and each label with one value, or nearly.

    ``values`` and ``codes`` have shape ``(n_rows,)``; a code is -1 for no label. Both must have
    runs, else every column of a table with one row a label would be one-to-one.
    """
    if _is_plain_signal(values):
        return False
    use = (codes >= 0) & ~np.isnan(values)
    values, codes = values[use], codes[use]
    if len(values) < MIN_ROWS:
        return False
    starts = np.concatenate(
        ([0], np.flatnonzero((np.diff(values) != 0.0) | (np.diff(codes) != 0)) + 1)
    )
    lengths = np.diff(np.append(starts, len(values)))
    if len(values) / len(starts) < 2.0:
        return False
    numbers, value_codes = np.unique(values[starts], return_inverse=True)
    labels, label_codes = np.unique(codes[starts], return_inverse=True)
    if min(len(numbers), len(labels)) < 2 or len(numbers) > 4 * len(labels):
        return False
    table = np.zeros((len(numbers), len(labels)))
    np.add.at(table, (value_codes, label_codes), lengths)
    by_value, by_label = table.max(axis=1).sum(), table.max(axis=0).sum()
    return bool(min(by_value, by_label) >= _NEARLY * table.sum())


def is_scaled_copy(values: _Numbers, other: _Numbers) -> bool:
    """Return whether a signal is another one, scaled and shifted; both of shape ``(n_rows,)``."""
    is_copy = False
    for rows in _stretches(len(values)):
        y, x = _standardised(values[rows]), _standardised(other[rows])
        if y is None or x is None or len(y) < _MIN_COMPARED:
            continue
        if abs(float(np.mean(y * x))) <= 1.0 - 1e-6:
            return False
        is_copy = True
    return is_copy


def is_computed_from(values: _Numbers, other: _Numbers) -> bool:
    """Return whether a signal is a filtered, rectified or scaled copy of another.

    Both have shape ``(n_rows,)``. A linear prediction from the signal's own past is compared with
    one that also knows the other signal and its magnitude, now and in the past: for a copy next to
    nothing of the error is left (Granger 1969, doi:10.2307/1912791, with the present included).
    """
    is_computed = False
    for rows in _stretches(len(values)):
        verdict = _is_computed_here(values[rows], other[rows])
        if verdict is False:
            return False
        is_computed = is_computed or verdict is True
    return is_computed


def _stretches(n_rows: int) -> list[slice]:
    """Return up to five stretches of 1,000 rows, spread over the whole file."""
    firsts = np.linspace(0, max(n_rows - 1000, 0), num=min(5, 1 + n_rows // 1000)).astype(int)
    return [slice(first, first + 1000) for first in firsts.tolist()]


def _is_computed_here(values: _Numbers, other: _Numbers) -> bool | None:
    """Return the verdict on one stretch; None if a signal is constant, has gaps or is too short."""
    y, x = _standardised(values), _standardised(other)
    if y is None or x is None or len(y) < _MIN_COMPARED:
        return None
    if abs(float(np.mean(y * x))) > 1.0 - 1e-6:
        return True
    n = len(y) - _N_LAGS
    past = np.column_stack([y[_N_LAGS - lag : len(y) - lag] for lag in range(1, _N_LAGS + 1)])
    others = [x[_N_LAGS - lag : len(x) - lag] for lag in range(_N_LAGS + 1)]
    with_other = np.column_stack([past, *others, *map(np.abs, others)])
    if n < 4 * with_other.shape[1]:
        return None
    alone, together = _residual(past, y[_N_LAGS:]), _residual(with_other, y[_N_LAGS:])
    return alone > _LEAST_SURPRISE and together < _COMPUTED_RESIDUAL * alone


_MIN_COMPARED = 16
"""Rows from which two signals are compared: a choice, twice `MIN_ROWS`."""
_LEAST_SURPRISE = 1e-4
"""Share of a signal's power that its own past must leave open, so that there is something to
explain: a pure tone, or a heavily smoothed envelope, predicts itself."""


def _standardised(values: _Numbers) -> npt.NDArray[np.float64] | None:
    """Return a signal with mean 0 and variance 1; None if it is constant or has gaps."""
    numbers = values.astype(np.float64)
    spread = float(numbers.std()) if len(numbers) else 0.0
    if not np.isfinite(spread) or spread == 0.0:
        return None
    return np.asarray((numbers - numbers.mean()) / spread, dtype=np.float64)


_RIDGE = 1e-9
"""Least share of power in every direction, so that equal predictors have a solution."""


def _residual(predictors: npt.NDArray[np.float64], target: npt.NDArray[np.float64]) -> float:
    """Return the mean square that the least-squares prediction leaves."""
    # normal equations, as the threads of a full solver cost more than the problem
    gram = predictors.T @ predictors
    gram += _RIDGE * len(target) * np.eye(len(gram))
    weights = np.linalg.solve(gram, predictors.T @ target)
    return float(np.mean((target - predictors @ weights) ** 2))
