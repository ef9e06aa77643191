"""The settings of the configuration file, each in a field."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QFormLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from emgstream.app.configured_settings import ConfiguredSetting
from emgstream.gui.card import caption, row_name
from emgstream.gui.painting import GRID
from emgstream.gui.plain_label import PlainLabel
from emgstream.translation import tr

__all__ = ["ConfiguredValues"]


class ConfiguredValues(QWidget):
    """A row per setting; an empty field means that the default holds, which it shows in grey.

    Parameters
    ----------
    settings
        The settings as they stand.
    write
        Writes the typed value of a setting, by name; returns why it cannot be, or an empty text.
    parent
        The widget it is part of.
    """

    def __init__(
        self,
        settings: tuple[ConfiguredSetting, ...],
        write: Callable[[str, str], str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._write = write
        self._kept = {setting.name: setting.text for setting in settings}
        self.fields: dict[str, QLineEdit] = {}
        self.errors: dict[str, QLabel] = {}
        rows = QFormLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setHorizontalSpacing(2 * GRID)
        rows.setVerticalSpacing(GRID)
        rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        rows.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        for before, setting in zip((None, *settings), settings, strict=False):
            if setting.group and (before is None or before.group != setting.group):
                rows.addRow(caption(setting.group))
            rows.addRow(row_name(setting.title), self._place(setting))

    def show_settings(self, settings: tuple[ConfiguredSetting, ...]) -> None:
        """Show other values; a field with an error keeps what was typed."""
        for setting in settings:
            self._kept[setting.name] = setting.text
            if self.errors[setting.name].isHidden():
                self.fields[setting.name].setText(setting.text)

    def _place(self, setting: ConfiguredSetting) -> QWidget:
        field = QLineEdit(setting.text, self)
        field.setPlaceholderText(tr("{default} (default)", default=setting.default))
        field.setToolTip(tr("Expected: {form}. Empty: the default", form=setting.form))
        field.setAccessibleName(setting.title)
        error = PlainLabel(self)
        error.setObjectName("error")
        error.setWordWrap(True)
        error.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        error.hide()
        field.editingFinished.connect(lambda: self._finish(setting.name))
        self.fields[setting.name], self.errors[setting.name] = field, error
        place = QWidget(self)
        column = QVBoxLayout(place)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(field)
        column.addWidget(error)
        return place

    def _finish(self, name: str) -> None:
        """Write what was typed, if it is something else than before."""
        typed, error = self.fields[name].text().strip(), self.errors[name]
        words = "" if typed == self._kept[name] else self._write(name, typed)
        error.setText(words[:1].upper() + words[1:])
        error.setVisible(bool(words))
