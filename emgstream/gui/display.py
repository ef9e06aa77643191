"""Check, before Qt is imported, that a window can be opened: Qt itself would end the program."""

from __future__ import annotations

import ctypes
import importlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from emgstream.app.open_requests import WindowRequest
from emgstream.errors import MissingExtraError, UsageError

__all__ = ["check_display", "has_display"]

_PLATFORM = "QT_QPA_PLATFORM"
_PACKAGES = (
    "libgl1 libglib2.0-0 libfontconfig1 libdbus-1-3 libxkbcommon-x11-0 libxcb-icccm4 "
    "libxcb-image0 libxcb-keysyms1 libxcb-render-util0 libxcb-shape0 libxcb-xinerama0"
)


def has_display(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> bool:
    """Return whether Qt will find a display to draw on.

    >>> has_display({}, "linux"), has_display({"DISPLAY": ":0"}, "linux"), has_display({}, "win32")
    (False, True, True)
    """
    if platform in ("win32", "darwin"):
        return True
    return any(environment.get(name) for name in (_PLATFORM, "DISPLAY", "WAYLAND_DISPLAY"))


def check_display(request: WindowRequest) -> None:
    """Make sure that Qt can start; a picture needs no display and is drawn off screen.

    Raises
    ------
    UsageError
        There is no display.
    MissingExtraError
        A library that Qt needs is not installed.
    """
    if not has_display():
        if request.screenshot is None:
            raise UsageError(
                "no display to open the window on (DISPLAY and WAYLAND_DISPLAY are not set); "
                "use --headless for the terminal, or --screenshot FILE.png for a picture"
            )
        os.environ[_PLATFORM] = "offscreen"
    try:
        widgets = importlib.import_module("PyQt5.QtWidgets")
        _load_plugin(Path(str(widgets.__file__)).parent)
    except (ImportError, OSError) as error:
        raise MissingExtraError(
            f"the window needs a library that is not here ({error}); on Debian and Ubuntu: "
            f"sudo apt-get install {_PACKAGES}; or use --headless"
        ) from error


def _load_plugin(folder: Path) -> None:
    """Load the library by which Qt draws on an X display, so that a failure can be reported.

    Raises OSError, naming the library, where one is missing.
    """
    plugin = folder / "Qt5" / "plugins" / "platforms" / "libqxcb.so"
    if os.environ.get(_PLATFORM, "xcb") == "xcb" and os.environ.get("DISPLAY") and plugin.exists():
        ctypes.CDLL(str(plugin))
