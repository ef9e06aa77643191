"""Commands that install system packages, by the distribution of Linux."""

from __future__ import annotations

import platform
import shutil
import sys

from emgstream.host_system import platform_name
from emgstream.wording import command_line

__all__ = ["qt_library_command", "qt_package_command", "system_name"]

# Libraries that Qt's plug-in for X displays needs and PyQt5 does not bring, by package manager.
_QT_LIBRARIES = {
    "apt-get": (
        "sudo apt-get install libgl1 libglib2.0-0 libfontconfig1 libdbus-1-3 libxkbcommon-x11-0 "
        "libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 "
        "libxcb-shape0 libxcb-xinerama0"
    ),
    "dnf": (
        "sudo dnf install mesa-libGL glib2 fontconfig dbus-libs libxkbcommon-x11 libxcb "
        "xcb-util-wm xcb-util-image xcb-util-keysyms xcb-util-renderutil"
    ),
    "pacman": (
        "sudo pacman -S --needed libglvnd glib2 fontconfig dbus libxkbcommon-x11 libxcb "
        "xcb-util-wm xcb-util-image xcb-util-keysyms xcb-util-renderutil"
    ),
    "zypper": (
        "sudo zypper install Mesa-libGL1 libglib-2_0-0 fontconfig libdbus-1-3 libxkbcommon-x11-0 "
        "libxcb1 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-render-util0 libxcb-shape0 "
        "libxcb-xinerama0"
    ),
}
# PyQt5 as the distribution packages it, for its own Python.
_QT_PACKAGES = {
    "apt-get": "sudo apt-get install python3-pyqt5",
    "dnf": "sudo dnf install python3-qt5",
    "pacman": "sudo pacman -S --needed python-pyqt5",
    "zypper": "sudo zypper install python3-qt5",
}
_MANAGERS = {
    "debian": "apt-get",
    "ubuntu": "apt-get",
    "fedora": "dnf",
    "rhel": "dnf",
    "arch": "pacman",
    "suse": "zypper",
    "opensuse": "zypper",
}
"""Package manager of each family, by the words of ``ID`` and ``ID_LIKE`` in os-release(5)."""


def system_name() -> str:
    """Return the name of the operating system, as people know it."""
    return _os_release().get("PRETTY_NAME") or platform.platform()


def qt_library_command() -> str:
    """Return the command that installs the libraries of Qt on this distribution.

    On one that is not known, the command of its package manager; else that of Debian. On Windows
    and macOS, PyQt5 brings its libraries: the command that installs it again.
    """
    if platform_name() in ("win32", "darwin"):
        return command_line(sys.executable, "-m", "pip", "install", "-I", "PyQt5")
    return _QT_LIBRARIES[_package_manager()]


def qt_package_command() -> str:
    """Return the command that installs the PyQt5 of this distribution."""
    return _QT_PACKAGES[_package_manager()]


def _package_manager() -> str:
    release = _os_release()
    families = [release.get("ID", ""), *release.get("ID_LIKE", "").split()]
    known = [_MANAGERS[family] for family in families if family in _MANAGERS]
    present = [name for name in _QT_LIBRARIES if shutil.which(name)]
    return [*known, *present, "apt-get"][0]


def _os_release() -> dict[str, str]:
    try:
        return platform.freedesktop_os_release()
    except OSError:  # not Linux, or a system without the file
        return {}
