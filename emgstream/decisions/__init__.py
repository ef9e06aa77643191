"""Decisions: class, confidence and status of each window, from its class probabilities."""

from emgstream.decisions.decision import (
    ABSTAINED,
    STATUSES,
    Decision,
    Decisions,
    DecisionStatus,
    decide,
)
from emgstream.decisions.decision_settings import (
    ARGMAX,
    REST_NAMES,
    DecisionSettings,
    KnownSignal,
    RestGate,
    StrengthRange,
    decision_from_manifest,
    rest_class,
)
from emgstream.decisions.decision_stage import DecisionStage, SmoothedPredictions, WindowPredictions
from emgstream.decisions.rails import ConverterRails, RailFigures, RailWatch
from emgstream.decisions.smoothing import (
    SMOOTHINGS,
    BayesSmoothing,
    HysteresisSmoothing,
    MajoritySmoothing,
    NoSmoothing,
    Smoothing,
    added_hops,
    parameters,
    smoothing_from_manifest,
)

__all__ = [
    "ABSTAINED",
    "ARGMAX",
    "REST_NAMES",
    "SMOOTHINGS",
    "STATUSES",
    "BayesSmoothing",
    "ConverterRails",
    "Decision",
    "DecisionSettings",
    "DecisionStage",
    "DecisionStatus",
    "Decisions",
    "HysteresisSmoothing",
    "KnownSignal",
    "MajoritySmoothing",
    "NoSmoothing",
    "RailFigures",
    "RailWatch",
    "RestGate",
    "SmoothedPredictions",
    "Smoothing",
    "StrengthRange",
    "WindowPredictions",
    "added_hops",
    "decide",
    "decision_from_manifest",
    "parameters",
    "rest_class",
    "smoothing_from_manifest",
]
