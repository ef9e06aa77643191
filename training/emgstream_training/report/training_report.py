"""The content of the report of one training."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from emgstream_training.examples import ClassArray
from emgstream_training.recipes import Recipe
from emgstream_training.trained_network import TrainedNetwork
from emgstream_training.training_figures import TrainingFigures
from emgstream_training.training_material import TrainingMaterial

__all__ = ["TrainingReport"]


@dataclass(frozen=True, eq=False)
class TrainingReport:
    """The data and the figures of one training."""

    recipe: Recipe
    """Recipe of the training."""
    material: TrainingMaterial
    """Training data."""
    figures: TrainingFigures
    """Measured figures."""
    network: TrainedNetwork
    """The trained network."""
    seed: int
    """Seed of the training."""

    @cached_property
    def transformed(self) -> tuple[npt.NDArray[np.float64], ClassArray]:
        """Transformed values of one time step, ``(n, n_features)``, and their classes, ``(n,)``.

        All rows for the published recipe, else the last step of every training window.
        """
        if self.material.published is not None:
            return self.material.fitted.processed, self.material.published.rows.classes
        training = self.material.training
        return training.windows[:, -1].astype(np.float64), training.classes

    @cached_property
    def correlations(self) -> dict[str, float]:
        """Pearson correlation of each feature with the number of the label.

        Of the transformed values, not of the raw counts: the published figures (biceps -0.057) are
        of those. 0 for a constant feature.
        """
        values, classes = self.transformed
        return {
            name: float(np.corrcoef(column, classes)[0, 1]) if np.ptp(column) else 0.0
            for name, column in zip(self.material.feature_names, values.T, strict=True)
        }
