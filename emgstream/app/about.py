"""Facts about the program itself: version, licence and how to cite it."""

from __future__ import annotations

import emgstream
from emgstream.translation import tr

__all__ = ["LICENCE", "citation"]

LICENCE = tr("MIT licence, copyright 2026 the emgstream authors")
"""Licence and holders, as in the file ``LICENSE``."""

_YEAR = 2026


def citation() -> str:
    """Return how to cite this version, in the form of a reference list.

    >>> citation().startswith("The emgstream authors (2026).")
    True
    """
    return (
        f"The emgstream authors ({_YEAR}). emgstream: real-time EMG streaming and classification "
        f"(version {emgstream.__version__}) [computer software]."
    )
