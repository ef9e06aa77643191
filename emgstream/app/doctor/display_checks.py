"""Checks of the display and of Qt, without Qt in this process: it would end the program."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator, Mapping

from emgstream.app.doctor.child_trial import TrialFailedError, try_out
from emgstream.app.doctor.doctor_check import DoctorCheck, good, problem, warning
from emgstream.app.doctor.qt_checks import missing_qt, missing_qt_check
from emgstream.app.doctor.system_packages import qt_library_command
from emgstream.extras import Extra
from emgstream.host_system import platform_name
from emgstream.translation import tr

__all__ = ["PLATFORM", "can_be_tried", "display_checks", "display_failure", "has_display"]

PLATFORM = "QT_QPA_PLATFORM"
"""Variable that chooses how Qt draws."""
_QT_TRIAL = "emgstream.gui.qt_trial"
_ON_A_DISPLAY = ("xcb", "wayland", "wayland-egl")
"""Platforms of Qt that need a server to connect to."""
_NEEDS_DISPLAY = "control"
"""The extra whose library cannot be imported without an X server or a desktop."""


def has_display(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> bool:
    """Return whether a display is named that Qt could draw on.

    >>> has_display({}, "linux"), has_display({"DISPLAY": ":0"}, "linux"), has_display({}, "win32")
    (False, True, True)
    """
    if platform in ("win32", "darwin"):
        return True
    return any(environment.get(name) for name in (PLATFORM, "DISPLAY", "WAYLAND_DISPLAY"))


def can_be_tried(extra: Extra) -> bool:
    """Return False where the libraries of an extra need a display to be imported, and none is."""
    return extra.name != _NEEDS_DISPLAY or has_display({"DISPLAY": os.environ.get("DISPLAY", "")})


def display_failure(
    environment: Mapping[str, str] = os.environ, platform: str = sys.platform
) -> str | None:
    """Return why the display that is named cannot be opened; None if it can.

    An X server is asked by the library that Qt uses, which takes a millisecond; everything else by
    Qt in a child process. Where the library is missing, there is no answer, and None.
    """
    named = environment.get(PLATFORM, "").partition(":")[0]
    if platform in ("win32", "darwin") or (named and named not in _ON_A_DISPLAY):
        return None
    display = environment.get("DISPLAY", "")
    is_x = named == "xcb" or (not named and environment.get("XDG_SESSION_TYPE") != "wayland")
    if is_x and display:
        if _x_server_answers():
            return None
        return tr(
            "no X server answers on the display {display}, or it refuses this user", display=display
        )
    try:
        try_out("", _QT_TRIAL)
    except TrialFailedError:
        server = environment.get("WAYLAND_DISPLAY") or display or named
        return tr("Qt cannot open the display {server}: no server answers there", server=server)
    return None


def display_checks() -> Iterator[DoctorCheck]:
    """Give the checks of the display and of Qt."""
    missing = missing_qt()
    if missing is not None:
        yield missing_qt_check(missing)
        return
    if not has_display():
        text = tr(
            "there is no display to open the window on (DISPLAY and WAYLAND_DISPLAY are not set)"
        )
        yield warning("display", text, _open_there())
        yield from _library_check()
        return
    failure = display_failure()
    if failure is not None:
        yield problem("display", failure, _open_there())
        yield from _library_check()
        return
    try:
        platform = try_out("", _QT_TRIAL)
    except TrialFailedError as error:
        yield problem("qt", tr("the window cannot start: {error}", error=error), *_library_cure())
    else:
        shown = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or tr("the desktop")
        yield good(
            "display",
            tr("Qt opens {shown} with the platform {platform}", shown=shown, platform=platform),
        )


def _open_there() -> str:
    return tr("start the program on a desktop, or use it in the terminal")


def _library_check() -> Iterator[DoctorCheck]:
    """Give whether Qt itself loads, without a display."""
    try:
        try_out("PyQt5.QtWidgets")
    except TrialFailedError as error:
        yield problem("qt", tr("Qt does not load: {error}", error=error), *_library_cure())
    else:
        yield good("qt", tr("Qt loads"))


def _library_cure() -> tuple[str, str]:
    """Return what to do where Qt does not load, and the line for a terminal that does it."""
    if platform_name() in ("win32", "darwin"):
        return tr("install PyQt5 again"), ""
    return tr("install the libraries of the system that Qt needs"), qt_library_command()


def _x_server_answers() -> bool:
    """Return whether the X server of DISPLAY lets this user in; True if that cannot be asked."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = (ctypes.c_void_p,)
    connection = xcb.xcb_connect(None, None)
    try:
        return bool(xcb.xcb_connection_has_error(connection) == 0)
    finally:
        xcb.xcb_disconnect(connection)
