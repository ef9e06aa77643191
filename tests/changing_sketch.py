"""A sketch on a TCP port that prints other numbers of channels each time it is connected to."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

__all__ = ["changing_sketch"]

_PERIOD_S = 0.005
_N_LINES = 400  # 2 s of them, then the connection is closed


@contextmanager
def changing_sketch(widths: Sequence[int]) -> Iterator[str]:
    """Give the port; connection number n gets lines of ``widths[n]`` numbers, the last for good."""
    is_over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        thread = threading.Thread(target=_serve, args=(server, list(widths), is_over))
        thread.start()
        try:
            yield f"socket://127.0.0.1:{server.getsockname()[1]}"
        finally:
            is_over.set()
            thread.join()


def _serve(server: socket.socket, widths: list[int], is_over: threading.Event) -> None:
    while not is_over.is_set():
        try:
            connection, _ = server.accept()
        except TimeoutError:
            continue
        with connection:
            _print_lines(connection, widths.pop(0) if len(widths) > 1 else widths[0], is_over)


def _print_lines(connection: socket.socket, width: int, is_over: threading.Event) -> None:
    for number in range(_N_LINES):
        if is_over.is_set():
            return
        line = ",".join(str(500 + (7 * number + place) % 50) for place in range(width))
        try:
            connection.sendall(f"{line}\r\n".encode())
        except OSError:
            return
        time.sleep(_PERIOD_S)
