"""LibEMG as a peer: its online classifier live, and its features offline. Runs in its own Python.

    python scripts/peer_libemg.py live TRAINING.npz PORT UDP_PORT BASE_FILE
    python scripts/peer_libemg.py offline FOLDS.npz DECISIONS.npz

Live, a streamer writes the lines of a TCP port into LibEMG's shared memory, as its own devices do;
its `OnlineEMGClassifier` with linear discriminant analysis of its features sends a datagram per
decision. The file BASE_FILE gets the number of samples before LibEMG set its counter to zero.

Offline, the held-out windows of each fold are classified by its features and models. The archives
hold ``windows``, shape ``(n, n_channels, n_samples)``, and ``labels``, or those of each fold.
"""

from __future__ import annotations

import socket
import sys
from multiprocessing import Lock, Process
from pathlib import Path
from typing import Any

import numpy as np
from libemg.data_handler import OnlineDataHandler
from libemg.emg_predictor import EMGClassifier, OnlineEMGClassifier
from libemg.feature_extractor import FeatureExtractor
from libemg.shared_memory_manager import SharedMemoryManager

WINDOW, INCREMENT, N_CHANNELS = 200, 20, 3
GROUP = "HTD"
"""Hudgins' time domain features (1993), LibEMG's first feature group."""
GROUPS = ("HTD", "LS4", "TDPSD")
MODELS = {"LDA": 1, "SVM": 5}
"""LibEMG's classifiers, and every how many training windows each learns from: they overlap by nine
tenths, and the time of a support vector machine grows with their square."""
N_KEPT = 2000
"""Samples that the shared memory holds, as LibEMG's own streamers do."""


def _features(group: str, windows: Any) -> dict[str, Any]:
    found: dict[str, Any] = FeatureExtractor().extract_feature_group(group, windows)
    return found


def _standardised(*parts: dict[str, Any]) -> list[dict[str, Any]]:
    """Return features with mean 0 and deviation 1 over the first part.

    Linear discriminants are the same either way; a support vector machine needs it.
    """
    scales = {name: (values.mean(axis=0), values.std(axis=0)) for name, values in parts[0].items()}
    return [
        {
            name: (values - scales[name][0]) / np.maximum(scales[name][1], 1e-12)
            for name, values in part.items()
        }
        for part in parts
    ]


def _stream(port: int, items: list[Any], base_file: str) -> None:
    memory = SharedMemoryManager()
    for item in items:
        memory.create_variable(*item)
    n_samples = 0
    with socket.create_connection(("127.0.0.1", port)) as board, board.makefile("rb") as lines:
        for line in lines:
            values = np.array([float(value) for value in line.split(b",")])
            if not memory.get_variable("emg_count")[0, 0]:  # the classifier begins to count
                Path(base_file).write_text(str(n_samples))
            memory.modify_variable(
                "emg", lambda kept, new=values: np.vstack((new, kept))[: kept.shape[0]]
            )
            memory.modify_variable("emg_count", lambda count: count + 1)
            n_samples += 1


def live(training: str, port: str, udp_port: str, base_file: str) -> None:
    """Classify until this process is ended."""
    archive = np.load(training)
    classifier = EMGClassifier("LDA")
    classifier.fit(
        {
            "training_features": _features(GROUP, archive["windows"]),
            "training_labels": archive["labels"],
        }
    )
    items: list[list[Any]] = [
        ["emg", (N_KEPT, N_CHANNELS), np.double, Lock()],
        ["emg_count", (1, 1), np.int32, Lock()],
    ]
    streamer = Process(target=_stream, args=(int(port), items, base_file), daemon=True)
    streamer.start()
    online = OnlineEMGClassifier(
        classifier,
        WINDOW,
        INCREMENT,
        OnlineDataHandler(items),
        FeatureExtractor().get_feature_groups()[GROUP],
        port=int(udp_port),
    )
    online.run(block=True)


def offline(folds: str, decisions: str) -> None:
    """Save the decisions on the held-out windows of each fold, by features and model."""
    archive = np.load(folds)
    decided: dict[str, Any] = {}
    for fold in range(int(archive["n_folds"])):
        windows, labels, held_out = (
            archive[f"{name}_{fold}"] for name in ("windows", "labels", "held_out")
        )
        for group in GROUPS:
            training, testing = _features(group, windows), _features(group, held_out)
            training, testing = _standardised(training, testing)
            for model, every in MODELS.items():
                classifier = EMGClassifier(model)
                chosen = {name: values[::every] for name, values in training.items()}
                classifier.fit({"training_features": chosen, "training_labels": labels[::every]})
                decided[f"{group} + {model}/{fold}"], _ = classifier.run(testing)
    np.savez(decisions, **decided)


if __name__ == "__main__":
    subject, *words = sys.argv[1:]
    if subject == "live":
        live(*words)
    else:
        offline(*words)
