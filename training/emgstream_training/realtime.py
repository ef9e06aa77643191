"""Data of the realtime recipe: the windows of a live stream, with whole repetitions held out.

Samples go through the same objects as in the live path (bridging of short gaps, conditioner, steps,
transforms, windowing), one unbroken stretch of time after the other, so the training windows equal
the live ones bit for bit. Windows whose newer half is within one held movement are examples.
"""

from __future__ import annotations

from collections.abc import Sequence
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
from emgstream.types import IndexArray, TimeArray
from emgstream.windowing import Windowing
from emgstream_training.bridged_recording import BridgedStretch, bridged_stretches
from emgstream_training.examples import ClassArray, Examples
from emgstream_training.front_end import FrontEnd
from emgstream_training.preprocessing import FittedTransforms, fit_realtime
from emgstream_training.recordings import class_codes

__all__ = [
    "NEITHER",
    "N_STEPS",
    "TRAINING",
    "VALIDATION",
    "PartArray",
    "RepetitionCut",
    "classes_split",
    "clock_rate_of",
    "cut_recordings",
    "fit_on_training_part",
    "held_movements",
    "hold_out",
    "rate_notes",
    "rate_of",
    "windows_of",
]

PartArray: TypeAlias = npt.NDArray[np.int64]

NEITHER, TRAINING, VALIDATION = range(3)

N_STEPS = 10
"""Steps of a window: 200 ms, with steps of 20 ms. The published windows have ten, too."""

_N_CLEAR = N_STEPS // 2
"""Newest steps of an example that lie within one movement.

Windows of which the older half is of the movement before are examples, too, as such windows are
decided on live: at changes of the movement 2 points more were right, and half a point less within
movements (BENCHMARKS.md, The realtime recipe)."""
_HELD_OUT_OF = 5
"""One repetition of so many is held out: 20 %, as in the published split (choice)."""
_HELD_OUT_PLACE = 2
"""Position of the held-out one: in the middle, as subjects change from first to last (choice)."""
_MIN_REPETITIONS = 3
"""Fewest repetitions to hold out a whole one: the third is, and two are left to train on."""


@dataclass(frozen=True, eq=False)
class RepetitionCut:
    """One unbroken stretch of a recording, cut into steps."""

    steps: npt.NDArray[np.float64]
    """Shape ``(n_steps, n_features)``, before any transform."""
    classes: ClassArray
    """Class of each step, shape ``(n_steps,)``; -1 for none, or where its samples differ."""
    repetitions: IndexArray
    """Number of the held movement at each step, unique over all recordings, ``(n_steps,)``."""
    parts: PartArray
    """Part of all samples of the step, shape ``(n_steps,)``; `NEITHER` where they differ."""
    filled: TimeArray
    """Share of the window that ends with each step that was not measured, ``(n_steps,)``."""


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
    parts: Sequence[PartArray],
) -> list[RepetitionCut]:
    """Return the unbroken stretches of recordings, cut into steps as a live stream would be.

    ``parts[i]``, shape ``(n_rows,)``, is the part each row of ``tables[i]`` belongs to.
    """
    cuts: list[RepetitionCut] = []
    codes, repetitions = held_movements(tables, class_names)
    for number, table in enumerate(tables):
        rows_of = codes[number], repetitions[number], parts[number]
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


