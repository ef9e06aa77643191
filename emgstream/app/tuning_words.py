"""The scores of settings in words and figures, as terminal and window show them."""

from __future__ import annotations

from collections.abc import Sequence

from emgstream.app.tuning_recording import AnalysedRecording, TriedSettings
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
    return [
        ("active errors", *(f"{one.active_error_rate:.2%}" for one in scores)),
        ("abstained", *(f"{one.abstained:.2%}" for one in scores)),
        ("right, where decided", *(_known(f"{one.accuracy:.2%}") for one in scores)),
        (
            "false activations an hour of rest",
            *(_known(f"{one.false_activations_per_h:,.0f}") for one in scores),
        ),
        ("changes within a movement", *(_known(f"{one.instability:.2%}") for one in scores)),
        ("movements never named", *(_known(f"{one.missed:.1%}") for one in scores)),
        ("later by", *(_known(f"{added_delay_s(one, plain) * 1e3:.0f} ms") for one in scores)),
    ]


def _known(text: str) -> str:
    return "–" if "nan" in text else text
