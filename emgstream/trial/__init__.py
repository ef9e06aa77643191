"""What decisions are worth: held against what was really done."""

from emgstream.trial.replayed import Replayed, decisions_on, truth_at
from emgstream.trial.score import Score, Truth, added_delay_s, score

__all__ = ["Replayed", "Score", "Truth", "added_delay_s", "decisions_on", "score", "truth_at"]
