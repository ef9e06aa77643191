"""The panel for looking at channels: which are shown, by what name, and at which scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PyQt5.QtCore import QPoint, Qt, pyqtSignal
from PyQt5.QtWidgets import (
    QButtonGroup,
    QDoubleSpinBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from emgstream.app.lane_choices import LaneChoices, ScaleMode
from emgstream.gui.card import caption, empty
from emgstream.gui.check_box import CheckBox
from emgstream.gui.form_fields import chip
from emgstream.gui.painting import GRID
from emgstream.gui.plain_label import PlainLabel
from emgstream.gui.scrolled import scrolled
from emgstream.gui.timeline.lane_scale import Span
from emgstream.translation import tr
from emgstream.wording import spoken

__all__ = ["ChannelPanel", "ChannelRow"]

_MOST = 1e9
_TIPS = {
    ScaleMode.AUTOMATIC: tr("Each channel follows its own signal"),
    ScaleMode.SHARED: tr("All channels have the scale of the largest, so that amplitudes compare"),
    ScaleMode.FIXED: tr("Each channel keeps the values below, whatever the signal does"),
}
_ROWS_HIGH = 8
"""Channels in view; more scroll."""
_ROW = 5 * GRID


@dataclass
class ChannelRow:
    """The fields of one channel."""

    shown: CheckBox
    """Ticked where it is shown."""
    title: QLineEdit
    """The name it is shown by."""
    low: QDoubleSpinBox
    """Value at the bottom of its lane."""
    high: QDoubleSpinBox
    """Value at the top of its lane."""


class ChannelPanel(QFrame):
    """A panel that opens below a button, and closes with a click beside it."""

    changed = pyqtSignal(object)
    """Emitted with the new `LaneChoices`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("card")
        self.rows: dict[str, ChannelRow] = {}
        self._fills = False
        self.mode_buttons: dict[ScaleMode, QPushButton] = {}
        self._sheet = QWidget(self)
        self._grid = QGridLayout(self._sheet)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(GRID)
        self._grid.setVerticalSpacing(GRID)
        self._area = scrolled(self, self._sheet)
        about = PlainLabel(tr("For looking only: recordings and decisions stay as they are."), self)
        about.setObjectName("quiet")
        self.reset_button = QPushButton(tr("All as they came"), self)
        self.reset_button.clicked.connect(self._reset)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addWidget(caption(tr("Vertical scale")))
        column.addLayout(self._modes())
        column.addSpacing(GRID)
        column.addWidget(self._area)
        column.addWidget(about)
        column.addWidget(self.reset_button, 0, Qt.AlignmentFlag.AlignLeft)

    def show_choices(
        self, names: tuple[str, ...], choices: LaneChoices, spans: Mapping[str, Span]
    ) -> None:
        """Show the channels of a stream, what was chosen, and the present ends of the lanes."""
        self._fills = True
        if names != tuple(self.rows):
            self._make_rows(names)
        self.mode_buttons[choices.mode].setChecked(True)
        for name, row in self.rows.items():
            row.shown.setChecked(name not in choices.hidden)
            row.title.setText(choices.titles.get(name, ""))
            kept, present = choices.spans.get(name), spans.get(name)
            ends = kept or ((present.low, present.high) if present is not None else (0.0, 0.0))
            row.low.setValue(ends[0])
            row.high.setValue(ends[1])
        self._fills = False

    def open_below(self, button: QWidget) -> None:
        """Open below a button, within the screen."""
        self.adjustSize()
        at = button.mapToGlobal(QPoint(0, button.height() + GRID // 2))
        screen = button.screen()
        if screen is not None:
            room = screen.availableGeometry()
            at.setX(max(room.left(), min(at.x(), room.right() - self.width())))
            at.setY(max(room.top(), min(at.y(), room.bottom() - self.height())))
        self.move(at)
        self.show()

    @property
    def choices(self) -> LaneChoices:
        """The choices as the fields say."""
        mode = next(one for one, button in self.mode_buttons.items() if button.isChecked())
        return LaneChoices(
            mode=mode,
            hidden=frozenset(n for n, row in self.rows.items() if not row.shown.isChecked()),
            titles={n: t for n, row in self.rows.items() if (t := row.title.text().strip())},
            spans=self._ends if mode is ScaleMode.FIXED else {},
        )

    @property
    def _ends(self) -> dict[str, tuple[float, float]]:
        """The values in the fields; a lane whose top is not above its bottom has none."""
        ends = {name: (row.low.value(), row.high.value()) for name, row in self.rows.items()}
        return {name: one for name, one in ends.items() if one[0] < one[1]}

    def _modes(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GRID)
        group = QButtonGroup(self)
        for mode in ScaleMode:
            button = chip(mode.value, self)
            button.setToolTip(_TIPS[mode])
            button.clicked.connect(self._tell)
            group.addButton(button)
            self.mode_buttons[mode] = button
            row.addWidget(button)
        row.addStretch(1)
        self.mode_buttons[ScaleMode.AUTOMATIC].setChecked(True)
        return row

    def _make_rows(self, names: tuple[str, ...]) -> None:
        empty(self._grid)
        self.rows = {}
        for column, words in enumerate((tr("Show"), tr("Name"), tr("From"), tr("To"))):
            self._grid.addWidget(caption(words), 0, column)
        for number, name in enumerate(names, start=1):
            shown = CheckBox("", self._sheet)
            shown.setAccessibleName(tr("Show {name}", name=spoken(name)))
            shown.clicked.connect(self._tell)
            title = QLineEdit(self._sheet)
            title.setPlaceholderText(spoken(name))
            title.setAccessibleName(tr("Name of {name}", name=spoken(name)))
            title.setMinimumWidth(16 * GRID)
            title.textEdited.connect(self._tell)
            low, high = (
                self._end(tr("Bottom of {name}", name=spoken(name))),
                self._end(tr("Top of {name}", name=spoken(name))),
            )
            for place, part in enumerate((shown, title, low, high)):
                self._grid.addWidget(part, number, place)
            self.rows[name] = ChannelRow(shown, title, low, high)
        self._area.setMinimumHeight((min(len(names), _ROWS_HIGH) + 1) * _ROW)
        self._area.setMinimumWidth(52 * GRID)

    def _end(self, name: str) -> QDoubleSpinBox:
        box = QDoubleSpinBox(self._sheet)
        box.setRange(-_MOST, _MOST)
        box.setDecimals(2)
        box.setMinimumWidth(11 * GRID)
        box.setAccessibleName(name)
        box.valueChanged.connect(self._fix)
        return box

    def _fix(self) -> None:
        """Keep to the values from now on, as somebody has set one."""
        if not self._fills:
            self.mode_buttons[ScaleMode.FIXED].setChecked(True)
            self._tell()

    def _reset(self) -> None:
        self.show_choices(tuple(self.rows), LaneChoices(), {})
        self._tell()

    def _tell(self) -> None:
        if not self._fills:
            self.changed.emit(self.choices)
