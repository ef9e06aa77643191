"""The result of a training, its evaluation, and what to do with the model."""

from __future__ import annotations

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QWidget,
)

from emgstream.app.evaluation_table import EvaluationTable
from emgstream.app.training_job import EvaluationJob, JobState
from emgstream.app.training_words import TrainingOutcome
from emgstream.gui.card import caption, card, tall_part
from emgstream.gui.elided_label import ElidedLabel
from emgstream.gui.painting import GRID, font
from emgstream.gui.train.evaluation_table_view import EvaluationTableView

__all__ = ["TrainingResultView"]

_INVITE = (
    "The figure on the left is of repetitions that helped to choose the model. An honest one takes "
    "longer: the same recipe learns anew, several times, without a part of the sessions, and is "
    "judged on that part, beside two simpler methods. You can use the model meanwhile."
)


class TrainingResultView(QWidget):
    """Shows one model; the user uses it, has it evaluated, or trains another."""

    use_wanted = pyqtSignal()
    test_wanted = pyqtSignal()
    evaluate_wanted = pyqtSignal()
    cancel_wanted = pyqtSignal()
    another_wanted = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel(self)
        self.title.setFont(font(self.font(), 1.8, bold=True))
        self.facts = QLabel(self)
        self.facts.setWordWrap(True)
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.use_button = QPushButton("Use this model", self)
        self.use_button.setObjectName("primary")
        self.use_button.clicked.connect(self.use_wanted)
        self.test_button = QPushButton("Test it", self)
        self.test_button.setToolTip("Follow cues, and see what the model makes of each movement")
        self.test_button.clicked.connect(self.test_wanted)
        self.another_button = QPushButton("Train another", self)
        self.another_button.clicked.connect(self.another_wanted)
        self.evaluate_button = QPushButton("Measure honestly", self)
        self.evaluate_button.clicked.connect(self.evaluate_wanted)
        self.cancel_button = QPushButton("Cancel", self)
        self.cancel_button.clicked.connect(self.cancel_wanted)
        self.invite = QLabel(_INVITE, self)
        self.invite.setObjectName("quiet")
        self.invite.setWordWrap(True)
        self.message = ElidedLabel(self)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.table = EvaluationTableView(self)
        self.gain = QLabel(self)
        self.gain.setFont(font(self.font(), 1.8, bold=True))
        self.gain_words = QLabel(self)
        self.gain_words.setObjectName("quiet")
        self.gain_words.setWordWrap(True)
        self.worth = QStackedWidget(self)
        self.worth.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._lay_out()

    def show_outcome(self, outcome: TrainingOutcome) -> None:
        """Show the model that came of a training."""
        self.title.setText(outcome.title)
        self.facts.setText("\n\n".join(outcome.paragraphs))
        self.gain.setText(outcome.gain)
        self.gain_words.setText(outcome.gain_note)
        self.worth.setCurrentIndex(3 if outcome.gain else 0)

    def show_invitation(self) -> None:
        """Offer an evaluation."""
        self.worth.setCurrentIndex(0)

    def show_evaluating(self, job: EvaluationJob) -> None:
        """Show the progress of an evaluation."""
        self.message.show_text(job.words)
        self.bar.setRange(0, 0 if job.state is JobState.CANCELLING else job.n_tasks or 0)
        self.bar.setValue(job.n_done)
        self.worth.setCurrentIndex(1)

    def show_table(self, table: EvaluationTable) -> None:
        """Show the figures of an evaluation."""
        self.table.show_table(table)
        self.worth.setCurrentIndex(2)

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
        for parts in (
            (self.invite, self.evaluate_button),
            (self.message, self.bar, self.cancel_button),
            (self.table,),
            (self.gain, self.gain_words),
        ):
            page, inside = tall_part(self.worth)
            for part in parts:
                is_button = isinstance(part, QPushButton)
                inside.addWidget(
                    part, 0, Qt.AlignmentFlag.AlignLeft if is_button else Qt.Alignment()
                )
            inside.addStretch(1)
            self.worth.addWidget(page)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(2 * GRID)
        whole.addWidget(card(self, side), 2)
        whole.addWidget(card(self, caption("What it is worth"), self.worth), 4)
