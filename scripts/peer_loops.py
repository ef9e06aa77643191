"""The loop that everybody writes: pyserial's readline, NumPy and a network, a decision every hop.

    python scripts/peer_loops.py CALL MODEL PORT UDP_PORT

CALL is ``predict`` (Keras' model.predict), ``function`` (tf.function) or ``litert`` (LiteRT bare);
MODEL a file of Keras, or of LiteRT, for windows of the newest raw samples. Each decision is one
datagram with the number of its last sample.
"""

from __future__ import annotations

import socket
import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import serial
from litert_call import bare_call

N_STEPS, HOP = 10, 20
Call = Callable[[Any], Any]


def _predict(path: str) -> Call:
    import keras

    model = keras.models.load_model(path)
    return lambda window: model.predict(window, verbose=0)


def _function(path: str) -> Call:
    import keras
    import tensorflow

    model = keras.models.load_model(path)
    graph = tensorflow.function(lambda window: model(window, training=False))
    return lambda window: graph(window).numpy()


def _litert(path: str) -> Call:
    return bare_call(Path(path).read_bytes())


def main() -> None:
    """Read, decide and send until the port is closed."""
    kind, path, port, udp_port = sys.argv[1:]
    call = {"predict": _predict, "function": _function, "litert": _litert}[kind](path)
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    newest: deque[list[float]] = deque(maxlen=N_STEPS)
    board = serial.serial_for_url(f"socket://127.0.0.1:{port}", timeout=1.0)
    n_samples = 0
    while True:
        try:
            line = board.readline()
        except serial.SerialException:  # the board is gone
            return
        if not line.endswith(b"\n"):
            continue
        newest.append([float(value) for value in line.split(b",")])
        n_samples += 1
        if len(newest) == N_STEPS and n_samples % HOP == 0:
            probabilities = call(np.array([newest], dtype=np.float32))[0]
            message = f"{n_samples - 1} {int(np.argmax(probabilities))}"
            out.sendto(message.encode(), ("127.0.0.1", int(udp_port)))


if __name__ == "__main__":
    main()
