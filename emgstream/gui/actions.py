"""What the keys of the window do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt5.QtWidgets import QApplication, QFileDialog, QPushButton

from emgstream.gui.palette import DARK, LIGHT
from emgstream.gui.traces import View
from emgstream.gui.view_bar import SPANS_S

if TYPE_CHECKING:
    from emgstream.gui.window import Window

__all__ = ["Actions"]

_RECORDINGS = "Recordings (*.csv *.csv.gz *.tsv *.txt);;All files (*)"
_MODELS = "Models (*.emgmodel);;All files (*)"
_SEEK_S = 5.0
_PART_OF_VIEW = 0.1


class Actions:
    """The actions of one window, by the names of `emgstream.gui.shortcuts.KEYS`."""

    def __init__(self, window: Window) -> None:
        self._window = window

    def by_name(self) -> dict[str, Callable[[], None]]:
        """Return every action under its name."""
        window, timeline = self._window, self._window.timeline
        replay = window.replay_bar
        return {
            "connect": window.source_bar.connect_button.click,
            "open": self.choose_recording,
            "model": self.choose_model,
            "play": self._play_or_hold,
            "loop": replay.toggle_loop,
            "seek_back": lambda: replay.seek_by(-_SEEK_S),
            "seek_on": lambda: replay.seek_by(_SEEK_S),
            "back": lambda: timeline.look_back(-_PART_OF_VIEW),
            "forward": lambda: timeline.look_back(_PART_OF_VIEW),
            "live": timeline.go_live,
            "zoom_in": lambda: self._zoom(-1),
            "zoom_out": lambda: self._zoom(1),
            "raw": lambda: window.show_view(View.RAW),
            "conditioned": lambda: window.show_view(View.CONDITIONED),
            "steps": lambda: window.show_view(View.STEPS),
            "clear": self._clear,
            "theme": self._other_theme,
            "picture": self._save_picture,
            "full": self._full_screen,
            "help": window.help_card.show,
            "quit": lambda: (window.close(), None)[1],
        }

    def choose_recording(self) -> None:
        """Ask for a recording and play it."""
        name, _ = QFileDialog.getOpenFileName(self._window, "Open recording", "", _RECORDINGS)
        if name:
            self._window.take_files([Path(name)])

    def choose_model(self) -> None:
        """Ask for a model and use it."""
        name, _ = QFileDialog.getOpenFileName(self._window, "Open model", "", _MODELS)
        if name:
            self._window.take_files([Path(name)])

    def _play_or_hold(self) -> None:
        focus = QApplication.focusWidget()
        if isinstance(focus, QPushButton):
            focus.click()  # who went there by Tab means the button
            return
        session, timeline = self._window.connection.session, self._window.timeline
        if session is not None and session.replay is not None:
            self._window.replay_bar.toggle_play()
        elif timeline.time.live:
            timeline.hold()
        else:
            timeline.go_live()

    def _zoom(self, direction: int) -> None:
        span_s = self._window.timeline.time.span_s
        further = [one for one in SPANS_S if (one - span_s) * direction > 1e-9]
        if further:
            self._window.timeline.set_span(min(further) if direction > 0 else max(further))

    def _clear(self) -> None:
        if self._window.strip.words:
            self._window.strip.hide()
        else:
            self._window.timeline.clear_mark()

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
