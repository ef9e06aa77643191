"""The plan to install an extra: what, how large, where to, by which program, and obstacles."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from importlib import metadata
from pathlib import Path

from emgstream.extras import (
    PACKAGE,
    TRAIN,
    Extra,
    extra_named,
    extra_requirements,
    megabytes,
    normal_name,
    training_obstacle,
)
from emgstream.host_system import platform_name
from emgstream.long_paths import path_problem
from emgstream.translation import tr
from emgstream.user_folders import home_folder

__all__ = ["InstallationPlan", "Installer", "plan_installation", "size_words"]

_RESERVE = 1.1
"""Room asked for beyond the measured size: later versions are larger. A choice."""
_MANAGED = "EXTERNALLY-MANAGED"
"""File beside the standard library of a Python that its system manages (PEP 668)."""

_RAW_PROGRESS = [24, 1]
"""First version of pip with ``--progress-bar raw``."""


class Installer(Enum):
    """The program that installs packages."""

    PIP = "pip"
    UV = "uv"
    ENSUREPIP = tr("pip, set up first")


@dataclass(frozen=True)
class InstallationPlan:
    """An extra to be installed into the environment of this program."""

    extra: Extra
    """The extra."""
    requirements: tuple[str, ...]
    """Its requirements on this computer."""
    environment: Path
    """Folder of the environment."""
    installer: Installer | None
    """The program that installs; None if there is none."""
    obstacle: str | None
    """Sentence with what forbids the installation, and what to do; None if nothing does."""
    repairs: bool = False
    """True to write the packages of the extra again that are there already."""

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Rows of name and value, for people."""
        state = tr("installed already") if self.extra.is_installed else tr("not installed")
        return [
            (tr("extra"), f"{self.extra.name}: {self.extra.purpose}"),
            (tr("state"), state),
            (tr("size"), size_words(self.extra)),
            (tr("packages"), ", ".join(map(_package_name, self.requirements))),
            *((tr("without"), gap) for gap in self.extra.gaps_of_parts.values()),
            ("into", str(self.environment)),
        ]

    def command_lines(self, constraints: Path) -> list[list[str]]:
        """Return the commands to run, one after the other.

        Parameters
        ----------
        constraints
            File with the versions to keep, as `kept_versions` gives them.
        """
        pip = [sys.executable, "-m", "pip", "install"]
        kept = ["--constraint", str(constraints), *self.requirements]
        # modules are compiled when they are first imported, as uv does it: minutes less
        options = ["--no-input", "--disable-pip-version-check", "--retries", "2", "--no-compile"]
        if _tells_bytes():
            options += ["--progress-bar", "raw"]
        again = self._written_again() if self.repairs else []
        if self.installer is Installer.UV:
            into = ["pip", "install", "--no-progress", "--python", sys.executable]
            anew = [word for name in again for word in ("--reinstall-package", name)]
            return [[str(_uv_program()), *into, *anew, *kept]]
        commands = [[*pip, *options, *kept]]
        if again:  # pip has no such option for single packages; what lacks comes after that
            anew = ["--force-reinstall", "--no-deps", "--constraint", str(constraints), *again]
            commands.insert(0, [*pip, *options, *anew])
        if self.installer is Installer.ENSUREPIP:
            commands.insert(0, [sys.executable, "-m", "ensurepip"])
        return commands

    def _written_again(self) -> list[str]:
        """Return the packages here that the extra needs and emgstream without extras does not.

        Those that emgstream needs may be loaded, and no system lets all loaded files be replaced.
        """
        there = _installed_versions()
        needed = _needed_packages(map(_package_name, self.requirements))
        return sorted((needed - _needed_packages([PACKAGE])) & there.keys())

    def kept_versions(self) -> Iterator[str]:
        """Give ``name==version`` of the packages here that the installation must not change.

        Packages that this program or another has loaded stay as they are, so that an installation
        that is cancelled or fails leaves a working environment. Left out is what the extra needs in
        another version.
        """
        from packaging.requirements import Requirement  # only an installation needs it
        from packaging.version import InvalidVersion, Version

        wanted = {
            normal_name(one.name): one.specifier for one in map(Requirement, self.requirements)
        }
        for name, text in sorted(_installed_versions().items()):
            try:
                version = Version(text)
            except InvalidVersion:
                continue
            if name not in wanted or wanted[name].contains(version, prereleases=True):
                yield f"{name}=={text}"


def plan_installation(name: str, *, repairs: bool = False) -> InstallationPlan:
    """Return the plan to install an extra here, or to repair it; it changes nothing.

    Raises UsageError for an unknown extra, and if emgstream itself is not installed.
    """
    extra = extra_named(name)
    installer = _installer()
    return InstallationPlan(
        extra,
        extra_requirements(name),
        Path(sys.prefix),
        installer,
        _gap(extra) or _obstacle(extra, installer),
        repairs,
    )


def _installer() -> Installer | None:
    if importlib.util.find_spec("pip") is not None:
        return Installer.PIP
    if _uv_program() is not None:
        return Installer.UV
    return Installer.ENSUREPIP if importlib.util.find_spec("ensurepip") is not None else None


