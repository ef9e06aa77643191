"""The form of a training: a new model, or an existing one to adapt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from emgstream.app.list_choice import ListChoice
from emgstream.app.training_job import FOUND, SignalChoice, TrainingRequest
from emgstream.bundle import MODEL_SUFFIX
from emgstream.gui.card import caption, row_name
from emgstream.gui.drop_down_list import DropDownList
from emgstream.gui.elided_label import ElidedLabel
from emgstream.gui.form_fields import DecimalField, chip
from emgstream.gui.painting import GRID
from emgstream.gui.plain_label import PlainLabel
from emgstream.gui.record.record_form import from_home
from emgstream.tables import ColumnChoice
from emgstream.translation import tr

__all__ = ["TrainingForm"]

_RECIPES = {
    "realtime": tr("for live use"),
    "published": tr("repeats a published figure"),
}
_SIGNALS = {
    tr("found in the data"): FOUND,
    tr("raw, hum found in the data"): SignalChoice("raw"),
    tr("raw, hum at 50 Hz"): SignalChoice("raw", "50"),
    tr("raw, hum at 60 Hz"): SignalChoice("raw", "60"),
    tr("raw, no hum"): SignalChoice("raw", "none"),
    tr("envelope: rectified and smoothed"): SignalChoice("envelope"),
}
_WAYS = (
    (tr("A new model"), tr("Learns from these sessions alone")),
    (
        tr("Adapt a model"),
        tr("Teaches a model where the electrodes sit today"),
    ),
)


class TrainingForm(QWidget):
    """All settings of a training; each has a default."""

    changed = pyqtSignal()

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.folder = folder
        self.new_button, self.adapt_button = (self._chip(*way) for way in _WAYS)
        self.base = DropDownList(self)
        self.base.setToolTip(tr("The model to begin with; it stays as it is"))
        self.recipe = DropDownList(self)
        for name, words in _RECIPES.items():
            self.recipe.addItem(f"{name}: {words}", name)
        self.signal = DropDownList(self)
        for words, signal in _SIGNALS.items():
            self.signal.addItem(words, signal)
        self.signal.setToolTip(tr("What the sensors give, and the mains hum to take out of it"))
        self.rate = DecimalField(self)
        self.rate.setRange(0.0, 1e6)
        self.rate.setDecimals(1)
        self.rate.setSuffix(" Hz")
        self.rate.setSpecialValueText(tr("by the recordings' clock"))
        self.rate.setToolTip(
            tr("Samples per second; needed where a recording has no time_s column")
        )
        self.epochs = QSpinBox(self)
        self.epochs.setRange(0, 10_000)
        self.epochs.setSpecialValueText(tr("as the recipe says"))
        self.epochs.setToolTip(tr("Passes over the data, at most; few for a quick look"))
        self.name = QLineEdit("my", self)
        self.folder_label = ElidedLabel(self, Qt.TextElideMode.ElideMiddle)
        self.folder_label.setObjectName("quiet")
        self.folder_button = QPushButton(tr("Folder…"), self)
        self.channels = PlainLabel(self)
        self.channels.setObjectName("quiet")
        self.channels.setWordWrap(True)
        self._typed = False
        self._usual_folder: Path | None = None
        self._lay_out()
        self._connect_parts()
        self.set_folder(folder)
        self.new_button.setChecked(True)

    @property
    def adapts(self) -> bool:
        """True where an existing model is to be adapted."""
        return self.adapt_button.isChecked()

    @property
    def rate_hz(self) -> float | None:
        """The sampling rate that the user states; None for the recordings' own."""
        return self.rate.value() or None

    @property
    def out(self) -> Path:
        """The file of the new model."""
        return self.folder / (self.name.text().strip().removesuffix(MODEL_SUFFIX) + MODEL_SUFFIX)

    @property
    def missing_words(self) -> str:
        """The reason why a training cannot begin; empty where it can."""
        if not self.name.text().strip().removesuffix(MODEL_SUFFIX):
            return tr("Give the model a name")
        if self.adapts and self.out == self._base:
            return tr("Give it another name: the model it begins with stays as it is")
        return ""

    def request(self, paths: tuple[Path, ...]) -> TrainingRequest:
        """Return the training of these recordings with the settings as they stand."""
        if self.adapts:
            return TrainingRequest(paths, self.out, columns=self._columns, base=self._base)
        return TrainingRequest(
            paths=paths,
            out=self.out,
            recipe=self.recipe.currentData(),
            signal=self.signal.currentData() if self.signal.isEnabled() else FOUND,
            columns=self._columns,
            epochs=self.epochs.value() or None,
        )

    def show_new(self, signal: SignalChoice) -> None:
        """Propose a new model of this kind of signal, with a name of its own."""
        self.new_button.setChecked(True)
        self.signal.setCurrentIndex(max(list(_SIGNALS.values()).index(signal), 0))
        self._typed = False

    def set_models(self, models: Sequence[ListChoice], chosen: Path | None) -> None:
        """Offer these models to adapt; the choice stays, else it is the one in use."""
        before = self.base.currentData() or str(chosen or "")
        self.base.clear()
        for model in models:
            self.base.addItem(model.title, model.value)
        self.base.setCurrentIndex(max(self.base.findData(before), 0))
        self.adapt_button.setEnabled(bool(models))

    def set_folder(self, folder: Path) -> None:
        """Write the model into another folder."""
        self.folder = folder
        self.folder_label.show_text(tr("in {folder}", folder=from_home(folder)))

    def propose(self, recording: Path) -> None:
        """Propose the name and folder of a recording, unless the user has set them."""
        if not self._typed:
            self.name.setText(recording.name.split(".")[0])
            self.set_folder(self._usual_folder or recording.parent)

    def set_usual_folder(self, folder: Path | None) -> None:
        """Propose this folder; None for that of the recordings."""
        self._usual_folder = folder
        if folder is not None:
            self.set_folder(folder)

    @property
    def _columns(self) -> ColumnChoice:
        return ColumnChoice(rate_hz=self.rate_hz)

    @property
    def _base(self) -> Path:
        return Path(self.base.currentData() or "")

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, tr("Write the model into"), str(self.folder))
        if name:
            self._typed = True
            self.set_folder(Path(name))
            self.changed.emit()

    def _name_typed(self) -> None:
        self._typed = True

    def _show_way(self) -> None:
        """Show the fields of a new model, or those of one to adapt."""
        for part in self._of_adapted:
            part.setVisible(self.adapts)
        for part in self._of_new:
            part.setVisible(not self.adapts)
        self.changed.emit()

    def _connect_parts(self) -> None:
        self.adapt_button.toggled.connect(lambda _: self._show_way())
        self.recipe.currentIndexChanged.connect(
            lambda _: self.signal.setEnabled(self.recipe.currentData() == "realtime")
        )
        self.base.currentIndexChanged.connect(lambda _: self.changed.emit())
        self.rate.valueChanged.connect(lambda _: self.changed.emit())
        self.epochs.valueChanged.connect(lambda _: self.changed.emit())
        self.name.textChanged.connect(lambda _: self.changed.emit())
        self.name.textEdited.connect(lambda _: self._name_typed())
        self.folder_button.clicked.connect(self._choose_folder)

    def _lay_out(self) -> None:
        ways = QHBoxLayout()
        ways.setSpacing(GRID)
        group = QButtonGroup(self)
        for button in (self.new_button, self.adapt_button):
            group.addButton(button)
            ways.addWidget(button)
        ways.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID + GRID // 2)
        column.addWidget(caption(tr("The model")))
        column.addLayout(ways)
        column.addLayout(self._rows())
        column.addWidget(caption(tr("Learned from")))
        column.addWidget(self.channels)
        column.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)

    def _rows(self) -> QFormLayout:
        rows = QFormLayout()
        rows.setHorizontalSpacing(2 * GRID)
        rows.setVerticalSpacing(GRID)
        rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        place = QHBoxLayout()
        place.addWidget(self.folder_label, 1)
        place.addWidget(self.folder_button)
        self._of_adapted = self._row(rows, tr("From"), self.base)
        self._row(rows, tr("Name"), self.name)
        rows.addRow("", place)
        self._of_new = [
            *self._row(rows, tr("Recipe"), self.recipe),
            *self._row(rows, tr("Signal"), self.signal),
        ]
        self._row(rows, tr("Rate"), self.rate)
        self._of_new += self._row(rows, tr("Epochs"), self.epochs)
        for part in self._of_adapted:
            part.hide()
        return rows

    def _row(self, rows: QFormLayout, words: str, field: QWidget) -> list[QWidget]:
        name = row_name(words)
        rows.addRow(name, field)
        return [name, field]

    def _chip(self, words: str, hint: str) -> QPushButton:
        button = chip(words, self)
        button.setToolTip(hint)
        return button
