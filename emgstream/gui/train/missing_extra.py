"""The card in place of the page where the libraries for training are not installed."""

from __future__ import annotations

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import QGridLayout, QHBoxLayout, QProgressBar, QPushButton, QWidget

from emgstream.app.extra_installation import ExtraInstallation, InstallationState
from emgstream.app.installation_plan import InstallationPlan, plan_installation, size_words
from emgstream.errors import EmgStreamError
from emgstream.extras import TRAIN
from emgstream.gui.card import card, center, row_name
from emgstream.gui.elided_label import ElidedLabel
from emgstream.gui.painting import GRID, font
from emgstream.gui.plain_label import PlainLabel
from emgstream.translation import tr

__all__ = ["MissingExtra"]

_ABOUT = tr(
    "Models are trained with TensorFlow and scikit-learn, which are installed once. "
    "Watching, recording and replaying work without them."
)
_STEPS = 1000
"""Steps of the progress bar: finer than its pixels."""


class MissingExtra(QWidget):
    """Says what is missing, how large it is and where to it goes, and installs it."""

    installed = pyqtSignal()
    failed = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.installation: ExtraInstallation | None = None
        self._plan: InstallationPlan | None = None
        title = PlainLabel(tr("Training needs further libraries"), self)
        title.setFont(font(self.font(), 1.4, bold=True))
        about = PlainLabel(_ABOUT, self)
        about.setWordWrap(True)
        about.setObjectName("quiet")
        self.obstacle = PlainLabel(self)
        self.obstacle.setWordWrap(True)
        self.obstacle.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.words = ElidedLabel(self)
        sheet = card(self, title, about, self._facts(), self.obstacle, self.bar, self._buttons())
        center(self, sheet, 80 * GRID, above=2, below=3)

    @property
    def is_busy(self) -> bool:
        """True while it installs."""
        return self.installation is not None and self.installation.is_running

    def look(self) -> None:
        """Look anew what would be installed, and whether that can be done."""
        try:
            self._plan = plan_installation(TRAIN.name)
            obstacle = self._plan.obstacle
        except EmgStreamError as error:
            self._plan, obstacle = None, str(error)
        if self._plan is not None:
            self.place.show_text(str(self._plan.environment))
        self.obstacle.setVisible(obstacle is not None)
        self.obstacle.setText("" if obstacle is None else obstacle[:1].upper() + obstacle[1:])
        self._show_state()

    def install(self) -> None:
        """Begin the installation."""
        if self._plan is None or self.is_busy:
            return
        try:
            self.installation = ExtraInstallation(self._plan)
        except EmgStreamError as error:
            self.failed.emit(str(error))
        self._show_state()

    def cancel(self) -> None:
        """Cancel the installation while nothing has been written."""
        if self.installation is not None:
            self.installation.cancel()
        self._show_state()

    def poll(self) -> None:
        """Follow the installation; tell once that it is done or has failed."""
        installation = self.installation
        if installation is None or not installation.is_running:
            return
        installation.poll()
        self._show_state()
        if installation.failure is not None:
            self.failed.emit(str(installation.failure))
        elif installation.state is InstallationState.DONE:
            self.installed.emit()

    def shut_down(self) -> None:
        """Cancel the installation, or let it finish where it writes."""
        if self.installation is not None:
            self.installation.shut_down()

    def _show_state(self) -> None:
        installation, busy = self.installation, self.is_busy
        self.bar.setVisible(busy)
        self.install_button.setVisible(not busy)
        self.install_button.setEnabled(self._plan is not None and self._plan.obstacle is None)
        self.again_button.setVisible(not busy)
        self.cancel_button.setVisible(busy)
        if installation is None or installation.failure is not None:
            self.words.show_text("")
            return
        words = installation.words
        self.words.show_text(words[:1].upper() + words[1:])
        self.cancel_button.setEnabled(installation.can_be_cancelled)
        share = installation.fraction
        self.bar.setRange(0, 0 if share is None else _STEPS)
        if share is not None:
            self.bar.setValue(round(share * _STEPS))

    def _facts(self) -> QWidget:
        self.place = ElidedLabel(self)
        table = QWidget(self)
        grid = QGridLayout(table)
        grid.setContentsMargins(0, GRID, 0, GRID)
        grid.setHorizontalSpacing(2 * GRID)
        what = PlainLabel(tr("TensorFlow, scikit-learn, matplotlib and what they need"), self)
        size = PlainLabel(size_words(TRAIN), self)
        for value in (what, size):
            value.setWordWrap(True)
        rows = ((tr("What"), what), (tr("How large"), size), (tr("Where to"), self.place))
        for number, (name, part) in enumerate(rows):
            grid.addWidget(row_name(name), number, 0)
            grid.addWidget(part, number, 1)
        grid.setColumnStretch(1, 1)
        return table

    def _buttons(self) -> QWidget:
        self.install_button = QPushButton(tr("Install"), self)
        self.install_button.setObjectName("primary")
        self.install_button.setMinimumWidth(15 * GRID)
        self.install_button.clicked.connect(self.install)
        self.cancel_button = QPushButton(tr("Cancel"), self)
        self.cancel_button.setToolTip(tr("While packages are downloaded; nothing is changed by it"))
        self.cancel_button.clicked.connect(self.cancel)
        self.again_button = QPushButton(tr("Check again"), self)
        self.again_button.setToolTip(tr("After they were installed elsewhere, or room was made"))
        buttons = QWidget(self)
        row = QHBoxLayout(buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.install_button)
        row.addWidget(self.words, 1)
        row.addWidget(self.cancel_button)
        row.addWidget(self.again_button)
        return buttons
