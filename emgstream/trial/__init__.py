"""Measures of decisions: their figures against true labels, and cued tests."""

from emgstream.trial.cued_plan import CuedPlan, movements_to_ask
from emgstream.trial.cued_test import DWELL_S, Attempt, CuedTest, attempts_of, cued_test
from emgstream.trial.live_test import LiveTest
from emgstream.trial.recorded import replay_document, replay_test
from emgstream.trial.replayed import (
    PredictedRecording,
    ReplayedRecording,
    check_labels,
    decisions_on,
    seen_on,
    truth_at,
)
from emgstream.trial.score import (
    DecisionScore,
    TrueMovements,
    added_delay_s,
    false_activations_per_h,
    instability,
    score,
    settled_rest,
)
from emgstream.trial.sweep import Sweep, sweep
from emgstream.trial.trial_history import (
    add_to_history,
    check_history,
    history_entry,
    history_path,
    network_hash,
    read_history,
)

__all__ = [
    "DWELL_S",
    "Attempt",
    "CuedPlan",
    "CuedTest",
    "DecisionScore",
    "LiveTest",
    "PredictedRecording",
    "ReplayedRecording",
    "Sweep",
    "TrueMovements",
    "add_to_history",
    "added_delay_s",
    "attempts_of",
    "check_history",
    "check_labels",
    "cued_test",
    "decisions_on",
    "false_activations_per_h",
    "history_entry",
    "history_path",
    "instability",
    "movements_to_ask",
    "network_hash",
    "read_history",
    "replay_document",
    "replay_test",
    "score",
    "seen_on",
    "settled_rest",
    "sweep",
    "truth_at",
]
