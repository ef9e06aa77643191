"""The backend for networks that the user asks for, by a variable or by the configuration.

Apart from `network_backend`, so that a program can pass it on without importing NumPy.
"""

from __future__ import annotations

import os
from enum import Enum

from emgstream.errors import UsageError

__all__ = ["AUTOMATIC", "VARIABLE", "NetworkBackend", "asked_backend", "prefer_backend"]

VARIABLE = "EMGSTREAM_NETWORK"
"""Environment variable that forces a backend, before the configuration: its name, or ``auto``."""
AUTOMATIC = "auto"
"""The word for the automatic choice."""


class NetworkBackend(Enum):
    """The library that computes the network."""

    LITERT = "litert"
    """LiteRT, from the flatbuffers: some five times as fast."""
    NUMPY = "numpy"
    """NumPy, from the weights: for computers without LiteRT."""


class _Preference:
    """The backend that the configuration asks for, in this process; one thread sets it."""

    backend: NetworkBackend | None = None


def prefer_backend(name: str | None) -> None:
    """Take the backend that the configuration asks for; None and ``auto`` leave the choice open."""
    is_open = name is None or name == AUTOMATIC
    _Preference.backend = None if is_open else NetworkBackend(name)


def asked_backend() -> tuple[NetworkBackend | None, str]:
    """Return the backend that was asked for, None for the automatic choice, and by what.

    Raises UsageError if `VARIABLE` names none.
    """
    asked = os.environ.get(VARIABLE, "")
    if not asked:
        return _Preference.backend, "the configuration"
    if asked == AUTOMATIC:
        return None, VARIABLE
    try:
        return NetworkBackend(asked), VARIABLE
    except ValueError:
        names = ", ".join(one.value for one in NetworkBackend)
        raise UsageError(
            f"{VARIABLE} is {asked!r}, which is not a backend for networks; expected {names} or "
            f"{AUTOMATIC}; change the variable, or remove it"
        ) from None
