"""Open a port as uploaders do beside a live stream: ``python3 scripts/upload_loop.py``.

Each time a process of its own opens the port of a simulated board and asks questions that need an
answer each; see tests/serial_board/uploader.py. The stream must let go at once, stay away until the
process has ended, and go on. At the end every sample is held to what the board sent. Linux only.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from emgstream.sources.source_status import SourceState
from tests.serial_board.reader import assert_is_the_truth, streaming_on_a_port

UPLOADER = Path(__file__).resolve().parent.parent / "tests" / "serial_board" / "uploader.py"


def main() -> None:
    """Upload, stream, compare; print how long it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uploads", type=int, default=100)
    parser.add_argument("--shortest", type=float, default=0.5, help="seconds of questions")
    parser.add_argument("--longest", type=float, default=1.5, help="seconds of questions")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    away_s: list[float] = []
    with streaming_on_a_port() as (board, reader):
        for number in range(arguments.uploads):
            reader.take(chance.randrange(100, 400))
            seconds = chance.uniform(arguments.shortest, arguments.longest)
            command = [sys.executable, str(UPLOADER), board.port, str(seconds)]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as upload:
                reader.until(lambda: reader.source.status().state is SourceState.RELEASED)
                reader.until(lambda: upload.poll() is not None)
                ended_s = time.monotonic()
                told, _ = upload.communicate()
            assert upload.returncode == 0, told
            reader.take(1)
            away_s.append(time.monotonic() - ended_s)
            print(f"{number + 1:4}  {told.strip()}; back after {away_s[-1]:.2f} s", flush=True)
        status, ledger = reader.settled(), board.ledger()
    for segment in reader.segments:
        assert_is_the_truth(reader, ledger, segment)
    assert status.n_reconnects == arguments.uploads
    print(
        f"{len(away_s)} uploads, each question answered; every sample of the stream as sent, "
        f"{status.n_lost} lost and {status.n_missed} missed; the stream was back "
        f"{sorted(away_s)[len(away_s) // 2]:.1f} s after the upload (median), at most "
        f"{max(away_s):.1f} s"
    )


if __name__ == "__main__":
    main()
