"""What a training came to, its honest measurement, and what to do with the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
from emgstream.gui.card import caption, card, tall_part
from emgstream.gui.elided_label import ElidedLabel
from emgstream.gui.painting import GRID, font
from emgstream.gui.train.evaluation_table_view import EvaluationTableView
from emgstream.wording import counted

__all__ = ["TrainingResultView"]

_INVITE = (
    "The figure on the left is of repetitions that helped to choose the model. An honest one takes "
    "longer: the same recipe learns anew, several times, without a part of the sessions, and is "
    "judged on that part, beside two simpler methods. You can use the model meanwhile."
)
_GAIN = (
    "Balanced accuracy before and after, on {:,} windows of repetitions that were held out while "
    "it was measured. The model it began with is unchanged."
)


class TrainingResultView(QWidget):
    """Shows one model; the user uses it, has it measured, or trains another."""

    use_wanted = pyqtSignal()
    measure_wanted = pyqtSignal()
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
        self.another_button = QPushButton("Train another", self)
        self.another_button.clicked.connect(self.another_wanted)
        self.measure_button = QPushButton("Measure honestly", self)
        self.measure_button.clicked.connect(self.measure_wanted)
        self.cancel_button = QPushButton("Cancel", self)
        self.cancel_button.clicked.connect(self.cancel_wanted)
        self.invite = QLabel(_INVITE, self)
        self.invite.setObjectName("quiet")
        self.invite.setWordWrap(True)
        self.told = ElidedLabel(self)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.table = EvaluationTableView(self)
        self.gain = QLabel(self)
        self.gain.setFont(font(self.font(), 1.8, bold=True))
        self.gain_words = QLabel(self)
        self.gain_words.setObjectName("quiet")
        self.gain_words.setWordWrap(True)
        self.honest = QStackedWidget(self)
        self.honest.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._lay_out()

    def show_trained(self, document: Mapping[str, Any]) -> None:
        """Show the model that came of a training."""
        self.title.setText("Stopped, and kept" if document["interrupted"] else "Trained")
        lines = [str(document["model"]), counted(document["n_epochs"], "epoch")]
        lines += [f"{name}: {text}" for name, text in document["figures"].items()]
        lines += [note[:1].upper() + note[1:] for note in document["notes"]]
        lines += document["repairs"]
        self.facts.setText("\n\n".join(lines))
        self.show_invitation()

    def show_adapted(self, document: Mapping[str, Any]) -> None:
        """Show the model that came of adapting another."""
        self.title.setText("Stopped, and kept" if document["interrupted"] else "Adapted")
        lines = [str(document["model"]), document["title"], *document["repairs"]]
        self.facts.setText("\n\n".join(lines))
        self.gain.setText(f"{document['before']:.1%}  →  {document['after']:.1%}")
        self.gain_words.setText(_GAIN.format(document["n_windows"]))
        self.honest.setCurrentIndex(3)

    def show_invitation(self) -> None:
        """Offer to measure."""
        self.honest.setCurrentIndex(0)

    def show_measuring(self, words: str, n_done: int = 0, n_tasks: int = 0) -> None:
        """Show how far a measurement is."""
        self.told.say(words)
        self.bar.setRange(0, n_tasks)
        self.bar.setValue(n_done)
        self.honest.setCurrentIndex(1)

    def show_honest(self, found: EvaluationTable) -> None:
        """Show what was measured."""
        self.table.show_honest(found)
        self.honest.setCurrentIndex(2)

    def _lay_out(self) -> None:
        side, column = tall_part(self)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addWidget(self.use_button)
        buttons.addWidget(self.another_button)
        buttons.addStretch(1)
        column.addWidget(self.title)
        column.addWidget(self.facts)
        column.addSpacing(GRID)
        column.addLayout(buttons)
        column.addStretch(1)
        for parts in (
            (self.invite, self.measure_button),
            (self.told, self.bar, self.cancel_button),
            (self.table,),
            (self.gain, self.gain_words),
        ):
            page, inside = tall_part(self.honest)
            for part in parts:
                is_button = isinstance(part, QPushButton)
                inside.addWidget(
                    part, 0, Qt.AlignmentFlag.AlignLeft if is_button else Qt.Alignment()
                )
            inside.addStretch(1)
            self.honest.addWidget(page)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(2 * GRID)
        whole.addWidget(card(self, side), 2)
        whole.addWidget(card(self, caption("What it is worth"), self.honest), 4)
