"""The page Settings: the look of the window, folders, values to begin with, and the program."""

from __future__ import annotations

from pathlib import Path

from PyQt5.QtCore import QUrl
from PyQt5.QtGui import QDesktopServices
from PyQt5.QtWidgets import QFormLayout, QHBoxLayout, QPushButton, QWidget

from emgstream.app.configured_settings import (
    ConfiguredSetting,
    configured_settings,
    set_configured,
)
from emgstream.app.window_words import window_words
from emgstream.configuration import configuration_path, read_configuration
from emgstream.errors import EmgStreamError
from emgstream.gui.card import caption, card, fill, row_name
from emgstream.gui.columns import Columns
from emgstream.gui.file_actions import documents_folder
from emgstream.gui.painting import GRID
from emgstream.gui.palette import Theme
from emgstream.gui.plain_label import PlainLabel
from emgstream.gui.scrolled import ScrolledPart
from emgstream.gui.settings.about_card import AboutCard
from emgstream.gui.settings.configured_values import ConfiguredValues
from emgstream.gui.settings.doctor_dialog import DoctorDialog
from emgstream.gui.settings.folder_row import FolderRow
from emgstream.gui.settings.look_choice import LookChoice
from emgstream.gui.shell import Shell
from emgstream.gui.window_page import WindowPage
from emgstream.translation import tr

__all__ = ["SettingsPage"]

_RECORDINGS = "recordings"
_BESIDE = tr("beside their recordings")
_ABOUT_VALUES = tr(
    "Terminal and window start with these values; an empty field means the built-in default. The "
    "window remembers what you choose in it, and starts with that until you change a value here."
)


class SettingsPage(WindowPage):
    """Changes what holds for the whole program; every change holds at once, or from the next start.

    The rows of the configuration file are those of `emgstream.app.configured_settings`.
    """

    title = tr("Settings")

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.look = LookChoice(self)
        self.recordings = FolderRow(tr("Keep recordings in"), self)
        self.models = FolderRow(tr("Write new models into"), self)
        self.beside_button = QPushButton(tr("Beside the recordings"), self)
        self.beside_button.setToolTip(tr("Write each model into the folder of its recordings"))
        self.values = ConfiguredValues(_settings(), self._write, self)
        self.file_button = QPushButton(tr("Open the file"), self)
        self.file_button.setToolTip(
            tr(
                "Open {path} in the editor of the desktop",
                path=configuration_path(),
            )
        )
        self.about = AboutCard(self)
        self.doctor: DoctorDialog | None = None
        self.doctor_button = QPushButton(tr("Check this computer"), self)
        self.doctor_button.setToolTip(tr("Python, packages, display, serial ports and folders"))
        self.about.add_button(self.doctor_button)
        self._lay_out()
        self._connect_parts()
        self._show()

    def follow_settings(self) -> None:
        """Show what holds now."""
        self._show()

    def set_theme(self, theme: Theme) -> None:
        """Mark the theme that was chosen."""
        if self.doctor is not None:
            self.doctor.view.set_theme(theme)
        self._show()

    def check_computer(self) -> None:
        """Show the checks of this computer, which begin at once."""
        if self.doctor is None:
            self.doctor = DoctorDialog(self.shell.theme, self)
            self.doctor.finished.connect(self._forget_doctor)
            self.doctor.show()
            self.doctor.view.start()
        self.doctor.raise_()
        self.doctor.activateWindow()

    def shut_down(self) -> None:
        """End the checks of this computer."""
        if self.doctor is not None:
            self.doctor.reject()

    def _forget_doctor(self) -> None:
        self.doctor = None

    def _write(self, name: str, typed: str) -> str:
        """Write a setting of the configuration file; return why that cannot be done."""
        try:
            configuration = set_configured(name, typed)
        except EmgStreamError as error:
            return window_words(str(error))
        self.shell.settings.follow(configuration, name)
        self.values.show_settings(tuple(configured_settings(configuration)))
        self.shell.settings_changed()
        return ""

    def _choose_recordings(self, folder: Path) -> None:
        problem = self._write(_RECORDINGS, str(folder))
        if problem:
            self.shell.strip.show_error(problem)

    def _choose_models(self, folder: Path | None) -> None:
        self.shell.settings.keep_models_folder(folder)
        self.shell.settings_changed()

    def _open(self, path: Path) -> None:
        """Open a file or a folder with the program that the desktop has for it."""
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            self.shell.strip.show_error(
                tr("the desktop has no program to open {path}; open it there", path=path)
            )

    def _show(self) -> None:
        settings = self.shell.settings
        self.look.show_look(settings.theme, settings.text_size)
        self.recordings.show_folder(settings.recordings or documents_folder())
        folder = settings.models_folder
        self.models.show_folder(
            folder or settings.recordings or documents_folder(), "" if folder else _BESIDE
        )
        self.beside_button.setVisible(folder is not None)
        self.file_button.setEnabled(configuration_path().is_file())

    def _lay_out(self) -> None:
        folders = QWidget(self)
        rows = QFormLayout(folders)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setHorizontalSpacing(2 * GRID)
        rows.setVerticalSpacing(GRID)
        rows.addRow(row_name(tr("Recordings")), self.recordings)
        rows.addRow(row_name(tr("New models")), self.models)
        rows.addRow(row_name(""), _at_left(self.beside_button))
        values_head = PlainLabel(_ABOUT_VALUES, self)
        values_head.setObjectName("quiet")
        values_head.setWordWrap(True)
        left, right, rests = QWidget(self), QWidget(self), (QWidget(self), QWidget(self))
        look = card(self, caption(tr("How it looks")), self.look)
        places = card(self, caption(tr("Folders")), folders)
        about = card(self, caption(tr("About")), self.about)
        fill(left, look, places, about, rests[0], grows=rests[0])
        file = _at_left(self.file_button)
        values = card(self, caption(tr("Defaults")), values_head, self.values, file)
        fill(right, values, rests[1], grows=rests[1])
        area = ScrolledPart(Columns(self, (left, 1), (right, 1)), self)
        fill(self, area, grows=area)

    def _connect_parts(self) -> None:
        shell = self.shell
        self.look.theme_chosen.connect(shell.choose_theme)
        self.look.size_chosen.connect(shell.choose_text_size)
        self.recordings.chosen.connect(self._choose_recordings)
        self.models.chosen.connect(self._choose_models)
        self.beside_button.clicked.connect(lambda: self._choose_models(None))
        self.file_button.clicked.connect(lambda: self._open(configuration_path()))
        self.doctor_button.clicked.connect(self.check_computer)
        for part in (self.recordings, self.models, self.about):
            part.open_wanted.connect(self._open)


def _settings() -> tuple[ConfiguredSetting, ...]:
    return tuple(configured_settings(read_configuration()))


def _at_left(button: QPushButton) -> QWidget:
    """Return a row with a button at its left."""
    row = QWidget()
    inside = QHBoxLayout(row)
    inside.setContentsMargins(0, 0, 0, 0)
    inside.addWidget(button)
    inside.addStretch(1)
    return row
