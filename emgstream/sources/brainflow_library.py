"""BrainFlow's library: loaded once, and its log turned into ours."""

from __future__ import annotations

import atexit
import importlib.resources
import logging
import os
import re
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from emgstream.errors import MissingExtraError
from emgstream.extras import missing_extra
from emgstream.library_gaps import gap_of
from emgstream.logs import get_logger

__all__ = ["BrainFlowLog", "brainflow_library"]

_log = get_logger(__name__)
_LINE = re.compile(r"\[[^\]]*\] \[board_logger\] \[(\w+)\] (.*)")
_LEVELS = {"warning": logging.WARNING, "error": logging.WARNING, "critical": logging.ERROR}


class BrainFlowLog:
    """Log of BrainFlow, read from a temporary file and handed on to our log.

    BrainFlow writes to stderr or to a file, and to nothing else.
    """

    def __init__(self, board_shim: Any) -> None:
        handle, name = tempfile.mkstemp(prefix="emgstream-brainflow-", suffix=".log")
        os.close(handle)
        self._path = Path(name)
        self._n_read = 0
        board_shim.set_log_file(name)
        atexit.register(self._remove)

    def hand_on(self) -> str:
        """Log what is new, and return the last problem among it; empty if there is none."""
        with self._path.open("rb") as file:
            file.seek(self._n_read)
            new = file.read()
        self._n_read += len(new)
        problem = ""
        for line in new.decode("utf-8", "replace").splitlines():
            found = _LINE.match(line)
            level = _LEVELS.get(found[1], logging.DEBUG) if found else logging.DEBUG
            text = found[2] if found else line
            _log.log(min(level, logging.INFO), "BrainFlow: %s", text)
            if level >= logging.WARNING:
                problem = text
        return problem

    def _remove(self) -> None:
        with suppress(OSError):  # Windows keeps a file that is open
            self._path.unlink()


@cache
def brainflow_library() -> tuple[Any, BrainFlowLog]:
    """Return the module ``brainflow.board_shim`` and its log.

    Raises MissingExtraError if it is not installed, or has no library for this machine.
    """
    try:
        import brainflow.board_shim as board_shim
    except ModuleNotFoundError as error:
        raise missing_extra("a board of BrainFlow", "brainflow", "brainflow") from error
    # BrainFlow 5.23 looks beside a module, which importlib can do from Python 3.12 on, and else
    # needs pkg_resources, which setuptools 82 and newer have no more.
    board_shim.files = lambda _module: importlib.resources.files("brainflow")
    try:
        log = BrainFlowLog(board_shim.BoardShim)
    except (OSError, board_shim.BrainFlowError) as error:
        gap = gap_of("brainflow") or (
            f"does not load here ({error}); expected its library; install it again with: emgstream "
            "install brainflow --again"
        )
        raise MissingExtraError(f"BrainFlow {gap}") from error
    return board_shim, log
