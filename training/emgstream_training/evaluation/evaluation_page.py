"""The report of an evaluation as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from emgstream.app.evaluation_leads import (
    LEAD_COLUMNS,
    PATH_COLUMNS,
    lead_rows,
    main_lead,
    path_rows,
)
from emgstream.app.evaluation_names import MODEL_NAMES
from emgstream.app.evaluation_table import (
    decimals_for,
    held_out_words,
    interval_words,
    leakage_figures,
    online_figures,
)
from emgstream.report import (
    ChartLine,
    bars,
    document,
    facts,
    heatmap,
    intervals,
    lines,
    note,
    ribbons,
    section,
    table,
    tile,
    tiles,
)
from emgstream.report.page_text import page_text
from emgstream.significant_digits import percent
from emgstream.wording import counted
from emgstream_training.evaluation.baselines import STRONG_LDA
from emgstream_training.evaluation.folds import NETWORK
from emgstream_training.evaluation.results import Evaluation
from emgstream_training.metrics import shares_of

__all__ = ["evaluation_page"]

_MOST_RIBBONS = 8
"""Most recordings that are drawn over time (choice: those of a week)."""


def evaluation_page(evaluation: Evaluation) -> str:
    """Return the page as HTML."""
    files = ", ".join(one.path.name for one in evaluation.study.recordings.tables)
    return document(f"Evaluation: {files}", _parts(evaluation, files))


def _parts(evaluation: Evaluation, files: str) -> Iterator[str]:
    yield f"<h1>Evaluation</h1><p class='lead'>{page_text(files)}</p>"
    if evaluation.interrupted:
        n_done, n_planned = len(evaluation.folds), len(evaluation.plan.folds)
        yield note(
            f"Stopped by Ctrl-C after {n_done} of {n_planned} folds; the figures are of those."
        )
    for text in evaluation.notes:
        yield note(text, "wrong" if text.startswith("leakage") else "")
    yield _headline(evaluation)
    if evaluation.folds:
        yield section("Balanced accuracy on held-out data", _accuracy(evaluation))
    if evaluation.paths:
        yield section("What each part of the network adds", _paths(evaluation))
    yield section("Leakage of a random split", _leakage(evaluation), "honesty")
    if evaluation.folds:
        yield section("Quality of the decisions", _online(evaluation))
        yield section("Confusion matrices", _confusions(evaluation))
        yield section("Decisions over time", _over_time(evaluation))
        yield section("Confidence against accuracy", _reliability(evaluation))
    yield section("Method", facts(dict(_facts(evaluation))))


def _headline(evaluation: Evaluation) -> str:
    found = evaluation.to_json()
    models, decimals = found["models"], decimals_for(found)
    network = models.get(NETWORK)
    shown = []
    if network is not None and evaluation.folds:
        accuracy = network["balanced_accuracy"]
        shown.append(
            tile(
                percent(accuracy, decimals),
                "balanced accuracy",
                f"the network on {held_out_words(found)}; 95 % interval "
                f"{interval_words(network, decimals)}; chance {percent(found['chance'])}",
                "honest",
            )
        )
        shown += _comparisons(found)
    elif network is not None and network["random_split"] is not None:
        random = percent(network["random_split"], decimals)
        shown.append(
            tile(random, "balanced accuracy on a random split", "too high: includes leakage")
        )
    return tiles(shown)


def _comparisons(found: Mapping[str, Any]) -> Iterator[str]:
    """Give a tile with the lead over the strong LDA, and one with what LDA and forest reach."""
    lead = main_lead(found)
    if lead is not None:
        interval = "" if lead.interval is None else f"; 95 % interval {lead.interval_words}"
        yield tile(
            lead.points,
            f"points compared with {lead.title}",
            "which looks back as far as the network, with compressed amplitudes, on the same "
            f"decisions{interval}",
            "honest",
        )
    for name, figures in found["models"].items():
        if name not in (NETWORK, STRONG_LDA):
            yield tile(
                percent(figures["balanced_accuracy"], decimals_for(found)),
                f"balanced accuracy of {MODEL_NAMES[name]}",
                "on Hudgins' features of the window, on the same decisions",
            )


def _accuracy(evaluation: Evaluation) -> str:
    rows = [
        (
            MODEL_NAMES[name],
            list(of.folds),
            of.balanced_accuracy.mean,
            of.balanced_accuracy.low,
            of.balanced_accuracy.high,
        )
        for name, of in evaluation.models.items()
    ]
    head = ("held out", *(MODEL_NAMES[name] for name in evaluation.models))
    by_fold = [
        (fold.name, *(percent(of.folds[place]) for of in evaluation.models.values()))
        for place, fold in enumerate(evaluation.folds)
    ]
    found = evaluation.to_json()
    intervals_shown = [interval_words(of, decimals_for(found)) for of in found["models"].values()]
    by_fold.append(("95 % interval of the mean", *intervals_shown))
    return (
        "<p>Each pale dot is one fold, the large dot is their mean, and the line is the 95 % "
        "confidence interval of the mean: on more such data the accuracy would lie in it in 95 of "
        "100 cases. Every decision on held-out rows counts, also those around a change of "
        "movement.</p>"
        + intervals(rows, "balanced accuracy (%)")
        + table(head, by_fold)
        + "<h3>Lead of the network on the same decisions</h3><p>The lead that counts is the one "
        "over the strong LDA: it looks back as far as the network, and its amplitudes are "
        "compressed. If 0 lies in the interval, the lead may be chance.</p>"
        + table(LEAD_COLUMNS, lead_rows(found))
    )


def _paths(evaluation: Evaluation) -> str:
    return (
        "<p>The network adds up the scores of its parts before it decides. "
        "<em>Alone</em> is the balanced accuracy if one part decides by itself. What a part "
        "<em>adds</em> is the balanced accuracy of the network minus that of its other parts "
        "together; if 0 lies in the interval, it may add nothing.</p>"
        + table(PATH_COLUMNS, path_rows(evaluation.to_json()))
    )


def _leakage(evaluation: Evaluation) -> str:
    text = (
        "<p>In a random split of overlapping windows, test windows share samples with training "
        "windows, so that the accuracy is too high. The table compares it with the accuracy on "
        "held-out data, on windows that lie within one movement as those of the random split do. "
        "The difference is called <strong>leakage</strong>; do not expect it in use.</p>"
    )
    found = evaluation.to_json()
    decimals = decimals_for(found)
    columns = {
        MODEL_NAMES[name]: [*leakage_figures(of, decimals)] for name, of in found["models"].items()
    }
    shown = slice(None) if evaluation.folds else slice(1, 2)  # without folds, the random split
    head = [what.strip() for what, _ in next(iter(columns.values()), [])[shown]]
    rows = [(name, *(figure for _, figure in pairs[shown])) for name, pairs in columns.items()]
    return text + table(("", *head), rows)


def _online(evaluation: Evaluation) -> str:
    head = ("", *(MODEL_NAMES[name] for name in evaluation.models))
    found = evaluation.to_json()
    decimals = decimals_for(found)
    columns = [dict(online_figures(figures, decimals)) for figures in found["models"].values()]
    rows = [(what, *(column[what] for column in columns)) for what in columns[0]]
    explained = (
        "<p>The calibration error is the mean difference between confidence and accuracy, 0 to 1. "
        "The active error rate is the share of decisions for a wrong movement. "
        "Instability is how often a decision differs from the one before it within one held "
        "movement. An onset is missed if its movement is never decided while it is held. A false "
        "activation is a movement that is decided in the middle of rest.</p>"
    )
    names = evaluation.study.recordings.class_names
    recalls = {
        MODEL_NAMES[name]: [100.0 * recall for recall in of.recalls]
        for name, of in evaluation.models.items()
    }
    return (
        explained
        + table(head, rows)
        + "<h3>Recall of each label</h3><p>Share of the decisions of each label that are right.</p>"
        + bars(names, recalls, "recall (%)", top=100.0)
    )


def _confusions(evaluation: Evaluation) -> str:
    names = evaluation.study.recordings.class_names
    drawn = [
        "<div class='half'>"
        + heatmap(shares_of(of.confusion), names, of.confusion, MODEL_NAMES[name])
        + "</div>"
        for name, of in evaluation.models.items()
    ]
    return (
        "<p>Each row is a true movement, each column the movement that was decided: the share of "
        "the row, and below it the number of decisions.</p>"
        f"<div class='pair'>{''.join(drawn)}</div>"
    )


def _over_time(evaluation: Evaluation) -> str:
    """Return the true and the decided movements of the first recordings, by the first model."""
    recordings = evaluation.study.recordings
    name, figures = next(iter(evaluation.models.items()))
    judged = sorted({run.recording for run in figures.ribbon})
    drawn = []
    for place in judged[:_MOST_RIBBONS]:
        own = [run for run in figures.ribbon if run.recording == place]
        rows = [
            ("true", [(run.first_row, run.last_row, run.truth) for run in own]),
            ("decided", [(run.first_row, run.last_row, run.decided) for run in own]),
        ]
        recorded = recordings.tables[place]
        drawn.append(f"<h3>{page_text(recorded.path.name)}</h3>")
        drawn.append(
            ribbons(rows, recordings.class_names, recorded.n_rows, recordings.sampling_rate_hz)
        )
    n_more = len(judged) - _MOST_RIBBONS
    more = f"<p>{counted(n_more, 'more recording')} not shown.</p>" if n_more > 0 else ""
    lead = f"<p>True and decided movements of {MODEL_NAMES[name]} on the held-out rows.</p>"
    return lead + "".join(drawn) + more


def _reliability(evaluation: Evaluation) -> str:
    curves = [
        ChartLine(
            MODEL_NAMES[name],
            100.0 * of.reliability.confidence,
            100.0 * of.reliability.accuracy,
            dots=True,
        )
        for name, of in evaluation.models.items()
    ]
    diagonal = ChartLine("", np.array([0.0, 100.0]), np.array([0.0, 100.0]))
    return (
        "<p>On the dashed line, confidence and accuracy are equal: of 100 decisions with a "
        "confidence of 80 %, 80 are right. Below the line, the confidence is too high.</p>"
        + lines([*curves, diagonal], "confidence (%)", "right decisions (%)", limits=(0.0, 100.0))
    )


def _facts(evaluation: Evaluation) -> Iterator[tuple[str, str]]:
    study, plan = evaluation.study, evaluation.plan
    recordings = study.recordings
    rate = recordings.sampling_rate_hz
    yield "protocol", f"{plan.protocol}: {plan.reason}"
    if plan.folds:
        yield "folds", f"{len(evaluation.folds)} of {len(plan.folds)}"
    yield (
        "recordings",
        ", ".join(f"{t.path.name} ({counted(t.n_rows, 'row')})" for t in recordings.tables),
    )
    yield "sampling rate", "not known" if rate is None else f"{rate:.6g} Hz"
    yield "labels", ", ".join(recordings.class_names)
    yield (
        "network",
        f"trained on each fold by the {study.recipe.name} recipe"
        if study.model is None
        else f"the given model, not trained again: {study.model.manifest.title}",
    )
    yield (
        "LDA, random forest",
        (
            "mean absolute value, waveform length, zero crossings and slope sign changes over the "
            "same window and conditioning (Englehart & Hudgins 2003), trained on the same rows"
        ),
    )
    yield (
        "strong LDA",
        (
            "the same four features over all samples that the network looks back over, the first "
            "two as logarithms; the covariance is shrunk (Ledoit & Wolf 2004)"
        ),
    )
    if evaluation.folds:
        yield "window", evaluation.window_words
        yield (
            "interval",
            "95 %, corrected for the training data that folds share (Nadeau & Bengio 2003)",
        )
    yield "seed", str(study.seed)
