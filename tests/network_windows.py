"""Windows of a recording as a network gets them, and the comparison of the two backends on them."""

from __future__ import annotations

import numpy as np

from emgstream.bundle import Model
from emgstream.data import DEMO_RECORDING
from emgstream.network.backend_preference import NetworkBackend
from emgstream.network.network_backend import Classifier, open_classifier
from emgstream.pipeline import Pipeline
from emgstream.tables import read_table
from emgstream.types import Chunk, FloatArray

__all__ = ["assert_backends_agree", "both", "distances", "recorded_windows"]


class _KeptWindows:
    """A classifier that keeps the windows it is given."""

    def __init__(self, classifier: Classifier, kept: list[FloatArray]) -> None:
        self.window_shape, self.n_classes = classifier.window_shape, classifier.n_classes
        self._predict, self._kept = classifier.predict, kept

    def predict(self, windows: FloatArray) -> FloatArray:
        self._kept.append(windows)
        return self._predict(windows)


def both(model: Model) -> tuple[Classifier, Classifier]:
    """The network by NumPy, and by LiteRT."""
    numpy, litert = (
        open_classifier(model, backend) for backend in (NetworkBackend.NUMPY, NetworkBackend.LITERT)
    )
    return numpy, litert


def distances(computed: FloatArray, expected: FloatArray) -> FloatArray:
    """The largest distance between the probabilities of each window."""
    largest: FloatArray = np.abs(computed - expected).max(axis=1)
    return largest


def recorded_windows(model: Model, n_windows: int) -> FloatArray:
    """Windows of the shipped recording, as the pipeline cuts them from each of its first samples.

    A recording of another start has its steps at other samples, and so other windows.
    """
    samples = read_table(DEMO_RECORDING).samples
    found: list[FloatArray] = []
    for start in range(model.manifest.step.length):
        if sum(map(len, found)) >= n_windows:
            break
        pipeline = Pipeline(model)
        pipeline._classifier = _KeptWindows(pipeline._classifier, found)
        pipeline.push(Chunk(0, samples[start:]))
    return np.concatenate(found)[:n_windows]


def assert_backends_agree(model: Model) -> None:
    """Check labels and probabilities on 10,000 windows of the shipped recording."""
    windows = recorded_windows(model, 10_000)
    assert len(windows) == 10_000
    numpy, litert = both(model)
    computed, expected = numpy.predict(windows), litert.predict(windows)
    assert distances(computed, expected).max() < 1e-5
    np.testing.assert_array_equal(computed.argmax(axis=1), expected.argmax(axis=1))
    assert computed.dtype == np.float32
    assert (numpy.window_shape, numpy.n_classes) == (litert.window_shape, litert.n_classes)
