"""Figures of an evaluation as short texts, for the terminal and the page."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from emgstream_training.evaluation.results import ModelFigures

__all__ = ["NONE", "accuracy_figures", "online_figures", "plain", "points", "share"]

NONE = "-"
"""What stands for a figure that there is not."""


def accuracy_figures(figures: ModelFigures) -> Iterator[tuple[str, str]]:
    """Give how often a model is right, and what a random split would have said."""
    interval = figures.balanced_accuracy
    yield "balanced accuracy", share(interval.mean)
    is_known = np.isfinite([interval.low, interval.high]).all()
    told = f"{share(interval.low)} to {share(interval.high)}"
    yield "  95 % interval", told if is_known else NONE
    yield "  within movements", share(figures.within_movements)
    yield "random split", share(figures.random_split)
    yield "  leakage", points(figures.leakage)


def online_figures(figures: ModelFigures) -> Iterator[tuple[str, str]]:
    """Give the figures of live use with their names, as short texts."""
    found = figures.onsets
    yield "calibration error", plain(figures.reliability.calibration_error, "{:.3f}")
    yield "active error rate", share(figures.active_error_rate)
    yield "instability", share(figures.instability)
    yield "onset to right decision", plain(None if found is None else found.median_s, "{:.2f} s")
    yield "onsets missed", NONE if found is None else f"{found.n_missed}"
    yield "false activations", plain(figures.false_activations_per_hour, "{:,.0f} an hour")


def share(value: float | None) -> str:
    """Return a share in percent; a dash where there is none."""
    return plain(value, "{:.1%}")


def points(value: float | None) -> str:
    """Return a difference of shares in points; a dash where there is none."""
    return plain(None if value is None else 100.0 * value, "{:+.1f} points")


def plain(value: float | None, form: str) -> str:
    """Return a figure in some form; a dash where there is none."""
    return NONE if value is None or not np.isfinite(value) else form.format(value)
