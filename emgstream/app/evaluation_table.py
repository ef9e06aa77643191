"""Tables and sentences of an evaluation, from the document of ``emgstream evaluate --json``.

The window shows a short table with its meaning in words, the terminal every figure, and the HTML
report the figures of live use.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = [
    "COLUMNS",
    "MODEL_NAMES",
    "EvaluationTable",
    "evaluation_facts",
    "evaluation_table",
    "figure_rows",
    "online_figures",
    "points",
    "recall_rows",
    "share",
]

MODEL_NAMES = {"cnn_lstm": "CNN-LSTM", "lda": "LDA", "random_forest": "random forest"}
"""Every model by its name in files, with its name for people."""

COLUMNS = ("", "balanced\naccuracy", "95 %\ninterval", "random\nsplit", "leakage,\npoints")
"""Heads of the columns of an `EvaluationTable`."""

_NONE = "-"
_HELD_OUT = {
    "subject": "people the model has not seen",
    "session": "sessions the model has not seen",
    "repetition": "repetitions of each movement that the model has not seen",
    "blocks": "stretches of time that the model has not seen",
}


@dataclass(frozen=True)
class EvaluationTable:
    """The main figures of each model, and their meaning in words."""

    rows: tuple[tuple[str, ...], ...]
    """One row per model, with the columns of `COLUMNS`."""
    words: tuple[str, ...]
    """The meaning of the figures, in one paragraph each."""


def evaluation_table(document: Mapping[str, Any]) -> EvaluationTable:
    """Return the short table of an evaluation."""
    models = document["models"]
    return EvaluationTable(
        rows=tuple(_short_row(name, models[name]) for name in MODEL_NAMES if name in models),
        words=tuple(_meaning(document)),
    )


def evaluation_facts(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give a name and a text for everything about the evaluation but the figures."""
    n_done, n_planned = len(document["folds"]), document["n_folds_planned"]
    yield "recordings", ", ".join(session["file"] for session in document["sessions"])
    yield "protocol", f"{document['protocol']}: {document['reason']}"
    if n_planned:
        yield "folds", f"{n_done} of {n_planned}"
    if n_done:
        yield "window", document["window"]
    yield "chance", f"{document['chance']:.1%}"
    for note in document["notes"]:
        yield "note", note


def figure_rows(document: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return every figure with its value for each model, below a row of the models' names.

    Figures that no model has are left out.
    """
    models = document["models"]
    columns = [dict([*accuracy_figures(of), *online_figures(of)]) for of in models.values()]
    rows = [(what, *(column[what] for column in columns)) for what in columns[0]]
    return [_head("", models), *(row for row in rows if set(row[1:]) != {_NONE})]


def recall_rows(document: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return the recall of each class by each model, below a row of the models' names."""
    models = document["models"]
    return [
        _head("recall", models),
        *(
            (name, *(share(of["recall"][name]) for of in models.values()))
            for name in document["classes"]
        ),
    ]


def accuracy_figures(figures: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give how often a model is right, and what a random split would have promised."""
    low, high = figures["confidence_interval_95"]
    yield "balanced accuracy", share(figures["balanced_accuracy"])
    is_known = low is not None and high is not None
    yield "  95 % interval", f"{share(low)} to {share(high)}" if is_known else _NONE
    yield "  within movements", share(figures["within_movements"])
    yield "random split", share(figures["random_split"])
    yield "  leakage", points(figures["leakage"])


def online_figures(figures: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give the figures of live use with their names."""
    onsets = figures["onsets"]
    median_s = None if onsets is None else onsets["median_s"]
    yield "calibration error", _plain(figures["calibration_error"], "{:.3f}")
    yield "active error rate", share(figures["active_error_rate"])
    yield "instability", share(figures["instability"])
    yield "onset to right decision", _plain(median_s, "{:.2f} s")
    yield "onsets missed", _NONE if onsets is None else f"{onsets['n_missed']}"
    yield "false activations", _plain(figures["false_activations_per_hour"], "{:,.0f} an hour")


def share(value: float | None) -> str:
    """Return a share in percent; a dash where there is none.

    >>> share(0.8341), share(None)
    ('83.4%', '-')
    """
    return _plain(value, "{:.1%}")


def points(value: float | None) -> str:
    """Return a difference of shares in percentage points; a dash where there is none.

    >>> points(0.137)
    '+13.7 points'
    """
    return _plain(None if value is None else 100.0 * value, "{:+.1f} points")


def _plain(value: float | None, form: str) -> str:
    return _NONE if value is None or not math.isfinite(value) else form.format(value)


def _head(corner: str, models: Mapping[str, Any]) -> tuple[str, ...]:
    return corner, *(MODEL_NAMES[name] for name in models)


def _short_row(name: str, figures: Mapping[str, Any]) -> tuple[str, ...]:
    low, high = figures["confidence_interval_95"]
    interval = "–" if low is None or high is None else f"{100 * low:.0f} to {100 * high:.0f} %"
    leakage = figures["leakage"]
    lead = "–" if leakage is None else f"{100 * leakage:+.1f}"
    accuracy, random = map(_percent, (figures["balanced_accuracy"], figures["random_split"]))
    return MODEL_NAMES[name], accuracy, interval, random, lead


def _meaning(document: Mapping[str, Any]) -> Iterator[str]:
    held_out = _HELD_OUT.get(document["protocol"], "windows drawn at random")
    n_done, n_planned = len(document["folds"]), document["n_folds_planned"]
    turns = f"in {n_done} turns" if n_done == n_planned else f"in {n_done} of {n_planned} turns"
    yield (
        f"Every model learned anew and was judged on {held_out}, {turns}: "
        f"{document['reason'].split(', by ')[0]}."
    )
    network = document["models"].get("cnn_lstm", {})
    accuracy = network.get("balanced_accuracy")
    if accuracy is not None:
        yield (
            f"Expect the balanced accuracy: of 100 decisions in movements it had not seen, the "
            f"CNN-LSTM had about {100 * accuracy:.0f} right, each label counting the same. "
            f"Guessing gets {100 * document['chance']:.0f}."
        )
    if network.get("random_split") is not None:
        yield (
            "Do not expect the random split: pieces of one movement stand on both sides of it. "
            "What it promises too much is called leakage."
        )
    for note in document["notes"]:
        yield f"Note: {note}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"
