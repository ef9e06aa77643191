"""The signal of a recording with its labels; a click on a repetition shows it, and can drop it."""

from __future__ import annotations

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from emgstream.app.recorded_signal import SignalReading
from emgstream.app.recording_review import label_spans, repetition_words
from emgstream.cue_schedule import REST
from emgstream.gui.elided_label import ElidedLabel
from emgstream.gui.labelled_signal_view import LabelledSignalView
from emgstream.gui.painting import GRID
from emgstream.gui.palette import Theme
from emgstream.recording import LabelledCueRun, RecoveryReport, RepetitionOutcome
from emgstream.translation import tr

__all__ = ["RepetitionReview"]

_CLICK = tr("Click a repetition to see its onset, or to drop it")
_AROUND_S = 1.0
"""Signal that is shown on each side of a repetition, in seconds."""


class RepetitionReview(QWidget):
    """The whole recording, and below it the repetition that was clicked."""

    drop_wanted = pyqtSignal(object, bool)
    """Emitted with a repetition, and whether it is to lose its label or to get it back."""
    selected = pyqtSignal(object)
    """Emitted with the repetition that was clicked."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recovered: RecoveryReport | None = None
        self._chosen: tuple[str, int] | None = None
        self.reading = SignalReading()
        self.overview = LabelledSignalView(
            theme, tr("Signal and labels of the whole recording"), self
        )
        self.detail = LabelledSignalView(
            theme, tr("Signal of the repetition that is selected"), self
        )
        self.detail.hide()
        self.words = ElidedLabel(self)
        self.words.setObjectName("quiet")
        self.drop_button = QPushButton(tr("Drop it"), self)
        self.drop_button.clicked.connect(self._drop)
        self.overview.row_clicked.connect(self._click)
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addWidget(self.words, 1)
        line.addWidget(self.drop_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.overview)
        column.addLayout(line)
        column.addWidget(self.detail)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_nothing(self) -> None:
        """Show that there is nothing to look at."""
        self._recovered = None
        self.hide()

    def show_recovered(self, recovered: RecoveryReport) -> None:
        """Show a finished recording; what was selected stays so."""
        is_other = self._recovered is None or self._recovered.path != recovered.path
        self._recovered = recovered
        if is_other:
            self._chosen = None
            self.overview.show_signal(None)
            self.reading.read(recovered.path)
        self.show()
        self._show()

    def select(self, labelled: LabelledCueRun) -> None:
        """Show one repetition."""
        self._chosen = labelled.run.label, labelled.run.repetition
        self._show()

    def poll(self) -> None:
        """Show the signal once it has been read."""
        if self.reading.poll():
            self.overview.show_signal(self.reading.signal)
            self._show()

    def shut_down(self) -> None:
        """Wait for the recording that is being read."""
        self.reading.shut_down()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self.overview.set_theme(theme)
        self.detail.set_theme(theme)

    @property
    def _selected(self) -> LabelledCueRun | None:
        if self._recovered is None or self._chosen is None:
            return None
        return next(
            (
                one
                for one in self._recovered.runs
                if (one.run.label, one.run.repetition) == self._chosen
            ),
            None,
        )

    def _show(self) -> None:
        recovered, signal = self._recovered, self.reading.signal
        if recovered is None:
            return
        spans = {"label": label_spans(recovered)}
        names = tuple(dict.fromkeys((REST, *sorted(one.run.label for one in recovered.runs))))
        rate_hz = recovered.sidecar.get("rate", {}).get("table_hz")
        self.overview.show_ribbons(spans, names, (0, recovered.n_samples), rate_hz)
        chosen = self._selected
        self.drop_button.setVisible(chosen is not None and chosen.run.label != REST)
        self.detail.setVisible(chosen is not None and signal is not None)
        if chosen is None:
            self.overview.mark(None)
            failure = self.reading.failure
            self.words.show_text(
                _CLICK if failure is None else tr("no signal: {failure}", failure=failure)
            )
            return
        run = chosen.run
        around = round(_AROUND_S * (rate_hz or 0.0)) or run.end - run.start
        rows = max(run.start - around, 0), min(run.end + around, recovered.n_samples)
        begins = [] if chosen.label_from is None else [(chosen.label_from, True)]
        self.overview.mark((run.start, run.end - 1))
        self.detail.show_ribbons(spans, names, rows, rate_hz)
        self.detail.show_signal(signal)
        self.detail.mark(None, [(run.start, False), *begins])
        self.words.show_text(repetition_words(recovered, chosen, signal))
        is_dropped = chosen.outcome is RepetitionOutcome.DROPPED
        self.drop_button.setText(tr("Take it back in") if is_dropped else tr("Drop it"))
        self.drop_button.setEnabled(is_dropped or chosen.outcome.counts)
        self.drop_button.setToolTip(
            tr(
                "Dashed: the cue. Solid: the label begins. A repetition that is dropped keeps its "
                "samples and loses its label, so that no model learns from it"
            )
        )

    def _click(self, row: int) -> None:
        recovered = self._recovered
        if recovered is None:
            return
        under = next((one for one in recovered.runs if one.run.start <= row < one.run.end), None)
        if under is not None:
            self.select(under)
            self.selected.emit(under)

    def _drop(self) -> None:
        chosen = self._selected
        if chosen is not None:
            self.drop_wanted.emit(chosen, chosen.outcome is not RepetitionOutcome.DROPPED)
