"""The style of Qt's widgets, and detection of a dark desktop."""

from __future__ import annotations

from typing import TypeVar, cast

from PyQt5.QtCore import QRectF, QSettings, Qt
from PyQt5.QtGui import QColor, QFont, QIcon, QPainter, QPalette, QPixmap
from PyQt5.QtWidgets import QWIDGETSIZE_MAX, QApplication, QStyleFactory, QWidget

from emgstream.gui.painting import font
from emgstream.gui.palette import DARK, LIGHT, Theme
from emgstream.host_system import platform_name

__all__ = ["apply_theme", "named_theme", "scale_text", "window_icon"]

_Look = TypeVar("_Look", QPalette, QFont)

_ICON = 128

_IS_STYLED = "is_styled"
"""Property of the application that tells that its style was set."""
_WINDOWS_KEY = r"HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Themes\Personalize"


def _system_theme(application: QApplication) -> Theme:
    """Return the theme of the desktop, by the application's palette before it is changed."""
    palette = _at_first(application, "palette_at_first", application.palette())
    if platform_name() == "win32":
        # Qt 5 does not follow Windows' dark mode; the registry tells.
        registry = QSettings(_WINDOWS_KEY, QSettings.Format.NativeFormat)
        return LIGHT if int(registry.value("AppsUseLightTheme", 1)) else DARK
    return DARK if palette.color(QPalette.ColorRole.Window).lightness() < 128 else LIGHT


def named_theme(application: QApplication, name: str | None) -> Theme:
    """Return the theme of a name, ``light`` or ``dark``; for None that of the desktop."""
    return {"light": LIGHT, "dark": DARK}.get(name or "") or _system_theme(application)


def apply_theme(application: QApplication, theme: Theme) -> None:
    """Give all widgets the colours of a theme."""
    if not application.property(_IS_STYLED):  # once: Qt deletes the one that widgets may draw with
        application.setStyle(QStyleFactory.create("Fusion"))
        application.setProperty(_IS_STYLED, True)
    application.setPalette(_palette(theme))
    application.setStyleSheet(_SHEET.format(**{name: getattr(theme, name) for name in _USED}))


def scale_text(application: QApplication, window: QWidget | None, factor: float) -> None:
    """Make all text ``factor`` times as large as the desktop has it.

    A window that is there already follows: its fonts and its fixed sizes, which were made for the
    size before, are scaled by the same ratio.
    """
    usual = _at_first(application, "font_at_first", application.font())
    ratio = factor * _size_of(usual) / _size_of(application.font())
    application.setFont(font(usual, factor))
    if window is None:
        return
    parts = [window, *window.findChildren(QWidget)]
    # A style sheet keeps the application's font from widgets that are there: each gets its own.
    fonts = [_scaled(part.font(), ratio) for part in parts]
    for part, one in zip(parts, fonts, strict=True):
        part.setFont(one)
        if not part.isWindow():
            _scale_limits(part, ratio)


def _scaled(one: QFont, ratio: float) -> QFont:
    return font(one, ratio, bold=one.weight() > QFont.Weight.Normal)


def _scale_limits(part: QWidget, ratio: float) -> None:
    """Scale the least and the largest size that a widget was given."""
    least, most = part.minimumSize(), part.maximumSize()
    wide, high = (
        round(size * ratio) if size < QWIDGETSIZE_MAX else size
        for size in (most.width(), most.height())
    )
    part.setMaximumSize(wide, high)
    part.setMinimumSize(round(least.width() * ratio), round(least.height() * ratio))


def _size_of(one: QFont) -> float:
    """Return the size of a font, in points or in pixels."""
    return one.pointSizeF() if one.pointSizeF() > 0 else float(one.pixelSize())


def _at_first(application: QApplication, name: str, now: _Look) -> _Look:
    """Return how the application looked when this was first asked."""
    kept = application.property(name)
    if kept is None:
        application.setProperty(name, now)
        return now
    return cast("_Look", kept)


def window_icon() -> QIcon:
    """Return the icon of the program: three bars of different height."""
    picture = QPixmap(_ICON, _ICON)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    for number, (height, ink) in enumerate(zip((0.5, 1.0, 0.7), LIGHT.classes, strict=False)):
        painter.setBrush(QColor(ink))
        bar = QRectF((0.08 + 0.31 * number) * _ICON, 0.0, 0.22 * _ICON, height * 0.9 * _ICON)
        bar.moveBottom(0.95 * _ICON)
        painter.drawRoundedRect(bar, _ICON / 16, _ICON / 16)
    painter.end()
    return QIcon(picture)


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for target, name in (
        (role.Window, theme.window),
        (role.Base, theme.surface),
        (role.AlternateBase, theme.sunken),
        (role.Button, theme.surface),
        (role.WindowText, theme.text),
        (role.Text, theme.text),
        (role.ButtonText, theme.text),
        (role.ToolTipBase, theme.surface),
        (role.ToolTipText, theme.text),
        (role.Highlight, theme.accent),
        (role.HighlightedText, theme.on_accent),
        (role.PlaceholderText, theme.quiet),
        (role.Mid, theme.line),
    ):
        palette.setColor(target, QColor(name))
    for target in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, target, QColor(theme.quiet))
    return palette


_USED = (
    "window",
    "surface",
    "sunken",
    "line",
    "edge",
    "text",
    "quiet",
    "accent",
    "on_accent",
    "chosen",
    "error",
    "error_surface",
)

