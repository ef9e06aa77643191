"""Checks of Python, of the packages emgstream needs, and of its extras."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Iterator
from importlib import metadata
from typing import TYPE_CHECKING

from emgstream import __version__
from emgstream.app.configured_network import use_configured_network
from emgstream.app.doctor.child_trial import RUNTIME, TrialFailedError, try_out
from emgstream.app.doctor.display_checks import can_be_tried
from emgstream.app.doctor.doctor_check import DoctorCheck, good, problem, warning
from emgstream.app.doctor.system_packages import system_name
from emgstream.app.installation_plan import Installer, plan_installation
from emgstream.app.network_words import network_words
from emgstream.errors import EmgStreamError, UsageError
from emgstream.extras import EXTRAS, PACKAGE, Extra, training_obstacle
from emgstream.host_system import demo_command, how_to_get_python
from emgstream.network.backend_choice import BackendChoice
from emgstream.network.backend_preference import asked_backend
from emgstream.network.runtime_libraries import runtime_cure
from emgstream.translation import tr, tr_n

if TYPE_CHECKING:
    from packaging.requirements import Requirement

__all__ = ["extra_checks", "package_checks", "python_checks"]

_OLDEST, _NEWEST = (3, 10), (3, 15)
"""As ``requires-python`` in pyproject.toml."""
_STORE = "\\WindowsApps\\"


def python_checks() -> Iterator[DoctorCheck]:
    """Give what runs: emgstream, Python, system."""
    version = platform.python_version()
    text = tr(
        "emgstream {version}, Python {python} in {prefix}, {system}, {machine}",
        version=__version__,
        python=version,
        prefix=sys.prefix,
        system=system_name(),
        machine=platform.machine(),
    )
    if not _OLDEST <= sys.version_info[:2] <= _NEWEST:
        cure = tr("use Python 3.10 to 3.15; {how}", how=how_to_get_python("3.13"))
        yield problem("python", text, cure)
    elif sys.maxsize < 2**32:
        yield problem("python", tr("{text}, 32 bits", text=text), tr("install Python for 64 bits"))
    elif sys.platform == "win32" and _STORE in sys.base_prefix:
        yield warning(
            "python",
            tr(
                "{text}, of the Microsoft Store, which hides files in folders of its own", text=text
            ),
            tr("install Python from python.org if packages or files are not found"),
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
        if not can_be_tried(extra):
            named = ", ".join(extra.present)
            yield good(
                extra.name,
                tr(
                    "{named} is installed, and not tried: it needs an X server, and no DISPLAY "
                    "is set",
                    named=named,
                ),
            )
        else:
            yield _imports(extra)
    absent = [extra for extra in EXTRAS if not extra.is_installed]
    for extra in absent:
        if extra.gap is not None:
            yield good(extra.name, extra.gap)
    missing = [extra.name for extra in absent if extra.gap is None]
    if missing:
        yield good(
            "extras",
            tr("not installed, and needed only if used: {missing}", missing=", ".join(missing)),
        )
    yield from _installation_checks("train" in missing)


def _installation_checks(lacks_training: bool) -> Iterator[DoctorCheck]:
    """Give whether models can be trained here, and how extras are installed."""
    try:
        plan = plan_installation("train")
    except EmgStreamError as error:
        yield warning("install", str(error), tr("install emgstream instead of running its files"))
        return
    unavailable = training_obstacle()
    if unavailable is not None:
        yield good("train", unavailable)
    elif plan.obstacle is not None and lacks_training:
        yield warning("install", plan.obstacle, tr("see there"))
    elif plan.installer is not None and plan.installer is not Installer.ENSUREPIP:
        yield good(
            "install", tr("extras are installed with {installer}", installer=plan.installer.value)
        )


def _network_check() -> DoctorCheck:
    """Return whether the shipped model runs, and by which backend."""
    try:
        use_configured_network()
        asked_backend()
    except UsageError as error:  # else the trial fails with it, and the library would be blamed
        what, _, cure = str(error).rpartition("; ")
        return problem("network", what, cure)
    try:
        choice = BackendChoice.from_json(json.loads(try_out(RUNTIME)))
    except TrialFailedError as error:
        return problem(
            "network",
            tr("the shipped model does not run: {error}", error=error),
            runtime_cure(str(error)),
        )
    text = tr("{words} runs the shipped model", words=network_words(choice))
    if choice.reason is None or not choice.reason.can_be_mended:
        return good("network", text)
    return warning(
        "network", tr("{text}, more slowly", text=text), runtime_cure(choice.reason_text)
    )


def _needed_here() -> list[Requirement]:
    """Return the requirements of emgstream on this computer, without extras.

    Raises PackageNotFoundError if emgstream is run from its files.
    """
    from packaging.requirements import Requirement  # only this needs it

    found = map(Requirement, metadata.requires(PACKAGE) or [])
    return [one for one in found if one.marker is None or one.marker.evaluate({"extra": ""})]


def _imports(extra: Extra) -> DoctorCheck:
    for library in extra.present:
        try:
            try_out(library)
        except TrialFailedError as error:
            return problem(
                extra.name,
                tr(
                    "{library} is installed and cannot be imported: {error}",
                    library=library,
                    error=error,
                ),
                tr("install the extra {name!r} again, to repair it", name=extra.name),
            )
    found = extra.present
    text = tr_n(
        "{libraries} can be imported",
        "{libraries} can be imported",
        len(found),
        libraries=", ".join(found),
    )
    return good(extra.name, "; ".join([text, *extra.gaps_of_parts.values()]))


def _requirements_check() -> DoctorCheck:
    try:
        needed = _needed_here()
    except metadata.PackageNotFoundError:
        return warning(
            "package",
            tr("emgstream is run from its files and is not installed"),
            tr(
                "run {command}, which installs it into an environment of its own",
                command=demo_command(),
            ),
        )
    wrong = []
    for requirement in needed:
        version = _version(requirement.name)
        if version is None:
            wrong.append(tr("{name} is missing", name=requirement.name))
        elif not requirement.specifier.contains(version, prereleases=True):
            wrong.append(
                tr(
                    "{name} is {version}, not {specifier}",
                    name=requirement.name,
                    version=version,
                    specifier=requirement.specifier,
                )
            )
    if wrong:
        return problem(
            "package", "; ".join(wrong), tr("install emgstream again, with its packages")
        )
    return good(
        "package",
        tr("all {n_needed} packages that emgstream needs are there", n_needed=len(needed)),
    )


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
