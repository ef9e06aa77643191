"""Kill recordings at random moments, and say what was left: ``python3 scripts/kill_recordings.py``.

Each is a process of its own that records from a simulated board on a pty. What it leaves is mended
and held, sample by sample, to what the board sent; see tests/recording/killing.py for what must be.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from emgstream.simulation.board import SimulatedBoard
from tests.recording.killing import kill_once


def main() -> None:
    """Kill, mend, compare; print the worst."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--longest", type=float, default=3.0, help="seconds before a kill")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    moments = random.Random(arguments.seed)
    lost_ms: list[float] = []
    with tempfile.TemporaryDirectory() as folder, SimulatedBoard(seed=arguments.seed) as board:
        for number in range(arguments.kills):
            after_s = moments.uniform(0.0, arguments.longest)
            killed = kill_once(board, Path(folder, f"{number}.csv"), after_s)
            lost_ms.append(1e3 * killed.lost_s)
            print(
                f"{number + 1:4}  killed {after_s:5.3f} s after its first line: "
                f"{killed.n_kept:5} samples kept, the last {lost_ms[-1]:4.0f} ms missing "
                f"({1e3 * killed.starved_s:.0f} ms without a processor)",
                flush=True,
            )
    print(
        f"{len(lost_ms)} killed, {len(lost_ms)} mended, every sample as sent; missing at the end: "
        f"median {sorted(lost_ms)[len(lost_ms) // 2]:.0f} ms, at most {max(lost_ms):.0f} ms"
    )


if __name__ == "__main__":
    main()
