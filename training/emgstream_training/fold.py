"""One model from chosen rows: for `emgstream train` and for every fold of an evaluation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

import numpy as np
import sklearn

import emgstream
from emgstream.bundle import Model
from emgstream.decisions import ARGMAX, DecisionSettings
from emgstream.errors import InterruptedByUserError
from emgstream.manifest import Manifest
from emgstream.network.network_weights import CNN_LSTM_PATH, KERNEL_PATH, LINEAR_PATH, Weights
from emgstream.tables import EmgTable
from emgstream.types import FloatArray
from emgstream_training.backend import keras, tensorflow
from emgstream_training.decision_fitting import fit_decision, predictions_of
from emgstream_training.epoch_progress import EpochMetrics, EpochProgress
from emgstream_training.examples import ClassArray, Examples, balanced_weights
from emgstream_training.fit import fit
from emgstream_training.front_end import NO_OVERRIDES, SignalOverrides
from emgstream_training.network_export import export_model
from emgstream_training.path_mixing import NEW_ALONE, PathMix, best_mix, judged_apart
from emgstream_training.paths import kernel_path, linear_path
from emgstream_training.realtime import VALIDATION, PartArray, windows_of
from emgstream_training.recipes import REALTIME, Recipe
from emgstream_training.recordings import provenance
from emgstream_training.temperature import (
    best_temperature,
    expected_calibration_error,
    scaled_probabilities,
)
from emgstream_training.trained_network import EarlierNetwork, TrainedNetwork
from emgstream_training.training_material import TrainingMaterial, prepare_fold

__all__ = ["LearnedModel", "export_learned", "learn", "train_fold", "versions"]

_REFITTED = 0.9
"""Exponent of the temperature for a network that was trained on the held-out part as well.

