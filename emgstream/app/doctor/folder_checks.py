"""Checks of folders: room, permissions, the configuration, and difficult paths on Windows."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from emgstream.app.doctor.doctor_check import DoctorCheck, good, problem, warning
from emgstream.configuration import configuration_path, read_configuration
from emgstream.device_names import is_folder
from emgstream.errors import ConfigurationError
from emgstream.log_output import user_log_path
from emgstream.translation import tr

__all__ = ["configuration_checks", "folder_checks", "path_warnings"]

_LEAST_FREE_MB = 500
"""An hour of eight channels at 1 kHz as CSV is about 200 MB; twice that, and some room."""
_LONGEST_PATH = 120
"""Letters of a folder. Windows allows 260 for a file, of which packages use up to 140."""


def folder_checks(windows: bool = sys.platform == "win32") -> Iterator[DoctorCheck]:
    """Give the checks of the current folder, the home folder, and those that are written to."""
    try:
        current = Path.cwd()
    except OSError:
        yield problem(
            "folder", tr("the current folder has been deleted"), tr("change to another folder")
        )
        current = None
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home raises without a home folder
    if not home.is_absolute():
        yield problem(
            "home",
            tr("this user has no home folder, so that settings and logs cannot be kept"),
            tr("set the variable HOME to a folder that may be written to"),
        )
    elif not os.access(home, os.W_OK):
        yield problem(
            "home",
            tr("{home} may not be written to", home=home),
            tr("set HOME to a folder of your own"),
        )
    else:
        yield good("home", tr("{home} may be written to", home=home))
    if current is not None:
        yield from _written("folder", current, tr("recordings and models are written here"))
    yield from _written("temp", Path(tempfile.gettempdir()), tr("temporary files are written here"))
    if windows:
        for path in filter(None, (current, Path(sys.prefix))):
            yield from path_warnings(path)


def configuration_checks() -> Iterator[DoctorCheck]:
    """Give whether the configuration file can be used, and where the log is."""
    path = configuration_path()
    try:
        configuration = read_configuration()
    except ConfigurationError as error:
        what, *_, cure = str(error).split("; ")
        yield problem("config", what, f"{cure}: {path}" if str(path) not in cure else cure)
    else:
        there = tr("is used") if path.exists() else tr("does not exist, which is fine")
        yield good("config", f"{path} {there}")
        folder = configuration.recordings_folder
        if folder is not None and not is_folder(folder):
            text = tr("the folder for recordings, {folder}, does not exist", folder=folder)
            yield problem("config", text, tr("make it, or change the setting 'recordings'"))
    yield good(
        "log",
        tr("{path}, written by the window and after bugs", path=user_log_path()),
    )


def path_warnings(path: Path) -> Iterator[DoctorCheck]:
    """Give the difficulties that Windows has with a path."""
    if any(part.lower().startswith("onedrive") for part in path.parts):
        yield warning(
            "path",
            tr(
                "{path} is under OneDrive, which locks and moves files while they are written",
                path=path,
            ),
            tr("use a folder outside OneDrive, as C:\\emg"),
        )
    if not str(path).isascii():
        yield warning(
            "path",
            tr("{path} has letters outside English, which some libraries cannot open", path=path),
            tr("use a folder such as C:\\emg"),
        )
    if len(str(path)) > _LONGEST_PATH:
        yield warning(
            "path",
            tr(
                "{path} has {n} letters, and Windows allows 260 for a whole path",
                path=path,
                n=len(str(path)),
            ),
            tr("use a shorter folder, as C:\\emg"),
        )


def _written(topic: str, folder: Path, what: str) -> Iterator[DoctorCheck]:
    if not os.access(folder, os.W_OK):
        yield warning(
            topic,
            tr("{folder} may not be written to; {what}", folder=folder, what=what),
            tr("change to a folder of your own"),
        )
        return
    free_mb = shutil.disk_usage(folder).free / 1e6
    text = tr("{folder}: {free_gb:,.1f} GB free", folder=folder, free_gb=free_mb / 1e3)
    if free_mb < _LEAST_FREE_MB:
        yield warning(topic, text, tr("make room: an hour of recording takes about 200 MB"))
    else:
        yield good(topic, text)
