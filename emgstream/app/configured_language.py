"""The language of the window: that of the environment, of the configuration file, or the system."""

from __future__ import annotations

import os

from emgstream.configuration import read_configuration
from emgstream.errors import ConfigurationError
from emgstream.translation import VARIABLE, use_language

__all__ = ["use_language_of_user"]


def use_language_of_user() -> None:
    """Look texts up in the user's language from now on.

    Call it before a module of the window is imported. What is wrong with the configuration file is
    told by what needs its settings.
    """
    try:
        language = read_configuration().language
    except ConfigurationError:
        language = None
    use_language(None if os.environ.get(VARIABLE) else language)
