"""Decisions: what is said of the signal, from the class probabilities of each window."""

from emgstream.decisions.decision import ABSTAINED, STATUSES, Decision, Decisions, Status, decide
from emgstream.decisions.rails import Rails, RailWatch
from emgstream.decisions.settings import (
    ARGMAX,
    REST_NAMES,
    DecisionSettings,
    Familiar,
    RestGate,
    StrengthRange,
    decision_from_manifest,
    rest_class,
)
from emgstream.decisions.smoothing import (
    SMOOTHINGS,
    Bayes,
    Hysteresis,
    Majority,
    NoSmoothing,
    Smoothing,
    added_hops,
    parameters,
    smoothing_from_manifest,
)
from emgstream.decisions.stage import DecisionStage, Seen, Steadied

__all__ = [
    "ABSTAINED",
    "ARGMAX",
    "REST_NAMES",
    "SMOOTHINGS",
    "STATUSES",
    "Bayes",
    "Decision",
    "DecisionSettings",
    "DecisionStage",
    "Decisions",
    "Familiar",
    "Hysteresis",
    "Majority",
    "NoSmoothing",
    "RailWatch",
    "Rails",
    "RestGate",
    "Seen",
    "Smoothing",
    "Status",
    "Steadied",
    "StrengthRange",
    "added_hops",
    "decide",
    "decision_from_manifest",
    "parameters",
    "rest_class",
    "smoothing_from_manifest",
]
