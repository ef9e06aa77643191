"""The report of a training as one self-contained HTML page."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from html import escape

from emgstream.report.html_page import document, facts, section, tile, tiles
from emgstream.significant_digits import percent, percent_of
from emgstream_training.report.training_report import TrainingReport
from emgstream_training.training_figures import TrainingFigures

__all__ = ["page_html"]


def page_html(report: TrainingReport, pictures: Mapping[str, bytes]) -> str:
    """Return the page as HTML; ``pictures`` are the charts as PNG, by name of their files."""
    files = ", ".join(table.path.name for table in report.material.tables)
    sections = [
        f"<h1>Training report</h1><p class='lead'>{escape(report.recipe.name)} recipe on "
        f"{escape(files)}</p>",
        _interrupted(report.figures),
        _headline(report.figures),
        _leakage(report.figures),
        section("Learning", _image(pictures["learning_curves.png"], "accuracy and loss by epoch")),
        section("What is taken for what", _matrices(pictures)),
        section("The data", _data(report, pictures)),
        section("How it was made", _facts(report)),
    ]
    return document(f"Training report: {files}", sections)


def _interrupted(figures: TrainingFigures) -> str:
    if not figures.interrupted:
        return ""
    return (
        f"<p class='note'>Ctrl-C ended this after {len(figures.history)} epochs of training; "
        "everything here is of the best weights until then.</p>"
    )


def _headline(figures: TrainingFigures) -> str:
    shown = [
        tile(
            percent_of(figures.accuracy, len(figures.classes)),
            "validation accuracy",
            f"{len(figures.classes)} windows: {figures.held_out}",
        )
    ]
    shown += _leakage_tiles(figures) if figures.look_up is not None else _more_tiles(figures)
    return tiles(shown)


def _leakage_tiles(figures: TrainingFigures) -> list[str]:
    """Return the tiles that show the leakage in the validation accuracy."""
    shown = []
    if figures.time_blocked is not None:
        explanation = (
            f"{len(figures.time_blocked.classes)} windows of the same recording, from stretches "
            "of time that were not trained on"
        )
        share = percent_of(figures.time_blocked.accuracy, len(figures.time_blocked.classes))
        shown.append(tile(share, "on held-out time", explanation, "honest"))
    if figures.look_up is not None:
        explanation = (
            "the validation windows again, by looking up a training window with shared rows"
        )
        share = percent_of(figures.look_up.accuracy, len(figures.classes))
        shown.append(tile(share, "with no model at all", explanation))
    return shown


def _more_tiles(figures: TrainingFigures) -> list[str]:
    """Return the tiles beside an accuracy that was measured on held-out repetitions."""
    balanced = percent_of(figures.balanced_accuracy, len(figures.classes))
    return [
        tile(balanced, "balanced accuracy", "the same windows, all labels weighing the same"),
        tile(f"{figures.loss:.2f}", "validation loss", "cross-entropy"),
    ]


def _leakage(figures: TrainingFigures) -> str:
    """Return the section on leakage: which of the accuracies to trust, and why."""
    if figures.look_up is None:
        return ""
    overlapping = percent(figures.look_up.share_overlapping)
    text = (
        f"<p>The validation accuracy cannot be trusted. Windows of ten rows at every row overlap, "
        f"and they were split at random: {overlapping} of the validation windows share rows with "
        "a window that was trained on. Looking up the label of that window, with no model "
        f"at all, gets {percent_of(figures.look_up.accuracy, len(figures.classes))} right. The "
        "figure says how well the network remembers the recording, not how well it tells movements "
        "apart.</p>"
    )
    if figures.time_blocked is None:
        text += f"<p>Held-out time was not measured: {escape(figures.time_blocked_missing)}.</p>"
    else:
        text += _held_out_time(figures)
    return section("Which number to believe", text, "honesty")


def _held_out_time(figures: TrainingFigures) -> str:
    blocked = figures.time_blocked
    if blocked is None:
        return ""
    n = len(blocked.classes)
    folds = ", ".join(percent(accuracy) for accuracy in blocked.fold_accuracies)
    inner = ", ".join(percent(accuracy) for accuracy in blocked.inner_accuracies)
    return (
        f"<p>On held-out time the same network, trained in the same way, gets "
        f"<strong>{percent_of(blocked.accuracy, n)}</strong> right "
        f"({percent_of(blocked.balanced_accuracy, n)} balanced over the labels); always naming the "
        f"most frequent label would get {percent(blocked.majority_share)}. Each third of every "
        f"label's rows was held out in turn ({folds}), with transforms fitted on the rest only, "
        f"{blocked.n_stuck_rows} rows in which "
        "the recorder was stuck left out, and no window across the end of a third. Within what "
        f"they were trained on, on a random split, the same networks reached {inner}.</p>"
        "<p>Where a recording has one block of time per label, even this is "
        "generous: whatever else changed from block to block is part of the label.</p>"
    )


def _matrices(pictures: Mapping[str, bytes]) -> str:
    names = ("confusion_matrix.png", "confusion_matrix_held_out_time.png")
    drawn = [
        _image(pictures[name], "confusion matrix", "half") for name in names if name in pictures
    ]
    return f"<div class='pair'>{''.join(drawn)}</div>"


def _data(report: TrainingReport, pictures: Mapping[str, bytes]) -> str:
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td class='number'>{value:+.3f}</td></tr>"
        for name, value in report.correlations.items()
    )
    return (
        _image(pictures["box_plots.png"], "spread of each channel before and after")
        + _image(pictures["scatter.png"], "transformed value of each channel against the label")
        + "<h3>Correlation with the label</h3><p>Of the transformed values with the label's number "
        "(labels in alphabetical order). The number is arbitrary, so this says little.</p>"
        f"<table><tr><th>channel</th><th class='number'>r</th></tr>{rows}</table>"
    )


def _image(png: bytes, description: str, kind: str = "wide") -> str:
    """Return a chart as an HTML element with the data in it."""
    data = base64.b64encode(png).decode()
    alt = escape(description, quote=True)
    return f'<img class="{kind}" alt="{alt}" src="data:image/png;base64,{data}">'


def _facts(report: TrainingReport) -> str:
    figures, material = report.figures, report.material
    rate = material.sampling_rate_hz
    repairs = [str(repair) for table in material.tables for repair in table.repairs]
    told = {
        "recordings": ", ".join(f"{t.path.name} ({t.n_rows:,} rows)" for t in material.tables),
        "repaired on reading": "; ".join(repairs) or "nothing",
        "sampling rate": "not known" if rate is None else f"{rate:.6g} Hz",
        "labels": ", ".join(material.class_names),
        "windows": f"{figures.n_training:,} to train on, {len(figures.classes):,} to validate",
        "epochs": f"{len(figures.history)}, the best being number {figures.best.number}",
        "time": f"{sum(epoch.duration_s for epoch in figures.history):.0f} s of training",
        "seed": str(report.seed),
    }
    return facts(told)
