"""Ending a child process with all that it started."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil

from emgstream.app.process_group import ProcessGroup
from tests.simulation.boards import wait_for

STARTS_ANOTHER = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
with open(sys.argv[1], "w") as file:
    file.write(f"{child.pid}\\n")
time.sleep(300 if sys.argv[2] == "stays" else 0)
"""


def started(tmp_path: Path, then: str) -> tuple[ProcessGroup, int]:
    """Return a group, and the number of a process that its child started."""
    told = tmp_path / "pid"
    group = ProcessGroup(
        [sys.executable, "-c", STARTS_ANOTHER, str(told), then], stdin=subprocess.DEVNULL
    )
    wait_for(lambda: told.exists() and told.read_text().endswith("\n"), group.process.poll)
    return group, int(told.read_text())


def test_what_a_child_started_ends_with_it(tmp_path: Path) -> None:
    group, other = started(tmp_path, "stays")
    group.kill()
    assert group.process.returncode is not None
    wait_for(lambda: not is_alive(other), lambda: other)


def test_what_a_child_started_ends_also_where_the_child_has_ended_before(tmp_path: Path) -> None:
    group, other = started(tmp_path, "leaves")
    group.process.wait(60)
    assert is_alive(other)
    group.kill()
    wait_for(lambda: not is_alive(other), lambda: other)


def is_alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
