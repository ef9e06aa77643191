"""The report of an evaluation as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import numpy as np

from emgstream.app.evaluation_table import (
    MODEL_NAMES,
    accuracy_figures,
    decimals_for,
    held_out_words,
    interval_words,
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
from emgstream.significant_digits import percent, percent_difference
from emgstream.wording import counted
from emgstream_training.evaluation.folds import NETWORK
from emgstream_training.evaluation.results import Evaluation
from emgstream_training.metrics import shares_of

__all__ = ["evaluation_page"]

_MOST_RIBBONS = 8
"""Most recordings that are drawn over time (choice: those of a week)."""
_LEAKAGE = ("within movements", "random split", "  leakage, points")
"""The figures that show the leakage, of those of `accuracy_figures`."""


def evaluation_page(evaluation: Evaluation) -> str:
    """Return the page as HTML."""
    files = ", ".join(one.path.name for one in evaluation.study.recordings.tables)
    return document(f"Evaluation: {files}", _parts(evaluation, files))


def _parts(evaluation: Evaluation, files: str) -> Iterator[str]:
    yield f"<h1>Evaluation</h1><p class='lead'>{escape(files)}</p>"
    if evaluation.interrupted:
        n_done, n_planned = len(evaluation.folds), len(evaluation.plan.folds)
        yield note(f"Ctrl-C ended this after {n_done} of {n_planned} folds.")
    for text in evaluation.notes:
        yield note(text, "wrong" if text.startswith("leakage") else "")
    yield _headline(evaluation)
    if evaluation.folds:
        yield section("Balanced accuracy on what was held out", _accuracy(evaluation))
    yield section("Which number to believe", _leakage(evaluation), "honesty")
    if evaluation.folds:
        yield section("Decision by decision", _online(evaluation))
        yield section("What is taken for what", _confusions(evaluation))
        yield section("Over time", _over_time(evaluation))
        yield section("How sure, and how right", _reliability(evaluation))
    yield section("How it was measured", facts(dict(_facts(evaluation))))


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
                f"CNN-LSTM on {held_out_words(found)}; 95 % interval "
                f"{interval_words(network, decimals)}; chance {percent(found['chance'])}",
                "honest",
            )
        )
        for name, figures in models.items():
            if name == NETWORK:
                continue
            of_baseline = figures["balanced_accuracy"]
            shown.append(
                tile(
                    percent_difference(accuracy, of_baseline, decimals),
                    f"points against {MODEL_NAMES[name]}",
                    f"{MODEL_NAMES[name]} on Hudgins' features reaches "
                    f"{percent(of_baseline, decimals)} on the same decisions",
                )
            )
    elif network is not None and network["random_split"] is not None:
        random = percent(network["random_split"], decimals)
        shown.append(tile(random, "on a random split", "leakage included"))
    return tiles(shown)


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
    by_fold.append(("95 % interval of their mean", *intervals_shown))
    return (
        "<p>A pale dot is a fold, the full one their mean, the line its 95 % confidence interval: "
        "on more such data the accuracy would lie there in 95 of 100 cases. "
        "Every decision of the live path on held-out rows counts, the ones around a change of "
        "movement included.</p>" + intervals(rows, "balanced accuracy") + table(head, by_fold)
    )


def _leakage(evaluation: Evaluation) -> str:
    text = (
        "<p>Windows that overlap and are split at random share samples with windows that were "
        "learned from. What such a split gives is shown beside what whole held-out windows give: "
        "the gap is <strong>leakage</strong>, not skill.</p>"
    )
    found = evaluation.to_json()
    rows = []
    for name, of in found["models"].items():
        shown = dict(accuracy_figures(of, decimals_for(found)))
        rows.append((MODEL_NAMES[name], *(shown[one] for one in _LEAKAGE)))
    if not evaluation.folds:
        return text + table(("", "random split"), [(name, leaky) for name, _, leaky, _ in rows])
    return text + table(("", *map(str.strip, _LEAKAGE)), rows)


def _online(evaluation: Evaluation) -> str:
    head = ("", *(MODEL_NAMES[name] for name in evaluation.models))
    found = evaluation.to_json()
    decimals = decimals_for(found)
    columns = [dict(online_figures(figures, decimals)) for figures in found["models"].values()]
    rows = [(what, *(column[what] for column in columns)) for what in columns[0]]
    explained = (
        "<p>Active errors are decisions that would move something wrongly; instability is how "
        "often a decision differs from the one before within one held movement; an onset is "
        "missed when its movement is never decided for; a false activation is a movement decided "
        "for in the middle of rest.</p>"
    )
    names = evaluation.study.recordings.class_names
    recalls = {MODEL_NAMES[name]: of.recalls for name, of in evaluation.models.items()}
    return (
        table(head, rows)
        + explained
        + "<h3>Recall of each label</h3>"
        + bars(names, recalls, "share recognised", top=1.0)
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
        "<p>Each row is a true label, each column what it was taken for.</p>"
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
        drawn.append(f"<h3>{escape(recorded.path.name)}</h3>")
        drawn.append(ribbons(rows, recordings.class_names, recorded.n_rows))
    n_more = len(judged) - _MOST_RIBBONS
    more = f"<p>And {counted(n_more, 'recording')} more.</p>" if n_more > 0 else ""
    lead = f"<p>{MODEL_NAMES[name]} on what was held out, from the first row to the last.</p>"
    return lead + "".join(drawn) + more


def _reliability(evaluation: Evaluation) -> str:
    curves = [
        ChartLine(MODEL_NAMES[name], of.reliability.confidence, of.reliability.accuracy, dots=True)
        for name, of in evaluation.models.items()
    ]
    diagonal = ChartLine("", np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    return (
        "<p>On the dashed line a decision is right as often as it says. Below it, it is too sure "
        "of itself.</p>"
        + lines([*curves, diagonal], "confidence", "share right", limits=(0.0, 1.0))
    )


def _facts(evaluation: Evaluation) -> Iterator[tuple[str, str]]:
    study, plan = evaluation.study, evaluation.plan
    recordings = study.recordings
    rate = recordings.sampling_rate_hz
    yield "protocol", f"{plan.protocol}: {plan.reason}"
    if plan.folds:
        yield "folds", f"{len(evaluation.folds)} of {len(plan.folds)}"
    yield "recordings", ", ".join(f"{t.path.name} ({t.n_rows:,} rows)" for t in recordings.tables)
    yield "sampling rate", "not known" if rate is None else f"{rate:.6g} Hz"
    yield "labels", ", ".join(recordings.class_names)
    yield (
        "network",
        f"trained on each fold by the {study.recipe.name} recipe"
        if study.model is None
        else f"a model that was there: {study.model.manifest.title}",
    )
    yield (
        "baselines",
        (
            "mean absolute value, waveform length, zero crossings and slope sign changes over the "
            "same window and conditioning (Englehart & Hudgins 2003), trained on the same rows"
        ),
    )
    if evaluation.folds:
        yield "window", evaluation.window_words
        yield "interval", "95 %, widened for what the folds share (Nadeau & Bengio 2003)"
    yield "seed", str(study.seed)
