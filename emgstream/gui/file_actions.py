"""Opening of files that are dropped on the window or chosen in a dialog."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PyQt5.QtCore import QStandardPaths
from PyQt5.QtGui import QDropEvent
from PyQt5.QtWidgets import QFileDialog, QWidget

from emgstream.app.open_requests import ReplayRequest
from emgstream.app.recordings_folder import nearest_folder
from emgstream.bundle import MODEL_SUFFIX, read_model
from emgstream.data import DEMO_MODEL
from emgstream.errors import ModelFileError
from emgstream.gui.model_details_dialog import ModelDetailsDialog
from emgstream.gui.shell import Shell
from emgstream.gui.window_settings import WindowSettings
from emgstream.tables.formats import RECORDING_SUFFIXES
from emgstream.translation import tr
from emgstream.user_folders import home_folder

__all__ = ["RECORDING_FILTER", "FileActions", "documents_folder", "files_in", "recordings_folder"]

RECORDING_FILTER = tr(
    "Recordings ({names});;All files (*)", names=" ".join(f"*{s}" for s in RECORDING_SUFFIXES)
)
"""Filter of a file dialog that asks for recordings."""

_MODELS = tr("Models (*.emgmodel);;All files (*)")


class FileActions:
    """Plays recordings and uses models.

    Parameters
    ----------
    shell
        What opens them.
    parent
        The window its dialogs stand over.
    """

    def __init__(self, shell: Shell, parent: QWidget) -> None:
        self._shell = shell
        self._parent = parent

    def choose_recording(self) -> None:
        """Ask for a recording and play it."""
        name, _ = QFileDialog.getOpenFileName(
            self._parent, tr("Open recording"), self._start(), RECORDING_FILTER
        )
        if name:
            self.open_files([Path(name)])

    def choose_model(self) -> None:
        """Ask for a model and use it."""
        chosen = self._shell.models.chosen
        is_own = chosen is not None and chosen != DEMO_MODEL
        start = str(chosen.parent) if chosen is not None and is_own else self._start()
        name, _ = QFileDialog.getOpenFileName(self._parent, tr("Open model"), start, _MODELS)
        if name:
            self.open_files([Path(name)])

    def show_model_details(self) -> None:
        """Show what the file of the chosen model holds."""
        path = self._shell.models.chosen
        if path is None:
            return
        try:
            dialog = ModelDetailsDialog(path, read_model(path), self._parent)
        except ModelFileError as error:
            self._shell.strip.show_error(str(error))
        else:
            dialog.open()

    def _start(self) -> str:
        """Return the folder in which a dialog opens: that of the recordings."""
        return str(nearest_folder(recordings_folder(self._shell.settings)))

    def open_files(self, paths: Iterable[Path]) -> None:
        """Use each file that is a model, play each that is a recording, refuse others."""
        for path in paths:
            if path.suffix == MODEL_SUFFIX:
                self._shell.use_model(path)
            elif path.name.lower().endswith(RECORDING_SUFFIXES):
                self._shell.open_source(ReplayRequest(path))
            else:
                self._shell.strip.show_error(
                    tr(
                        "{name} is neither a recording nor a model; expected one of "
                        "{names}; drop one of those",
                        name=path.name or path,
                        names=", ".join((*RECORDING_SUFFIXES, MODEL_SUFFIX)),
                    ),
                    can_retry=not self._shell.connection.live,
                )


def documents_folder() -> Path:
    """Return the default folder of recordings."""
    kept = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return Path(kept or home_folder()) / "emgstream"


def recordings_folder(settings: WindowSettings) -> Path:
    """Return the folder of recordings: that recorded into last, the configured or default one."""
    return settings.recordings or documents_folder()


def files_in(event: QDropEvent) -> list[Path]:
    """Return the files of a drag-and-drop event."""
    mime = event.mimeData()
    return [] if mime is None else [Path(url.toLocalFile()) for url in mime.urls()]
