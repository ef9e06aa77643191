"""Check, before Qt is imported, that a window can be opened: Qt itself would end the program."""

from __future__ import annotations

import ctypes
import importlib
import os
from pathlib import Path

from emgstream.app.doctor.display_checks import PLATFORM, display_failure, has_display
from emgstream.app.doctor.qt_checks import missing_qt
from emgstream.app.doctor.system_packages import qt_library_command
from emgstream.app.open_requests import WindowRequest
from emgstream.errors import MissingExtraError, UsageError
from emgstream.translation import tr

__all__ = ["check_display", "has_display", "load_qt"]


def check_display(request: WindowRequest) -> None:
    """Make sure that Qt can start; a picture needs no display and is drawn off screen.

    Raises
    ------
    UsageError
        There is no display, or it cannot be opened.
    MissingExtraError
        PyQt5, or a library that Qt needs, is not installed.
    """
    missing = missing_qt()
    if missing is not None:
        raise MissingExtraError(
            tr("{missing}; or use --headless for the terminal", missing=missing)
        )
    failure = _failure()
    if failure is not None:
        if request.screenshot is None:
            raise UsageError(
                tr(
                    "{failure}; use --headless for the terminal, or --screenshot FILE.png for a "
                    "picture",
                    failure=failure,
                )
            )
        os.environ[PLATFORM] = "offscreen"
    try:
        load_qt()
    except (ImportError, OSError) as error:
        raise MissingExtraError(
            tr(
                "the window needs a library that is missing ({error}); install it with: "
                "{command}; or use --headless for the terminal",
                error=error,
                command=qt_library_command(),
            )
        ) from error


def _failure() -> str | None:
    """Return why no window can be opened; None if one can."""
    if has_display():
        return display_failure()
    return tr("no display to open the window on (DISPLAY and WAYLAND_DISPLAY are not set)")


def load_qt() -> None:
    """Load Qt, and the library by which it draws on an X display.

    Qt ends the program if that library cannot be loaded, without a word on what is missing.

    Raises
    ------
    ImportError
        Qt cannot be loaded.
    OSError
        A library is missing, which the text names.
    """
    widgets = importlib.import_module("PyQt5.QtWidgets")
    folder = Path(str(widgets.__file__)).parent
    plugin = folder / "Qt5" / "plugins" / "platforms" / "libqxcb.so"
    if os.environ.get(PLATFORM, "xcb") == "xcb" and os.environ.get("DISPLAY") and plugin.exists():
        ctypes.CDLL(str(plugin))
