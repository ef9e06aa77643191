"""The result of a training, its evaluation, and what to do with the model."""

from __future__ import annotations

from typing import Any

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

from emgstream.app.evaluation_table import EvaluationTable
from emgstream.app.training_job import EvaluationJob, JobState
from emgstream.app.training_words import TrainingOutcome
from emgstream.gui.card import caption, card, fill, tall_part
from emgstream.gui.columns import Columns
from emgstream.gui.elided_label import ElidedLabel
from emgstream.gui.painting import GRID, font
from emgstream.gui.palette import Theme
from emgstream.gui.plain_label import PlainLabel
from emgstream.gui.scrolled import scrolled
from emgstream.gui.train.evaluation_table_view import EvaluationTableView
from emgstream.gui.train.evaluation_view import EvaluationView
from emgstream.gui.train.recognition_view import RecognitionView
from emgstream.translation import tr

__all__ = ["TrainingResultView"]

_INVITE = tr(
    "These repetitions helped to choose the model, so the accuracy is too high. To know what to "
    "expect, measure the model on data it has not seen: the same recipe is trained anew, several "
    "times, without a part of the recordings, and is tested on that part, beside simpler "
    "methods. You can use the model meanwhile."
)
_PARTS = 1000
"""Steps of the progress bar."""


class TrainingResultView(QWidget):
    """Shows one model; the user uses it, has it evaluated, or trains another."""

    use_wanted = pyqtSignal()
    test_wanted = pyqtSignal()
    evaluate_wanted = pyqtSignal()
    cancel_wanted = pyqtSignal()
    another_wanted = pyqtSignal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document: dict[str, Any] | None = None
        self.title = PlainLabel(self)
        self.title.setFont(font(self.font(), 1.8, bold=True))
        self.facts = PlainLabel(self)
        self.facts.setWordWrap(True)
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.use_button = QPushButton(tr("Use this model"), self)
        self.use_button.setObjectName("primary")
        self.use_button.clicked.connect(self.use_wanted)
        self.test_button = QPushButton(tr("Test it"), self)
        self.test_button.setToolTip(
            tr("Follow cues, and see what the model makes of each movement")
        )
        self.test_button.clicked.connect(self.test_wanted)
        self.another_button = QPushButton(tr("Train another"), self)
        self.another_button.clicked.connect(self.another_wanted)
        self.evaluate_button = QPushButton(tr("Measure honestly"), self)
        self.evaluate_button.clicked.connect(self.evaluate_wanted)
        self.cancel_button = QPushButton(tr("Cancel"), self)
        self.cancel_button.clicked.connect(self.cancel_wanted)
        self.invite = PlainLabel(_INVITE, self)
        self.invite.setObjectName("quiet")
        self.invite.setWordWrap(True)
        self.recognition = RecognitionView(theme, self)
        self.message = ElidedLabel(self)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.evaluation = EvaluationView(theme, self)
        self.table = EvaluationTableView(self)
        self.gain = PlainLabel(self)
        self.gain.setFont(font(self.font(), 1.8, bold=True))
        self.gain_words = PlainLabel(self)
        self.gain_words.setObjectName("quiet")
        self.gain_words.setWordWrap(True)
        self._lay_out()
        self._show_parts()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self.recognition.set_theme(theme)
        self.evaluation.set_theme(theme)

    def show_outcome(self, outcome: TrainingOutcome) -> None:
        """Show the model that came of a training."""
        self.title.setText(outcome.title)
        self.facts.setText("\n\n".join(outcome.paragraphs))
        self.gain.setText(outcome.gain)
        self.gain_words.setText(outcome.gain_note)
        self.recognition.show_matrix(outcome.matrix, tr("Validation"))
        if outcome.gain:
            self._show_parts(self.gain, self.gain_words)
        else:
            self.show_invitation()

    def show_invitation(self) -> None:
        """Offer an evaluation."""
        self._show_parts(self.invite, self.evaluate_button, self.recognition)

    def show_evaluating(self, job: EvaluationJob) -> None:
        """Show the progress of an evaluation, and its first figures as soon as there are any."""
        self.message.show_text(job.words)
        is_timed = job.pace.is_known and job.state is not JobState.CANCELLING
        self.bar.setRange(0, _PARTS if is_timed else 0)
        self.bar.setValue(round(_PARTS * job.pace.share))
        parts: list[QWidget] = [self.message, self.bar, self.cancel_button]
        if job.early is not None:
            self._show_document(job)
            parts.append(self.evaluation)
        self._show_parts(*parts)

    def show_evaluated(self, job: EvaluationJob, table: EvaluationTable) -> None:
        """Show the figures of an evaluation."""
        self._show_document(job)
        self.table.show_table(table)
        self._show_parts(self.evaluation, self.table)

    def poll(self) -> None:
        """Show a signal that has been read meanwhile."""
        self.evaluation.held_out.poll()

    def shut_down(self) -> None:
        """Wait for the recording that is being read."""
        self.evaluation.held_out.shut_down()

    def _show_document(self, job: EvaluationJob) -> None:
        document = job.document
        if document is not None and document is not self._document:
            self._document = document
            request = job.request
            self.evaluation.show_document(document, request.paths, request.columns)

    def _show_parts(self, *parts: QWidget) -> None:
        """Show these parts of the right card, and no others."""
        for part in self._parts:
            part.setVisible(part in parts)

    def _lay_out(self) -> None:
        side, column = tall_part(self)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addWidget(self.use_button)
        buttons.addWidget(self.test_button)
        buttons.addWidget(self.another_button)
        buttons.addStretch(1)
        column.addWidget(self.title)
        column.addWidget(self.facts)
        column.addSpacing(GRID)
        column.addLayout(buttons)
        column.addStretch(1)
        inner, inside = tall_part(self)
        self._parts = (
            *(self.message, self.bar, self.cancel_button),
            *(self.gain, self.gain_words),
            *(self.invite, self.evaluate_button, self.recognition),
            *(self.evaluation, self.table),
        )
        for part in self._parts:
            is_button = isinstance(part, QPushButton)
            inside.addWidget(part, 0, Qt.AlignmentFlag.AlignLeft if is_button else Qt.Alignment())
        inside.addStretch(1)
        figures = card(self, caption(tr("What to expect of it")), scrolled(self, inner))
        fill(self, columns := Columns(self, (card(self, side), 2), (figures, 5)), grows=columns)
