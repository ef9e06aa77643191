"""The effect of settings: scores and a curve; or why there are none yet."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QLabel, QProgressBar, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from emgstream.app.tuning_recording import AnalysedRecording, ThresholdSweep, TriedSettings
from emgstream.app.tuning_words import compared
from emgstream.gui.card import caption
from emgstream.gui.elided_label import ElidedLabel
from emgstream.gui.painting import GRID
from emgstream.gui.palette import Theme
from emgstream.gui.plain_label import PlainLabel
from emgstream.gui.tune.trade_off import TradeOff
from emgstream.gui.tune.tuning_figures import TuningFigures
from emgstream.translation import tr

__all__ = ["TuningOutcome"]


class TuningOutcome(QStackedWidget):
    """Shows a text, or scores and curve."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.message = PlainLabel(self)
        self.message.setWordWrap(True)
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 0)
        self.warning = ElidedLabel(self)
        self.figures = TuningFigures(self)
        self.curve = TradeOff(theme, self)
        self.legend = QLabel(self)
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self._has_own = True
        self._theme = theme
        self._lay_out()
        self.set_theme(theme)

    @property
    def shows_figures(self) -> bool:
        """True where scores are shown."""
        return self.currentIndex() == 1

    def show_opening(self, name: str) -> None:
        """Show that a recording is being analysed."""
        self.message.setText(tr("The model looks at {name} …", name=name))
        self.bar.show()
        self.curve.clear()
        self.setCurrentIndex(0)

    def show_nothing(self, words: str) -> None:
        """Show why there is nothing, and what to do."""
        self.message.setText(words)
        self.bar.hide()
        self.setCurrentIndex(0)

    def show_tried(
        self, opened: AnalysedRecording, tried: TriedSettings, swept: ThresholdSweep | None
    ) -> None:
        """Show scores, and the curve as far as it is computed."""
        self.figures.show_scores(compared(opened, tried))
        if swept is not None:
            self.curve.show_sweep(swept.sweep, opened.plain, opened.own, tried.score)
        self.warning.show_text(_warning(opened))
        self.warning.setVisible(bool(self.warning.text()))
        if self._has_own != (opened.own is not None):
            self._has_own = opened.own is not None
            self._show_legend()
        self.setCurrentIndex(1)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self.curve.set_theme(theme)
        self.warning.setStyleSheet(f"color: {theme.warning};")
        self._show_legend()

    def _show_legend(self) -> None:
        theme = self._theme
        signs = [(theme.quiet, "○", tr("the likeliest class")), (theme.accent, "●", tr("yours"))]
        if self._has_own:
            signs.insert(1, (theme.text, "○", tr("the model's own")))
        self.legend.setText(
            "&nbsp;&nbsp;&nbsp;&nbsp;".join(
                f"<span style='color:{ink}'>{sign} {words}</span>" for ink, sign, words in signs
            )
        )

    def _lay_out(self) -> None:
        waiting, column = _column(self)
        column.addWidget(self.message)
        column.addWidget(self.bar)
        column.addStretch(1)
        self.addWidget(waiting)
        found, column = _column(self)
        column.addWidget(caption(tr("The effect on this recording")))
        column.addWidget(self.warning)
        column.addWidget(self.figures)
        column.addSpacing(GRID)
        column.addWidget(caption(tr("Errors against abstentions, for every confidence to act")))
        column.addWidget(self.curve, 1)
        column.addWidget(self.legend)
        self.addWidget(found)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)


def _warning(opened: AnalysedRecording) -> str:
    """Return why the scores may be too good; empty where there is no reason."""
    if opened.is_learned_by_heart:
        return tr("The model was trained on this recording: all of this flatters it")
    if opened.passed_over:
        return tr(
            "{passed_over}: this is of the shipped recording, synthetic EMG",
            passed_over=opened.passed_over,
        )
    return ""


def _column(parent: QWidget) -> tuple[QWidget, QVBoxLayout]:
    part = QWidget(parent)
    column = QVBoxLayout(part)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(GRID)
    return part, column
