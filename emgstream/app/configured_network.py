"""The backend for networks, as the configuration file sets it."""

from __future__ import annotations

from emgstream.configuration import read_configuration
from emgstream.errors import ConfigurationError
from emgstream.network.backend_preference import prefer_backend

__all__ = ["use_configured_network"]


def use_configured_network() -> None:
    """Let this process run networks with the backend of the configuration file.

    A file that cannot be used leaves the choice open; what needs its settings tells why.
    """
    try:
        prefer_backend(read_configuration().network)
    except ConfigurationError:
        prefer_backend(None)
