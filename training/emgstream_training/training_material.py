"""Training data: examples in two parts, with the front end and transforms that made them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emgstream.conditioning import NoConditioning
from emgstream.errors import UsageError
from emgstream.steps import RAW_STEP
from emgstream.tables import EmgTable
from emgstream.types import FloatArray
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
    PublishedRows,
    PublishedSplit,
    check_class_counts,
    distinct_rows,
    random_split,
    window_rows,
)
from emgstream_training.realtime import TRAINING, VALIDATION, PartArray, RepetitionCut, hold_out
from emgstream_training.recipes import PUBLISHED, Recipe

__all__ = [
    "PublishedMaterial",
    "TrainingMaterial",
    "prepare",
    "prepare_fold",
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
    """Windows to choose the epoch by and to measure the validation figures on."""
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

    def held_out(self, recipe: Recipe) -> str:
        """Return a description of the validation windows, for people."""
        ends = tuple(self.class_names[code] for code in realtime.classes_split(self.cuts))
        if not ends:
            return recipe.held_out
        told = "only the last fifth of each repetition, by a network trained on the rest of it"
        if ends != self.class_names:
            told = f"{recipe.held_out}; of {', '.join(ends)} {told}"
        return f"{told}: with fewer than 3 repetitions, expect a lower accuracy in live use"


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
    parts = hold_out(tables, class_names)
    return prepare_parts(recipe, tables, parts, class_names, sampling_rate_hz, overrides)


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
    parts: Sequence[PartArray],
    class_names: tuple[str, ...],
    sampling_rate_hz: float | None,
    overrides: SignalOverrides = NO_OVERRIDES,
) -> TrainingMaterial:
    """Return the training data of a recipe of the realtime kind, from the rows of each part.

    ``parts[i]``, shape ``(n_rows,)``, is `TRAINING`, `VALIDATION` or `NEITHER` for each row of
    ``tables[i]``. Raises as `prepare`.
    """
    rate = realtime.rate_of(tables, sampling_rate_hz)
    seen = []
    for table, part in zip(tables, parts, strict=True):
        samples, rows = bridged_samples(table, step_length(rate))
        seen.append(samples[part[rows] == TRAINING])
    return prepare_front_end(
        tables, parts, class_names, rate, choose(seen, rate, overrides, recipe.steps)
    )


def prepare_fold(
    recipe: Recipe,
    tables: Sequence[EmgTable],
    parts: Sequence[PartArray],
    class_names: tuple[str, ...],
    sampling_rate_hz: float | None,
    overrides: SignalOverrides = NO_OVERRIDES,
) -> tuple[TrainingMaterial, bool]:
    """Return the same, and True if its validation rows were taken from the `TRAINING` ones.

    That is done where no row is `VALIDATION`. Raises as `prepare`.
    """
    is_given = any(np.any(part == VALIDATION) for part in parts)
    shared = parts if is_given else hold_out(tables, class_names, parts)
    material = prepare_parts(recipe, tables, shared, class_names, sampling_rate_hz, overrides)
    return material, not is_given


def prepare_front_end(
    tables: Sequence[EmgTable],
    parts: Sequence[PartArray],
    class_names: tuple[str, ...],
    sampling_rate_hz: float | None,
    front_end: FrontEnd,
) -> TrainingMaterial:
    """Return the same with a given front end; raises TrainingDataError as `prepare`."""
    cuts = realtime.cut_recordings(tables, class_names, front_end, parts)
    step, channel_names = front_end.step, tables[0].channel_names
    of_one_channel = step.feature_names(channel_names)[: step.n_of_one_channel(len(channel_names))]
    fitted = realtime.fit_on_training_part(cuts, of_one_channel)
    training, validation = (
        realtime.windows_of(cuts, part, fitted.transforms) for part in (TRAINING, VALIDATION)
    )
    for examples in (training, validation):
        check_class_counts(examples.classes, class_names)
    return TrainingMaterial(
        tables=tuple(tables),
        class_names=class_names,
        front_end=front_end,
        sampling_rate_hz=sampling_rate_hz,
        fitted=fitted,
        training=training,
        validation=validation,
        weights=balanced_weights(training.classes, len(class_names)),
        cuts=tuple(cuts),
    )
