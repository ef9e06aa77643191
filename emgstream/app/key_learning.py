"""Binding a key to a movement: make the movement, then press the key."""

from __future__ import annotations

from enum import Enum

from emgstream.outputs.control.bindings import ARM_KEY, PANIC_KEY, Action, Hold, Scroll
from emgstream.translation import tr

__all__ = ["HOLD_S", "KeyLearning", "LearningState"]

HOLD_S = 1.0
"""Seconds that one movement must be decided without a break. A choice: longer than a movement that
is passed through on the way to another one."""


class LearningState(Enum):
    """The state of learning; the value is the word for people."""

    MOVEMENT = tr("Make the movement, and hold it for a second")
    """A movement is waited for, or is held for less than a second."""
    KEY = tr("Press the key or mouse button, or turn the wheel")
    """The movement is known; its key is waited for."""
    DONE = tr("Done")
    """Both are known."""


class KeyLearning:
    """Learns one binding, of a movement and then of its key. One thread calls it.

    Parameters
    ----------
    resting
        Classes that are no movement to bind, as rest.
    """

    def __init__(self, resting: frozenset[str]) -> None:
        self.state = LearningState.MOVEMENT
        self.movement = ""
        """The movement that is held, or was taken; empty for none."""
        self.action: Action | None = None
        """The action that was chosen for it."""
        self.problem = ""
        """The reason why the last key was not taken; empty if there is none."""
        self._resting = resting
        self._since_s = 0.0
        self._now_s = 0.0

    @property
    def share(self) -> float:
        """Share of the second for which the movement has been held, 0 to 1."""
        if self.state is not LearningState.MOVEMENT:
            return 1.0
        return min((self._now_s - self._since_s) / HOLD_S, 1.0) if self.movement else 0.0

    def see(self, label: str | None, now_s: float) -> None:
        """Follow the newest decision at host time ``now_s``; None if nothing is to be acted on."""
        if self.state is not LearningState.MOVEMENT:
            return
        self._now_s = now_s
        movement = "" if label is None or label.lower() in self._resting else label
        if movement != self.movement:
            self.movement, self._since_s = movement, now_s
        if movement and now_s - self._since_s >= HOLD_S:
            self.state = LearningState.KEY

    def press_key(self, name: str) -> None:
        """Take a key by its name in a file of bindings; those that arm and stop are refused."""
        if name in (ARM_KEY, PANIC_KEY):
            self.problem = tr(
                "{key} is kept for you: {arm} arms and {stop} stops; press another key",
                key=name.upper(),
                arm=ARM_KEY.upper(),
                stop=PANIC_KEY.upper(),
            )
        else:
            self._take(Hold(name))

    def press_button(self, name: str) -> None:
        """Take a mouse button: ``left``, ``middle`` or ``right``."""
        self._take(Hold(name, is_button=True))

    def turn_wheel(self, right: int, down: int) -> None:
        """Take the mouse wheel, by the sign of its turn; to the side only if not up or down."""
        if down:
            self._take(Scroll(0, 1 if down > 0 else -1))
        elif right:
            self._take(Scroll(1 if right > 0 else -1, 0))

    def _take(self, action: Action) -> None:
        if self.state is LearningState.KEY:
            self.action, self.problem = action, ""
            self.state = LearningState.DONE
