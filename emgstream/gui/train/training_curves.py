"""Loss and accuracy by epoch, on training data and on held-out data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyqtgraph as pg
from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from emgstream.gui.card import caption
from emgstream.gui.painting import GRID
from emgstream.gui.palette import Theme
from emgstream.translation import tr

__all__ = ["TrainingCurves"]

_WIDTH = 2
_USUAL = 60
"""Epochs on the axis before a training has told how many it takes at most."""


class _Plot(QWidget):
    """One figure by epoch: a solid line for held-out data, a dashed one for training data."""

    def __init__(self, title: str, scale: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scale = scale
        self.epochs: list[int] = []
        self.training: list[float] = []
        self.held_out: list[float] = []
        self._plot = pg.PlotWidget(self)
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._plot.setMouseEnabled(False, False)
        self._plot.setAccessibleName(title)
        self._plot.getAxis("left").setWidth(6 * GRID)
        self._plot.getPlotItem().layout.setContentsMargins(0, GRID, 2 * GRID, 0)
        self._lines = self._plot.plot(), self._plot.plot()
        self._begins: list[Any] = []
        self._begin_pen = pg.mkPen()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(caption(title))
        column.addWidget(self._plot, 1)

    def clear(self) -> None:
        """Remove all epochs."""
        self.epochs, self.training, self.held_out = [], [], []
        for line in self._begins:
            self._plot.removeItem(line)
        self._begins = []
        self._draw()

    def begin_stage(self, n_epochs: int) -> None:
        """Begin another training, with a line between it and the one before."""
        n = len(self.epochs)
        if n:
            self._begins.append(pg.InfiniteLine(n + 0.5, pen=self._begin_pen))
            self._plot.addItem(self._begins[-1], ignoreBounds=True)
        self.show_range(n + n_epochs)

    def add(self, training: float | None, held_out: float | None) -> None:
        """Add one epoch; None for a figure that was not measured."""
        self.epochs.append(len(self.epochs) + 1)
        self.training.append(np.nan if training is None else self._scale * training)
        self.held_out.append(np.nan if held_out is None else self._scale * held_out)
        self._draw()

    def show_range(self, n_epochs: int) -> None:
        """Set the axis to so many epochs."""
        self._plot.setXRange(0, n_epochs, padding=0.01)

    def show_share(self) -> None:
        """Set the axis to 0 to 100 percent."""
        self._plot.setYRange(0.0, 100.0, padding=0.02)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._plot.setBackground(theme.surface)
        for name in ("left", "bottom"):
            axis = self._plot.getAxis(name)
            axis.setPen(pg.mkPen(theme.line))
            axis.setTextPen(pg.mkPen(theme.quiet))
        self._begin_pen = pg.mkPen(theme.line)
        for begin in self._begins:
            begin.setPen(self._begin_pen)
        training, held_out = self._lines
        dashed = Qt.PenStyle.DashLine
        training.setPen(pg.mkPen(theme.quiet, width=_WIDTH, style=dashed))
        held_out.setPen(pg.mkPen(theme.accent, width=_WIDTH))

    def _draw(self) -> None:
        for line, values in zip(self._lines, (self.training, self.held_out), strict=True):
            known = np.isfinite(values)
            places, heights = np.array(self.epochs)[known], np.array(values)[known]
            line.setData(places, heights, connect=self._joined(places))

    def _joined(self, places: Any) -> Any:
        """Return which epochs are joined with the next: all but the last of a training."""
        ends = [line.value() - 0.5 for line in self._begins]
        return ~np.isin(places, ends)


class TrainingCurves(QWidget):
    """Both figures side by side, with a legend."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.loss = _Plot(tr("Loss, by epoch"), 1.0, self)
        self.accuracy = _Plot(tr("Accuracy in percent, by epoch"), 100.0, self)
        self.accuracy.show_share()
        self.legend = QLabel(self)
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self._stage = ""
        row = QHBoxLayout()
        row.setSpacing(3 * GRID)
        row.addWidget(self.loss, 1)
        row.addWidget(self.accuracy, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.legend)
        column.addLayout(row, 1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.set_theme(theme)

    def clear(self) -> None:
        """Prepare for another training."""
        self._stage = ""
        for plot in (self.loss, self.accuracy):
            plot.clear()
            plot.show_range(_USUAL)

    def show_epoch(self, event: Mapping[str, Any]) -> None:
        """Add one epoch, an event of ``emgstream train --progress jsonl``."""
        if event["stage"] != self._stage:
            self._stage = event["stage"]
            for plot in (self.loss, self.accuracy):
                plot.begin_stage(event["n_epochs"])
        self.loss.add(event["loss"], event["val_loss"])
        self.accuracy.add(event["accuracy"], event["val_accuracy"])

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        for plot in (self.loss, self.accuracy):
            plot.set_theme(theme)
        held_out, trained_on = tr("held out"), tr("trained on")
        self.legend.setText(
            f"<span style='color:{theme.accent}'>━━ {held_out}</span>"
            "&nbsp;&nbsp;&nbsp;&nbsp;"
            f"<span style='color:{theme.quiet}'>╍╍ {trained_on}</span>"
        )
