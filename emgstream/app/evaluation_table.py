"""Tables and sentences of an evaluation, from the document of ``emgstream evaluate --json``.

The window shows a short table with its meaning in words, the terminal every figure, and the HTML
report the figures of live use. All of them show as many digits as the interval justifies.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emgstream.app.evaluation_leads import lead_rows, lead_words, path_rows
from emgstream.app.evaluation_names import MODEL_NAMES, NETWORK
from emgstream.significant_digits import (
    NOT_KNOWN,
    decimals_of,
    per_hour,
    percent,
    percent_difference,
)
from emgstream.translation import tr, tr_n

__all__ = [
    "COLUMNS",
    "COLUMN_HINTS",
    "EvaluationTable",
    "accuracy_figures",
    "decimals_for",
    "evaluation_facts",
    "evaluation_table",
    "figure_rows",
    "held_out_words",
    "interval_words",
    "leakage_figures",
    "online_figures",
    "recall_rows",
]

COLUMNS = (
    "",
    tr("balanced\naccuracy"),
    tr("95 %\ninterval"),
    tr("within\nmovements"),
    tr("random\nsplit"),
    tr("leakage,\npoints"),
)
"""Heads of the columns of an `EvaluationTable`."""

COLUMN_HINTS = (
    "",
    tr("Share of right decisions, as the mean over the labels, on data the model had not seen"),
    tr("With more such data the accuracy would lie in this range in 95 of 100 cases"),
    tr(
        "The same on the decisions whose window lies within one held movement, as those of a "
        "random split do"
    ),
    tr("The same with windows drawn at random, which share samples with training windows"),
    tr("Random split minus within movements: by how much the random split is too high"),
)
"""The meaning of each column, in one sentence."""

_HELD_OUT = {
    "subject": tr("people the model has not seen"),
    "session": tr("sessions the model has not seen"),
    "repetition": tr("repetitions of each movement that the model has not seen"),
    "blocks": tr("stretches of time that the model has not seen"),
}


@dataclass(frozen=True)
class EvaluationTable:
    """The main figures of each model, and their meaning in words."""

    rows: tuple[tuple[str, ...], ...]
    """One row per model, with the columns of `COLUMNS`."""
    words: tuple[str, ...]
    """The meaning of the figures, in one paragraph each."""
    leads: tuple[tuple[str, ...], ...] = ()
    """One row per method that the network is compared with, with the columns of `LEAD_COLUMNS`."""
    paths: tuple[tuple[str, ...], ...] = ()
    """One row per path of the network, with the columns of `PATH_COLUMNS`; none for a single one.

    The columns are in `emgstream.app.evaluation_leads`."""


def evaluation_table(document: Mapping[str, Any]) -> EvaluationTable:
    """Return the short table of an evaluation."""
    models, decimals = document["models"], decimals_for(document)
    return EvaluationTable(
        rows=tuple(
            _short_row(name, models[name], decimals) for name in MODEL_NAMES if name in models
        ),
        words=tuple(_meaning(document)),
        leads=lead_rows(document),
        paths=path_rows(document),
    )


def decimals_for(document: Mapping[str, Any]) -> int:
    """Return the decimals that the widest interval of an evaluation leaves to its percentages."""
    decimals = []
    for figures in document["models"].values():
        low, high = figures["confidence_interval_95"]
        is_known = low is not None and high is not None
        decimals.append(decimals_of((high - low) / 2.0 if is_known else None))
    return min(decimals, default=0)


def held_out_words(document: Mapping[str, Any]) -> str:
    """Return what the models were judged on."""
    return _HELD_OUT.get(document["protocol"], tr("windows drawn at random"))


def interval_words(figures: Mapping[str, Any], decimals: int) -> str:
    """Return the 95 % interval of a model's balanced accuracy; a dash where it is not known."""
    low, high = figures["confidence_interval_95"]
    if low is None or high is None:
        return NOT_KNOWN
    return tr(
        "{low:.{decimals}f} to {high:.{decimals}f} %",
        low=100.0 * low,
        decimals=decimals,
        high=100.0 * high,
    )


