"""One light per channel shows the signal quality."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QWidget

from emgstream.app.quality_words import quality_hint, quality_words
from emgstream.gui.elided_label import ElidedLabel
from emgstream.gui.painting import GRID
from emgstream.gui.palette import Theme
from emgstream.gui.plain_label import PlainLabel, set_plain_tip
from emgstream.gui.status_light import StatusLight
from emgstream.quality import Quality, QualityKind
from emgstream.wording import spoken

__all__ = ["QualityPanel"]

_ONE_COLUMN = 4
"""More channels than this take two columns, as the panel must leave room for the prediction."""


class QualityPanel(QWidget):
    """The verdict on each channel, with advice in the tooltip."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: list[tuple[StatusLight, QLabel, QWidget]] = []
        self.names: tuple[str, ...] = ()
        self._verdicts: tuple[Quality, ...] = ()
        self._layout = QGridLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setVerticalSpacing(GRID // 2)
        self._layout.setHorizontalSpacing(2 * GRID)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        verdicts, self._verdicts = self._verdicts, ()
        self.show_verdicts(verdicts)

    def set_channels(self, names: tuple[str, ...]) -> None:
        """Show one row per channel, with unknown quality."""
        for _, _, row in self._rows:
            self._layout.removeWidget(row)
            row.deleteLater()
        self.names, self._verdicts = names, ()
        self._rows = [self._row(name) for name in names]
        n_rows = len(names) if len(names) <= _ONE_COLUMN else -(-len(names) // 2)
        for number, (_, _, row) in enumerate(self._rows):
            column, place = divmod(number, n_rows)
            self._layout.addWidget(row, place, column)
        self.show_verdicts(tuple(Quality(QualityKind.NO_SIGNAL) for _ in names))

    @property
    def words(self) -> tuple[str, ...]:
        """The verdicts in words."""
        return tuple(quality_words(verdict) for verdict in self._verdicts)

    def show_verdicts(self, verdicts: tuple[Quality, ...]) -> None:
        """Show other verdicts."""
        if verdicts == self._verdicts or len(verdicts) != len(self._rows):
            return
        self._verdicts = verdicts
        rows = zip(self.names, self._rows, verdicts, strict=True)
        for name, (light, words, row), verdict in rows:
            shape, ink = self._sign(verdict)
            light.show_sign(shape, ink)
            words.setText(quality_words(verdict))
            words.setStyleSheet("" if verdict.fine else f"color: {self._theme.warning};")
            set_plain_tip(row, quality_hint(spoken(name), verdict))

    def _sign(self, verdict: Quality) -> tuple[str, str]:
        if verdict.kind is QualityKind.NO_SIGNAL:
            return "ring", self._theme.quiet
        return ("disc", self._theme.good) if verdict.fine else ("triangle", self._theme.warning)

    def _row(self, name: str) -> tuple[StatusLight, QLabel, QWidget]:
        row = QWidget(self)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        light = StatusLight(self._theme, row)
        channel = ElidedLabel(row, Qt.TextElideMode.ElideMiddle, least=3)
        channel.setText(spoken(name))
        words = PlainLabel(row)
        words.setObjectName("quiet")
        layout.addWidget(light)
        layout.addWidget(channel, 1)
        layout.addWidget(words)
        return light, words, row
