"""A simulated board in a process of its own, so that a benchmark does not pay for it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["board_of_its_own"]


@contextmanager
def board_of_its_own() -> Iterator[str]:
    """Give the port of a board at 1 kHz; the board ends with the block."""
    with tempfile.TemporaryDirectory() as folder:
        port = str(Path(folder, "ttyEMG"))
        board = subprocess.Popen(
            [sys.executable, "-m", "emgstream", "simulate", "--link", port],
            stdout=subprocess.DEVNULL,
        )
        try:
            while not os.path.lexists(port):
                time.sleep(0.05)
            yield port
        finally:
            board.terminate()
            board.wait()
