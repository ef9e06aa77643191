"""Steps: what the network sees at each of its time steps.

A step is a short stretch of samples, or one sample, described by a list of features.
"""

from emgstream.steps.correlation import Correlation
from emgstream.steps.feature import Feature
from emgstream.steps.lagged_correlation import LaggedCorrelation
from emgstream.steps.level_share import LevelShare
from emgstream.steps.raw_sample import RawSample
from emgstream.steps.rms_settings import RmsSettings
from emgstream.steps.root_mean_square import RootMeanSquare, RootMeanSquareOfChange
from emgstream.steps.step import Step
from emgstream.steps.step_kinds import RAW_STEP, step_from_manifest, step_to_manifest
from emgstream.steps.stream import StepStream

__all__ = [
    "RAW_STEP",
    "Correlation",
    "Feature",
    "LaggedCorrelation",
    "LevelShare",
    "RawSample",
    "RmsSettings",
    "RootMeanSquare",
    "RootMeanSquareOfChange",
    "Step",
    "StepStream",
    "step_from_manifest",
    "step_to_manifest",
]