Such a network errs less than the one the temperature was fitted to. Of 0.65 to 1, this value left
the smallest calibration error on other repetitions, changes of the movement included."""


def train_fold(
    tables: Sequence[EmgTable],
    parts: Sequence[PartArray],
    *,
    class_names: Sequence[str],
    sampling_rate_hz: float | None,
    seed: int,
    recipe: Recipe = REALTIME,
    overrides: SignalOverrides = NO_OVERRIDES,
    progress: Callable[[EpochProgress], None] = lambda _: None,
) -> Model:
    """Return a model trained on chosen rows of recordings, in memory. Prints nothing.

    The same seed gives the same model on one machine, in any process.

    Parameters
    ----------
    tables
        Recordings with labels, all of the same channels.
    parts
        One array per table, shape ``(n_rows,)``: the network is trained on `TRAINING` rows;
        `VALIDATION` rows calibrate the probabilities; `NEITHER` rows only pass through the causal
        conditioner and the spans of the steps, as they would live. Without any `VALIDATION` row,
        some training repetitions of each class are held out for the calibration, then trained on
        as well: the best use of the data.
    class_names
        Classes, in the order of the network's outputs; each must have training rows.
    sampling_rate_hz
        Samples per second; None where the recordings tell.
    seed
        Random seed.
    recipe
        A recipe of the realtime kind.
    overrides
        What the user stated about the signal; the rest is detected in the training rows.
    progress
        Called after every epoch, in this thread.

    Raises
    ------
    TrainingDataError
        A class has too few windows, or a channel has no signal.
    UsageError
        The sampling rate is not known, or the recordings disagree about it.
    InterruptedByUserError
        Ctrl-C.
    """
    material, refits = prepare_fold(
        recipe, tables, parts, tuple(class_names), sampling_rate_hz, overrides
    )
    learned = learn(recipe, material, seed=seed, refit=refits, progress=progress)
    return export_learned(recipe, material, learned.completed())


@dataclass(frozen=True, eq=False)
class LearnedModel:
    """A trained network with its history and settings."""

    network: TrainedNetwork
    """The trained network, calibrated where the recipe says so."""
    history: tuple[EpochMetrics, ...]
    """Metrics of every epoch."""
    best: EpochMetrics
    """Metrics of the epoch that the validation figures belong to."""
    validation_probabilities: FloatArray
    """Probabilities of the validation windows, by a network that was not trained on them."""
    calibration: Mapping[str, Any]
    """Entry of the manifest."""
    interrupted: bool
    """True if Ctrl-C ended the training; the network is then the best so far."""
    decision: DecisionSettings = ARGMAX
    """Settings of the decisions, fitted on the validation part."""

    def completed(self) -> LearnedModel:
        """Return itself; raises InterruptedByUserError where Ctrl-C ended the training."""
        if self.interrupted:
            raise InterruptedByUserError("stopped by Ctrl-C while a network was being trained")
        return self


def learn(
    recipe: Recipe,
    material: TrainingMaterial,
    *,
    seed: int,
    refit: bool = True,
    start: EarlierNetwork | None = None,
    progress: Callable[[EpochProgress], None] = lambda _: None,
) -> LearnedModel:
    """Return the network that a recipe trains from its material; raises as `fit` does.

    Where the recipe says so, the validation part first calibrates the probabilities, then is
    trained on as well, unless ``refit`` is false. Training continues from the network ``start``,
    if one is given. After Ctrl-C the best network so far is returned.
    """
    earlier = {} if start is None else start.paths
    n_classes = len(material.class_names)
    fitted = fit(
        material.training.of_steps(material.n_context),
        material.validation.of_steps(material.n_context),
        n_classes,
        recipe.schedule,
        seed=seed,
        weights=material.weights,
        start=None if start is None else start.cnn_lstm,
        progress=progress,
    )
    first = _with_paths(recipe, material, fitted.network, material.training)
    mix = NEW_ALONE
    if recipe.paths:
        validation_probabilities = judged_apart(first, earlier, material.validation)
        first, mix = best_mix(first, earlier, material.validation)
    else:
        validation_probabilities = first.probabilities(material.validation.windows)
    network, interrupted = first, fitted.interrupted
    if recipe.refits and refit and not interrupted:
        network, interrupted = _refitted(recipe, material, first, seed, start, mix, progress)
    network, calibration, decision = _calibrated(recipe, material, first, network)
    return LearnedModel(
        network=network,
        history=fitted.history,
        best=fitted.best,
        validation_probabilities=validation_probabilities,
        calibration=calibration,
        interrupted=interrupted,
        decision=decision,
    )


def _live_windows(material: TrainingMaterial) -> Examples:
    """Return all held-out windows of the live path, changes of the movement included."""
    return windows_of(material.cuts, VALIDATION, material.fitted.transforms, clear=False)


def _calibrated(
    recipe: Recipe, material: TrainingMaterial, first: TrainedNetwork, network: TrainedNetwork
) -> tuple[TrainedNetwork, Mapping[str, Any], DecisionSettings]:
    """Return a network, calibrated, and the manifest's entries on calibration and decision.

    ``first`` is a network that was not trained on the validation part: the same one, or another.
    """
    if not recipe.calibrates:
        return network, {"kind": "none"}, ARGMAX
    live = _live_windows(material)
    uncalibrated = first.probabilities(live.windows)
    temperature = best_temperature(uncalibrated, live.classes)
    decision = _decision(material, replace(first, temperature=temperature))
    entry = _calibration_entry(temperature, uncalibrated, live.classes)
    if network is not first:
        temperature **= _REFITTED
    entry |= {"temperature": temperature, "shares": dict(network.shares)}
    return replace(network, temperature=temperature), entry, decision


def _decision(material: TrainingMaterial, network: TrainedNetwork) -> DecisionSettings:
    """Return the settings of the decisions, by a network not trained on the validation part."""
    step, rate_hz = material.front_end.step, material.sampling_rate_hz
    if rate_hz is None:
        return ARGMAX
    return fit_decision(
        material.cuts,
        material.tables,
        material.class_names,
        step,
        step.length / rate_hz,
        predictions_of(
            material.cuts, material.fitted.transforms, network.probabilities, VALIDATION
        ),
    )


def _refitted(
    recipe: Recipe,
    material: TrainingMaterial,
    first: TrainedNetwork,
    seed: int,
    start: EarlierNetwork | None,
    mix: PathMix,
    progress: Callable[[EpochProgress], None],
) -> tuple[TrainedNetwork, bool]:
    """Return a network trained on both parts, and False; after Ctrl-C the first, and True."""
    everything = material.training.joined(material.validation)
    n_classes = len(material.class_names)
    try:
        refitted = fit(
            everything.of_steps(material.n_context),
            None,
            n_classes,
            recipe.schedule,
            seed=seed,
            weights=balanced_weights(everything.classes, n_classes),
            start=None if start is None else start.cnn_lstm,
            stage="training again with the held-out repetitions",
            progress=progress,
        )
    except InterruptedByUserError:
        return first, True
    if refitted.interrupted:
        return first, True
    network = _with_paths(recipe, material, refitted.network, everything)
    paths = network.paths if start is None else mix.of(network.paths, start.paths)
    return replace(network, paths=paths, shares=first.shares), False


def _with_paths(
    recipe: Recipe, material: TrainingMaterial, cnn_lstm: Any, training: Examples
) -> TrainedNetwork:
    """Return a trained CNN-LSTM with the paths of the recipe, fitted on the same examples."""
    n_context = material.n_context
    paths: Weights = {}
    for fit_path in recipe.paths:
        paths |= _PATHS[fit_path](training, n_context)
    shares = dict.fromkeys((CNN_LSTM_PATH, *recipe.paths), 1.0 / (1 + len(recipe.paths)))
    return TrainedNetwork(cnn_lstm, n_context, paths, shares)


_PATHS: Mapping[str, Callable[[Examples, int], Weights]] = {
    LINEAR_PATH: linear_path,
    KERNEL_PATH: kernel_path,
}


def _calibration_entry(
    temperature: float, uncalibrated: FloatArray, classes: ClassArray
) -> dict[str, Any]:
    """Return the manifest's entry on the calibration."""
    before, after = (
        expected_calibration_error(scaled, classes)
        for scaled in (uncalibrated, scaled_probabilities(uncalibrated, temperature))
    )
    return {
        "kind": "temperature",
        "temperature": temperature,
        "applied": "with the shares, in the weights of what goes into the network's softmax",
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
    """Return the content of a model file: manifest, networks and weights.

    ``evaluation`` goes into the manifest as it is; ``synthetic`` says that all recordings are.
    """
    training_data = provenance(material.tables, synthetic=synthetic)
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
        synthetic=any("synthetic" in entry for entry in training_data),
        recipe=recipe.name,
        created=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        training_data=training_data,
        evaluation=evaluation or {},
        versions=versions(),
    )
    return export_model(manifest, learned.network)


def versions() -> dict[str, str]:
    """Return the versions of the libraries that a model was trained with."""
    return {
        "emgstream": emgstream.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
        "scikit-learn": sklearn.__version__,
        "tensorflow": tensorflow.__version__,
    }
