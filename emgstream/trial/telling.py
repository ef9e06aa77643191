"""The figures of decisions as rows of text, for terminal and window."""

from __future__ import annotations

from collections.abc import Sequence

from emgstream.trial.score import DecisionScore, added_delay_s

__all__ = ["figure_rows"]


def figure_rows(scores: Sequence[DecisionScore]) -> list[tuple[str, ...]]:
    """Return the name of each figure and its value in each score.

    The first score is that of the plain decisions, against which delays are measured.
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
