"""The report of a training as one self-contained HTML page."""

from __future__ import annotations

import base64
from collections.abc import Mapping

import numpy as np

from emgstream.report import (
    ChartLine,
    document,
    facts,
    heatmap,
    lines,
    note,
    section,
    table,
    tile,
    tiles,
)
from emgstream.report.page_text import page_text
from emgstream.significant_digits import percent, percent_of
from emgstream.wording import counted
from emgstream_training.metrics import confusion_matrix, shares_of
from emgstream_training.report.training_report import TrainingReport
from emgstream_training.training_figures import TrainingFigures

__all__ = ["page_html"]


def page_html(report: TrainingReport, pictures: Mapping[str, bytes]) -> str:
    """Return the page as HTML; ``pictures`` are the charts as PNG, by name of their files."""
    files = ", ".join(table.path.name for table in report.material.tables)
    sections = [
        f"<h1>Training report</h1><p class='lead'>{page_text(report.recipe.name)} recipe on "
        f"{page_text(files)}</p>",
        _interrupted(report.figures),
        _headline(report.figures),
        _leakage(report.figures),
        section("Training by epoch", _learning_curves(report)),
        section("Confusion matrix", _matrices(report.figures)),
        section("Training data", _data(report, pictures)),
        section("Details", _facts(report)),
    ]
    return document(f"Training report: {files}", sections)


def _interrupted(figures: TrainingFigures) -> str:
    if not figures.interrupted:
        return ""
    return note(
        f"Stopped by Ctrl-C after {counted(len(figures.history), 'epoch')}; all figures are of the "
        "best weights until then."
    )


def _headline(figures: TrainingFigures) -> str:
    shown = [
        tile(
            percent_of(figures.accuracy, len(figures.classes)),
            "validation accuracy",
            f"{counted(len(figures.classes), 'window')}: {figures.held_out}",
        )
    ]
    shown += _leakage_tiles(figures) if figures.look_up is not None else _more_tiles(figures)
    return tiles(shown)


def _leakage_tiles(figures: TrainingFigures) -> list[str]:
    """Return the tiles that show the leakage in the validation accuracy."""
    shown = []
    if figures.time_blocked is not None:
        explanation = (
            f"{counted(len(figures.time_blocked.classes), 'window')} of the same recording, from "
            "stretches of time that were not trained on"
        )
        share = percent_of(figures.time_blocked.accuracy, len(figures.time_blocked.classes))
        shown.append(tile(share, "accuracy on held-out time", explanation, "honest"))
    if figures.look_up is not None:
        explanation = (
            "the validation windows again, each with the label of a training window that shares "
            "rows with it"
        )
        share = percent_of(figures.look_up.accuracy, len(figures.classes))
        shown.append(tile(share, "accuracy without a model", explanation))
    return shown


def _more_tiles(figures: TrainingFigures) -> list[str]:
    """Return the tiles beside an accuracy that was measured on held-out repetitions."""
    balanced = percent_of(figures.balanced_accuracy, len(figures.classes))
    return [
        tile(balanced, "balanced accuracy", "mean recall over the labels, on the same windows"),
        tile(f"{figures.loss:.2f}", "validation loss", "mean cross-entropy of the same windows"),
    ]


def _leakage(figures: TrainingFigures) -> str:
    """Return the section on leakage: which of the accuracies to trust, and why."""
    if figures.look_up is None:
        return ""
    overlapping = percent(figures.look_up.share_overlapping)
    text = (
        f"<p>The validation accuracy cannot be trusted. A window of ten rows begins at every row, "
        f"and the windows were split at random: {overlapping} of the validation windows share rows "
        "with a training window. Taking the label of that window, without any model, is right for "
        f"{percent_of(figures.look_up.accuracy, len(figures.classes))} of them. The validation "
        "accuracy measures how well the network remembers the recording, not how well it "
        "distinguishes movements.</p>"
    )
    if figures.time_blocked is None:
        text += f"<p>Held-out time was not measured: {page_text(figures.time_blocked_missing)}.</p>"
    else:
        text += _held_out_time(figures)
    return section("Leakage of the random split", text, "honesty")


