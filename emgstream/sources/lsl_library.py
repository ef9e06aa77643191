"""The library of the Lab Streaming Layer (LSL), for the source and for the output."""

from __future__ import annotations

import importlib.util
import os
from ctypes.util import find_library
from functools import cache
from pathlib import Path
from typing import Any

from emgstream.errors import MissingExtraError
from emgstream.extras import missing_extra
from emgstream.library_gaps import gap_of
from emgstream.user_folders import home_folder

__all__ = ["lend_liblsl", "pylsl_library"]

_VARIABLE = "PYLSL_LIB"
"""The environment variable by which pylsl takes a file as liblsl."""
_CONFIG = "lsl_api.cfg"
_QUIET = "[log]\nlevel = -3\n"
"""Nothing but what ends the program: lost streams are told by the source, in one line."""


@cache
def pylsl_library() -> Any:
    """Return the module pylsl, configured; raises MissingExtraError if it cannot be used."""
    lend_liblsl()
    try:
        import pylsl
    except ModuleNotFoundError as error:
        raise missing_extra("the Lab Streaming Layer", "pylsl", "lsl") from error
    except (OSError, RuntimeError) as error:  # pylsl is there, and the library behind it is not
        gap = gap_of("liblsl") or (
            "is not found by pylsl, or does not load; expected it beside pylsl; install it from "
            "https://github.com/sccn/liblsl/releases"
        )
        raise MissingExtraError(
            f"liblsl, the library of the Lab Streaming Layer, {gap}, or set PYLSL_LIB to its file"
        ) from error
    if not _is_configured():
        pylsl.set_config_content(_QUIET)
    return pylsl


def lend_liblsl() -> None:
    """Let pylsl use the liblsl of mne-lsl where its own package has none, as on a Raspberry Pi."""
    if gap_of("liblsl") is None or _VARIABLE in os.environ or find_library("lsl") is not None:
        return
    lender = importlib.util.find_spec("mne_lsl")
    folders = [] if lender is None else lender.submodule_search_locations or []
    found = [file for folder in folders for file in Path(folder).glob("lsl/lib/liblsl.so*")]
    if found:
        os.environ[_VARIABLE] = str(found[0])


def _is_configured() -> bool:
    """Return True if the user has a configuration file where liblsl looks for it."""
    places = (Path(), home_folder() / "lsl_api", Path("/etc/lsl_api"))
    return "LSLAPICFG" in os.environ or any((place / _CONFIG).exists() for place in places)
