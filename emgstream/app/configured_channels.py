"""The channels of the configuration file, for the sources that they belong to."""

from __future__ import annotations

from emgstream.configuration import Configuration
from emgstream.sources.source_kind import AUTO
from emgstream.sources.source_registry import kind_of

__all__ = ["configured_channels"]


def configured_channels(configuration: Configuration, address: str) -> tuple[str, ...] | None:
    """Return the configured channels, or None for a source of another kind than the configured.

    The channels of a board do not exist on a simulated one, for example.

    >>> configured_channels(Configuration(channels=("2", "1")), "COM3")
    ('2', '1')
    >>> configured_channels(Configuration(channels=("2", "1")), "simulated") is None
    True
    """
    is_same_kind = kind_of(address) is kind_of(configuration.port or AUTO)
    return configuration.channels if is_same_kind else None
