"""Set everything up and show emgstream at work: ``python3 scripts/demo.py``."""

from __future__ import annotations

import argparse
import sys

from _environment import ensure, run


def main() -> int:
    """Replay the shipped synthetic recording through the shipped demo model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--setup-only", action="store_true", help="install, and no more")
    parser.add_argument(
        "--speed", default="1", metavar="1|4|max", help="pace of the replay; default 1"
    )
    arguments = parser.parse_args()
    python = ensure()
    if arguments.setup_only:
        return 0
    print("replaying the shipped synthetic recording; Ctrl-C ends it", flush=True)
    words = ("replay", "demo", "--headless", "--speed", arguments.speed)
    return run(python, "-m", "emgstream", *words)


if __name__ == "__main__":
    sys.exit(main())
