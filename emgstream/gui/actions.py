"""What keys, files that are dropped and those that are chosen do, whatever page is in front."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt5.QtGui import QDropEvent
from PyQt5.QtWidgets import QFileDialog

from emgstream.app.open_requests import ReplayRequest
from emgstream.bundle import MODEL_SUFFIX
from emgstream.gui.palette import DARK, LIGHT

if TYPE_CHECKING:
    from emgstream.gui.window import Window

__all__ = ["WindowActions", "files_in"]

_RECORDINGS = "Recordings (*.csv *.csv.gz *.tsv *.txt);;All files (*)"
_SUFFIXES = (".csv", ".csv.gz", ".tsv", ".txt")
_MODELS = "Models (*.emgmodel);;All files (*)"


class WindowActions:
    """The actions of one window, by the names of `emgstream.gui.shortcuts.KEYS`."""

    def __init__(self, window: Window) -> None:
        self._window = window

    def by_name(self) -> dict[str, Callable[[], None]]:
        """Return every action under its name."""
        window = self._window
        return {
            "connect": lambda: window.source_bar.connect_button.click(),
            "open": self.choose_recording,
            "model": self.choose_model,
            "theme": self._other_theme,
            "picture": self._save_picture,
            "full": self._full_screen,
            "help": lambda: window.help_card.show(),
            "quit": lambda: (window.close(), None)[1],
        }

    def choose_recording(self) -> None:
        """Ask for a recording and play it."""
        name, _ = QFileDialog.getOpenFileName(self._window, "Open recording", "", _RECORDINGS)
        if name:
            self.take_files([Path(name)])

    def choose_model(self) -> None:
        """Ask for a model and use it."""
        name, _ = QFileDialog.getOpenFileName(self._window, "Open model", "", _MODELS)
        if name:
            self.take_files([Path(name)])

    def take_files(self, paths: Iterable[Path]) -> None:
        """Use each that is a model, play each that is a recording, and refuse any other."""
        for path in paths:
            if path.suffix == MODEL_SUFFIX:
                self._window.use_model(path)
            elif path.name.lower().endswith(_SUFFIXES):
                self._window.open_source(ReplayRequest(path))
            else:
                self._window.show_error(
                    f"{path.name or path} is neither a recording nor a model; expected a .csv, "
                    ".csv.gz or .emgmodel file; drop one of those"
                )

    def _other_theme(self) -> None:
        theme = LIGHT if self._window.theme is DARK else DARK
        self._window.settings.keep_theme(theme.name)
        self._window.set_theme(theme)

    def _save_picture(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self._window, "Save picture", "emgstream.png", "Pictures (*.png)"
        )
        if name and not self._window.save_picture(Path(name)):
            self._window.show_error(f"cannot write {name}; choose another place")

    def _full_screen(self) -> None:
        if self._window.isFullScreen():
            self._window.showNormal()
        else:
            self._window.showFullScreen()


def files_in(event: QDropEvent) -> list[Path]:
    """Return the files that are dragged."""
    mime = event.mimeData()
    return [] if mime is None else [Path(url.toLocalFile()) for url in mime.urls()]
