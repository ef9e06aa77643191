"""Set everything up and show emgstream at work: ``python3 scripts/demo.py``."""

import argparse
import sys

from _environment import PYTHON, ensure, run

CAN_SHOW = """
import sys
from emgstream.errors import EmgStreamError
from emgstream.gui import WindowRequest, check_display
try:
    check_display(WindowRequest())
except EmgStreamError as error:
    sys.exit("; ".join(part for part in str(error).split("; ") if "--headless" not in part))
"""
"""Prints why no window can be shown, without the clauses on options that this script has not."""


def main() -> int:
    """Open the window on a simulated board and the demo model; without a display, replay."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--setup-only", action="store_true", help="only install; do not start the demo"
    )
    parser.add_argument(
        "--headless", action="store_true", help="stay in the terminal, also if there is a display"
    )
    parser.add_argument(
        "--speed",
        default="1",
        type=_speed,
        metavar="1|4|max",
        help="speed of the replay in the terminal; default 1",
    )
    arguments = parser.parse_args()
    ensure()
    if arguments.setup_only:
        return 0
    if not arguments.headless and run(PYTHON, "-c", CAN_SHOW) == 0:
        return _show()
    return _replay(arguments.speed)


def _speed(text: str) -> str:
    """Read a speed as ``emgstream replay`` does, which cannot be asked before it is installed."""
    try:
        is_speed = text == "max" or 0.0 < float(text) < float("inf")
    except ValueError:
        is_speed = False
    if not is_speed:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive number, nor max")
    return text


def _show() -> int:
    print("opening the window with a simulated board, which sends synthetic EMG", flush=True)
    return run(PYTHON, "-m", "emgstream", "live", "--port", "simulated", "--model", "demo")


def _replay(speed: str) -> int:
    print(
        "playing the synthetic demo recording in the terminal; Ctrl-C ends it",
        flush=True,
    )
    words = ("replay", "demo", "--model", "demo", "--headless", "--speed", speed)
    return run(PYTHON, "-m", "emgstream", *words)


if __name__ == "__main__":
    sys.exit(main())
