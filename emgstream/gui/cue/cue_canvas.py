"""The cue: its name and picture inside a closing ring, to be read from two metres away."""

from __future__ import annotations

from PyQt5.QtCore import QPointF, QRectF, QSize, Qt
from PyQt5.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PyQt5.QtWidgets import QSizePolicy, QWidget

from emgstream.app.cue_scene import CueScene, CueTone
from emgstream.gui.cue.movement_pictures import MovementColors, draw_movement
from emgstream.gui.painting import GRID, color, font, text
from emgstream.gui.palette import Theme, blended, class_colors
from emgstream.translation import tr
from emgstream.wording import spoken

__all__ = ["CueCanvas"]

# Sizes by eye, at two metres from a 14-inch screen.
_TITLE_SHARE = 0.2
"""Height of the title, relative to the canvas."""
_LARGEST_TITLE = 14 * GRID
_BELOW = 3.5 * GRID
"""Height of the line below the title."""
_FOOT = 8 * GRID
"""Height of what is next and what is left."""
_RING = 1.5 * GRID
"""Width of the ring."""
_PICTURE = 0.62
"""Side of the picture, relative to the diameter of the ring."""
_COUNT = 0.18
"""Height of the seconds, relative to the same."""
_LEFT, _RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
_CENTRE = Qt.AlignmentFlag.AlignHCenter


class CueCanvas(QWidget):
    """Draws one scene at a time, and only where it changed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scene = CueScene("", CueTone.CALM)
        self._theme = theme
        self._labels: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(tr("What to do"))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the smallest size."""
        return QSize(40 * GRID, max(26 * GRID, 10 * self.fontMetrics().lineSpacing()))

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self.update()

    def set_labels(self, labels: tuple[str, ...]) -> None:
        """Set the labels of a session: their colours, and one text size for all names."""
        self._labels = labels
        self.update()

    def show_scene(self, scene: CueScene) -> None:
        """Show another scene."""
        if scene != self.scene:
            self.scene = scene
            self.setAccessibleDescription(f"{scene.title}. {scene.below}")
            self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw the scene."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), color(self._theme.surface))
        whole = QRectF(self.rect())
        title_height = min(_TITLE_SHARE * whole.height(), _LARGEST_TITLE)
        self._draw_title(painter, QRectF(0, 0, whole.width(), title_height))
        below = QRectF(0, title_height, whole.width(), _BELOW)
        painter.setFont(font(self.font(), 1.4))
        text(painter, below, self.scene.below, _CENTRE, color(self._theme.quiet))
        foot = QRectF(0, whole.height() - _FOOT, whole.width(), _FOOT)
        ring = QRectF(
            0, below.bottom() + GRID, whole.width(), foot.top() - below.bottom() - 2 * GRID
        )
        self._draw_ring(painter, ring)
        self._draw_foot(painter, foot)
        painter.end()

    def _draw_title(self, painter: QPainter, area: QRectF) -> None:
        names = {self.scene.title, *map(spoken, self._labels)}
        metrics = QFontMetricsF(font(self.font(), 10.0, bold=True))
        widest = max(metrics.horizontalAdvance(name) for name in names) or 1.0  # not shown yet
        factor = 10.0 * min(area.width() / widest, area.height() / metrics.height())
        painter.setFont(font(self.font(), max(factor, 1.5), bold=True))
        text(painter, area, self.scene.title, _CENTRE, color(self._title_ink()))

    def _draw_ring(self, painter: QPainter, area: QRectF) -> None:
        side = min(area.width(), area.height())
        if side < 4 * _RING:
            return
        ring = QRectF(0, 0, side - _RING, side - _RING)
        ring.moveCenter(area.center())
        scene, tint = self.scene, self._tint()
        if scene.share is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(_ring_pen(color(self._theme.sunken)))
            painter.drawEllipse(ring)
            painter.setPen(_ring_pen(color(tint)))
            painter.drawArc(ring, 90 * 16, -round(min(max(scene.share, 0.0), 1.0) * 360 * 16))
        if scene.label:
            picture = QRectF(0, 0, _PICTURE * side, _PICTURE * side)
            lift = 0.09 * side if scene.count else 0.0
            picture.moveCenter(ring.center() - QPointF(0, lift))
            draw_movement(painter, picture, scene.label, self._inks(tint))
        if scene.count:
            place = QRectF(0, 0, side, _COUNT * side)
            place.moveCenter(ring.center() + QPointF(0, 0.35 * side))
            metrics = QFontMetricsF(font(self.font(), 10.0, bold=True))
            painter.setFont(font(self.font(), 10.0 * place.height() / metrics.height(), bold=True))
            text(painter, place, scene.count, _CENTRE, color(self._title_ink()))

    def _draw_foot(self, painter: QPainter, area: QRectF) -> None:
        scene, theme = self.scene, self._theme
        bar = QRectF(area.left(), area.bottom() - GRID, area.width(), GRID)
        line = QRectF(area.left(), bar.top() - 3.5 * GRID, area.width(), 3 * GRID)
        painter.setFont(font(self.font(), 1.15))
        if scene.next_label:
            sign = QRectF(area.left(), bar.top() - 6.5 * GRID, 6 * GRID, 6 * GRID)
            inks = self._inks(self._color_of(scene.next_label))
            draw_movement(painter, sign, scene.next_label, inks)
            words = QRectF(sign.right() + GRID, line.top(), area.width() / 2, line.height())
            text(
                painter,
                words,
                tr("then {next_label}", next_label=spoken(scene.next_label)),
                _LEFT,
                color(theme.text),
            )
        side = _RIGHT if scene.left else _CENTRE
        text(painter, line, scene.left or scene.place, side, color(theme.quiet))
        if scene.left:
            up = max(2.75 * GRID, painter.fontMetrics().lineSpacing())
            above = line.translated(0, -up)
            text(painter, above, scene.place, side, color(theme.quiet))
        if scene.whole is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(theme.sunken))
            painter.drawRoundedRect(bar, GRID / 2, GRID / 2)
            bar.setWidth(max(bar.width() * scene.whole, GRID))
            painter.setBrush(color(theme.accent))
            painter.drawRoundedRect(bar, GRID / 2, GRID / 2)

    def _title_ink(self) -> str:
        inks = {CueTone.SOON: self._theme.quiet, CueTone.WARN: self._theme.warning}
        return inks.get(self.scene.tone, self._theme.text)

    def _tint(self) -> str:
        if self.scene.tone is CueTone.SOON:
            return self._theme.quiet
        if self.scene.tone is CueTone.CALM:
            return self._theme.accent  # the grey of rest would be lost on the ring
        return self._color_of(self.scene.label)

    def _color_of(self, label: str) -> str:
        labels = self._labels if label in self._labels else (*self._labels, label)
        return class_colors(labels, self._theme)[labels.index(label)]

    def _inks(self, tint: str) -> MovementColors:
        theme = self._theme
        limb = theme.text
        if self.scene.tone is CueTone.SOON:
            limb = blended(theme.text, theme.surface, 0.45)
        return MovementColors(color(limb), color(theme.surface), color(tint))


def _ring_pen(ink: QColor) -> QPen:
    return QPen(ink, _RING, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