def _held_out_time(figures: TrainingFigures) -> str:
    blocked = figures.time_blocked
    if blocked is None:
        return ""
    n = len(blocked.classes)
    folds = ", ".join(percent(accuracy) for accuracy in blocked.fold_accuracies)
    inner = ", ".join(percent(accuracy) for accuracy in blocked.inner_accuracies)
    return (
        f"<p>On held-out time, the same network, trained in the same way, is right for "
        f"<strong>{percent_of(blocked.accuracy, n)}</strong> of the windows (balanced accuracy "
        f"{percent_of(blocked.balanced_accuracy, n)}); the most frequent label alone would be "
        f"right for {percent(blocked.majority_share)}. Each third of the rows of every label was "
        f"held out in turn ({folds}). The transforms were fitted on the other thirds only, "
        f"{counted(blocked.n_stuck_rows, 'row')} in which the recorder was stuck left out, and no "
        "window crosses the end of a third. On a random split of their training data, the same "
        f"networks reached {inner}.</p>"
        "<p>If a recording has only one block of time per label, even this accuracy is too high: "
        "everything else that changed from block to block helps to recognise the label.</p>"
    )


def _learning_curves(report: TrainingReport) -> str:
    """Return accuracy and loss by epoch as two charts."""
    figures = report.figures
    history = figures.history
    epochs = np.array([float(epoch.number) for epoch in history])
    of_loss = [[epoch.loss for epoch in history], [epoch.val_loss for epoch in history]]
    of_accuracy = [[epoch.accuracy for epoch in history], [epoch.val_accuracy for epoch in history]]
    charts = (
        ("accuracy (%)", 100.0 * np.array(of_accuracy), 100.0),
        ("loss (cross-entropy)", np.array(of_loss), float(np.nanmax(of_loss))),
    )
    drawn = []
    for up, values, top in charts:
        kept = ChartLine("", np.full(2, float(figures.best.number)), np.array([0.0, top]))
        curves = [
            ChartLine(name, epochs, curve, dots=len(epochs) == 1)
            for name, curve in zip(("training, with dropout", "validation"), values, strict=True)
        ]
        drawn.append(lines([*curves, kept], "epoch", up, limits=(0.0, top)))
    paths = (
        " The curves are of the CNN-LSTM alone; the figures above include the linear path and the "
        "kernel path, which decide together with it."
    )
    return (
        "<p>The dashed line marks the epoch that is kept."
        f"{paths if report.recipe.paths else ''}</p>{''.join(drawn)}"
    )


def _matrices(figures: TrainingFigures) -> str:
    names = figures.class_names
    matrices = {"Validation windows": figures.confusion}
    if figures.time_blocked is not None:
        blocked = figures.time_blocked
        matrices["Held-out time"] = confusion_matrix(blocked.classes, blocked.predicted, len(names))
    drawn = [
        f"<div class='half'>{heatmap(shares_of(matrix), names, matrix, title)}</div>"
        for title, matrix in matrices.items()
    ]
    return (
        "<p>Each row is a true movement, each column the movement that was decided: the share of "
        "the row, and below it the number of windows.</p>"
        f"<div class='pair'>{''.join(drawn)}</div>"
    )


def _data(report: TrainingReport, pictures: Mapping[str, bytes]) -> str:
    rows = [(name, f"{value:+.2f}") for name, value in report.correlations.items()]
    return (
        "<h3>Distribution of each feature</h3>"
        "<p>Median, quartiles and outliers, before and after the transforms of the recipe.</p>"
        + _image(pictures["box_plots.png"], "box plots of each feature")
        + "<h3>Features by label</h3><p>Each point is one training window, or one row "
        "with the recipe published. Labels whose points overlap in every feature are hard to "
        "distinguish.</p>"
        + _image(pictures["scatter.png"], "transformed value of each feature by label")
        + "<h3>Correlation with the label</h3><p>Pearson correlation r of the transformed values "
        "with the number of the label, in alphabetical order. This order is arbitrary, so that "
        "the correlations say little.</p>" + table(("feature", "r"), rows)
    )


def _image(png: bytes, description: str, kind: str = "wide") -> str:
    """Return a chart as an HTML element with the data in it."""
    data = base64.b64encode(png).decode()
    alt = page_text(description)
    return f'<img class="{kind}" alt="{alt}" src="data:image/png;base64,{data}">'


def _facts(report: TrainingReport) -> str:
    figures, material = report.figures, report.material
    rate = material.sampling_rate_hz
    repairs = [str(repair) for table in material.tables for repair in table.repairs]
    told = {
        "recordings": ", ".join(
            f"{t.path.name} ({counted(t.n_rows, 'row')})" for t in material.tables
        ),
        "repaired while reading": "; ".join(repairs) or "nothing",
        "sampling rate": "not known" if rate is None else f"{rate:.6g} Hz",
        "labels": ", ".join(material.class_names),
        "windows": f"{figures.n_training:,} for training, {len(figures.classes):,} for validation",
        "epochs": f"{len(figures.history)}; epoch {figures.best.number} is kept",
        "training time": f"{sum(epoch.duration_s for epoch in figures.history):.0f} s",
        "seed": str(report.seed),
    }
    return facts(told)
