"""Start and end of the program around the window."""

from __future__ import annotations

import faulthandler
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TypeAlias

from PyQt5.QtCore import Qt, QTimer
from PyQt5.QtWidgets import QApplication

from emgstream.app.configured_language import unknown_language
from emgstream.app.mac_application import as_application
from emgstream.app.open_requests import WindowRequest
from emgstream.app.window_words import window_words
from emgstream.configuration import read_configuration
from emgstream.errors import OutputError
from emgstream.gui.form_fields import select_on_focus
from emgstream.gui.qt_style import apply_theme, named_theme, scale_text, window_icon
from emgstream.gui.window import Window
from emgstream.gui.window_settings import WindowSettings
from emgstream.log_output import bug_message, user_log
from emgstream.translation import tr, use_language

__all__ = ["make_window", "run_application", "short_switch_interval"]

_SIGNALS_MS = 200
"""Ctrl-C closes the window at once, as far as a person can tell."""
_SWITCH_S = 5e-4
"""A tenth of Python's own interval; shorter ones cost more switches and save no more time."""

_Hook: TypeAlias = Callable[[type[BaseException], BaseException, "TracebackType | None"], None]


def run_application(request: WindowRequest) -> None:
    """Show the window until it is closed, or until its picture is saved.

    It writes a log: the file that ``--log`` names, else the user's own log file, which rotates.
    Raises OutputError where the picture cannot be written.
    """
    with user_log(sys.argv[1:]) as log, _crash_traces(log), as_application():
        _run(request)


def _run(request: WindowRequest) -> None:
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_EnableHighDpiScaling)
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_UseHighDpiPixmaps)
    QApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    application = QApplication(sys.argv[:1])
    application.setApplicationName("emgstream")
    application.setWindowIcon(window_icon())
    select_on_focus(application)
    window = make_window(application, request)
    hook = sys.excepthook
    sys.excepthook = _bug_hook(window)
    waker = _close_on_signals(window)
    try:
        window.show()
        picture = _WindowPicture(window, request)
        with short_switch_interval():
            application.exec_()
        use_language("en")  # what is left to be told is told in the terminal
        picture.check()
    finally:
        waker.stop()
        sys.excepthook = hook
        window.shut_down()


@contextmanager
def short_switch_interval() -> Iterator[None]:
    """Let Python switch between threads often, so that no decision waits for a picture.

    Its own 5 ms are as long as a picture takes; every wait for the interpreter would cost that.
    """
    usual_s = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_S)
    try:
        yield
    finally:
        sys.setswitchinterval(usual_s)


def make_window(application: QApplication, request: WindowRequest) -> Window:
    """Return the window that was asked for, not yet shown.

    Raises ConfigurationError where the configuration file cannot be used.
    """
    settings = WindowSettings(request.settings, read_configuration())
    theme = named_theme(application, request.theme or settings.theme)
    apply_theme(application, theme)
    scale_text(application, None, settings.text_size)
    window = Window(theme, settings)
    window.show_page_at(request.page)
    window.use_model(None if request.without_model else request.model or settings.model)
    if request.source is not None:
        window.open_source(request.source)
    unknown = unknown_language()
    if unknown is not None:
        window.strip.show_note(window_words(unknown), warns=True)
    return window


class _WindowPicture:
    """Saves the picture that was asked for, and ends the program."""

    def __init__(self, window: Window, request: WindowRequest) -> None:
        self._window = window
        self._path = request.screenshot
        self._failed = False
        if self._path is not None:
            QTimer.singleShot(round(request.after_s * 1e3), self._take)

    def check(self) -> None:
        """Raise OutputError where the picture could not be written."""
        if self._failed:
            raise OutputError(
                tr(
                    "cannot write the picture {path}; expected a place that may be written to; "
                    "choose another with --screenshot",
                    path=self._path,
                )
            )

    def _take(self) -> None:
        if self._path is not None:
            self._failed = not self._window.save_picture(self._path)
        self._window.close_now()


@contextmanager
def _crash_traces(log: Path | None) -> Iterator[None]:
    """Let Python write into the log where each thread was if native code ends the program."""
    if log is None or faulthandler.is_enabled():
        yield
        return
    with log.open("ab") as file:  # an open file of its own: the log may rotate
        faulthandler.enable(file)
        try:
            yield
        finally:
            faulthandler.disable()


def _bug_hook(window: Window) -> _Hook:
    """Return a hook that shows a bug in the window; its traceback goes to the log."""

    def tell(
        _kind: type[BaseException], error: BaseException, _trace: TracebackType | None
    ) -> None:
        window.show_error(tr("emgstream {error}. You can connect again", error=bug_message(error)))

    return tell


def _close_on_signals(window: Window) -> QTimer:
    """Close the window on Ctrl-C, SIGTERM or SIGHUP: Python looks for signals only when called."""
    asked: list[int] = []
    numbers = [signal.SIGINT, signal.SIGTERM]
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    for number in numbers:
        signal.signal(number, lambda number, _: asked.append(number))
    waker = QTimer(window)

    def look() -> None:
        if asked:
            window.close_now()

    waker.timeout.connect(look)
    waker.start(_SIGNALS_MS)
    return waker
