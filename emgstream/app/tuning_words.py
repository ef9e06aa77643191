"""The scores of settings in words and figures, as terminal and window show them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from emgstream.app.tuning_recording import AnalysedRecording, TriedSettings
from emgstream.significant_digits import NOT_KNOWN, per_hour, percent, percent_of
from emgstream.translation import tr
from emgstream.trial import DecisionScore, added_delay_s

__all__ = ["LIKELIEST", "MODEL", "WANTED", "compared", "score_rows"]

LIKELIEST, MODEL, WANTED = "likeliest", "model", "wanted"
"""The captions over the scores: of the most probable class of every window, of the model's own
settings, and of those that are tried."""


def compared(opened: AnalysedRecording, tried: TriedSettings | None) -> dict[str, DecisionScore]:
    """Return the scores to compare by their captions; ``tried`` are other settings.

    The model's own are left out where it decides for the most probable class.
    """
    other = None if tried is None else tried.score
    scores = {LIKELIEST: opened.plain, MODEL: opened.own, WANTED: other}
    return {caption: score for caption, score in scores.items() if score is not None}


def score_rows(scores: Sequence[DecisionScore]) -> list[tuple[str, ...]]:
    """Return the name of each figure and its value in each score.

    Delays are measured against the first score, that of the most probable class.
    """
    plain = scores[0]

    def shares(name: str) -> list[str]:
        return [percent_of(getattr(one, name), one.n_decisions) for one in scores]

    return [
        (tr("active errors"), *shares("active_error_rate")),
        (tr("abstained"), *shares("abstained")),
        (tr("right, where decided"), *shares("accuracy")),
        (
            tr("false activations per hour of rest"),
            *(per_hour(one.false_activations_per_h, one.n_false_activations) for one in scores),
        ),
        (tr("changes within a movement"), *shares("instability")),
        (tr("movements never named"), *(percent(one.missed) for one in scores)),
        (tr("later by"), *(_milliseconds(added_delay_s(one, plain)) for one in scores)),
    ]


def _milliseconds(seconds: float) -> str:
    """Return a mean delay to 10 ms: decisions come every 20 ms at the usual settings."""
    return NOT_KNOWN if math.isnan(seconds) else f"{round(1e2 * seconds) * 10 + 0:.0f} ms"
