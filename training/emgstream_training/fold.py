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
from emgstream_training.backend import keras, loading_tensorflow, tensorflow
from emgstream_training.cross_fitting import CrossFitted, cross_fitted
from emgstream_training.decision_fitting import fit_decision
from emgstream_training.epoch_progress import EpochMetrics, EpochProgress
from emgstream_training.examples import ClassArray, Examples
from emgstream_training.fit import FitTask, fit, fit_together
from emgstream_training.front_end import NO_OVERRIDES, SignalOverrides
from emgstream_training.network_export import export_model
from emgstream_training.path_mixing import PathMix
from emgstream_training.paths import kernel_path, linear_path
from emgstream_training.realtime import PartArray
from emgstream_training.recipes import REALTIME, Recipe
from emgstream_training.recordings import provenance
from emgstream_training.session_shift_fitting import fit_shift_limits
from emgstream_training.temperature import (
    best_temperature,
    expected_calibration_error,
    scaled_probabilities,
)
from emgstream_training.trained_network import EarlierNetwork, TrainedNetwork
from emgstream_training.training_material import TrainingMaterial, prepare_parts

__all__ = ["LearnedModel", "export_learned", "learn", "train_fold", "versions"]

_CURVE_STEP = 4
"""One held-out window of so many is in the curves of a training: the others overlap with it."""
_TRAINED_ON_ALL = 0.75
"""Exponent of the temperature for a network that was trained on all folds.

Such a network errs less than those the temperature was fitted to. Of 0.65 to 1, this value left
the smallest calibration error on other repetitions, changes of the movement included. A network
that was calibrated errs as much as those."""
_OF_ONE_REPETITION = 1.5
"""Factor on the temperature where parts of single repetitions were held out.

They are more alike than repetitions are. Of 1, 1.5, 2 and 2.5 it left the smallest calibration
error on later repetitions of five days of three people, and on two of four days of others."""


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
        `NEITHER` rows only pass through the causal conditioner and the spans of the steps, as they
        would live.
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
    names = tuple(class_names)
    material = prepare_parts(recipe, tables, parts, names, sampling_rate_hz, overrides)
    learned = learn(recipe, material, seed=seed, progress=progress)
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
    """Settings of the decisions, fitted to the validation windows."""

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
    start: EarlierNetwork | None = None,
    progress: Callable[[EpochProgress], None] = lambda _: None,
) -> LearnedModel:
    """Return the network that a recipe trains from its material; raises as `fit_together` does.

    Where the material has folds, a network for each of them is trained beside the one that is kept,
    which learns from all: what these say of their own fold gives the shares of the paths, the
    calibration and the decisions. Training continues from the network ``start``, if one is given.
    After Ctrl-C the best networks so far are returned.
    """
    if not material.folds:
        return _learned_once(recipe, material, seed, progress)
    n_context = material.n_context
    with loading_tensorflow():
        folds = [material.without(fold) for fold in material.folds]
        learned_from = (*(one.training for one in folds), material.training)
        paths = [_paths(recipe, training, n_context) for training in learned_from]
    fitted = fit_together(
        [
            *(
                FitTask(
                    one.training.of_steps(n_context),
                    one.validation.of_steps(n_context).take(slice(None, None, _CURVE_STEP)),
                    one.weights,
                )
                for one in folds
            ),
            FitTask(material.training.of_steps(n_context), None, material.weights),
        ],
        len(material.class_names),
        recipe.schedule,
        seed=seed,
        start=None if start is None else start.cnn_lstm,
        progress=progress,
    )
    *judges, kept = (
        TrainedNetwork(network, n_context, beside)
        for network, beside in zip(fitted.networks, paths, strict=True)
    )
    earlier = None if start is None else start.network(material.training.windows, n_context)
    crossed = cross_fitted(material, folds, judges, earlier)
    mix, shares = crossed.best_mix()
    uncalibrated = crossed.probabilities(mix, shares)
    judged = uncalibrated[crossed.judged], crossed.classes[crossed.judged]
    temperature = best_temperature(*judged)
    network = replace(
        kept if earlier is None else _mixed(mix, kept, earlier),
        shares=shares,
        temperature=_of_kept(temperature, crossed),
    )
    entry = _calibration_entry(temperature, *judged)
    return LearnedModel(
        network=network,
        history=fitted.history,
        best=fitted.best,
        validation_probabilities=crossed.judged_apart(temperature),
        calibration=entry | {"temperature": network.temperature, "shares": dict(shares)},
        interrupted=fitted.interrupted,
        decision=_decision(material, crossed, crossed.probabilities(mix, shares, temperature)),
    )


def _learned_once(
    recipe: Recipe,
    material: TrainingMaterial,
    seed: int,
    progress: Callable[[EpochProgress], None],
) -> LearnedModel:
    """Return a network trained and validated on what the material says, without calibration."""
    n_context = material.n_context
    fitted = fit(
        material.training.of_steps(n_context),
        material.validation.of_steps(n_context),
        len(material.class_names),
        recipe.schedule,
        seed=seed,
        weights=material.weights,
        progress=progress,
    )
    paths = _paths(recipe, material.training, n_context)
    shares = dict.fromkeys((CNN_LSTM_PATH, *recipe.paths), 1.0 / (1 + len(recipe.paths)))
    network = TrainedNetwork(fitted.network, n_context, paths, shares)
    return LearnedModel(
        network=network,
        history=fitted.history,
        best=fitted.best,
        validation_probabilities=network.probabilities(material.validation.windows),
        calibration={"kind": "none"},
        interrupted=fitted.interrupted,
    )


def _decision(
    material: TrainingMaterial, crossed: CrossFitted, probabilities: FloatArray
) -> DecisionSettings:
    """Return the settings of the decisions, by what is said of repetitions that were held out."""
    step, rate_hz = material.front_end.step, material.sampling_rate_hz
    if rate_hz is None:
        return ARGMAX
    return fit_decision(
        material.cuts,
        crossed.by_stretch(probabilities),
        material.tables,
        material.class_names,
        step,
        step.length / rate_hz,
    )


def _of_kept(temperature: float, crossed: CrossFitted) -> float:
    """Return the temperature of the network that learned from all folds."""
    if crossed.of_one_repetition:
        return _OF_ONE_REPETITION * temperature
    return temperature if crossed.earlier else float(temperature**_TRAINED_ON_ALL)


def _mixed(mix: PathMix, new: TrainedNetwork, earlier: TrainedNetwork) -> TrainedNetwork:
    """Return the network of a new session, with those parts of an earlier one that a mix takes."""
    return replace(
        new,
        cnn_lstm=earlier.cnn_lstm if mix.cnn_lstm else new.cnn_lstm,
        paths=mix.of(new.paths, earlier.paths),
    )


def _paths(recipe: Recipe, training: Examples, n_context: int) -> Weights:
    """Return the paths of the recipe beside the CNN-LSTM, fitted on examples."""
    paths: Weights = {}
    for name in recipe.paths:
        paths |= _PATHS[name](training, n_context)
    return paths


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
        shift=fit_shift_limits(material),
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
