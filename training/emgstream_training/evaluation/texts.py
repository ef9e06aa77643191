"""The figures of an evaluation as short texts, for the terminal and the page."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from emgstream_training.evaluation.results import ModelFigures

__all__ = ["NONE", "accuracy_figures", "online_figures", "plain", "points", "share"]

NONE = "-"
"""Text in place of a figure that was not measured."""


def accuracy_figures(figures: ModelFigures) -> Iterator[tuple[str, str]]:
    """Yield the names and texts of the accuracy, and of that on a random split."""
    interval = figures.balanced_accuracy
    yield "balanced accuracy", share(interval.mean)
    is_known = np.isfinite([interval.low, interval.high]).all()
    text = f"{share(interval.low)} to {share(interval.high)}"
    yield "  95 % interval", text if is_known else NONE
    yield "  within movements", share(figures.within_movements)
    yield "random split", share(figures.random_split)
    yield "  leakage", points(figures.leakage)


def online_figures(figures: ModelFigures) -> Iterator[tuple[str, str]]:
    """Yield the names and texts of the figures that matter in live use."""
    found = figures.onsets
    yield "calibration error", plain(figures.reliability.calibration_error, "{:.3f}")
    yield "active error rate", share(figures.active_error_rate)
    yield "instability", share(figures.instability)
    yield "onset to right decision", plain(None if found is None else found.median_s, "{:.2f} s")
    yield "onsets missed", NONE if found is None else f"{found.n_missed}"
    yield "false activations", plain(figures.false_activations_per_hour, "{:,.0f} an hour")


def share(value: float | None) -> str:
    """Return a share in percent, or `NONE`."""
    return plain(value, "{:.1%}")


def points(value: float | None) -> str:
    """Return a difference of shares in percentage points, or `NONE`."""
    return plain(None if value is None else 100.0 * value, "{:+.1f} points")


def plain(value: float | None, form: str) -> str:
    """Return a figure in some format; `NONE` for None, NaN and infinity."""
    return NONE if value is None or not np.isfinite(value) else form.format(value)
