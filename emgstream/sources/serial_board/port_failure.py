"""Why a serial port cannot be opened, by the numbers of the operating system.

Its words are in the language of the user: "Zugriff verweigert" is "access is denied".
"""

from __future__ import annotations

import errno
import re
from enum import Enum

__all__ = ["PortFailure", "port_failure"]


class PortFailure(Enum):
    """A reason why a port cannot be opened."""

    MISSING = "missing"
    """There is no such port."""
    IN_USE = "in use"
    """Another program has it."""
    NOT_ALLOWED = "not allowed"
    """This user may not open it."""
    NO_TERMINAL = "no terminal"
    """There is something of this name, and it is no serial port."""
    NO_ANSWER = "no answer"
    """A port of Bluetooth, and its device is switched off or away."""
    NO_SUCH_SPEED = "no such speed"
    """It does not run at this speed."""
    OTHER = "other"
    """Anything else."""


_OF_WINDOWS = {
    2: PortFailure.MISSING,  # ERROR_FILE_NOT_FOUND
    3: PortFailure.MISSING,  # ERROR_PATH_NOT_FOUND
    5: PortFailure.IN_USE,  # ERROR_ACCESS_DENIED: Windows has no permissions on ports
    32: PortFailure.IN_USE,  # ERROR_SHARING_VIOLATION
    87: PortFailure.NO_SUCH_SPEED,  # ERROR_INVALID_PARAMETER, of setting the line up
    121: PortFailure.NO_ANSWER,  # ERROR_SEM_TIMEOUT
    123: PortFailure.MISSING,  # ERROR_INVALID_NAME
    170: PortFailure.IN_USE,  # ERROR_BUSY
    433: PortFailure.MISSING,  # ERROR_NO_SUCH_DEVICE
    1167: PortFailure.MISSING,  # ERROR_DEVICE_NOT_CONNECTED
    1168: PortFailure.MISSING,  # ERROR_NOT_FOUND
    1231: PortFailure.NO_ANSWER,  # ERROR_NETWORK_UNREACHABLE, of Bluetooth
    1256: PortFailure.NO_ANSWER,  # ERROR_HOST_DOWN, of Bluetooth
}
"""By Windows' system error codes."""
_OF_POSIX = {
    errno.ENOENT: PortFailure.MISSING,
    errno.ENXIO: PortFailure.MISSING,
    errno.ENODEV: PortFailure.MISSING,
    errno.EBUSY: PortFailure.IN_USE,
    errno.EAGAIN: PortFailure.IN_USE,  # of the lock that pyserial asks for
    errno.EWOULDBLOCK: PortFailure.IN_USE,
    errno.EACCES: PortFailure.NOT_ALLOWED,
    errno.EPERM: PortFailure.NOT_ALLOWED,
    errno.EHOSTDOWN: PortFailure.NO_ANSWER,
}
_WINDOWS_NUMBER = re.compile(r"Error\(\d+, .*, None, (\d+)\)", re.DOTALL)
"""An error of Windows as pyserial hands it on: in the text of its own, as Python writes it."""
_TERMINAL_NUMBER = re.compile(r": \(\d+, ")
"""An error of termios as pyserial hands it on; only what is no terminal gives one."""


def port_failure(error: Exception) -> PortFailure:
    """Return why a port could not be opened.

    Parameters
    ----------
    error
        What pyserial raised.

    >>> port_failure(OSError("could not open port 'COM5': "
    ...     "PermissionError(13, 'Zugriff verweigert', None, 5)"))
    <PortFailure.IN_USE: 'in use'>
    """
    found = _WINDOWS_NUMBER.search(str(error))
    of_windows = getattr(error, "winerror", None) or (found and int(found[1]))
    if of_windows is not None:
        return _OF_WINDOWS.get(of_windows, PortFailure.OTHER)
    if isinstance(error, ValueError):
        return PortFailure.NO_SUCH_SPEED
    number = getattr(error, "errno", None)
    if number is None and _TERMINAL_NUMBER.search(str(error)):
        return PortFailure.NO_TERMINAL
    return _OF_POSIX.get(number or 0, PortFailure.OTHER)
