"""PyQt5: whether it is there, and how to get it where there is no package of it for pip."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable
from pathlib import Path

from emgstream.app.doctor.doctor_check import DoctorCheck, problem, warning
from emgstream.app.doctor.system_packages import qt_package_command
from emgstream.library_gaps import Machine, gap_of, this_machine
from emgstream.translation import tr

__all__ = ["missing_qt", "missing_qt_check"]

_SYSTEM = "/usr"
"""Prefix of the Python that comes with a distribution of Linux, and for which its packages are."""
_MAKES_ENVIRONMENT = f"{_SYSTEM}/bin/python3 -m venv --system-site-packages FOLDER"
_MARK = "include-system-site-packages"
"""The line of ``pyvenv.cfg`` that lets an environment use the packages of its Python."""


def missing_qt(machine: Machine | None = None) -> str | None:
    """Return one sentence on PyQt5 if it is not there, with how to get it; None if it is.

    Parameters
    ----------
    machine
        The computer; default this one.
    """
    if importlib.util.find_spec("PyQt5") is not None:
        return None
    there = machine or this_machine()
    gap = gap_of("PyQt5", there)
    if gap is None:
        return tr("the window needs PyQt5, which is not installed; install emgstream again")
    if there.system != "Linux":
        return tr(
            "the window needs PyQt5, which {gap}; expected Python for x86-64; use that", gap=gap
        )
    return tr(
        "the window needs PyQt5, which {gap}; expected that of the system; install it with: "
        "{steps}",
        gap=gap,
        steps="; ".join(_steps()),
    )


def missing_qt_check(missing: str) -> DoctorCheck:
    """Return the check on a missing PyQt5: where pip has none, everything else works without."""
    what, *clauses = missing.split("; ")
    cure = "; ".join(one for one in clauses if not one.startswith("expected "))
    told = problem if gap_of("PyQt5") is None else warning
    return told("qt", what, cure)


def _steps() -> Iterable[str]:
    yield qt_package_command()
    if not _sees_system_packages():
        yield tr(
            "install emgstream into an environment that sees it: {command}",
            command=_MAKES_ENVIRONMENT,
        )


def _sees_system_packages() -> bool:
    """Return True if this Python can import packages of the distribution."""
    if Path(sys.base_prefix) != Path(_SYSTEM):
        return False
    if sys.prefix == sys.base_prefix:
        return True
    try:
        lines = (Path(sys.prefix) / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    values = dict(line.lower().replace(" ", "").partition("=")[::2] for line in lines)
    return values.get(_MARK) == "true"
