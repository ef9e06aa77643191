"""The language of the window: that of the environment, of the configuration file, or the system."""

from __future__ import annotations

import os

from emgstream.configuration import read_configuration
from emgstream.errors import ConfigurationError
from emgstream.translation import VARIABLE, has_catalogue, languages, use_language

__all__ = ["unknown_language", "use_language_of_user"]

_MOST_SHOWN = 40
"""Letters of a wrong value that a message repeats."""


def use_language_of_user() -> None:
    """Look texts up in the user's language from now on.

    Call it before a module of the window is imported. What is wrong with the configuration file is
    told by what needs its settings.
    """
    use_language(None if os.environ.get(VARIABLE) else _configured())


def unknown_language() -> str | None:
    """Return what is wrong with the language that somebody chose; None if nothing is."""
    of_variable = os.environ.get(VARIABLE)
    named = of_variable or _configured()
    if named is None or has_catalogue(named):
        return None
    shown = named if len(named) <= _MOST_SHOWN else f"{named[:_MOST_SHOWN]}…"
    place = VARIABLE if of_variable else "the setting language"
    return (
        f"there is no catalogue for {shown!r}, which is the language by {place}; expected one of "
        f"{', '.join(languages())}; the window is in English"
    )


def _configured() -> str | None:
    try:
        return read_configuration().language
    except ConfigurationError:
        return None
