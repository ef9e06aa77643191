"""What an honest measurement says, in words somebody understands who never saw one. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["COLUMNS", "EvaluationTable", "honest"]

COLUMNS = ("", "balanced\naccuracy", "95 %\ninterval", "random\nsplit", "leakage,\npoints")
"""The head of the table."""

_NAMES = {"cnn_lstm": "CNN-LSTM", "lda": "LDA", "random_forest": "random forest"}
_HELD_OUT = {
    "subject": "people the model has not seen",
    "session": "sessions the model has not seen",
    "repetition": "repetitions of each movement that the model has not seen",
    "blocks": "stretches of time that the model has not seen",
}


@dataclass(frozen=True)
class EvaluationTable:
    """The table and what to make of it."""

    rows: tuple[tuple[str, ...], ...]
    """A model a row, as `COLUMNS` says."""
    words: tuple[str, ...]
    """What the figures mean, a paragraph each."""


def honest(document: Mapping[str, Any]) -> EvaluationTable:
    """Return what to show of the document of ``emgstream evaluate --json``."""
    models = document["models"]
    return EvaluationTable(
        rows=tuple(_row(name, models[name]) for name in _NAMES if name in models),
        words=tuple(_words(document)),
    )


def _row(name: str, figures: Mapping[str, Any]) -> tuple[str, ...]:
    low, high = figures["confidence_interval_95"]
    interval = "–" if low is None or high is None else f"{100 * low:.0f} to {100 * high:.0f} %"
    leakage = figures["leakage"]
    points = "–" if leakage is None else f"{100 * leakage:+.1f}"
    accuracy, random = map(_share, (figures["balanced_accuracy"], figures["random_split"]))
    return _NAMES[name], accuracy, interval, random, points


def _words(document: Mapping[str, Any]) -> list[str]:
    held_out = _HELD_OUT.get(document["protocol"], "windows drawn at random")
    n_done, n_planned = len(document["folds"]), document["n_folds_planned"]
    turns = f"in {n_done} turns" if n_done == n_planned else f"in {n_done} of {n_planned} turns"
    network = document["models"].get("cnn_lstm", {})
    said = [
        f"Every model learned anew and was judged on {held_out}, {turns}: "
        f"{document['reason'].split(', by ')[0]}."
    ]
    accuracy = network.get("balanced_accuracy")
    if accuracy is not None:
        said.append(
            f"Expect the balanced accuracy: of 100 decisions in movements it had not seen, the "
            f"CNN-LSTM had about {100 * accuracy:.0f} right, each label counting the same. "
            f"Guessing gets {100 * document['chance']:.0f}."
        )
    random = network.get("random_split")
    if random is not None:
        said.append(
            "Do not expect the random split: pieces of one movement stand on both sides of it. "
            "What it promises too much is called leakage."
        )
    return said + [f"Note: {note}" for note in document["notes"]]


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"
