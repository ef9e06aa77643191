"""The loggers of this package: the standard ``logging``, one logger per module.

A module writes ``_log = get_logger(__name__)`` and logs what happens once in a while: the start,
end and failure of threads and processes, connections, repairs. It logs nothing per sample or per
decision. Where the records go is up to the program: `emgstream.log_output` for the command line
and the window, ``logging.basicConfig`` for a program that imports the package.
"""

from __future__ import annotations

import logging

__all__ = ["IS_PRINTED", "ROOT", "get_logger"]

ROOT = "emgstream"
"""Name of the logger above all others of this package."""

IS_PRINTED = "is_printed"
"""Name of the attribute of a record that the program prints itself, too: -v leaves it out."""

# without a handler, Python prints warnings to stderr although nobody asked for a log
logging.getLogger(ROOT).addHandler(logging.NullHandler())


def get_logger(module: str) -> logging.Logger:
    """Return the logger of a module, by its ``__name__``."""
    return logging.getLogger(module)
