"""Commands as a user runs them: each a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from emgstream.sources.serial_board.holders import holders
from tests.simulation.boards import PATIENCE_S, wait_for

__all__ = ["EMGSTREAM", "BoardProcess", "board_process", "run"]

EMGSTREAM = [sys.executable, "-m", "emgstream"]


def run(*words: str, program: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run one command to its end, or a program of Python with these words."""
    command = EMGSTREAM if program is None else [sys.executable, "-c", program]
    return subprocess.run(
        [*command, *words], capture_output=True, text=True, timeout=6 * PATIENCE_S, check=False
    )


class BoardProcess:
    """A running ``emgstream simulate``."""

    def __init__(self, process: subprocess.Popen[str], port: str, ledger: Path) -> None:
        self.port = port
        self._process, self._ledger = process, ledger

    def is_opened_by(self, pid: int) -> bool:
        """Whether a process has the port open; known on Linux only."""
        return any(f"({pid})" in name for name in holders(self.port))

    def end(self) -> dict[str, Any]:
        """End it politely, and return its ledger."""
        self._process.terminate()
        self._process.communicate(timeout=PATIENCE_S)
        document: dict[str, Any] = json.loads(self._ledger.read_text())
        return document


@contextmanager
def board_process(folder: Path, *words: str, tcp: bool = os.name == "nt") -> Iterator[BoardProcess]:
    """Give a simulated board in a process of its own, on a pty or on a TCP port."""
    link, ledger = folder / "ttyEMG", folder / "ledger.json"
    where = ["--tcp", "0"] if tcp else ["--link", str(link)]
    command = [*EMGSTREAM, "simulate", *where, "--ledger", str(ledger), *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = process.stdout.readline().split(";")[0].split()[-1]
            wait_for(lambda: tcp or link.exists(), process.poll)
            yield BoardProcess(process, port, ledger)
        finally:
            process.kill()
