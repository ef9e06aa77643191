"""The report's page: one HTML file that needs nothing beside it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from emgstream.report.html_page import document, facts, section, tile, tiles
from emgstream_training.recipes import Recipe
from emgstream_training.training_figures import TrainingFigures
from emgstream_training.training_material import TrainingMaterial

__all__ = ["ReportPicture", "TrainingPage", "page_html"]


@dataclass(frozen=True)
class ReportPicture:
    """A figure, drawn."""

    png: bytes
    """The figure as PNG."""

    def html(self, description: str, kind: str = "wide") -> str:
        """Return the figure as an HTML element that carries its own data."""
        data = base64.b64encode(self.png).decode()
        alt = escape(description, quote=True)
        return f'<img class="{kind}" alt="{alt}" src="data:image/png;base64,{data}">'


@dataclass(frozen=True, eq=False)
class TrainingPage:
    """What the page tells."""

    recipe: Recipe
    """How the model was made."""
    material: TrainingMaterial
    """What it was made of."""
    findings: TrainingFigures
    """What it came to."""
    correlations: Mapping[str, float]
    """Each channel's correlation with the label's number."""
    seed: int
    """Seed of the training."""


def page_html(page: TrainingPage, pictures: Mapping[str, ReportPicture]) -> str:
    """Return the page, self-contained."""
    files = ", ".join(table.path.name for table in page.material.tables)
    sections = [
        f"<h1>Training report</h1><p class='lead'>{escape(page.recipe.name)} recipe on "
        f"{escape(files)}</p>",
        _interrupted(page.findings),
        _headline(page.findings),
        _honesty(page.findings),
        section("Learning", pictures["learning_curves.png"].html("accuracy and loss by epoch")),
        section("What is taken for what", _matrices(pictures)),
        section("The data", _data(page, pictures)),
        section("How it was made", _facts(page)),
    ]
    return document(f"Training report: {files}", sections)


def _interrupted(findings: TrainingFigures) -> str:
    if not findings.interrupted:
        return ""
    return (
        f"<p class='note'>Ctrl-C ended this after {len(findings.history)} epochs of training; "
        "everything here is of the best weights until then.</p>"
    )


def _headline(findings: TrainingFigures) -> str:
    shown = [
        tile(
            f"{findings.accuracy:.1%}",
            "validation accuracy",
            f"{len(findings.classes)} windows: {findings.held_out}",
        )
    ]
    shown += _contrasts(findings) if findings.look_up is not None else _companions(findings)
    return tiles(shown)


def _contrasts(findings: TrainingFigures) -> list[str]:
    """Return what shows the validation accuracy for what it is."""
    shown = []
    if findings.time_blocked is not None:
        explanation = (
            f"{len(findings.time_blocked.classes)} windows of the same recording, from stretches "
            "of time that were not trained on"
        )
        share = f"{findings.time_blocked.accuracy:.1%}"
        shown.append(tile(share, "on held-out time", explanation, "honest"))
    if findings.look_up is not None:
        explanation = (
            "the validation windows again, by looking up a training window with shared rows"
        )
        share = f"{findings.look_up.accuracy:.1%}"
        shown.append(tile(share, "with no model at all", explanation))
    return shown


def _companions(findings: TrainingFigures) -> list[str]:
    """Return what belongs beside an accuracy that was measured on held-out repetitions."""
    balanced = f"{findings.balanced_accuracy:.1%}"
    return [
        tile(balanced, "balanced accuracy", "the same windows, all labels weighing the same"),
        tile(f"{findings.loss:.3f}", "validation loss", "cross-entropy"),
    ]


def _honesty(findings: TrainingFigures) -> str:
    """Return why the first number cannot be trusted, next to the number that can."""
    if findings.look_up is None:
        return ""
    overlapping = f"{findings.look_up.share_overlapping:.0%}"
    text = (
        f"<p>The validation accuracy cannot be trusted. Windows of ten rows at every row overlap, "
        f"and they were split at random: {overlapping} of the validation windows share rows with "
        "a window that was trained on. Looking up the label of that window, with no model "
        f"at all, gets {findings.look_up.accuracy:.1%} right. The figure says how well the network "
        "remembers the recording, not how well it tells movements apart.</p>"
    )
    if findings.time_blocked is None:
        text += f"<p>Held-out time was not measured: {escape(findings.time_blocked_missing)}.</p>"
    else:
        text += _held_out_time(findings)
    return f"<section class='honesty'><h2>Which number to believe</h2>{text}</section>"


def _held_out_time(findings: TrainingFigures) -> str:
    blocked = findings.time_blocked
    if blocked is None:
        return ""
    folds = ", ".join(f"{accuracy:.1%}" for accuracy in blocked.fold_accuracies)
    inner = ", ".join(f"{accuracy:.1%}" for accuracy in blocked.inner_accuracies)
    return (
        f"<p>On held-out time the same network, trained in the same way, gets "
        f"<strong>{blocked.accuracy:.1%}</strong> right ({blocked.balanced_accuracy:.1%} balanced "
        f"over the labels); always naming the most frequent label would get "
        f"{blocked.majority_share:.1%}. Each third of every label's rows was held out in turn "
        f"({folds}), with transforms fitted on the rest only, {blocked.n_stuck_rows} rows in which "
        "the recorder was stuck left out, and no window across the end of a third. Within what "
        f"they were trained on, on a random split, the same networks reached {inner}.</p>"
        "<p>Where a recording has one block of time per label, even this is "
        "generous: whatever else changed from block to block is part of the label.</p>"
    )


def _matrices(pictures: Mapping[str, ReportPicture]) -> str:
    names = ("confusion_matrix.png", "confusion_matrix_held_out_time.png")
    drawn = [pictures[name].html("confusion matrix", "half") for name in names if name in pictures]
    return f"<div class='pair'>{''.join(drawn)}</div>"


def _data(page: TrainingPage, pictures: Mapping[str, ReportPicture]) -> str:
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td class='number'>{value:+.3f}</td></tr>"
        for name, value in page.correlations.items()
    )
    return (
        pictures["box_plots.png"].html("spread of each channel before and after")
        + pictures["scatter.png"].html("transformed value of each channel against the label")
        + "<h3>Correlation with the label</h3><p>Of the transformed values with the label's number "
        "(labels in alphabetical order). The number is arbitrary, so this says little.</p>"
        f"<table><tr><th>channel</th><th class='number'>r</th></tr>{rows}</table>"
    )


def _facts(page: TrainingPage) -> str:
    findings, material = page.findings, page.material
    rate = material.sampling_rate_hz
    repairs = [str(repair) for table in material.tables for repair in table.repairs]
    told = {
        "recordings": ", ".join(f"{t.path.name} ({t.n_rows:,} rows)" for t in material.tables),
        "repaired on reading": "; ".join(repairs) or "nothing",
        "sampling rate": "not known" if rate is None else f"{rate:.6g} Hz",
        "labels": ", ".join(material.class_names),
        "windows": f"{findings.n_training:,} to train on, {len(findings.classes):,} to validate",
        "epochs": f"{len(findings.history)}, the best being number {findings.best.number}",
        "time": f"{sum(epoch.duration_s for epoch in findings.history):.0f} s of training",
        "seed": str(page.seed),
    }
    return facts(told)
