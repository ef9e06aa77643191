"""Data of the realtime recipe: windows of a live stream, with whole repetitions held out in turn.

Samples go through the same objects as in the live path (bridging of short gaps, conditioner, steps,
transforms, windowing), one unbroken stretch of time after the other, so the training windows equal
the live ones bit for bit. Windows whose newer half is within one held movement are examples.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.audit.clock_findings import contradiction, slow_clock
from emgstream.conditioning import conditioner_from_manifest
from emgstream.errors import TrainingDataError, UsageError
from emgstream.manifest import RATE_TOLERANCE
from emgstream.steps import StepStream
from emgstream.tables import EmgTable
from emgstream.transforms import Transforms
from emgstream.types import FloatArray, IndexArray, TimeArray
from emgstream_training.bridged_recording import BridgedStretch, bridged_stretches
from emgstream_training.examples import ClassArray, Examples
from emgstream_training.front_end import FrontEnd
from emgstream_training.preprocessing import FittedTransforms, fit_realtime
from emgstream_training.recordings import class_codes
from emgstream_training.row_folds import FoldArray, repetition_folds, time_folds

__all__ = [
    "NEITHER",
    "NO_FOLD",
    "N_FOLDS",
    "N_STEPS",
    "TRAINING",
    "PartArray",
    "RepetitionCut",
    "classes_split",
    "clock_rate_of",
    "cut_recordings",
    "fit_on_folds",
    "held_movements",
    "inner_folds",
    "is_clear",
    "learned_codes",
    "rate_notes",
    "rate_of",
    "windows_ending_at",
    "windows_of",
]

PartArray: TypeAlias = npt.NDArray[np.int64]

NEITHER, TRAINING = range(2)
"""Part of a row: nothing is learned from it, or it is trained on."""
NO_FOLD = -1
"""Fold of what nothing is learned from."""
N_FOLDS = 3
"""Folds of the training repetitions, each judged by a network that was trained on the others.

With three, two of three repetitions are left to train on, and three networks are enough (choice).
"""

N_STEPS = 10
"""Steps of a window: 200 ms, with steps of 20 ms. The published windows have ten, too."""

_N_CLEAR = N_STEPS // 2
"""Newest steps of an example that lie within one movement.

