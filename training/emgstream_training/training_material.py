"""Training data: examples in two parts, with the front end and transforms that made them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emgstream.conditioning import NoConditioning
from emgstream.errors import TrainingDataError, UsageError
from emgstream.steps import RAW_STEP
from emgstream.tables import EmgTable
from emgstream.transforms import Transforms
from emgstream.types import FloatArray, IndexArray
from emgstream_training import realtime
from emgstream_training.bridged_recording import bridged_samples
from emgstream_training.examples import Examples, balanced_weights
from emgstream_training.front_end import (
    NO_OVERRIDES,
    FrontEnd,
    SignalOverrides,
    choose,
    step_length,
)
from emgstream_training.preprocessing import FittedTransforms
from emgstream_training.published import (
    LEAST_WINDOWS,
    PublishedRows,
    PublishedSplit,
    check_class_counts,
    distinct_rows,
    random_split,
    window_rows,
)
from emgstream_training.realtime import NO_FOLD, PartArray, RepetitionCut
from emgstream_training.recipes import PUBLISHED, Recipe

__all__ = [
    "FoldMaterial",
    "PublishedMaterial",
    "TrainingMaterial",
    "prepare",
    "prepare_front_end",
    "prepare_parts",
    "prepare_published",
]


@dataclass(frozen=True, eq=False)
class PublishedMaterial:
    """Data of the published recipe alone, for its report."""

    rows: PublishedRows
    """The rows without duplicates."""
    split: PublishedSplit
    """The random split, with the first row of each window."""


@dataclass(frozen=True, eq=False)
class FoldMaterial:
    """The examples that one network of the cross-fitting learns from and is judged on."""

    fold: int
    """Number of the fold."""
    transforms: Transforms
    """The transforms, fitted on the steps of the other folds."""
    training: Examples
    """Windows of the other folds."""
    validation: Examples
    """Windows of this fold."""
    weights: FloatArray
    """Weight of each training example, shape ``(n_training,)``."""


@dataclass(frozen=True, eq=False)
class TrainingMaterial:
    """Everything that a network is trained from."""

    tables: tuple[EmgTable, ...]
    """The recordings."""
    class_names: tuple[str, ...]
    """Classes, in the order of the network's outputs."""
    front_end: FrontEnd
    """Conditioning and steps."""
    sampling_rate_hz: float | None
    """Samples per second; None where it is not known and the recipe does not need it."""
    fitted: FittedTransforms
    """The transforms, with the rows they were fitted on after each."""
    training: Examples
    """Windows to train on."""
    validation: Examples
    """Windows to measure the validation figures on, by networks that were not trained on them.

    For the realtime recipe those trained on, in the order of the recordings: each is held out in a
    fold.
    """
    weights: FloatArray | None
    """Weight of each training example, shape ``(n_training,)``; None for equal weights."""
    published: PublishedMaterial | None = None
    """Data of the published recipe alone; None for others."""
    cuts: tuple[RepetitionCut, ...] = ()
    """The recordings in the order of time, cut into steps; empty for the published recipe."""

    @property
    def channel_names(self) -> tuple[str, ...]:
        """Channels of the recordings, in order."""
        return self.tables[0].channel_names

    @property
    def n_context(self) -> int:
        """Number of the features, the last ones, that are of the newest step alone."""
        return self.front_end.step.n_context(len(self.channel_names))

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Name of each feature."""
        return self.front_end.step.feature_names(self.channel_names)

    @property
    def folds(self) -> tuple[int, ...]:
        """Numbers of the folds in which repetitions are held out; none for other recipes."""
        used = {fold for cut in self.cuts for fold in np.unique(cut.folds).tolist()}
        return tuple(sorted(used - {NO_FOLD}))

    def without(self, fold: int) -> FoldMaterial:
        """Return what a network learns from that is judged on the repetitions of a fold."""
        others = [one for one in self.folds if one != fold]
        transforms = realtime.fit_on_folds(self.cuts, others, ()).transforms
        learned, judged = (
            realtime.windows_of(self.cuts, folds, transforms) for folds in (others, [fold])
        )
        weights = balanced_weights(learned.classes, len(self.class_names))
        return FoldMaterial(fold, transforms, learned, judged, weights)

    def held_out(self, recipe: Recipe) -> str:
        """Return a description of the validation windows, for people."""
        ends = tuple(self.class_names[code] for code in realtime.classes_split(self.cuts))
        if not ends:
            return recipe.held_out
        told = "thirds of each repetition, by a network trained on the rest of it"
        if ends != self.class_names:
            told = f"{recipe.held_out}; of {', '.join(ends)} {told}"
        return f"{told}: with a single repetition, expect a lower accuracy in live use"


def prepare(
    recipe: Recipe,
    tables: Sequence[EmgTable],
    class_names: tuple[str, ...],
    sampling_rate_hz: float | None,
    overrides: SignalOverrides = NO_OVERRIDES,
) -> TrainingMaterial:
    """Return the training data of recordings, held out as the recipe does.

    Raises UsageError where the recipe needs a rate that is not known, or takes one recording only,
    and TrainingDataError where a class has too few windows or a channel has no signal.
    """
    if recipe.name == PUBLISHED.name:
        return prepare_published(tuple(tables), class_names, sampling_rate_hz)
    return prepare_parts(recipe, tables, None, class_names, sampling_rate_hz, overrides)


def prepare_published(
    tables: tuple[EmgTable, ...],
    class_names: tuple[str, ...],
    sampling_rate_hz: float | None,
    left_out: npt.NDArray[np.bool_] | None = None,
) -> TrainingMaterial:
    """Return the material of the published recipe, from one recording.

    ``left_out``, shape ``(n_rows,)``, are rows to ignore. Raises as `prepare`.
    """
    if len(tables) > 1:
        raise UsageError(
            f"the published recipe takes one recording and got {len(tables)}; name one, or use "
            "--recipe realtime, which takes any number"
        )
    rows = distinct_rows(tables[0], class_names, left_out)
    fitted = rows.fit(tables[0].channel_names)
    windows = window_rows(fitted.transforms.apply(rows.samples), rows.classes)
    split = random_split(windows, class_names)
    return TrainingMaterial(
        tables=tables,
        class_names=class_names,
        front_end=FrontEnd(NoConditioning().to_manifest(), RAW_STEP, ()),
        sampling_rate_hz=sampling_rate_hz or realtime.clock_rate_of(tables[0]),
        fitted=fitted,
        training=split.training,
        validation=split.validation,
        weights=None,
        published=PublishedMaterial(rows, split),
    )


def prepare_parts(
    recipe: Recipe,
    tables: Sequence[EmgTable],
    parts: Sequence[PartArray] | None,
    class_names: tuple[str, ...],
    sampling_rate_hz: float | None,
    overrides: SignalOverrides = NO_OVERRIDES,
) -> TrainingMaterial:
    """Return the training data of a recipe of the realtime kind, from chosen rows.

    ``parts[i]``, shape ``(n_rows,)``, is `TRAINING` for each row of ``tables[i]`` to learn from;
    None for all rows with a label. Raises as `prepare`.
    """
    rate = realtime.rate_of(tables, sampling_rate_hz)
    codes = realtime.learned_codes(tables, class_names, parts)
    seen = []
    for table, of_rows in zip(tables, codes, strict=True):
        samples, rows = bridged_samples(table, step_length(rate))
        seen.append(samples[of_rows[rows] >= 0])
    return prepare_front_end(
        tables, parts, class_names, rate, choose(seen, rate, overrides, recipe.steps)
    )


def prepare_front_end(
    tables: Sequence[EmgTable],
    parts: Sequence[PartArray] | None,
    class_names: tuple[str, ...],
    sampling_rate_hz: float | None,
    front_end: FrontEnd,
) -> TrainingMaterial:
    """Return the same with a given front end; raises TrainingDataError as `prepare`."""
    cuts = _cut_into_folds(tables, parts, class_names, front_end)
    step, channel_names = front_end.step, tables[0].channel_names
    of_one_channel = step.names_of_one_channel(channel_names)
    folds = range(realtime.N_FOLDS)
    fitted = realtime.fit_on_folds(cuts, folds, of_one_channel)
    training = realtime.windows_of(cuts, folds, fitted.transforms)
    check_class_counts(training.classes, class_names)
    _check_folds(cuts, class_names)
    return TrainingMaterial(
        tables=tuple(tables),
        class_names=class_names,
        front_end=front_end,
        sampling_rate_hz=sampling_rate_hz,
        fitted=fitted,
        training=training,
        validation=training,
        weights=balanced_weights(training.classes, len(class_names)),
        cuts=tuple(cuts),
    )


def _cut_into_folds(
    tables: Sequence[EmgTable],
    parts: Sequence[PartArray] | None,
    class_names: tuple[str, ...],
    front_end: FrontEnd,
) -> list[RepetitionCut]:
    """Return the cuts, each class with enough windows to learn from whichever fold is held out.

    A class whose repetitions are so short that only those of one fold give windows is shared out by
    time.
    """
    folds = realtime.inner_folds(tables, class_names, parts)
    cuts = realtime.cut_recordings(tables, class_names, front_end, folds)
    by_time = np.flatnonzero(_least_learned(cuts, len(class_names)) < LEAST_WINDOWS)
    if not len(by_time):
        return cuts
    folds = realtime.inner_folds(tables, class_names, parts, by_time.tolist())
    return realtime.cut_recordings(tables, class_names, front_end, folds)


def _check_folds(cuts: Sequence[RepetitionCut], class_names: tuple[str, ...]) -> None:
    """Raise TrainingDataError for a class that cannot be held out without losing all of it."""
    for name, least in zip(class_names, _least_learned(cuts, len(class_names)), strict=True):
        if not least:
            raise TrainingDataError(
                f"label {name!r} has so few windows that none is left to learn from when a third "
                "is held out; record more of it, or leave the label empty there"
            )


def _least_learned(cuts: Sequence[RepetitionCut], n_classes: int) -> IndexArray:
    """Return the number of windows to learn from in the worst fold, by class, ``(n_classes,)``."""
    counts = np.zeros((realtime.N_FOLDS, n_classes), dtype=np.int64)
    for cut in cuts:
        last = cut.last_steps
        used = last[realtime.is_clear(cut, last) & (cut.folds[last] != NO_FOLD)]
        np.add.at(counts, (cut.folds[used], cut.classes[used]), 1)
    least: IndexArray = (counts.sum(axis=0) - counts).min(axis=0)
    return least
