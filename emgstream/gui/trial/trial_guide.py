"""The running test: the cue on the left, the decision of the model on the right."""

from __future__ import annotations

from dataclasses import replace

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import QVBoxLayout, QWidget

from emgstream.app.connection_state import ConnectionState
from emgstream.app.cue_scene import guided_scene
from emgstream.app.cued_test_session import CuedTestSession
from emgstream.app.shown_decision import newest_decision, why_there_is_none
from emgstream.app.trial_words import completed
from emgstream.gui.card import caption, card
from emgstream.gui.cue.cue_canvas import CueCanvas
from emgstream.gui.cue.cue_layout import ConnectionLabel, button_row, key_button, side_by_side
from emgstream.gui.elided_label import ElidedLabel
from emgstream.gui.live.prediction_panel import PredictionPanel
from emgstream.gui.painting import GRID
from emgstream.gui.palette import Theme
from emgstream.recording import ProtocolPhase, ProtocolView
from emgstream.sources.source_status import SourceState
from emgstream.translation import tr

__all__ = ["TrialGuide"]

_PREDICTION_S = 0.06
"""Sixteen pictures of the decision per second, the most that eyes can follow."""


class TrialGuide(QWidget):
    """Shows one test; its buttons do the same as the keys."""

    space_wanted = pyqtSignal()
    end_wanted = pyqtSignal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._predicted_s = 0.0
        self._n_told = -1
        self.canvas = CueCanvas(theme, self)
        self.prediction = PredictionPanel(theme, self)
        self.connection_label = ConnectionLabel(theme, self)
        self.space_button = key_button(tr("Pause"), tr("Space"), self.space_wanted.emit, self)
        self.space_button.setObjectName("primary")
        self.end_button = key_button(tr("End"), "Esc", self.end_wanted.emit, self)
        self.progress = ElidedLabel(self)
        self._lay_out()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        for part in (self.canvas, self.prediction, self.connection_label):
            part.set_theme(theme)

    def set_classes(self, class_names: tuple[str, ...]) -> None:
        """Prepare for a test of a model with these classes."""
        self._n_told = -1
        self.canvas.set_labels(class_names)
        self.prediction.set_classes(class_names)

    def show_moment(self, run: CuedTestSession, state: ConnectionState, now_s: float) -> None:
        """Show the cue at host time ``now_s``, and the decision of the model."""
        view = run.live.protocol.view(now_s)
        if view.phase is not ProtocolPhase.OVER:  # else the last samples are being decided on
            self.canvas.show_scene(guided_scene(view))
        words = tr("Go on") if view.phase is ProtocolPhase.PAUSED else tr("Pause")
        if self.space_button.text() != words:
            self.space_button.setText(words)
        if now_s - self._predicted_s >= _PREDICTION_S:
            self._predicted_s = now_s
            self._show_prediction(run, view, state)

    def show_progress(self, run: CuedTestSession, state: ConnectionState) -> None:
        """Show the state of the connection, and the movements completed so far."""
        self.connection_label.show_state(state, f"{state.words}   {run.session.title}")
        n_done = run.n_done
        if n_done != self._n_told:
            self._n_told = n_done
            test = run.so_far()
            self.progress.show_text(
                "" if test is None else tr("{completed} so far", completed=completed(test))
            )

    def _show_prediction(
        self, run: CuedTestSession, view: ProtocolView, state: ConnectionState
    ) -> None:
        """Show the decision, and whether it is right once the person had time."""
        if state.kind is not SourceState.STREAMING:
            self.prediction.show_prediction(None, state.words)
            return
        found = newest_decision(run.session)
        if found is not None:
            counts = view.phase is ProtocolPhase.CUE and view.elapsed_s >= run.plan.reaction_s
            found = replace(found, truth=run.class_of(view.label) if counts else None)
        self.prediction.show_prediction(found, why_there_is_none(run.session))

    def _lay_out(self) -> None:
        says = card(
            self, caption(tr("What the model says")), self.prediction, self.connection_label
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID + GRID // 2)
        column.addWidget(side_by_side(self, self.canvas, says), 1)
        column.addLayout(button_row((self.space_button, self.end_button), self.progress))
