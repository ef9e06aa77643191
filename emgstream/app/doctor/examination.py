"""All checks of this computer, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from emgstream.app.doctor.display_checks import display_checks
from emgstream.app.doctor.doctor_check import DoctorCheck, problem
from emgstream.app.doctor.folder_checks import configuration_checks, folder_checks
from emgstream.app.doctor.port_checks import port_checks
from emgstream.app.doctor.python_checks import extra_checks, package_checks, python_checks
from emgstream.logs import get_logger
from emgstream.translation import tr

__all__ = ["examine"]

_log = get_logger(__name__)

_CHECKS: tuple[Callable[[], Iterator[DoctorCheck]], ...] = (
    python_checks,
    package_checks,
    display_checks,
    port_checks,
    folder_checks,
    configuration_checks,
    extra_checks,
)


def examine() -> Iterator[DoctorCheck]:
    """Give all checks, each as soon as it is done; it takes up to a minute.

    A check that fails itself is a problem among the others: on a broken computer the rest counts.
    """
    for check in _CHECKS:
        try:
            yield from check()
        except Exception as error:  # noqa: BLE001 - whatever is broken, the other checks go on
            name = check.__name__.removesuffix("_checks")
            _log.exception("the check %s failed", name)
            what = tr(
                "this could not be checked ({name}: {error})",
                name=type(error).__name__,
                error=error,
            )
            yield problem(name, what, tr("report it, with this report"))
