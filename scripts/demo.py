"""Set everything up and show emgstream at work: ``python3 scripts/demo.py``."""

from __future__ import annotations

import argparse
import sys

from _environment import PYTHON, ensure, run

HAS_DISPLAY = "import sys; from emgstream.gui import has_display; sys.exit(not has_display())"


def main() -> int:
    """Open the window on a simulated board and the demo model; without a display, replay."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--setup-only", action="store_true", help="install, and no more")
    parser.add_argument(
        "--speed",
        default="1",
        metavar="1|4|max",
        help="pace of the replay where there is no display; default 1",
    )
    arguments = parser.parse_args()
    ensure()
    if arguments.setup_only:
        return 0
    return _show() if run(PYTHON, "-c", HAS_DISPLAY) == 0 else _replay(arguments.speed)


def _show() -> int:
    print("opening the window on a simulated board: synthetic EMG, no person", flush=True)
    return run(PYTHON, "-m", "emgstream", "live", "--port", "simulated", "--model", "demo")


def _replay(speed: str) -> int:
    print(
        "no display, so no window; replaying the shipped synthetic recording here; Ctrl-C ends it",
        flush=True,
    )
    words = ("replay", "demo", "--model", "demo", "--headless", "--speed", speed)
    return run(PYTHON, "-m", "emgstream", *words)


if __name__ == "__main__":
    sys.exit(main())
