"""One model from chosen rows: what `emgstream train` and every fold of an evaluation make."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import numpy as np
import sklearn

import emgstream
from emgstream.bundle import Model
from emgstream.decisions import ARGMAX, DecisionSettings
from emgstream.errors import InterruptedByUserError
from emgstream.manifest import Manifest
from emgstream.tables import EmgTable
from emgstream.types import FloatArray
from emgstream_training.backend import keras, tensorflow
from emgstream_training.decision_fitting import fit_decision
from emgstream_training.epoch_progress import EpochMetrics, EpochProgress
from emgstream_training.examples import ClassArray, Examples, balanced_weights
from emgstream_training.fit import fit
from emgstream_training.front_end import NO_WISH, SignalOverrides
from emgstream_training.linear import discriminant, with_linear_path
from emgstream_training.metrics import probabilities
from emgstream_training.network_export import export_model
from emgstream_training.realtime import VALIDATION, PartArray, hold_out, windows_of
from emgstream_training.recipes import REALTIME, Recipe
from emgstream_training.recordings import provenance
from emgstream_training.temperature import (
    best_temperature,
    expected_calibration_error,
    scaled_probabilities,
    set_temperature,
)
from emgstream_training.training_material import TrainingMaterial, prepare_parts

__all__ = ["LearnedModel", "export_learned", "learn", "train_fold", "versions"]

_REFITTED = 0.9
"""Part of the way, on a logarithm, to the temperature of a network that had seen less.

