"""Output that presses keys and moves the mouse, while it is armed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from emgstream.clock import Clock, MonotonicClock
from emgstream.errors import UsageError
from emgstream.outputs.control.bindings import Bindings, Hold, Move, Scroll, Tap, read_bindings
from emgstream.outputs.control.desk import InputDevices, is_wayland, open_desk
from emgstream.outputs.output import Output, Update
from emgstream.outputs.output_kind import StreamContext

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["ControlOutput", "open_control"]

_SILENCE_S = 0.3  # a choice: 15 decisions at a hop of 20 ms, and no key sticks for long
_REPEAT_S = 0.25  # a choice: four presses a second, slow enough to stop after the one wanted
_ON_WAYLAND = (
    ", in X11 windows only: Wayland blocks keys from other programs; log in with Xorg for all "
    "windows"
)


class ControlOutput(Output):
    """Does the action of the newest decision, while it is armed.

    A key or button is held down as long as the movement lasts, or tapped as it begins; a repeated
    tap, and a notch of the wheel, comes again every 0.25 s.

    It starts disarmed. The arm key arms and disarms, the panic key disarms; a reconnect of the
    board disarms, too. A key is released when the decision changes or is not to be acted on, after
    0.3 s without a decision, when disarmed, and at the end.

    Parameters
    ----------
    bindings
        The action of each movement.
    n_reconnects
        Returns the number of reconnects of the board.
    open_desk
        Returns the keyboard and mouse, see `emgstream.outputs.control.open_desk`.
    clock
        The host time.

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
        self._begun: Tap | Scroll | None = None
        self._tapped_s = 0.0
        self._newest_s = self._clock.now()

    @property
    def state(self) -> str:  # type: ignore[override]
        """The state, armed or not, and the key that changes it."""
        arm, panic = self._bindings.arm.upper(), self._bindings.panic.upper()
        if self._is_armed:
            return f"ARMED: movements press keys, {panic} stops"
        return f"disarmed: {arm} arms{_ON_WAYLAND if is_wayland() else ''}"

    def __enter__(self) -> Self:
        self._desk = self._open_desk(self._bindings, self._on_key).__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        with self._lock:
            self._disarm()
        if self._desk is not None:
            self._desk.__exit__(*exc_info)

    def write(self, update: Update) -> None:
        """Act on the newest decision; older ones are ignored."""
        decision = update.decisions[-1]
        action = self._bindings.actions.get(decision.label) if decision.status == "ok" else None
        with self._lock:
            self._newest_s = self._clock.now()
            self._look_for_reconnects()
            if self._desk is None or not self._is_armed:
                return
            self._hold(action if isinstance(action, Hold) else None)
            self._tap(action if isinstance(action, (Tap, Scroll)) else None)
            if isinstance(action, Move):
                self._desk.move(action)

    def idle(self) -> None:
        """Release if there was no decision for 0.3 s."""
        with self._lock:
            self._look_for_reconnects()
            if self._clock.now() - self._newest_s > _SILENCE_S:
                self._hold(None)
                self._begun = None

    def give_up(self) -> None:
        """Release and disarm: there will be no more decisions."""
        with self._lock:
            self._disarm()

    def _on_key(self, name: str) -> None:
        """Handle the arm key or the panic key; the thread of the desk calls it."""
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
        self._begun = None
        self._hold(None)

    def _tap(self, wanted: Tap | Scroll | None) -> None:
        """Tap or scroll as a movement begins, and where it repeats, while it lasts."""
        is_new, self._begun = wanted != self._begun, wanted
        if self._desk is None or wanted is None:
            return
        now_s = self._clock.now()
        repeats = isinstance(wanted, Scroll) or wanted.repeats
        if not is_new and not (repeats and now_s >= self._tapped_s + _REPEAT_S):
            return
        self._tapped_s = now_s
        if isinstance(wanted, Scroll):
            self._desk.scroll(wanted)
        else:
            self._desk.press(wanted.hold)
            self._desk.release(wanted.hold)

    def _hold(self, wanted: Hold | None) -> None:
        if self._desk is None or wanted == self._held:
            return
        if self._held is not None:
            self._desk.release(self._held)
        self._held = wanted
        if wanted is not None:
            self._desk.press(wanted)


def open_control(path: Path, stream: StreamContext) -> ControlOutput:
    """Return the output for the bindings in a file.

    Raises UsageError if there are several streams, and what `read_bindings` raises.
    """
    if stream.name is not None:
        raise UsageError(
            "--control is for one board, as there is one keyboard; give one --port, or leave "
            "--control out"
        )
    bindings = read_bindings(path, stream.class_names)
    return ControlOutput(bindings, lambda: stream.status().n_reconnects)
