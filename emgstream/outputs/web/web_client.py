"""One client of the web output: what waits to be sent to it."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import deque
from typing import Any

from websockets.asyncio.server import ServerConnection

__all__ = ["WebClient"]

_REPEAT_S = 2.0
"""Seconds after which a state is sent again, so that the page notices a dead connection."""
_STUCK_S = 5.0
"""Seconds without progress after which a client is disconnected: a choice, as long as its queue.
The pings of the library do not find it, as they wait behind the message that is not taken."""
_CAPACITY = 256
"""Largest number of decisions that wait for a client: 5 s of one per 20 ms, as in `UpdateQueue`."""


class WebClient:
    """A browser or another program, and a bounded queue of what is to be sent to it.

    A full queue drops its oldest decision, which is counted; of the state of a stream only the
    newest is kept. The threads of the outputs call `put`, the thread of the server the rest.
    """

    def __init__(self, connection: ServerConnection, takes_states: bool) -> None:
        self.n_dropped = 0
        """Decisions that were dropped, as the client was too slow."""
        self._connection = connection
        self._takes_states = takes_states
        self._decisions: deque[str] = deque()
        self._states: dict[str | None, str] = {}
        self._shown: dict[str | None, tuple[str, float]] = {}
        self._lock = threading.Lock()
        self._has_more = asyncio.Event()
        self._is_sending = False

    @property
    def is_served(self) -> bool:
        """True if nothing waits to be sent."""
        return not (self._is_sending or self._decisions or self._states)

    def put(self, texts: list[str]) -> int:
        """Queue decisions; return the number that was dropped for them."""
        with self._lock:
            self._decisions.extend(texts)
            n_over = max(len(self._decisions) - _CAPACITY, 0)
            for _ in range(n_over):
                self._decisions.popleft()
            self.n_dropped += n_over
        return n_over

    def show(self, stream: str | None, state: dict[str, Any], now_s: float) -> None:
        """Queue the state of a stream, if it is new to the client or due again."""
        if not self._takes_states:
            return
        text = json.dumps(state | {"n_dropped": self.n_dropped})
        shown, shown_s = self._shown.get(stream, ("", now_s))
        if text != shown or now_s - shown_s > _REPEAT_S:
            self._shown[stream] = text, now_s
            self._states[stream] = text
            self.wake()

    def wake(self) -> None:
        """Send what was queued."""
        self._has_more.set()

    async def send_all(self) -> None:
        """Send what is queued, states first, until the task is cancelled or nothing is taken."""
        while True:
            await self._has_more.wait()
            self._has_more.clear()
            self._is_sending = True
            while (text := self._next()) is not None:
                try:
                    await asyncio.wait_for(self._connection.send(text), _STUCK_S)
                except asyncio.TimeoutError:  # before Python 3.11 not the built-in one
                    self.disconnect()
                    return
            self._is_sending = False

    def disconnect(self) -> None:
        """End the connection at once, whatever waits to be sent."""
        self._connection.transport.abort()

    def _next(self) -> str | None:
        if self._states:
            return self._states.pop(next(iter(self._states)))
        with self._lock:
            return self._decisions.popleft() if self._decisions else None
