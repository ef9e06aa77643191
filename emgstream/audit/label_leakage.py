"""Channels that tell the label without any muscle: copies of it, counters and clocks.

A numeric copy of the label among the channels makes every accuracy meaningless: with one, a model
measures 98 to 100 % on held-out repetitions where the signals alone give 65 to 83 %. A column that
rises from row to row tells the label wherever a label was recorded in one block.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.cue_schedule import TRANSITION
from emgstream.significant_digits import percent
from emgstream.tables import EmgTable
from emgstream.types import FloatArray

__all__ = ["LabelLeak", "find_label_leaks"]

Codes: TypeAlias = npt.NDArray[np.int64]

# "Measured" refers to the channels of 22 public recordings of five devices (BITalino, Myo, 3DC,
# Ottobock envelopes, and a saturated Arduino), and of the shipped synthetic one.
_MOST_CHANGES = 0.05
"""Largest share of steps within one label at which a copy of it changes. Measured: a signal changes
in 71 % of its steps or more; a choice far below, that leaves room for damage."""
_CHANGES_PER_BLOCK = 2
"""Most changes per block of a label. A choice: a cue that is shown before the movement begins
changes once within each block; a signal that is repeated 20 times, to be as fast as another
sensor, changes 100 times."""
_VALUES_PER_LABEL = 2
"""Values per label of a column that may change more often. A choice: damaged copies have few."""
_LEAST_GAIN = 0.7
"""Least share of the rows that the value tells right, of those that naming the most frequent label
gets wrong. A choice: a cue that begins half a second before a movement of 3 s reaches 0.8; the
value of a signal of whole numbers reaches 0.22 at most (measured)."""
_LEAST_MOVES = 16
"""Fewest steps up or down that show a direction. A choice: of independent steps, 16 in a row go the
same way once in 30,000 times."""
_MOST_BACK = 0.01
"""Largest share of steps against the direction of a clock or a counter, which may begin again.
Measured: 36 % at least of the steps of a signal go either way."""
_SAME_STEP = 0.85
"""Least share of equal steps of a counter: one that begins again after 7 has 87 %. Measured: 21 %
of the steps of a signal at most are equal and not zero."""


_BETWEEN_LABELS = 0.95
"""Share of a channel's variance between the labels, from which its value follows the label (eta
squared: Fisher 1925). Measured: raw signals have 0.01, the envelopes of six sessions 0.915 at
most; the number of the label with noise of a tenth of a step has 0.985."""


@dataclass(frozen=True)
class LabelLeak:
    """A channel that tells the label without being a signal."""

    channel: str
    """Name of the channel."""
    reason: str
    """Reason, to follow the name: ``rises from row to row, as a clock or a counter does``."""

    def to_json(self) -> dict[str, Any]:
        """Return the channel and the reason as JSON types."""
        return dict(vars(self))


def find_label_leaks(tables: Sequence[EmgTable]) -> tuple[LabelLeak, ...]:
    """Return the channels that tell the label, in recordings of the same channels.

    Rows without a label, or labelled `transition`, are left out. None is found where there are
    no labels. Takes one pass over the samples, channel by channel.
    """
    codes, chosen, n_labels = _label_codes(tables)
    files = np.repeat(np.arange(len(tables)), [len(rows) for rows in chosen])
    if len(codes) < 2:
        return ()
    follows = np.diff(files) == 0
    leaks = []
    for place, name in enumerate(tables[0].channel_names):
        values = np.concatenate(
            [table.samples[rows, place] for table, rows in zip(tables, chosen, strict=True)]
        )
        reason = (
            _copies_label(values, codes, follows, n_labels)
            or _rises(values, follows)
            or _follows_label(values, codes)
        )
        if reason is not None:
            leaks.append(LabelLeak(name, reason))
    return tuple(leaks)


def _label_codes(tables: Sequence[EmgTable]) -> tuple[Codes, list[Codes], int]:
    """Return the label of every labelled row, those rows of each table, and the number of labels.

    The labels are numbered over all tables.
    """
    numbers: dict[str, int] = {}
    codes: list[Codes] = []
    chosen: list[Codes] = []
    for table in tables:
        names = [name for name in table.label_names if name not in ("", TRANSITION)]
        for name in names:
            numbers.setdefault(name, len(numbers))
        by_label = np.array([*(numbers.get(name, -1) for name in table.label_names), -1])
        labels = np.full(table.n_rows, -1) if table.labels is None else table.labels
        of_row = by_label[labels]
        chosen.append(np.flatnonzero(of_row >= 0))
        codes.append(of_row[chosen[-1]])
    return np.concatenate(codes), chosen, len(numbers)


def _follows_label(values: FloatArray, codes: Codes) -> str | None:
    """Return the reason why a channel's value follows the label; None if it does not.

    Both have shape ``(n_rows,)``.
    """
    known = np.isfinite(values)
    numbers, labels = values[known].astype(np.float64), codes[known]
    variance = float(numbers.var()) if len(numbers) else 0.0
    if variance == 0.0 or len(np.unique(labels)) < 2:
        return None
    means = np.bincount(labels, numbers) / np.maximum(np.bincount(labels), 1)
    share = float(np.mean((means[labels] - numbers.mean()) ** 2)) / variance
    if share < _BETWEEN_LABELS:
        return None
    return f"its value follows the label, which explains {percent(share, 1)} of its variance"


def _copies_label(
    values: FloatArray, codes: Codes, follows: npt.NDArray[np.bool_], n_labels: int
) -> str | None:
    """Return the reason why a channel is a copy of the label; None if it is not.

    ``values`` and ``codes`` have shape ``(n_rows,)``; ``follows`` tells of each row but the first
    whether it is of the same file as the row before, shape ``(n_rows - 1,)``.
    """
    known = np.isfinite(values)
    within = follows & (np.diff(codes) == 0) & known[1:] & known[:-1]
    n_changes = np.count_nonzero((np.diff(values) != 0) & within)
    n_within = np.count_nonzero(within)
    if n_labels < 2 or not n_within or n_changes > _MOST_CHANGES * n_within:
        return None
    levels, of_row = np.unique(values[known], return_inverse=True)
    n_blocks = 1 + np.count_nonzero(~follows | (np.diff(codes) != 0))
    if n_changes > _CHANGES_PER_BLOCK * n_blocks and len(levels) > _VALUES_PER_LABEL * n_labels:
        return None
    told = _share_told(of_row, codes[known], n_labels)
    most_frequent = float(np.bincount(codes[known]).max() / np.count_nonzero(known))
    if told - most_frequent < _LEAST_GAIN * (1.0 - most_frequent) or most_frequent == 1.0:
        return None
    return f"its {len(levels):,} values tell the label of {percent(told, 1)} of the rows"


def _share_told(values: Codes, codes: Codes, n_labels: int) -> float:
    """Return the share of rows that have the most frequent label of their value."""
    pairs, counts = np.unique(values * n_labels + codes, return_counts=True)
    firsts = np.flatnonzero(np.diff(pairs // n_labels, prepend=-1))
    return float(np.maximum.reduceat(counts, firsts).sum() / len(values))


def _rises(values: FloatArray, follows: npt.NDArray[np.bool_]) -> str | None:
    """Return the reason why a channel is a clock or a counter; None if it is not."""
    steps = np.diff(values)[follows]
    steps = steps[np.isfinite(steps) & (steps != 0)]
    if len(steps) < _LEAST_MOVES:
        return None
    up = np.count_nonzero(steps > 0) / len(steps)
    if min(up, 1.0 - up) <= _MOST_BACK:
        return f"{'rises' if up > 0.5 else 'falls'} from row to row, as a clock or a counter does"
    sizes, counts = np.unique(steps, return_counts=True)
    if counts.max() < _SAME_STEP * len(steps):
        return None
    step = sizes[int(np.argmax(counts))]
    return f"changes by {step:g} from row to row and begins again, as a counter does"
