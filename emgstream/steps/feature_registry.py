"""Every feature there is: what a model file may name."""

from __future__ import annotations

from emgstream.schema import checked_kind
from emgstream.steps.correlation import Correlation
from emgstream.steps.feature import Feature
from emgstream.steps.lagged_correlation import LaggedCorrelation
from emgstream.steps.level_share import LevelShare
from emgstream.steps.raw_sample import RawSample
from emgstream.steps.root_mean_square import RootMeanSquare, RootMeanSquareOfChange

__all__ = ["FEATURES", "feature_from_manifest"]

FEATURES: tuple[type[Feature], ...] = (
    RawSample,
    RootMeanSquare,
    RootMeanSquareOfChange,
    Correlation,
    LaggedCorrelation,
    LevelShare,
)
"""One line per feature."""


def feature_from_manifest(entry: object) -> Feature:
    """Build the feature that a manifest names; raises ModelFileError for what is not known."""
    return checked_kind(entry, {one.kind: one for one in FEATURES}, "feature")
