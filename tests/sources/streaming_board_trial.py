"""A streaming board of BrainFlow read while its master is killed and started again.

A test runs it in a network of its own, and reads what it prints as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time

from emgstream.sources.source_registry import open_source
from emgstream.sources.source_status import SourceState
from tests.sources.readings import Reading

GROUP, PORT = "225.1.1.1", 6677
MASTER = f"""
import time
from emgstream.sources.brainflow_library import brainflow_library
shim, _ = brainflow_library()
board = shim.BoardShim(shim.BoardIds.SYNTHETIC_BOARD, shim.BrainFlowInputParams())
board.prepare_session()
board.add_streamer("streaming_board://{GROUP}:{PORT}")
board.start_stream()
while True:
    time.sleep(1.0)
"""


def main() -> None:
    address = f"brainflow://STREAMING?ip_address={GROUP}&ip_port={PORT}&master_board=SYNTHETIC"
    master = [sys.executable, "-c", MASTER]
    with open_source(address) as source:
        read = Reading(source)
        with subprocess.Popen(master) as first:
            read.samples(300)
            first.kill()
        read.until(lambda: source.status().state is SourceState.UNPLUGGED)
        n_before = read.n_samples
        with subprocess.Popen(master) as second:
            read.samples(n_before + 300)
            second.kill()
        status = source.status()
    told = {
        name: getattr(status, name) for name in ("sees_loss", "n_reconnects", "n_gaps", "n_missed")
    }
    told["segments"] = sorted({chunk.segment for chunk in read.chunks})
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    time.sleep(0.1)  # the network of its own is just up
    main()
