from __future__ import annotations

import numpy as np
import pytest
from emgstream_training.temperature import (
    best_temperature,
    expected_calibration_error,
    scaled_probabilities,
)


def overconfident() -> tuple[np.ndarray, np.ndarray]:
    """Probabilities that are true, and true classes drawn by them; then twice as sure."""
    random = np.random.default_rng(1)
    honest = random.dirichlet([0.7, 0.7, 0.7], 20_000).astype(np.float32)
    classes = (honest.cumsum(axis=1) > random.random((len(honest), 1))).argmax(axis=1)
    return scaled_probabilities(honest, 0.5), classes


def test_the_temperature_that_spoiled_them_is_found_again() -> None:
    sure, classes = overconfident()
    temperature = best_temperature(sure, classes)
    assert temperature == pytest.approx(2.0, rel=0.1)
    assert expected_calibration_error(sure, classes) > 0.05
    assert expected_calibration_error(scaled_probabilities(sure, temperature), classes) < 0.02


def test_it_changes_no_decision() -> None:
    sure, _ = overconfident()
    np.testing.assert_array_equal(
        scaled_probabilities(sure, 2.0).argmax(axis=1), sure.argmax(axis=1)
    )
