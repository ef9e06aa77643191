"""A board of text lines on a TCP port, which notes when it wrote each sample.

    python scripts/peer_sender.py SAMPLES.npy RATE_HZ N_SAMPLES OUT.npy

Prints the port. To the first that connects it sends the samples over and over as they are due,
closes, and saves the time of each write on the clock `time.monotonic`, which all processes share.
It needs NumPy alone, as no peer is to wait for the product.
"""

from __future__ import annotations

import socket
import sys
import time
from itertools import cycle, islice

import numpy as np

TICK_S = 0.004
"""Seconds between writes: a USB board writes every few milliseconds (choice)."""


def main() -> None:
    """Send to one reader."""
    samples, rate_hz, n_samples, out = sys.argv[1:]
    rows = cycle(np.load(samples).astype(int).tolist())
    lines = (",".join(map(str, row)).encode() + b"\r\n" for row in rows)
    written_s: list[float] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(server.getsockname()[1], flush=True)
        client, _ = server.accept()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with client:
            began_s = time.monotonic()
            while len(written_s) < int(n_samples):
                time.sleep(TICK_S)
                now_s = time.monotonic()
                n_due = min(int((now_s - began_s) * float(rate_hz)), int(n_samples))
                n_new = n_due - len(written_s)
                written_s += [now_s] * n_new
                client.sendall(b"".join(islice(lines, n_new)))
            time.sleep(1.0)  # the last decisions are made
    np.save(out, np.array(written_s))


if __name__ == "__main__":
    main()
