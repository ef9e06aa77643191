"""A program that uses a port as an uploader does: ``uploader.py PORT SECONDS``.

As avrdude it opens the port without asking whether somebody has it, sets the line, waits for the
board to have been reset, throws away what came until then, asks up to ten times for a first answer,
and then asks question after question, each of which needs its own answer. It ends with 1 if one is
missing. The questions here are those of our protocol, as the simulated board has no bootloader.
"""

from __future__ import annotations

import os
import select
import sys
import time
from importlib import import_module
from typing import Any

posix: Any = os
termios: Any = import_module("termios")
tty: Any = import_module("tty")

RESET_S = 0.25
"""Seconds from opening to the first question, as avrdude lets a board have for its reset."""
N_FIRST = 10
ANSWER_S = 2.0
QUESTION, ANSWER = b"\nidentify\n", b"#id "


def main() -> None:
    path, seconds = sys.argv[1], float(sys.argv[2])
    port = os.open(path, os.O_RDWR | posix.O_NOCTTY | posix.O_NONBLOCK)
    tty.setraw(port)
    time.sleep(RESET_S)
    termios.tcflush(port, termios.TCIOFLUSH)
    n_first = next((n for n in range(1, N_FIRST + 1) if is_answered(port, 0.3)), None)
    if n_first is None:
        sys.exit(1)
    until_s, n_asked, n_answered = time.monotonic() + seconds, 0, 0
    while time.monotonic() < until_s:
        n_asked += 1
        n_answered += is_answered(port, ANSWER_S)
    os.close(port)
    print(f"{n_answered} of {n_asked} answered, the first at attempt {n_first}")  # noqa: T201 - for the test that runs it
    sys.exit(n_answered != n_asked)


def is_answered(port: int, patience_s: float) -> bool:
    os.write(port, QUESTION)
    heard, until_s = b"", time.monotonic() + patience_s
    while ANSWER not in heard or not heard.partition(ANSWER)[2].count(b"\n"):
        ready, _, _ = select.select([port], [], [], max(until_s - time.monotonic(), 0.0))
        if not ready:
            return False
        heard += os.read(port, 4096)
    return True


if __name__ == "__main__":
    main()