Windows of which the older half is of the movement before are examples, too, as such windows are
decided on live: at changes of the movement 2 points more were right, and half a point less within
movements (BENCHMARKS.md, The realtime recipe)."""


@dataclass(frozen=True, eq=False)
class RepetitionCut:
    """One unbroken stretch of a recording, cut into steps."""

    steps: npt.NDArray[np.float64]
    """Shape ``(n_steps, n_features)``, before any transform."""
    classes: ClassArray
    """Class of each step, shape ``(n_steps,)``; -1 for none, or where its samples differ."""
    repetitions: IndexArray
    """Number of the held movement at each step, unique over all recordings, ``(n_steps,)``."""
    folds: FoldArray
    """Fold in which the step is held out, ``(n_steps,)``; `NO_FOLD` where its samples differ."""
    filled: TimeArray
    """Share of the window that ends with each step that was not measured, ``(n_steps,)``."""

    @property
    def last_steps(self) -> IndexArray:
        """Place of the last step of each window, ``(n_windows,)``; empty for a shorter stretch."""
        return np.arange(N_STEPS - 1, len(self.steps))


def rate_of(tables: Sequence[EmgTable], sampling_rate_hz: float | None) -> float:
    """Return the sampling rate of recordings in Hz: the stated one, or else by their clocks.

    Raises UsageError where it is not known, where a clock gives no plausible rate of EMG, and where
    the clocks differ by more than 0.5 %.
    """
    if sampling_rate_hz is not None:
        return sampling_rate_hz
    rates = [_own_rate(table) for table in tables]
    for table, rate in zip(tables, rates, strict=True):
        if abs(rate / rates[0] - 1.0) > RATE_TOLERANCE:
            raise UsageError(
                f"{table.path} is sampled at {rate:.6g} Hz; expected {rates[0]:.6g} Hz as in "
                f"{tables[0].path}; train on recordings of one rate, or state it with --rate"
            )
    return rates[0]


def clock_rate_of(table: EmgTable) -> float | None:
    """Return the rate stated with a recording, else that of its clock, in Hz; None for neither.

    Raises UsageError for no plausible rate of EMG: the time is in another unit than seconds.
    """
    rate = table.sampling_rate_hz
    doubt = None if rate is None or rate == table.stated_rate_hz else slow_clock(rate)
    if doubt is not None:
        raise UsageError(f"{table.path}: {doubt}")
    return rate


def rate_notes(tables: Sequence[EmgTable], sampling_rate_hz: float | None) -> list[str]:
    """Return notes on recordings whose clocks contradict the stated rate, for people."""
    against = ((one.path.name, contradiction(one, sampling_rate_hz)) for one in tables)
    return [f"{name}: {text}; the stated rate is used" for name, text in against if text]


def cut_recordings(
    tables: Sequence[EmgTable],
    class_names: Sequence[str],
    front_end: FrontEnd,
    folds: Sequence[FoldArray],
) -> list[RepetitionCut]:
    """Return the unbroken stretches of recordings, cut into steps as a live stream would be.

    ``folds[i]``, shape ``(n_rows,)``, is the fold in which each row of ``tables[i]`` is held out.
    """
    cuts: list[RepetitionCut] = []
    codes, repetitions = held_movements(tables, class_names)
    for number, table in enumerate(tables):
        rows_of = codes[number], repetitions[number], folds[number]
        for stretch in bridged_stretches(table, front_end.step.length):
            cuts.append(_cut(front_end, stretch, *(values[stretch.rows] for values in rows_of)))
    return cuts


def held_movements(
    tables: Sequence[EmgTable], class_names: Sequence[str]
) -> tuple[list[ClassArray], list[IndexArray]]:
    """Return the class of each row, -1 for none, and the number of its held movement.

    Both are one array of shape ``(n_rows,)`` per table; the numbers are unique over all tables.
    """
    codes = [class_codes(table, class_names) for table in tables]
    repetitions: list[IndexArray] = []
    n_before = 0
    for table in tables:
        repetitions.append(n_before + table.movement_numbers())
        n_before = int(repetitions[-1].max()) + 1
    return codes, repetitions


def inner_folds(
    tables: Sequence[EmgTable],
    class_names: Sequence[str],
    parts: Sequence[PartArray] | None = None,
    by_time: Collection[int] = (),
) -> list[FoldArray]:
    """Return the fold in which each row is held out, `NO_FOLD` for rows that nothing learns from.

    The result has shape ``(n_rows,)`` per table. Repetitions of a class go to the three folds in
    turn; of a class with a single one, and of those in ``by_time``, each fold gets a third of the
    time. Where ``parts`` are given, only their `TRAINING` rows are shared out.
    """
    codes = learned_codes(tables, class_names, parts)
    by_repetition = repetition_folds(tables, class_names, N_FOLDS, codes)
    stretches = time_folds(codes, len(class_names), N_FOLDS)
    joined = np.concatenate(by_repetition)
    of_row = np.concatenate(codes)
    once = {
        code
        for code in range(len(class_names))
        if len(np.unique(joined[of_row == code])) == 1 or code in by_time
    }
    return [
        np.where(np.isin(of_table, list(once)), by_stretch, folds)
        for of_table, by_stretch, folds in zip(codes, stretches, by_repetition, strict=True)
    ]


def learned_codes(
    tables: Sequence[EmgTable],
    class_names: Sequence[str],
    parts: Sequence[PartArray] | None = None,
) -> list[ClassArray]:
    """Return the class of each row to learn from, -1 for others, shape ``(n_rows,)`` per table.

    Where ``parts`` are given, only their `TRAINING` rows are learned from.
    """
    codes = [class_codes(table, class_names) for table in tables]
    if parts is None:
        return codes
    return [
        np.where(part == TRAINING, of_table, -1)
        for part, of_table in zip(parts, codes, strict=True)
    ]


def classes_split(cuts: Sequence[RepetitionCut]) -> list[int]:
    """Return the classes with a repetition of which a part is held out in another fold."""
    held = {
        (repetition, fold, code)
        for cut in cuts
        for repetition, fold, code in np.unique(
            np.stack([cut.repetitions, cut.folds, cut.classes], axis=1), axis=0
        ).tolist()
        if fold != NO_FOLD and code >= 0
    }
    n_folds = Counter(repetition for repetition, _, _ in held)
    return sorted({code for repetition, _, code in held if n_folds[repetition] > 1})


def fit_on_folds(
    cuts: Sequence[RepetitionCut], folds: Collection[int], feature_names: tuple[str, ...]
) -> FittedTransforms:
    """Return the transforms, fitted on the steps of some folds alone.

    ``feature_names`` names the features of single channels, which come first, to be checked.

    Raises TrainingDataError where these folds have no step, and for a channel without a signal.
    """
    steps = np.concatenate([cut.steps[np.isin(cut.folds, list(folds))] for cut in cuts])
    if len(steps) == 0:
        raise TrainingDataError(
            "no label lasts as long as one step; expected movements held for a second or more; "
            "is the sampling rate right? state it with --rate"
        )
    return fit_realtime(steps, feature_names)


def windows_of(
    cuts: Sequence[RepetitionCut], folds: Collection[int], transforms: Transforms
) -> Examples:
    """Return the windows whose newer half lies within one repetition of some folds."""
    chosen = [_windows(cut, folds, transforms) for cut in cuts]
    return Examples(
        np.concatenate([one.windows for one in chosen]),
        np.concatenate([one.classes for one in chosen]),
    )


def is_clear(cut: RepetitionCut, last_steps: IndexArray) -> npt.NDArray[np.bool_]:
    """Return whether the newer half of each window lies within one repetition of one fold.

    ``last_steps``, shape ``(n_windows,)``, are the places of the newest steps.
    """
    changes = (np.diff(cut.repetitions) != 0) | (np.diff(cut.folds) != 0)
    runs = np.concatenate(([0], np.cumsum(changes)))
    within = runs[last_steps - (_N_CLEAR - 1)] == runs[last_steps]
    clear: npt.NDArray[np.bool_] = within & (cut.classes[last_steps] >= 0)
    return clear


def _windows(cut: RepetitionCut, folds: Collection[int], transforms: Transforms) -> Examples:
    last = cut.last_steps
    chosen = last[is_clear(cut, last) & np.isin(cut.folds[last], list(folds))]
    return Examples(windows_ending_at(transforms.apply(cut.steps), chosen), cut.classes[chosen])


def windows_ending_at(steps: FloatArray, last_steps: IndexArray) -> FloatArray:
    """Return windows of steps ``(n, n_features)``, each with the `N_STEPS` up to its last one."""
    windows: FloatArray = steps[last_steps[:, np.newaxis] + np.arange(1 - N_STEPS, 1)]
    return windows


def _cut(
    front_end: FrontEnd,
    stretch: BridgedStretch,
    codes: ClassArray,
    repetitions: IndexArray,
    folds: FoldArray,
) -> RepetitionCut:
    step, samples = front_end.step, stretch.samples
    conditioned = conditioner_from_manifest(front_end.conditioning).condition(samples)
    steps = StepStream(step, samples.shape[1]).steps_of(conditioned)
    filled = stretch.filled_shares(N_STEPS * step.length, step.length)
    by_step = (len(steps), step.length)
    codes, repetitions, folds = (
        values[: len(steps) * step.length].reshape(by_step)
        for values in (codes, repetitions, folds)
    )
    whole = np.all((repetitions == repetitions[:, :1]) & (folds == folds[:, :1]), axis=1)
    whole &= codes[:, 0] >= 0
    return RepetitionCut(
        steps,
        classes=np.where(whole, codes[:, 0], -1),
        repetitions=np.where(whole, repetitions[:, 0], -1),
        folds=np.where(whole, folds[:, 0], NO_FOLD),
        filled=filled[: len(steps)],
    )


def _own_rate(table: EmgTable) -> float:
    rate = clock_rate_of(table)
    if rate is None:
        raise UsageError(
            f"{table.path} {table.why_no_time}, so its sampling rate is not known; this recipe "
            "needs it; state it with --rate"
        )
    return rate