def hold_out(
    tables: Sequence[EmgTable],
    class_names: Sequence[str],
    parts: Sequence[PartArray] | None = None,
) -> list[PartArray]:
    """Return the part of each row, shape ``(n_rows,)`` per table.

    Of each class, the third of every five repetitions is for `VALIDATION`. Of a class with fewer
    than three repetitions, it is the last fifth of each. Where ``parts`` are given, only their
    `TRAINING` rows are divided; all others are `NEITHER`.
    """
    codes, repetitions = map(np.concatenate, held_movements(tables, class_names))
    if parts is not None:
        codes = np.where(np.concatenate(parts) == TRAINING, codes, -1)
    shared = np.where(codes >= 0, TRAINING, NEITHER)
    for code in np.unique(codes[codes >= 0]):
        of_class = np.where(codes == code, repetitions, -1)
        numbers = np.unique(repetitions[codes == code])
        if len(numbers) >= _MIN_REPETITIONS:
            shared[np.isin(of_class, numbers[_HELD_OUT_PLACE::_HELD_OUT_OF])] = VALIDATION
            continue
        for number in numbers:
            places = np.flatnonzero(of_class == number)
            shared[places[len(places) * (_HELD_OUT_OF - 1) // _HELD_OUT_OF :]] = VALIDATION
    return np.split(shared, np.cumsum([table.n_rows for table in tables])[:-1])


def classes_split(cuts: Sequence[RepetitionCut]) -> list[int]:
    """Return the classes with a repetition that is partly held out and partly trained on."""
    split: set[int] = set()
    for cut in cuts:
        training, validation = (
            cut.repetitions[(cut.parts == part) & (cut.classes >= 0)]
            for part in (TRAINING, VALIDATION)
        )
        both = np.isin(cut.repetitions, np.intersect1d(training, validation))
        split.update(cut.classes[both].tolist())
    return sorted(split)


def fit_on_training_part(
    cuts: Sequence[RepetitionCut], feature_names: tuple[str, ...]
) -> FittedTransforms:
    """Return the transforms, fitted on the steps of the training part alone.

    ``feature_names`` names the features of single channels, which come first.

    Raises TrainingDataError where that part has no step, and for a channel without a signal.
    """
    steps = np.concatenate([cut.steps[cut.parts == TRAINING] for cut in cuts])
    if len(steps) == 0:
        raise TrainingDataError(
            "no label lasts as long as one step; expected movements held for a second or more; "
            "is the sampling rate right? state it with --rate"
        )
    return fit_realtime(steps, feature_names)


def windows_of(
    cuts: Sequence[RepetitionCut], wanted: int, transforms: Transforms, *, clear: bool = True
) -> Examples:
    """Return the windows of a part, `TRAINING` or `VALIDATION`.

    The newer half of each lies within one repetition of that part; unless ``clear``, only the last
    step has to, which gives all windows that are decided on live.
    """
    chosen = [_windows(cut, wanted, transforms, clear) for cut in cuts]
    return Examples(
        np.concatenate([one.windows for one in chosen]),
        np.concatenate([one.classes for one in chosen]),
    )


def _windows(cut: RepetitionCut, wanted: int, transforms: Transforms, clear: bool) -> Examples:
    windowing = Windowing(N_STEPS, 1, cut.steps.shape[1])
    windows = windowing.windows_of(transforms.apply(cut.steps))
    changes = (np.diff(cut.repetitions) != 0) | (np.diff(cut.parts) != 0)
    runs = np.concatenate(([0], np.cumsum(changes)))
    last = windows.last_steps
    chosen = (cut.parts[last] == wanted) & (cut.classes[last] >= 0)
    if clear:
        chosen &= runs[last - (_N_CLEAR - 1)] == runs[last]
    return Examples(windows.values[chosen], cut.classes[last[chosen]])


def _cut(
    front_end: FrontEnd,
    stretch: BridgedStretch,
    codes: ClassArray,
    repetitions: IndexArray,
    parts: PartArray,
) -> RepetitionCut:
    step, samples = front_end.step, stretch.samples
    conditioned = conditioner_from_manifest(front_end.conditioning).condition(samples)
    steps = StepStream(step, samples.shape[1]).steps_of(conditioned)
    filled = stretch.filled_shares(N_STEPS * step.length, step.length)
    by_step = (len(steps), step.length)
    codes, repetitions, parts = (
        values[: len(steps) * step.length].reshape(by_step)
        for values in (codes, repetitions, parts)
    )
    whole = np.all((repetitions == repetitions[:, :1]) & (parts == parts[:, :1]), axis=1)
    whole &= codes[:, 0] >= 0
    return RepetitionCut(
        steps,
        classes=np.where(whole, codes[:, 0], -1),
        repetitions=np.where(whole, repetitions[:, 0], -1),
        parts=np.where(whole, parts[:, 0], NEITHER),
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
