"""The charts of a training report, by matplotlib, without a screen and without global state."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from emgstream.significant_digits import percent
from emgstream.types import IndexArray
from emgstream_training.epoch_progress import EpochMetrics
from emgstream_training.examples import ClassArray

__all__ = ["box_plots", "confusion", "learning_curves", "scatter", "to_png"]

_BLUE, _ORANGE, _INK, _GRID = "#2b6cb0", "#c05621", "#2d3748", "#e2e8f0"
_DPI = 144
"""Twice the 72 of a screen, for screens of high density (choice)."""
_TEXT = 9
"""Size of names and numbers, in points: 12 pixels on the page, which is 9.6 inches wide."""
_JITTER = 0.3
"""Random offset of a point from its label, so that points do not cover each other (choice)."""
_MAX_POINTS = 4000
"""Most points of a panel; more only cover each other (choice)."""
_PANELS_PER_ROW = 3
_DARK_SHARE = 0.55
"""Share from which a cell is so dark that its text is white (choice)."""


def to_png(figure: Figure) -> bytes:
    """Return a figure as PNG."""
    buffer = io.BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(buffer, format="png", dpi=_DPI)
    return buffer.getvalue()


def learning_curves(history: Sequence[EpochMetrics], best: EpochMetrics) -> Figure:
    """Draw accuracy and loss over the epochs, training and validation."""
    figure, (left, right) = _panels(2, width=9.6, height=3.4)
    numbers = [epoch.number for epoch in history]
    drawn = (
        (left, "accuracy", "Accuracy", "accuracy (%)", 100.0),
        (right, "loss", "Loss", "cross-entropy", 1.0),
    )
    for axes, name, title, unit, factor in drawn:
        training = [factor * getattr(epoch, name) for epoch in history]
        validation = [factor * getattr(epoch, f"val_{name}") for epoch in history]
        axes.plot(numbers, training, color=_BLUE, linewidth=1.4, label="training, with dropout")
        axes.plot(numbers, validation, color=_ORANGE, linewidth=1.4, label="validation")
        axes.axvline(best.number, color=_INK, linewidth=1.0, linestyle="--", label="epoch kept")
        _dress(axes, title, "epoch", unit)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_ylim(bottom=0.0)
    left.set_ylim(0.0, 102.0)
    left.legend(frameon=False, fontsize=_TEXT, loc="lower right")
    return figure


def confusion(matrix: IndexArray, class_names: Sequence[str], title: str) -> Figure:
    """Draw a confusion matrix: shares of each true class, with the counts."""
    size = 2.8 + 0.62 * len(class_names)
    figure, (axes,) = _panels(1, width=size + 0.8, height=size)
    totals = np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    shares = matrix / totals
    axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0)
    for row, column in np.argwhere(matrix):
        color = "white" if shares[row, column] > _DARK_SHARE else _INK
        text = f"{percent(shares[row, column])}\n{matrix[row, column]:,}"
        axes.text(column, row, text, ha="center", va="center", fontsize=8, color=color)
    places = range(len(class_names))
    axes.set_xticks(places, class_names, rotation=40, ha="right")
    axes.set_yticks(places, class_names)
    _dress(axes, title, "decided movement", "true movement")
    axes.grid(visible=False)
    return figure


def box_plots(
    before: npt.NDArray[np.float64], after: npt.NDArray[np.float64], names: Sequence[str]
) -> Figure:
    """Draw the spread of each feature before and after the transforms, ``(n, n_features)``.

    The boxes lie, so that names of any length can be read beside them.
    """
    figure, panels = _panels(2, width=9.6, height=1.2 + 0.3 * len(names))
    titles = ("Before the transforms, standardised", "After the transforms")
    for axes, values, title in zip(panels, (before, after), titles, strict=True):
        boxes = axes.boxplot(
            values,
            orientation="horizontal",
            patch_artist=True,
            widths=0.55,
            flierprops={"markersize": 2, "alpha": 0.4},
        )
        for box in boxes["boxes"]:
            box.set(facecolor="#bee3f8", edgecolor=_BLUE)
        for median in boxes["medians"]:
            median.set(color=_ORANGE, linewidth=1.6)
        axes.set_yticks(range(1, len(names) + 1), names if axes is panels[0] else [""] * len(names))
        axes.invert_yaxis()
        _dress(axes, title, "value (standard deviations)", "")
    return figure


def scatter(
    values: npt.NDArray[np.float64],
    classes: ClassArray,
    feature_names: Sequence[str],
    class_names: Sequence[str],
) -> Figure:
    """Draw every feature's transformed values, ``(n, n_features)``, against the label."""
    figure, panels = _panels(len(feature_names), width=9.6, height=3.6)
    random = np.random.default_rng(0)
    if len(values) > _MAX_POINTS:
        kept = np.sort(random.choice(len(values), _MAX_POINTS, replace=False))
        values, classes = values[kept], classes[kept]
    places = classes + random.uniform(-_JITTER, _JITTER, len(classes))
    for axes, name, column in zip(panels, feature_names, values.T, strict=True):
        axes.plot(places, column, ".", color=_BLUE, markersize=2, alpha=0.25)
        axes.set_xticks(range(len(class_names)), class_names, rotation=40, ha="right")
        _dress(axes, name, "", "")
    for axes in panels[::_PANELS_PER_ROW]:
        axes.set_ylabel("transformed value", fontsize=_TEXT)
    return figure


def _panels(n: int, *, width: float, height: float) -> tuple[Figure, list[Axes]]:
    """Return a figure of ``n`` panels, three in a row of that height."""
    n_rows = math.ceil(n / _PANELS_PER_ROW)
    figure = Figure(figsize=(width, height * n_rows), layout="constrained", facecolor="white")
    axes = figure.subplots(n_rows, min(n, _PANELS_PER_ROW), squeeze=False)
    return figure, list(axes.flat)[:n]


def _dress(axes: Axes, title: str, across: str, up: str) -> None:
    axes.set_title(title, fontsize=10, color=_INK, loc="left", fontweight="bold")
    axes.set_xlabel(across, fontsize=_TEXT)
    axes.set_ylabel(up, fontsize=_TEXT)
    axes.tick_params(labelsize=_TEXT, colors=_INK, length=0)
    axes.grid(visible=True, color=_GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    for side in axes.spines.values():
        side.set_visible(False)
