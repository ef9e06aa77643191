"""Kill recordings at random moments, and say what was left: ``python3 scripts/kill_recordings.py``.

Each is a process of its own that records from a simulated board on a pty. What it
leaves is repaired and compared, sample by sample, with what the board sent; see
tests/recording/killing.py for what must hold.
Every fifth records from a stream of the Lab Streaming Layer, every fifth from BrainFlow's synthetic
board, whose files are held to the order and the time of their rows.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from boards import lsl_stream_of_its_own

from emgstream.simulation.board import SimulatedBoard
from tests.recording.killing import kill_on_any_source, kill_once


def main() -> None:
    """Kill, repair, compare; print the worst."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--longest", type=float, default=3.0, help="seconds before a kill")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    moments = random.Random(arguments.seed)
    lost_ms: dict[str, list[float]] = {"serial": [], "LSL": [], "BrainFlow": []}
    with (
        tempfile.TemporaryDirectory() as folder,
        SimulatedBoard(seed=arguments.seed) as board,
        lsl_stream_of_its_own() as lsl,
    ):
        for number in range(arguments.kills):
            after_s = moments.uniform(0.0, arguments.longest)
            path = Path(folder, f"{number}.csv")
            kind = {3: "LSL", 4: "BrainFlow"}.get(number % 5, "serial")
            if kind == "serial":
                killed = kill_once(board, path, after_s)
            else:
                port = lsl.address if kind == "LSL" else "brainflow://SYNTHETIC"
                killed = kill_on_any_source(port, path, after_s)
            lost_ms[kind].append(1e3 * killed.lost_s)
            print(
                f"{number + 1:4}  {kind}: killed {after_s:5.3f} s after its first line: "
                f"{killed.n_kept:5} samples kept, the last {lost_ms[kind][-1]:4.0f} ms missing "
                f"({1e3 * killed.starved_s:.0f} ms without a processor)",
                flush=True,
            )
    for kind, missing_ms in lost_ms.items():
        if missing_ms:
            print(
                f"{kind}: {len(missing_ms)} killed, {len(missing_ms)} repaired; missing at the "
                "end: "
                f"median {sorted(missing_ms)[len(missing_ms) // 2]:.0f} ms, at most "
                f"{max(missing_ms):.0f} ms"
            )


if __name__ == "__main__":
    main()
