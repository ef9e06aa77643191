"""The trained network as files: LiteRT for the live path, arrays and HDF5 for training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from emgstream.bundle import Model
from emgstream.manifest import Manifest
from emgstream.network.network_weights import Weights
from emgstream_training.backend import keras, quietly, tensorflow
from emgstream_training.epoch_progress import TrainingSchedule
from emgstream_training.inference import inference_function
from emgstream_training.network import build_network
from emgstream_training.trained_network import TrainedNetwork
from emgstream_training.weights_file import weights_npz

__all__ = ["BATCH_SIZE", "export_model", "save_h5", "to_litert"]

BATCH_SIZE = 32
"""Windows per call of the exported network for batches, as in training (choice)."""


def export_model(manifest: Manifest, network: TrainedNetwork) -> Model:
    """Return the model of a trained network, ready to be written or run."""
    weights = network.weights()
    window = manifest.n_steps, manifest.n_features
    return Model(
        manifest=manifest,
        classifier=to_litert(weights, (1, *window)),
        classifier_batch=to_litert(weights, (BATCH_SIZE, *window)),
        weights=weights_npz(weights, manifest),
    )


def to_litert(weights: Weights, shape: tuple[int, int, int]) -> bytes:
    """Return a network as a LiteRT flatbuffer for inputs of one shape.

    Its graph is that of `emgstream_training.inference`, of operators that every LiteRT runtime has.
    """
    module = tensorflow.Module()
    module.classify = inference_function(weights, shape)
    with quietly():
        converter = tensorflow.lite.TFLiteConverter.from_concrete_functions(
            [module.classify.get_concrete_function()], module
        )
        converter.target_spec.supported_ops = [tensorflow.lite.OpsSet.TFLITE_BUILTINS]
        flatbuffer: bytes = converter.convert()
    return flatbuffer


def save_h5(network: Any, path: Path, schedule: TrainingSchedule) -> None:
    """Save a CNN-LSTM in Keras' HDF5 format, compiled as it was trained, its LSTMs as loops."""
    _, n_steps, n_features = network.input_shape
    loop = build_network(n_steps, n_features, network.output_shape[-1])
    loop.set_weights(network.get_weights())
    with quietly():
        loop.compile(
            optimizer=keras.optimizers.Adam(schedule.learning_rate, clipnorm=schedule.clipnorm),
            loss="categorical_crossentropy",
            metrics=["accuracy"],
        )
        loop.save(path)
