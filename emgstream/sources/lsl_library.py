"""The library of the Lab Streaming Layer (LSL), for the source and for the output."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

from emgstream.errors import MissingExtraError
from emgstream.extras import missing_extra
from emgstream.user_folders import home_folder

__all__ = ["pylsl_library"]

_CONFIG = "lsl_api.cfg"
_QUIET = "[log]\nlevel = -3\n"
"""Nothing but what ends the program: lost streams are told by the source, in one line."""


@cache
def pylsl_library() -> Any:
    """Return the module pylsl, configured; raises MissingExtraError if it cannot be used."""
    try:
        import pylsl
    except ModuleNotFoundError as error:
        raise missing_extra("the Lab Streaming Layer", "pylsl", "lsl") from error
    except (OSError, RuntimeError) as error:  # pylsl is there, and the library behind it is not
        raise MissingExtraError(
            "pylsl found no library of the Lab Streaming Layer for this machine; expected liblsl; "
            "install it from https://github.com/sccn/liblsl/releases, or set PYLSL_LIB to its file"
        ) from error
    if not _is_configured():
        pylsl.set_config_content(_QUIET)
    return pylsl


def _is_configured() -> bool:
    """Return True if the user has a configuration file where liblsl looks for it."""
    places = (Path(), home_folder() / "lsl_api", Path("/etc/lsl_api"))
    return "LSLAPICFG" in os.environ or any((place / _CONFIG).exists() for place in places)
