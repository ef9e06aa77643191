"""The part of the window that its pages know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from emgstream.app.live_connection import LiveConnection
from emgstream.app.model_choice import ModelChoice
from emgstream.app.open_requests import SourceRequest
from emgstream.app.training_job import SignalChoice
from emgstream.gui.message_strip import MessageStrip
from emgstream.gui.palette import Theme
from emgstream.gui.window_settings import WindowSettings

__all__ = ["Shell"]


class Shell(Protocol):
    """The window as its pages see it: one connection, what is chosen, and ways to change both.

    Only the window's thread uses it. `emgstream.gui.window.Window` is one; a page takes any.
    """

    @property
    def theme(self) -> Theme:
        """Colours to draw in; a page is told of others by its ``set_theme``."""

    @property
    def settings(self) -> WindowSettings:
        """Choices that are remembered from one start of the program to the next."""

    @property
    def connection(self) -> LiveConnection:
        """The connection to a source, open or not."""

    @property
    def models(self) -> ModelChoice:
        """The model that decides, and the others on offer."""

    @property
    def source(self) -> SourceRequest:
        """The source that is chosen, connected or not."""

    @property
    def strip(self) -> MessageStrip:
        """The place for messages to the user."""

    @property
    def holds_decisions(self) -> bool:
        """True while a page judges the decisions, so that their settings must stay."""

    def open_source(self, request: SourceRequest) -> None:
        """Connect to a source, with the chosen model."""

    def use_model(self, path: Path | None) -> None:
        """Decide with another model from now on; None for no model."""

    def choose_recording(self) -> None:
        """Ask for a recording, and play it."""

    def choose_model(self) -> None:
        """Ask for a model, and use it."""

    def ask_columns(self, paths: Sequence[Path], settled: Callable[[Sequence[Path]], None]) -> None:
        """Ask what the columns of files mean, then call ``settled`` with those that are settled."""

    def show_columns(self) -> None:
        """Show the columns of the chosen recording, for the user to change."""

    def choose_theme(self, name: str | None) -> None:
        """Draw in the colours of ``light`` or ``dark``, or for None in those of the desktop."""

    def choose_text_size(self, factor: float) -> None:
        """Make all text ``factor`` times as large as the desktop has it."""

    def settings_changed(self) -> None:
        """Let every page follow the folders that were set."""

    def show_page(self, title: str) -> None:
        """Bring the page of this title to the front."""

    def train_on(self, recording: Path, signal: SignalChoice) -> None:
        """Bring the page Train to the front, with one recording picked and its kind of signal."""

    def set_up_board(self) -> None:
        """Lead from the parts of a board to the first samples, on the page Live."""
