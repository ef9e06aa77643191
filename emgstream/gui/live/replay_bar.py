"""Play, pause, seek, speed and loop of a recording."""

from __future__ import annotations

import math

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtGui import QResizeEvent
from PyQt5.QtWidgets import QHBoxLayout, QPushButton, QWidget

from emgstream.gui.drop_down_list import DropDownList
from emgstream.gui.painting import GRID
from emgstream.gui.plain_label import PlainLabel
from emgstream.gui.seek_slider import SeekSlider
from emgstream.gui.shortcuts import key_words
from emgstream.sources.replay_source import ReplaySource
from emgstream.translation import tr

__all__ = ["ReplayBar", "clock_words"]

_STEPS = 10_000
"""Positions of the slider: more than the pixels of a screen."""
_WITH_COLUMNS = 90 * GRID
_SPEEDS = (("¼×", 0.25), ("½×", 0.5), ("1×", 1.0), ("2×", 2.0), ("4×", 4.0), (tr("max"), None))


class ReplayBar(QWidget):
    """Controls one replay; hidden where there is none."""

    columns_wanted = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._replay: ReplaySource | None = None
        self.play_button = QPushButton(tr("Pause"), self)
        self.play_button.setMinimumWidth(10 * GRID)
        self.play_button.setToolTip(tr("Space"))
        self.position_label = PlainLabel(self)
        self.position_label.setObjectName("quiet")
        self.slider = SeekSlider(self)
        self.slider.setRange(0, _STEPS)
        self.slider.setAccessibleName(tr("Position in the recording"))
        self.speed_list = DropDownList(self)
        self.speed_list.setToolTip(tr("Speed"))
        self.speed_list.setAccessibleName(tr("Speed"))
        for title, value in _SPEEDS:
            self.speed_list.addItem(title, value)
        self.loop_button = QPushButton(tr("Loop"), self)
        self.loop_button.setCheckable(True)
        self.loop_button.setToolTip(key_words(tr("Begin again at the end (Ctrl+L)")))
        self.columns_button = QPushButton(tr("Columns…"), self)
        self.columns_button.setToolTip(
            key_words(tr("The role of each column of the file (Ctrl+K)"))
        )
        self.columns_button.clicked.connect(self.columns_wanted)
        self._lay_out()
        self.play_button.clicked.connect(self.toggle_play)
        self.slider.valueChanged.connect(self._slider_moved)
        self.speed_list.activated.connect(self._speed_chosen)
        self.loop_button.clicked.connect(self._loop_clicked)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Hide the button of the columns where the slider needs its room; it has a key, too."""
        super().resizeEvent(event)
        self.columns_button.setVisible(self.width() >= _WITH_COLUMNS)

    def set_replay(self, replay: ReplaySource | None) -> None:
        """Control another replay; None to hide."""
        self._replay = replay
        self.setVisible(replay is not None)
        if replay is None:
            return
        self.loop_button.setChecked(replay.loops)
        values = [value for _, value in _SPEEDS]
        if replay.speed not in values:
            self.speed_list.addItem(f"{replay.speed:g}×", replay.speed)
            values.append(replay.speed)
        self.speed_list.setCurrentIndex(values.index(replay.speed))
        timed = not math.isnan(replay.duration_s)
        self.slider.setEnabled(timed)
        self.speed_list.setEnabled(timed)
        self.refresh()

    def refresh(self) -> None:
        """Show the position of the replay."""
        replay = self._replay
        if replay is None:
            return
        playing = not replay.paused and not replay.at_end
        self.play_button.setText(tr("Pause") if playing else tr("Play"))
        if math.isnan(replay.duration_s):
            self.position_label.setText(tr("no time in this file"))
            return
        self.position_label.setText(
            f"{clock_words(replay.position_s)} / {clock_words(replay.duration_s)}"
        )
        if not self.slider.isSliderDown():
            self.slider.blockSignals(True)
            share = replay.position_s / replay.duration_s if replay.duration_s else 0.0
            self.slider.setValue(round(share * _STEPS))
            self.slider.blockSignals(False)

    def toggle_play(self) -> None:
        """Play or pause."""
        if self._replay is None:
            return
        if self._replay.paused or self._replay.at_end:
            self._replay.play()
        else:
            self._replay.pause()
        self.refresh()

    def toggle_loop(self) -> None:
        """Begin again at the end of the recording, or not."""
        if self._replay is not None:
            self.loop_button.setChecked(not self.loop_button.isChecked())
            self._loop_clicked()

    def seek_by(self, seconds: float) -> None:
        """Jump back (negative) or forward by so many seconds."""
        if self._replay is not None and not math.isnan(self._replay.duration_s):
            self._replay.seek(self._replay.position_s + seconds)
            self.refresh()

    def _slider_moved(self, value: int) -> None:
        if self._replay is not None:
            self._replay.seek(value / _STEPS * self._replay.duration_s)
            self.refresh()

    def _speed_chosen(self, position: int) -> None:
        if self._replay is not None:
            self._replay.set_speed(self.speed_list.itemData(position))

    def _loop_clicked(self) -> None:
        if self._replay is not None:
            self._replay.set_loop(self.loop_button.isChecked())

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.play_button)
        row.addWidget(self.slider, 1)
        self.position_label.setMinimumWidth(
            self.fontMetrics().horizontalAdvance("00:00.0 / 00:00.0") + GRID
        )
        self.position_label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row.addWidget(self.position_label)
        row.addWidget(self.speed_list)
        row.addWidget(self.loop_button)
        row.addWidget(self.columns_button)


def clock_words(seconds: float) -> str:
    """Return minutes and seconds.

    >>> clock_words(61.24)
    '1:01.2'
    """
    minutes, rest = divmod(math.floor(seconds * 10.0) / 10.0, 60.0)
    return f"{int(minutes)}:{rest:04.1f}"
