"""The recipes by name: settings by which a model is trained from recordings."""

from __future__ import annotations

from dataclasses import dataclass, replace

from emgstream.errors import UsageError
from emgstream.network.network_weights import KERNEL_PATH, LINEAR_PATH
from emgstream.wording import counted
from emgstream_training.epoch_progress import TrainingSchedule
from emgstream_training.front_end import USUAL_STEPS, StepSettings

__all__ = ["CALIBRATION", "PUBLISHED", "REALTIME", "RECIPES", "Recipe", "recipe_named"]


@dataclass(frozen=True)
class Recipe:
    """Settings by which a model is trained."""

    name: str
    """Name on the command line and in the manifest."""
    schedule: TrainingSchedule
    """Length and speed of the training."""
    held_out: str
    """Description of the validation windows, for people."""
    steps: StepSettings = USUAL_STEPS
    """Features of a step, for a recipe whose steps are longer than a sample."""
    paths: tuple[str, ...] = ()
    """Names of the paths beside the CNN-LSTM, `LINEAR_PATH` and `KERNEL_PATH`."""

    def with_max_epochs(self, max_epochs: int | None) -> Recipe:
        """Return the recipe with another limit of epochs; None changes nothing.

        Raises UsageError for less than one epoch.
        """
        if max_epochs is None:
            return self
        if max_epochs < 1:
            raise UsageError(f"{counted(max_epochs, 'epoch')}; expected at least 1")
        return replace(self, schedule=replace(self.schedule, max_epochs=max_epochs))


PUBLISHED = Recipe(
    name="published",
    schedule=TrainingSchedule(max_epochs=300, stop_accuracy=0.97),
    held_out="a random 20 % of overlapping windows, which share rows with those trained on",
)
"""Single rows without duplicates, a random split: the recipe of the published figure."""

REALTIME = Recipe(
    name="realtime",
    schedule=TrainingSchedule(
        max_epochs=8, least_batches=40, batch_size=64, learning_rate=4e-3, cosine=True
    ),
    held_out="all repetitions, a third at a time, by networks not trained on them",
    paths=(LINEAR_PATH, KERNEL_PATH),
)
"""Steps of 20 ms, whole repetitions held out in turn: made for live use.

The choices were measured on 15 sessions (`scripts/ablation.py`; BENCHMARKS.md, The realtime
recipe)."""

CALIBRATION = Recipe(
    name="calibration",
    schedule=TrainingSchedule(max_epochs=10, batch_size=64, learning_rate=5e-4, cosine=True),
    held_out="all repetitions of the new session, a third at a time, by networks not trained on "
    "them",
    paths=(LINEAR_PATH, KERNEL_PATH),
)
"""Adapts an existing model to a new session (BENCHMARKS.md, Another day); not for training."""

RECIPES: dict[str, Recipe] = {recipe.name: recipe for recipe in (REALTIME, PUBLISHED)}
"""Every recipe by its name, the default first."""


def recipe_named(name: str) -> Recipe:
    """Return a recipe; raises UsageError for a name that is none."""
    if name not in RECIPES:
        raise UsageError(f"no recipe is called {name!r}; there are {', '.join(RECIPES)}")
    return RECIPES[name]
