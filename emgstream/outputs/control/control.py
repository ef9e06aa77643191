"""The output that acts: decisions in, keys and mouse out, with a hand on the switch."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from emgstream.clock import Clock, MonotonicClock
from emgstream.errors import UsageError
from emgstream.outputs.control.bindings import Bindings, Hold, Move, read_bindings
from emgstream.outputs.control.desk import InputDevices, open_desk
from emgstream.outputs.output import Output, Update
from emgstream.outputs.output_kind import StreamContext

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["ControlOutput", "open_control"]

_SILENCE_S = 0.3


class ControlOutput(Output):
    """Holds down what the newest decision is bound to, while it is armed.

    It starts disarmed. The arm key arms and disarms, the panic key disarms; so does a board that
    was away, once it is back. What is held is let go of when the decision is another one or not to
    be acted on, when no decision came for 0.3 s, when disarmed, and at the end.

    Parameters
    ----------
    bindings
        What each movement does.
    n_reconnects
        Tells how often the board was away.
    open_desk
        Gives the keyboard and mouse, see `emgstream.outputs.control.open_desk`.
    clock
        The host time that silence is measured in.

    Raises, on entering, what `open_desk` raises.
    """

    def __init__(
        self,
        bindings: Bindings,
        n_reconnects: Callable[[], int] = lambda: 0,
        open_desk: Callable[[Bindings, Callable[[str], None]], InputDevices] = open_desk,
        clock: Clock | None = None,
    ) -> None:
        self.name = "keyboard and mouse"
        self._bindings = bindings
        self._n_reconnects = n_reconnects
        self._open_desk = open_desk
        self._clock = clock or MonotonicClock()
        self._desk: InputDevices | None = None
        self._lock = threading.Lock()
        self._is_armed = False
        self._n_seen = 0
        self._held: Hold | None = None
        self._newest_s = self._clock.now()

    @property
    def state(self) -> str:  # type: ignore[override]
        """True if it is armed, and which key changes that."""
        arm, panic = self._bindings.arm.upper(), self._bindings.panic.upper()
        if self._is_armed:
            return f"ARMED: movements press keys, {panic} stops"
        return f"disarmed: {arm} arms"

    def __enter__(self) -> Self:
        self._desk = self._open_desk(self._bindings, self._on_key).__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        with self._lock:
            self._disarm()
        if self._desk is not None:
            self._desk.__exit__(*exc_info)

    def write(self, update: Update) -> None:
        """Act on the newest decision; the others are of the past."""
        decision = update.decisions[-1]
        action = self._bindings.actions.get(decision.label) if decision.status == "ok" else None
        with self._lock:
            self._newest_s = self._clock.now()
            self._look_for_reconnects()
            if self._desk is None or not self._is_armed:
                return
            self._hold(action if isinstance(action, Hold) else None)
            if isinstance(action, Move):
                self._desk.move(action)

    def idle(self) -> None:
        """Let go where no decision came for too long."""
        with self._lock:
            self._look_for_reconnects()
            if self._clock.now() - self._newest_s > _SILENCE_S:
                self._hold(None)

    def give_up(self) -> None:
        """Let go: nothing more will be decided."""
        with self._lock:
            self._disarm()

    def _on_key(self, name: str) -> None:
        """Take a key of the user's; the desk's thread calls it."""
        with self._lock:
            if name == "panic" or self._is_armed:
                self._disarm()
            else:
                self._is_armed = True

    def _look_for_reconnects(self) -> None:
        n_reconnects = self._n_reconnects()
        if n_reconnects != self._n_seen:
            self._n_seen = n_reconnects
            self._disarm()

    def _disarm(self) -> None:
        self._is_armed = False
        self._hold(None)

    def _hold(self, wanted: Hold | None) -> None:
        if self._desk is None or wanted == self._held:
            return
        if self._held is not None:
            self._desk.release(self._held)
        self._held = wanted
        if wanted is not None:
            self._desk.press(wanted)


def open_control(path: Path, stream: StreamContext) -> ControlOutput:
    """Return the output that acts as a file binds the movements of a stream.

    Raises UsageError where there are several streams, and what `read_bindings` raises.
    """
    if stream.name is not None:
        raise UsageError(
            "--control is for one board, as there is one keyboard; give one --port, or leave "
            "--control out"
        )
    return ControlOutput(read_bindings(path, stream.class_names), stream.n_reconnects)