def evaluation_facts(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give a name and a text for everything about the evaluation but the figures."""
    n_done, n_planned = len(document["folds"]), document["n_folds_planned"]
    yield tr("recordings"), ", ".join(session["file"] for session in document["sessions"])
    yield tr("protocol"), f"{document['protocol']}: {document['reason']}"
    if n_planned:
        yield tr("folds"), tr("{n_done} of {n_planned}", n_done=n_done, n_planned=n_planned)
    if n_done:
        yield tr("window"), document["window"]
    yield tr("chance"), percent(document["chance"])
    for note in document["notes"]:
        yield tr("note"), note


def figure_rows(document: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return every figure with its value for each model, below a row of the models' names.

    Figures that no model has are left out.
    """
    models, decimals = document["models"], decimals_for(document)
    columns = [
        dict([*accuracy_figures(of, decimals), *online_figures(of, decimals)])
        for of in models.values()
    ]
    rows = [(what, *(column[what] for column in columns)) for what in columns[0]]
    return [_head("", models), *(row for row in rows if set(row[1:]) != {NOT_KNOWN})]


def recall_rows(document: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return the recall of each class by each model, below a row of the models' names."""
    models, decimals = document["models"], decimals_for(document)
    return [
        _head(tr("recall"), models),
        *(
            (name, *(percent(of["recall"][name], decimals) for of in models.values()))
            for name in document["classes"]
        ),
    ]


def accuracy_figures(figures: Mapping[str, Any], decimals: int) -> Iterator[tuple[str, str]]:
    """Give how often a model is right, and what a random split would have promised."""
    yield tr("balanced accuracy"), percent(figures["balanced_accuracy"], decimals)
    yield tr("  95 % interval"), interval_words(figures, decimals)
    yield from leakage_figures(figures, decimals)


def leakage_figures(figures: Mapping[str, Any], decimals: int) -> Iterator[tuple[str, str]]:
    """Give the figures that show the leakage: within movements, random split, their difference."""
    within, random = figures.get("within_movements"), figures["random_split"]
    yield tr("within movements"), percent(within, decimals)
    yield tr("random split"), percent(random, decimals)
    yield tr("  leakage, points"), percent_difference(random, within, decimals)


def online_figures(figures: Mapping[str, Any], decimals: int) -> Iterator[tuple[str, str]]:
    """Give the figures of live use with their names."""
    onsets = figures["onsets"]
    median_s = None if onsets is None else onsets["median_s"]
    yield tr("calibration error"), _plain(figures["calibration_error"], "{:.2f}")
    yield tr("active error rate"), percent(figures["active_error_rate"], decimals)
    yield tr("instability"), percent(figures["instability"], decimals)
    yield tr("onset to right decision"), _plain(median_s, "{:.2f} s")
    yield tr("onsets missed"), NOT_KNOWN if onsets is None else f"{onsets['n_missed']}"
    yield tr("false activations per hour of rest"), per_hour(figures["false_activations_per_hour"])


def _plain(value: float | None, form: str) -> str:
    return NOT_KNOWN if value is None or not math.isfinite(value) else form.format(value)


def _head(corner: str, models: Mapping[str, Any]) -> tuple[str, ...]:
    return corner, *(MODEL_NAMES[name] for name in models)


def _short_row(name: str, figures: Mapping[str, Any], decimals: int) -> tuple[str, ...]:
    shown = dict(accuracy_figures(figures, decimals))
    return MODEL_NAMES[name], *shown.values()


def _meaning(document: Mapping[str, Any]) -> Iterator[str]:
    n_done, n_planned = len(document["folds"]), document["n_folds_planned"]
    turns = (
        tr_n("in {n:,} turn", "in {n:,} turns", n_done)
        if n_done == n_planned
        else tr("in {n_done} of {n_planned} turns", n_done=n_done, n_planned=n_planned)
    )
    yield (
        tr(
            "Every model was trained anew and tested on {held_out}, {turns}: {reason}.",
            held_out=held_out_words(document),
            turns=turns,
            reason=document["reason"].split(", by ")[0],
        )
    )
    network = document["models"].get(NETWORK, {})
    accuracy = network.get("balanced_accuracy")
    if accuracy is not None:
        yield (
            tr(
                "Expect the balanced accuracy: of 100 decisions in movements it had not seen, the "
                "network had about {accuracy:.0f} right, each label counting the same. "
                "Guessing gets {chance:.0f}.",
                accuracy=100 * accuracy,
                chance=100 * document["chance"],
            )
        )
    lead = lead_words(document)
    if lead:
        yield lead
    if network.get("random_split") is not None:
        yield (
            tr(
                "Do not expect the random split: parts of one movement are on both sides of it. "
                "The difference is called leakage."
            )
        )
    for note in document["notes"]:
        yield tr("Note: {note}", note=note)
