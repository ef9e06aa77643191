"""A program that uses a port as an uploader does: ``uploader.py PORT SECONDS``.

As avrdude it opens the port without asking whether somebody has it, sets the line, waits for the
board to have been reset, throws away what came until then, and asks question after question, each
of which needs its own answer. It ends with 1 if one is missing. The questions here are those of our
protocol, as the simulated board has no bootloader.
"""

from __future__ import annotations

import os
import select
import sys
import termios
import time
import tty

RESET_S = 0.25
"""Seconds from opening to the first question, as avrdude lets a board have for its reset."""
ANSWER_S = 1.0
QUESTION, ANSWER = b"\nidentify\n", b"#id "


def main() -> None:
    path, seconds = sys.argv[1], float(sys.argv[2])
    port = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    tty.setraw(port)
    time.sleep(RESET_S)
    termios.tcflush(port, termios.TCIOFLUSH)
    until_s, n_asked, n_answered = time.monotonic() + seconds, 0, 0
    while time.monotonic() < until_s:
        os.write(port, QUESTION)
        n_asked += 1
        n_answered += is_answered(port)
    os.close(port)
    print(f"{n_answered} of {n_asked} answered")  # noqa: T201 - for the test that runs it
    sys.exit(n_answered != n_asked)


def is_answered(port: int) -> bool:
    heard, until_s = b"", time.monotonic() + ANSWER_S
    while ANSWER not in heard or not heard.partition(ANSWER)[2].count(b"\n"):
        ready, _, _ = select.select([port], [], [], max(until_s - time.monotonic(), 0.0))
        if not ready:
            return False
        heard += os.read(port, 4096)
    return True


if __name__ == "__main__":
    main()
