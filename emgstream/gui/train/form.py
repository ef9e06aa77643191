"""What to train, and where the model goes."""

from __future__ import annotations

from pathlib import Path

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import (
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from emgstream.bundle import MODEL_SUFFIX
from emgstream.gui.card import caption
from emgstream.gui.elided_label import ElidedLabel
from emgstream.gui.painting import GRID
from emgstream.gui.picker import Picker
from emgstream.gui.train.job import Wanted

__all__ = ["TrainingForm"]

_RECIPES = {
    "realtime": "made for live use",
    "published": "repeats a published figure",
}


class TrainingForm(QWidget):
    """Everything that can be said beforehand; all of it has a default."""

    changed = pyqtSignal()

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.folder = folder
        self.recipe = Picker(self)
        for name, words in _RECIPES.items():
            self.recipe.addItem(f"{name}: {words}", name)
        self.rate = QDoubleSpinBox(self)
        self.rate.setRange(0.0, 1e6)
        self.rate.setDecimals(1)
        self.rate.setSuffix(" Hz")
        self.rate.setSpecialValueText("by the recordings' clock")
        self.rate.setToolTip("Samples a second; needed where a recording has no time_s column")
        self.epochs = QSpinBox(self)
        self.epochs.setRange(0, 10_000)
        self.epochs.setSpecialValueText("as the recipe says")
        self.epochs.setToolTip("Passes over the data, at most; few for a quick look")
        self.name = QLineEdit("my", self)
        self.folder_label = ElidedLabel(self, Qt.TextElideMode.ElideMiddle)
        self.folder_label.setObjectName("quiet")
        self.folder_button = QPushButton("Folder…", self)
        self.channels = self._quiet("")
        self._typed = False
        self._lay_out()
        self._connect_parts()
        self.set_folder(folder)

    @property
    def rate_hz(self) -> float | None:
        """The rate that was said; None for the recordings' own."""
        return self.rate.value() or None

    @property
    def out(self) -> Path:
        """Where the model goes."""
        return self.folder / (self.name.text().strip().removesuffix(MODEL_SUFFIX) + MODEL_SUFFIX)

    @property
    def named(self) -> bool:
        """Whether the model has a name."""
        return bool(self.name.text().strip().removesuffix(MODEL_SUFFIX))

    def wanted(self, paths: tuple[Path, ...]) -> Wanted:
        """Return what it comes to for some recordings."""
        return Wanted(
            paths=paths,
            out=self.out,
            recipe=self.recipe.currentData(),
            rate_hz=self.rate_hz,
            epochs=self.epochs.value() or None,
        )

    def set_folder(self, folder: Path) -> None:
        """Write the model into another folder."""
        self.folder = folder
        self.folder_label.say(f"in {folder}")

    def propose(self, recording: Path) -> None:
        """Propose a name and a place beside a recording, unless the user has said otherwise."""
        if not self._typed:
            self.name.setText(recording.name.split(".")[0])
            self.set_folder(recording.parent)

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Write the model into", str(self.folder))
        if name:
            self._typed = True
            self.set_folder(Path(name))
            self.changed.emit()

    def _name_typed(self) -> None:
        self._typed = True

    def _connect_parts(self) -> None:
        self.rate.valueChanged.connect(lambda _: self.changed.emit())
        self.epochs.valueChanged.connect(lambda _: self.changed.emit())
        self.name.textChanged.connect(lambda _: self.changed.emit())
        self.name.textEdited.connect(lambda _: self._name_typed())
        self.folder_button.clicked.connect(self._choose_folder)

    def _lay_out(self) -> None:
        place = QHBoxLayout()
        place.addWidget(self.folder_label, 1)
        place.addWidget(self.folder_button)
        rows = QFormLayout()
        rows.setHorizontalSpacing(2 * GRID)
        rows.setVerticalSpacing(GRID)
        rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        rows.addRow(self._quiet("Name"), self.name)
        rows.addRow("", place)
        rows.addRow(self._quiet("Recipe"), self.recipe)
        rows.addRow(self._quiet("Rate"), self.rate)
        rows.addRow(self._quiet("Epochs"), self.epochs)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID + GRID // 2)
        column.addWidget(caption("The model"))
        column.addLayout(rows)
        column.addSpacing(GRID)
        column.addWidget(caption("Learned from"))
        column.addWidget(self.channels)
        column.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)

    def _quiet(self, words: str) -> QLabel:
        label = QLabel(words, self)
        label.setObjectName("quiet")
        label.setWordWrap(bool(not words))
        return label