One trained on the held-out repetitions too errs less. Of 0.65 to 1 it leaves the smallest
calibration error of other repetitions, changes of the movement included."""


def train_fold(
    tables: Sequence[EmgTable],
    parts: Sequence[PartArray],
    *,
    class_names: Sequence[str],
    sampling_rate_hz: float | None,
    seed: int,
    recipe: Recipe = REALTIME,
    wish: SignalOverrides = NO_WISH,
    progress: Callable[[EpochProgress], None] = lambda _: None,
) -> Model:
    """Return a model learned from chosen rows of recordings, in memory. Prints nothing.

    The same seed gives the same model on one machine, in any process.

    Parameters
    ----------
    tables
        Recordings with labels, all of the same channels.
    parts
        One array a table, shape ``(n_rows,)``: `TRAINING` rows are learned from; `VALIDATION` rows
        calibrate the probabilities; nothing is learned of `NEITHER` rows, over which only the
        causal conditioner and the spans of the steps run, as they would live. Without any
        `VALIDATION` row, some training repetitions of each class are held out to calibrate by,
        then learned from as well: the best use of the data.
    class_names
        Classes, in the order of the network's outputs; each must come up in the training rows.
    sampling_rate_hz
        Samples a second; None where the recordings tell.
    seed
        Seed of everything random.
    recipe
        A recipe of the realtime kind: how long to learn.
    wish
        What the user said about the signal; the rest is found in the training rows.
    progress
        Told of every epoch, in this thread.

    Raises
    ------
    TrainingDataError
        A class has too few windows, or a channel has no signal.
    UsageError
        Nobody knows the sampling rate, or the recordings disagree about it.
    InterruptedByUserError
        Ctrl-C.
    """
    names = tuple(class_names)
    given = any(np.any(part == VALIDATION) for part in parts)
    shared = parts if given else hold_out(tables, names, parts)
    material = prepare_parts(recipe, tables, shared, names, sampling_rate_hz, wish)
    learned = learn(recipe, material, seed=seed, refit=not given, progress=progress)
    return export_learned(recipe, material, learned.whole())


@dataclass(frozen=True, eq=False)
class LearnedModel:
    """A network and how it came about."""

    network: Any
    """The trained Keras network, calibrated where the recipe says so."""
    history: tuple[EpochMetrics, ...]
    """Every pass over the training windows, judged by the validation windows."""
    best: EpochMetrics
    """The pass that the validation figures are of."""
    judged: FloatArray
    """Probabilities of the validation windows, by a network that had not seen them."""
    calibration: Mapping[str, Any]
    """Entry of the manifest."""
    interrupted: bool
    """Whether Ctrl-C ended it; the network is the best until then."""
    decision: DecisionSettings = ARGMAX
    """How to decide, fitted on what a network that had not seen it makes of the validation part."""

    def whole(self) -> LearnedModel:
        """Return itself; raises InterruptedByUserError where Ctrl-C ended it: half is no figure."""
        if self.interrupted:
            raise InterruptedByUserError("stopped by Ctrl-C while a network was learning")
        return self


def learn(
    recipe: Recipe,
    material: TrainingMaterial,
    *,
    seed: int,
    refit: bool = True,
    start: Sequence[FloatArray] | None = None,
    progress: Callable[[EpochProgress], None] = lambda _: None,
) -> LearnedModel:
    """Return the network that a recipe learns from its material; raises as `fit` does.

    Where the recipe says so, the validation part first sets how sure the probabilities are, then
    is learned from as well, unless ``refit`` is false. ``start`` are weights to learn on from.
    Ctrl-C keeps what there is.
    """
    n_classes = len(material.class_names)
    fitted = fit(
        material.training,
        material.validation,
        n_classes,
        recipe.schedule,
        seed=seed,
        weights=material.weights,
        start=start,
        progress=progress,
    )
    first = _completed(recipe, fitted.network, material.training)
    judged = probabilities(first, material.validation.windows)
    network, interrupted = first, fitted.interrupted
    if recipe.refits and refit and not interrupted:
        network, interrupted = _refitted(recipe, material, first, seed, start, progress)
    calibration, decision = _manners(recipe, material, first, network)
    return LearnedModel(
        network, fitted.history, fitted.best, judged, calibration, interrupted, decision
    )


def _manners(
    recipe: Recipe, material: TrainingMaterial, first: Any, network: Any
) -> tuple[Mapping[str, Any], DecisionSettings]:
    """Set how sure a network is, and return what the manifest says of it and how to decide.

    ``first`` is a network that had not seen the validation part: itself, or one before it.
    """
    if not recipe.calibrates:
        return {"kind": "none"}, ARGMAX
    # At changes of the movement, too, probabilities must mean what they say.
    live = windows_of(material.cuts, VALIDATION, material.fitted.transforms, whole=False)
    said = probabilities(first, live.windows)
    temperature = best_temperature(said, live.classes)
    decision = _decision(material, first, temperature)
    if network is not first:
        temperature **= _REFITTED
    return _calibrate(network, temperature, said, live.classes), decision


def _decision(material: TrainingMaterial, network: Any, temperature: float) -> DecisionSettings:
    """Return the settings of the decisions, for a network that did not learn to the end yet."""
    step, rate_hz = material.front_end.step, material.sampling_rate_hz
    if rate_hz is None:
        return ARGMAX
    return fit_decision(
        material.cuts,
        material.tables,
        material.class_names,
        step,
        material.fitted.transforms,
        step.length / rate_hz,
        lambda windows: scaled_probabilities(probabilities(network, windows), temperature),
    )


def _refitted(
    recipe: Recipe,
    material: TrainingMaterial,
    first: Any,
    seed: int,
    start: Sequence[FloatArray] | None,
    progress: Callable[[EpochProgress], None],
) -> tuple[Any, bool]:
    """Return a network trained on both parts for as long, or the one there is after Ctrl-C."""
    everything = material.training.joined(material.validation)
    n_classes = len(material.class_names)
    try:
        refitted = fit(
            everything,
            None,
            n_classes,
            recipe.schedule,
            seed=seed,
            weights=balanced_weights(everything.classes, n_classes),
            start=start,
            stage="training again, held-out repetitions too",
            progress=progress,
        )
    except InterruptedByUserError:
        return first, True
    if refitted.interrupted:
        return first, True
    return _completed(recipe, refitted.network, everything), False


def _completed(recipe: Recipe, network: Any, learned_from: Examples) -> Any:
    """Return a trained network with what the recipe puts beside it."""
    if not recipe.linear_path:
        return network
    return with_linear_path(network, discriminant(learned_from))


def _calibrate(
    network: Any, temperature: float, judged: FloatArray, classes: ClassArray
) -> dict[str, Any]:
    """Set the temperature in the network, and return what the manifest says of it."""
    set_temperature(network, temperature)
    before, after = (
        expected_calibration_error(scaled, classes)
        for scaled in (judged, scaled_probabilities(judged, temperature))
    )
    return {
        "kind": "temperature",
        "temperature": temperature,
        "applied": "in the weights of what goes into the network's softmax",
        "held_out": "what the temperature was fitted on, which the network had not seen",
        "expected_calibration_error_before": before,
        "expected_calibration_error": after,
    }


def export_learned(
    recipe: Recipe,
    material: TrainingMaterial,
    learned: LearnedModel,
    *,
    evaluation: Mapping[str, Any] | None = None,
    synthetic: bool = False,
) -> Model:
    """Return the model file's content: the network for the live path and where it is from.

    ``evaluation`` goes into the manifest as it is; ``synthetic`` says that the recordings are.
    """
    manifest = Manifest(
        channel_names=material.channel_names,
        class_names=material.class_names,
        step=material.front_end.step,
        conditioning=material.front_end.conditioning,
        transforms=material.fitted.transforms,
        calibration=learned.calibration,
        decision=learned.decision,
        sampling_rate_hz=material.sampling_rate_hz,
        n_steps=material.training.windows.shape[1],
        synthetic=synthetic,
        recipe=recipe.name,
        created=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        training_data=provenance(material.tables),
        evaluation=evaluation or {},
        versions=versions(),
    )
    return export_model(manifest, learned.network)


def versions() -> dict[str, str]:
    """Return the versions of the libraries that a model comes from."""
    return {
        "emgstream": emgstream.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
        "scikit-learn": sklearn.__version__,
        "tensorflow": tensorflow.__version__,
    }
