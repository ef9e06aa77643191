"""The steps of a page, with the present one marked."""

from __future__ import annotations

from PyQt5.QtWidgets import QLabel, QSizePolicy, QWidget

from emgstream.gui.palette import Theme

__all__ = ["StepBar"]

_BETWEEN = "&nbsp;&nbsp;&nbsp;&nbsp;›&nbsp;&nbsp;&nbsp; "


class StepBar(QLabel):
    """A line of numbered steps, or two lines where one is too long."""

    def __init__(self, theme: Theme, steps: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("quiet")
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._theme = theme
        self._steps = steps
        self.show_step(0)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self.show_step(self._step)

    def show_step(self, step: int) -> None:
        """Mark a step, counted from 0."""
        self._step = step
        words = [
            f"{number} {name}".replace(" ", "\u00a0")
            for number, name in enumerate(self._steps, start=1)
        ]
        words[step] = f"<b style='color:{self._theme.text}'>{words[step]}</b>"
        self.setText(_BETWEEN.join(words))
