"""Checks of Python, of the packages emgstream needs, and of its extras."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from importlib import metadata

from emgstream import __version__
from emgstream.app.doctor.child_trial import RUNTIME, TrialFailedError, try_out
from emgstream.app.doctor.display_checks import has_display
from emgstream.app.doctor.doctor_check import DoctorCheck, good, problem, warning
from emgstream.app.doctor.system_packages import system_name
from emgstream.app.installation_plan import Installer, plan_installation
from emgstream.errors import EmgStreamError
from emgstream.extras import EXTRAS, PACKAGE, Extra
from emgstream.host_system import demo_command, how_to_get_python
from emgstream.network.network_backend import VARIABLE, NetworkBackend
from emgstream.network.runtime_libraries import runtime_cure

__all__ = ["extra_checks", "package_checks", "python_checks"]

_OLDEST, _NEWEST = (3, 10), (3, 13)
"""As ``requires-python`` in pyproject.toml."""
_ON_A_DISPLAY = "control"
"""The extra whose library cannot be imported without a display."""
_STORE = "\\WindowsApps\\"


def python_checks() -> Iterator[DoctorCheck]:
    """Give what runs: emgstream, Python, system."""
    version = platform.python_version()
    text = (
        f"emgstream {__version__}, Python {version} in {sys.prefix}, {system_name()}, "
        f"{platform.machine()}"
    )
    if not _OLDEST <= sys.version_info[:2] <= _NEWEST:
        cure = f"use Python 3.10 to 3.13; {how_to_get_python('3.13')}"
        yield problem("python", text, cure)
    elif sys.maxsize < 2**32:
        yield problem("python", f"{text}, 32 bits", "install Python for 64 bits")
    elif sys.platform == "win32" and _STORE in sys.base_prefix:
        yield warning(
            "python",
            f"{text}, of the Microsoft Store, which hides files in folders of its own",
            "install Python from python.org if packages or files are not found",
        )
    else:
        yield good("python", text)


def package_checks() -> Iterator[DoctorCheck]:
    """Give whether every package that emgstream needs is there in a version that fits, and runs."""
    yield _requirements_check()
    yield _network_check()


def extra_checks() -> Iterator[DoctorCheck]:
    """Give for each extra whether it is installed, and whether its libraries can be imported."""
    for extra in EXTRAS:
        if not extra.is_installed:
            continue
        if extra.name == _ON_A_DISPLAY and not _has_x_or_desktop():
            named = ", ".join(extra.libraries)
            yield good(
                extra.name,
                f"{named} is installed, and not tried: it needs an X server, and no DISPLAY is set",
            )
        else:
            yield _imports(extra)
    missing = [extra.name for extra in EXTRAS if not extra.is_installed]
    if missing:
        yield good("extras", f"not installed, and needed only if used: {', '.join(missing)}")
    try:
        plan = plan_installation("train")
    except EmgStreamError as error:
        yield warning("install", str(error), "install emgstream instead of running its files")
        return
    if plan.obstacle is not None and "train" in missing:
        yield warning("install", plan.obstacle, "see there")
    elif plan.installer is not None and plan.installer is not Installer.ENSUREPIP:
        yield good("install", f"extras are installed with {plan.installer.value}")


def _network_check() -> DoctorCheck:
    """Return whether the shipped model runs, and by which backend."""
    try:
        backend, _, words = try_out(RUNTIME).partition(" ")
    except TrialFailedError as error:
        return problem(
            "network", f"the shipped model does not run: {error}", runtime_cure(str(error))
        )
    if backend == NetworkBackend.LITERT.value or VARIABLE in os.environ:
        return good("network", f"{words} runs the shipped model")
    return warning("network", f"{words} runs the shipped model, more slowly", runtime_cure(words))


def _has_x_or_desktop() -> bool:
    return has_display({"DISPLAY": os.environ.get("DISPLAY", "")})


def _imports(extra: Extra) -> DoctorCheck:
    for library in extra.libraries:
        try:
            try_out(library)
        except TrialFailedError as error:
            return problem(
                extra.name,
                f"{library} is installed and cannot be imported: {error}",
                f"install the extra {extra.name!r} again, to repair it",
            )
    return good(extra.name, f"{', '.join(extra.libraries)} can be imported")


def _requirements_check() -> DoctorCheck:
    from packaging.requirements import Requirement  # only this needs it

    try:
        texts = metadata.requires(PACKAGE) or []
    except metadata.PackageNotFoundError:
        return warning(
            "package",
            "emgstream is run from its files and is not installed",
            f"run {demo_command()}, which installs it into an environment of its own",
        )
    needed = [
        one
        for one in map(Requirement, texts)
        if one.marker is None or one.marker.evaluate({"extra": ""})
    ]
    wrong = []
    for requirement in needed:
        version = _version(requirement.name)
        if version is None:
            wrong.append(f"{requirement.name} is missing")
        elif not requirement.specifier.contains(version, prereleases=True):
            wrong.append(f"{requirement.name} is {version}, not {requirement.specifier}")
    if wrong:
        return problem("package", "; ".join(wrong), "install emgstream again, with its packages")
    return good("package", f"all {len(needed)} packages that emgstream needs are there")


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
