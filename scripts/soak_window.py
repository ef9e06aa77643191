"""Leave the window open on a live board and look, minute by minute, that nothing grows.

Off screen, 1280 x 800; the board is simulated, at 1 kHz, in a process of its own. Prints one row a
minute, and exits with 1 if memory or the time of a picture grew, or a sample was lost.

    python scripts/soak_window.py [--minutes 30]
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass

import numpy as np
import psutil
from boards import board_of_its_own
from window_runs import Pace, first_signal, opened, pace, pictures_s, spin

from emgstream.app.live_session import LiveSession
from emgstream.app.open_requests import PortRequest
from emgstream.gui.window import Window

FILL_S = 15.0
MINUTE_S = 55.0
GROWTH_MB = 4.0
GROWTH = 1.25


@dataclass(frozen=True)
class Minute:
    """What was seen in one minute."""

    memory_mb: float
    """Resident memory of the process."""
    picture_ms: float
    """Median time of one picture of the signals."""
    ran: Pace
    """How it ran."""


def watch(window: Window) -> Minute:
    """Let the window run for a minute."""
    ran = pace(window, MINUTE_S)
    picture_s = float(np.median(pictures_s(window)))
    return Minute(psutil.Process().memory_info().rss / 2**20, 1e3 * picture_s, ran)


def row(number: int, minute: Minute, session: LiveSession) -> str:
    """Return what was seen as a line."""
    columns = (
        f"{number:6}",
        f"{minute.memory_mb:8.1f}",
        f"{minute.picture_ms:10.2f}",
        f"{minute.ran.frames_per_s:8.1f}",
        f"{minute.ran.cpu_share:6.1%}",
        f"{session.log.n_decisions:9,}",
        f"{1e3 * session.summary.latency().p99_s:6.1f}",
        f"{session.loss.n_lost:5,}",
    )
    return " ".join(columns)


def grew(minutes: list[Minute], n_lost: int) -> list[str]:
    """Return what is not as it should be: the last fifth against the second."""
    fifth = max(len(minutes) // 5, 1)
    before, after = minutes[fifth : 2 * fifth] or minutes[:1], minutes[-fifth:]
    memory = [float(np.median([one.memory_mb for one in part])) for part in (before, after)]
    picture = [float(np.median([one.picture_ms for one in part])) for part in (before, after)]
    print(f"memory {memory[0]:.1f} -> {memory[1]:.1f} MB")
    print(f"one picture {picture[0]:.2f} -> {picture[1]:.2f} ms")
    found = ["memory grew"] if memory[1] > memory[0] + GROWTH_MB else []
    found += ["pictures take longer"] if picture[1] > GROWTH * picture[0] else []
    return found + ([f"{n_lost} samples were lost"] if n_lost else [])


def main() -> int:
    """Soak the window and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--minutes", type=int, default=30)
    n_minutes = parser.parse_args().minutes
    print("minute memory MB picture ms frames/s    cpu decisions p99 ms  lost")
    with board_of_its_own() as port, opened(PortRequest(port)) as window:
        first_signal(window)
        spin(FILL_S)
        session = window.connection.session
        if session is None:
            raise RuntimeError("the window is not connected")
        minutes = []
        for number in range(1, n_minutes + 1):
            minutes.append(watch(window))
            print(row(number, minutes[-1], session), flush=True)
        found = grew(minutes, session.loss.n_lost)
    print("; ".join(found) or "nothing grew, nothing was lost")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
