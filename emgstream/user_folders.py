"""Folders of the user for settings and logs; also for a user without a home folder."""

from __future__ import annotations

import getpass
import tempfile
from pathlib import Path

__all__ = ["config_folder", "data_folder", "home_folder", "log_folder"]


def config_folder() -> Path:
    """Return the folder of the configuration file, which need not exist."""
    return _folder("user_config_dir")


def data_folder() -> Path:
    """Return the folder of what the program keeps for itself, which need not exist."""
    return _folder("user_data_dir")


def home_folder() -> Path:
    """Return the home folder of the user; without one, a folder among the temporary files."""
    try:
        return Path.home()
    except RuntimeError:  # HOME is not set, and the system does not know this user
        return _without_home()


def log_folder() -> Path:
    """Return the folder of the log, which need not exist."""
    return _folder("user_log_dir")


def _folder(function: str) -> Path:
    """Return what platformdirs says; without a home folder, one among the temporary files."""
    import platformdirs  # takes longer to import than all that uses it

    try:
        return Path(getattr(platformdirs, function)("emgstream", appauthor=False))
    except RuntimeError:
        return _without_home()


def _without_home() -> Path:
    return Path(tempfile.gettempdir()) / f"emgstream-{_user()}"


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # Python before 3.13 raises the first
        return "user"