def _tells_bytes() -> bool:
    """Return True if this pip can print how many bytes it has downloaded."""
    try:
        numbers = metadata.version("pip").split(".")
    except metadata.PackageNotFoundError:
        return False
    return [int(number) for number in numbers[:2] if number.isdigit()] >= _RAW_PROGRESS


def _uv_program() -> Path | None:
    """Return the path of uv: of the search path, of this environment or of its own installer."""
    found = shutil.which("uv")
    if found is not None:
        return Path(found)
    name = "uv.exe" if os.name == "nt" else "uv"
    places = [Path(sys.executable).parent]
    places += [home_folder() / one / "bin" for one in (".local", ".cargo")]
    return next((place / name for place in places if (place / name).is_file()), None)


def _gap(extra: Extra) -> str | None:
    """Return why this computer cannot have an extra, and what to do; None if it can or has it."""
    return None if extra.is_installed else extra.gap


def _obstacle(extra: Extra, installer: Installer | None) -> str | None:
    """Return what forbids an installation, and what to do; None if nothing does."""
    folder = Path(sysconfig.get_path("purelib"))
    unavailable = training_obstacle() if extra is TRAIN else None
    if unavailable is not None:
        return unavailable
    if _is_managed():
        return tr(
            "the Python in {prefix} belongs to the operating system, which lets no other "
            "program install packages into it (PEP 668); expected an environment of your own; "
            "make one with venv, uv or pipx, and install emgstream into that",
            prefix=sys.prefix,
        )
    if not os.access(_existing(folder), os.W_OK):
        return tr(
            "the folder {folder} may not be written to; expected an environment of your own; ask "
            "who runs this machine, or make an environment and install emgstream into that",
            folder=folder,
        )
    if installer is None:
        return tr(
            "the environment {prefix} has no pip, and neither uv nor ensurepip is here; "
            "expected one of them; {cure}",
            prefix=sys.prefix,
            cure=_how_to_get_pip(),
        )
    too_long = path_problem(folder) if extra is TRAIN else None
    return too_long or _lack_of_room(extra, folder)


def _how_to_get_pip() -> str:
    if platform_name() == "linux":
        return tr("on Debian and Ubuntu install the package python3-venv")
    return tr("install Python from python.org again, which brings pip")


def _lack_of_room(extra: Extra, folder: Path) -> str | None:
    """Return that a disk has too little room; None if it has enough."""
    needs_mb = {folder: extra.disk_mb}
    temporary = Path(tempfile.gettempdir())
    if _device(temporary) == _device(folder):
        needs_mb[folder] += extra.download_mb
    else:
        needs_mb[temporary] = extra.download_mb
    for place, need_mb in needs_mb.items():
        free_mb = shutil.disk_usage(_existing(place)).free / 1e6
        if free_mb < need_mb * _RESERVE:
            return tr(
                "the extra {name!r} needs {need_mb:,.0f} MB on the disk of "
                "{place}, and {free_mb:,.0f} MB are free; expected enough room; delete "
                "something there and try again",
                name=extra.name,
                need_mb=need_mb * _RESERVE,
                place=place,
                free_mb=free_mb,
            )
    return None


def _is_managed() -> bool:
    """Return True if the system's own package manager has this Python to itself (PEP 668)."""
    is_own_environment = sys.prefix != sys.base_prefix
    return not is_own_environment and (Path(sysconfig.get_path("stdlib")) / _MANAGED).is_file()


def _existing(path: Path) -> Path:
    """Return a folder, or the nearest one above it that exists."""
    return next((one for one in (path, *path.parents) if one.is_dir()), path)


def _device(path: Path) -> int:
    return _existing(path).stat().st_dev


def _installed_versions() -> dict[str, str]:
    """Return the version of each distribution that can be imported, by its normal name."""
    found: dict[str, str] = {}
    for distribution in metadata.distributions():
        name, version = distribution.metadata["Name"], distribution.version
        if name and version and normal_name(name) != PACKAGE:
            found.setdefault(
                normal_name(name), version
            )  # the first on the path is the one imported
    return found


def _needed_packages(names: Iterable[str]) -> set[str]:
    """Return the normal names of packages and of all they need here, as far as they are there."""
    from packaging.requirements import Requirement  # only an installation needs it

    found: set[str] = set()
    open_names = [normal_name(name) for name in names]
    while open_names:
        name = open_names.pop()
        if name in found:
            continue
        found.add(name)
        try:
            needed = map(Requirement, metadata.requires(name) or [])
        except metadata.PackageNotFoundError:
            continue
        open_names += [
            normal_name(one.name)
            for one in needed
            if one.marker is None or one.marker.evaluate({"extra": ""})
        ]
    return found


def _package_name(requirement: str) -> str:
    """Return the name in a requirement.

    >>> _package_name("scikit-learn<2,>=1.6")
    'scikit-learn'
    """
    return re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]


def size_words(extra: Extra) -> str:
    """Return the sizes of an extra, for people."""
    download, disk = megabytes(extra.download_mb), megabytes(extra.disk_mb)
    return tr("{download} to download, {disk} on the disk", download=download, disk=disk)