_SHEET = """
QWidget#window {{ background: {window}; }}
QFrame#card {{ background: {surface}; border: 1px solid {line}; border-radius: 8px; }}
QFrame#strip {{ background: {error_surface}; border: 1px solid {error}; border-radius: 8px; }}
QFrame#row {{ border: none; border-bottom: 1px solid {line}; }}
QWidget#sheet {{ background: {surface}; }}
QProgressBar {{ background: {sunken}; border: none; border-radius: 2px; max-height: 4px; }}
QProgressBar::chunk {{ background: {accent}; border-radius: 2px; }}
QFrame#notice {{ background: {surface}; border: 1px solid {line}; border-radius: 8px; }}
QLabel#quiet {{ color: {quiet}; }}
QLabel#caption {{ color: {quiet}; }}
QLabel#error {{ color: {error}; }}
QPushButton, DropDownList {{
    background: {surface}; color: {text}; border: 1px solid {edge}; border-radius: 6px;
    padding: 5px 12px; min-height: 20px;
}}
DropDownList {{ padding-right: 4px; min-height: 19px; combobox-popup: 0; }}
DropDownList::drop-down {{ border: none; width: 24px; }}
QPushButton:hover, DropDownList:hover {{ background: {sunken}; }}
QPushButton:checked {{ background: {chosen}; border-color: {accent}; color: {text}; }}
QPushButton:disabled, DropDownList:disabled {{
    color: {quiet}; background: {window}; border-color: {line};
}}
QPushButton:checked:disabled {{ background: {sunken}; }}
QPushButton:focus {{ border: 2px solid {text}; padding: 4px 11px; }}
DropDownList:focus {{ border: 2px solid {text}; padding: 4px 3px 4px 11px; }}
QPushButton#primary {{ background: {accent}; color: {on_accent}; border-color: {accent}; }}
QPushButton#primary:hover, QPushButton#primary:focus {{ border-color: {text}; }}
QPushButton#primary:disabled {{ background: {sunken}; color: {quiet}; border-color: {line}; }}
QPushButton#page {{ background: transparent; border: 2px solid transparent; border-radius: 0;
    color: {quiet}; padding: 4px 2px; }}
QPushButton#page:hover {{ color: {text}; }}
QPushButton#page:checked {{ color: {text}; border-bottom-color: {accent}; }}
QPushButton#page:focus {{ border-color: {text}; }}
QPushButton#flat {{ background: transparent; border: 1px solid transparent; color: {quiet};
    padding: 4px 8px; text-align: left; }}
QPushButton#flat:hover {{ background: {sunken}; color: {text}; }}
QPushButton#flat:focus {{ border: 2px solid {text}; padding: 3px 7px; }}
QPushButton#chip {{ padding: 4px 8px; }}
QPushButton#chip:focus {{ padding: 3px 7px; }}
QLineEdit, QPlainTextEdit, QAbstractSpinBox {{
    background: {surface}; border: 1px solid {edge}; border-radius: 6px;
    padding: 4px 8px; min-height: 20px; selection-background-color: {accent};
    selection-color: {on_accent};
}}
QPlainTextEdit {{ padding: 1px 4px; }}
QLineEdit:focus, QAbstractSpinBox:focus {{ border: 2px solid {text}; padding: 3px 7px; }}
QPlainTextEdit:focus {{ border: 2px solid {text}; padding: 0 3px; }}
QLineEdit:disabled, QPlainTextEdit:disabled, QAbstractSpinBox:disabled {{
    background: {window}; border-color: {line};
}}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ width: 0; border: none; }}
QHeaderView::section {{ background: {surface}; color: {quiet}; border: none; padding: 4px; }}
QAbstractItemView {{ background: {surface}; color: {text}; border: 1px solid {line};
    selection-background-color: {accent}; selection-color: {on_accent}; outline: none; }}
QTableView, QHeaderView {{ border: none; background: {surface}; }}
DropDownList QAbstractItemView {{ padding: 2px; }}
DropDownList QAbstractItemView::item {{ min-height: 26px; padding: 0 8px; border: none; }}
DropDownList QAbstractItemView::item:selected {{ background: {accent}; color: {on_accent}; }}
QSlider::groove:horizontal {{ height: 4px; background: {sunken}; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {accent}; border-radius: 2px; }}
QSlider::handle:horizontal {{ width: 14px; margin: -5px 0; border-radius: 7px;
    background: {accent}; }}
QSlider::handle:horizontal:focus {{ background: {text}; }}
QSlider::sub-page:horizontal:disabled, QSlider::handle:horizontal:disabled {{
    background: {line}; }}
QScrollBar:vertical {{ background: transparent; width: 16px; margin: 0; }}
QScrollBar::handle:vertical {{ background: {edge}; border-radius: 4px; min-height: 32px;
    margin-left: 8px; }}
QScrollBar:horizontal {{ background: transparent; height: 16px; margin: 0; }}
QScrollBar::handle:horizontal {{ background: {edge}; border-radius: 4px; min-width: 32px;
    margin-top: 8px; }}
QScrollBar::handle:hover {{ background: {quiet}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QToolTip {{ background: {surface}; color: {text}; border: 1px solid {line}; padding: 6px; }}
QMenu {{ background: {surface}; color: {text}; border: 1px solid {line}; }}
QMenu::item:selected {{ background: {accent}; color: {on_accent}; }}
"""
