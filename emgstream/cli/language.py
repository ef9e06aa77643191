"""The language of the configuration file, for this program and for those that it starts."""

from __future__ import annotations

import os
from contextlib import suppress

from emgstream.configuration import read_configuration
from emgstream.errors import ConfigurationError
from emgstream.translation import VARIABLE

__all__ = ["use_configured_language"]


def use_configured_language() -> None:
    """Set the environment variable for the language, unless the user did.

    Call it before a module is imported that looks texts up. What is wrong with the file is told by
    the command that needs it.
    """
    if os.environ.get(VARIABLE):
        return
    with suppress(ConfigurationError):
        language = read_configuration().language
        if language is not None:
            os.environ[VARIABLE] = language
