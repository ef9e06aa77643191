"""A trial in a Windows Python under Wine, and what several of them use."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from windows_python import WindowsPython

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from emgstream.app.process_group import ProcessGroup

__all__ = [
    "EMGSTREAM",
    "REPLAY",
    "ROOT",
    "FailedError",
    "Trial",
    "display",
    "remove",
    "said",
    "started",
]

ROOT = Path(__file__).resolve().parent.parent
EMGSTREAM = ("-m", "emgstream")
REPLAY = ("replay", "demo", "--model", "demo", "--headless", "--speed", "max", "--jsonl")


@dataclass(frozen=True)
class Trial:
    """One thing that is tried under Wine."""

    what: str
    """Its name in the table."""
    run: Callable[[WindowsPython], str]
    """Try it and return the figures; raises FailedError."""


class FailedError(Exception):
    """A trial failed, in one sentence."""


def said(done: subprocess.CompletedProcess[str], code: int = 0) -> str:
    """Return what a program printed; raises FailedError for another exit code or a traceback."""
    both = done.stdout + done.stderr
    last = both.strip().splitlines()[-1] if both.strip() else "nothing printed"
    if done.returncode != code or "Traceback" in both or "UnicodeEncodeError" in both:
        raise FailedError(f"exit code {done.returncode}: {last}")
    return both


def remove(python: WindowsPython, *patterns: str) -> None:
    """Remove what an earlier run left."""
    for left in (path for pattern in patterns for path in python.work.glob(pattern)):
        shutil.rmtree(left) if left.is_dir() else left.unlink()


@contextmanager
def display(python: WindowsPython) -> Iterator[dict[str, str]]:
    """Give the environment of a screen of its own; raises FailedError."""
    if shutil.which("Xvfb") is None:
        raise FailedError("no Xvfb here; install it: apt-get install xvfb")
    reader, writer = os.pipe()
    server = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]
    with subprocess.Popen(server, pass_fds=[writer], stderr=subprocess.DEVNULL) as server_process:
        os.close(writer)
        with os.fdopen(reader) as numbers:
            number = numbers.readline().strip()
        try:
            yield {"DISPLAY": f":{number}"}
        finally:
            python.end()
            server_process.send_signal(signal.SIGTERM)


@contextmanager
def started(python: WindowsPython, *words: str) -> Iterator[None]:
    """Let a verb run meanwhile; it is ended after the block."""
    nothing = subprocess.DEVNULL
    group = ProcessGroup(
        python.command([*EMGSTREAM, *words]), stdin=nothing, stdout=nothing, stderr=nothing
    )
    try:
        yield
    finally:
        group.kill()
        python.end()
