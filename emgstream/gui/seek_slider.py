"""A slider whose handle jumps to where it is clicked."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QMouseEvent
from PyQt5.QtWidgets import QSlider, QStyle, QStyleOptionSlider, QWidget

__all__ = ["SeekSlider"]


class SeekSlider(QSlider):
    """A horizontal slider; a click moves its handle to the pointer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Move the handle to the pointer, from where it can be dragged."""
        style = self.style()
        if event is not None and style is not None:
            option = QStyleOptionSlider()
            self.initStyleOption(option)
            half = style.pixelMetric(QStyle.PixelMetric.PM_SliderLength, option, self) // 2
            self.setValue(
                QStyle.sliderValueFromPosition(
                    self.minimum(), self.maximum(), event.x() - half, self.width() - 2 * half
                )
            )
        super().mousePressEvent(event)
