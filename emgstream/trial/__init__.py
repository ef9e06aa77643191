"""What decisions are worth: held against what was really done."""

from emgstream.trial.cued import Attempt, CuedTest, add_to_history, cued_test, history_path
from emgstream.trial.replayed import (
    Replayed,
    SeenRecording,
    check_labels,
    decisions_on,
    seen_on,
    truth_at,
)
from emgstream.trial.score import Score, Truth, added_delay_s, score, settled_rest
from emgstream.trial.sweep import Sweep, sweep
from emgstream.trial.telling import figure_rows

__all__ = [
    "Attempt",
    "CuedTest",
    "Replayed",
    "Score",
    "SeenRecording",
    "Sweep",
    "Truth",
    "add_to_history",
    "added_delay_s",
    "check_labels",
    "cued_test",
    "decisions_on",
    "figure_rows",
    "history_path",
    "score",
    "seen_on",
    "settled_rest",
    "sweep",
    "truth_at",
]
