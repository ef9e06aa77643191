"""Sample index of a recording by a counter that begins again at its modulo."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from emgstream.types import IndexArray, TimeArray
from emgstream.wording import counted

__all__ = ["LARGEST_MODULO", "MOST_LOST", "counter_note", "index_of_counter"]

LARGEST_MODULO = 1 << 32
"""Largest number at which a counter begins again: one of 32 bits."""
MOST_LOST = 1 << 40
"""Most samples that can be lost in one place: 34 years at 1 kHz. A choice, so that 64 bits hold
the sum of the losses of 8 million rows, whatever their time stamps say."""

_SHORTEST_ROUND_S = 0.2
"""Time of one round of the counter from which a clock tells how many rounds were lost. A choice:
time stamps of a host are up to 0.1 s late."""


def index_of_counter(
    values: IndexArray,
    is_present: npt.NDArray[np.bool_],
    modulo: int,
    time_s: TimeArray | None,
) -> IndexArray:
    """Return the sample index of each row from 0, lost samples counted, shape ``(n_rows,)``.

    Parameters
    ----------
    values
        The counter, shape ``(n_rows,)``.
    is_present
        False where it is missing; such a row counts as one sample.
    modulo
        Number at which it begins again. It hides losses of that many samples.
    time_s
        Time in seconds, same shape; it shows whole rounds that were lost, if a round takes long
        enough. None without a clock.

    >>> counter = np.array([254, 255, 0, 1, 4])
    >>> index_of_counter(counter, np.ones(5, bool), 256, None).tolist()
    [0, 1, 2, 3, 6]
    """
    rows = np.flatnonzero(is_present)
    passed = np.diff(rows)
    steps = passed + np.mod(np.diff(values[rows]) - passed, modulo)
    if time_s is not None and len(rows) > 1:
        steps += modulo * _lost_rounds(steps, np.diff(time_s[rows]), modulo)
    index = np.zeros(len(values), dtype=np.int64)
    known = np.concatenate(([0], np.cumsum(steps)))
    place = np.searchsorted(rows, np.arange(len(values)), side="right") - 1
    before = np.maximum(place, 0)
    index[:] = known[before] + np.arange(len(values)) - rows[before]
    index -= index[0]
    return index


def _lost_rounds(steps: IndexArray, seconds: TimeArray, modulo: int) -> IndexArray:
    """Return the rounds that each step lacks by the clock, shape ``(n_steps,)``."""
    is_usual = (steps == 1) & (seconds > 0.0)
    if not is_usual.any():
        return np.zeros(len(steps), np.int64)
    period_s = float(np.median(seconds[is_usual]))  # some of them may hide a round
    if modulo * period_s < _SHORTEST_ROUND_S:
        return np.zeros(len(steps), np.int64)
    rounds = np.rint((seconds / period_s - steps) / modulo)
    return np.clip(rounds, 0.0, MOST_LOST // modulo).astype(np.int64)


def counter_note(name: str, modulo: int, index: IndexArray) -> str:
    """Return the losses that a counter shows, for people."""
    lost = np.diff(index) - 1
    n_lost, n_places = int(lost.sum()), int(np.count_nonzero(lost))
    if not n_lost:
        return f"{name}: counts modulo {modulo} without a gap"
    return (
        f"{name}: counts modulo {modulo}, {counted(n_lost, 'sample')} lost in "
        f"{counted(n_places, 'place')}"
    )
