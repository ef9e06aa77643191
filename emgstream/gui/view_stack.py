"""Views of which one is shown at a time."""

from __future__ import annotations

from PyQt5.QtCore import QSize
from PyQt5.QtWidgets import QStackedWidget, QWidget

from emgstream.gui.scrolled import ScrolledPart

__all__ = ["ViewStack"]


class ViewStack(QStackedWidget):
    """A stack that asks for the room of the view it shows, not for that of its largest.

    Views of text and fields are added by `add_scrolled`; pictures, which fit any size, by
    ``addWidget``. Both are shown by themselves: a view does not know that it scrolls.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._areas: dict[QWidget, ScrolledPart] = {}
        self.currentChanged.connect(lambda _: self.updateGeometry())

    def add_scrolled(self, view: QWidget) -> None:
        """Add a view that scrolls where it is higher than the stack."""
        self._areas[view] = ScrolledPart(view, self)
        self.addWidget(self._areas[view])

    def setCurrentWidget(self, view: QWidget | None) -> None:  # noqa: N802 - Qt's name
        """Show a view."""
        super().setCurrentWidget(view if view is None else self._areas.get(view, view))

    def currentWidget(self) -> QWidget | None:  # noqa: N802 - Qt's name
        """Return the view that is shown."""
        shown = super().currentWidget()
        return (
            shown.part if isinstance(shown, ScrolledPart) and shown.part in self._areas else shown
        )

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size of the view that is shown."""
        shown = super().currentWidget()
        return super().sizeHint() if shown is None else shown.sizeHint()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the least size of the view that is shown."""
        shown = super().currentWidget()
        return super().minimumSizeHint() if shown is None else shown.minimumSizeHint()

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """Return whether the view that is shown has a height for each width."""
        shown = super().currentWidget()
        return shown is not None and shown.hasHeightForWidth()

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """Return the height of the view that is shown."""
        shown = super().currentWidget()
        return -1 if shown is None else shown.heightForWidth(width)
