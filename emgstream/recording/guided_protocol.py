"""The guided session as a state machine: which movement is asked for, and when.

Nothing in here waits, draws or writes. Time comes in as a parameter, events go out, and
`GuidedProtocol.view` returns the figures to show; terminal and window share it.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from enum import Enum

from emgstream.cue_schedule import REST, Cue, CueSchedule
from emgstream.recording.cue_events import CueStarted, Event, RepetitionEnded, RepetitionOutcome

__all__ = ["GuidedProtocol", "ProtocolPhase", "ProtocolView"]

COUNTDOWN_S = 3.0
"""Seconds from the start to the first cue: a choice, as long as people count down."""


class ProtocolPhase(Enum):
    """The phase of a session."""

    READY = "ready"
    """Waits to be started."""
    COUNTDOWN = "countdown"
    """Counts down to the next cue."""
    CUE = "cue"
    """Shows a cue."""
    PAUSED = "paused"
    """Waits to be continued."""
    AWAY = "away"
    """Waits for the board to be back."""
    OVER = "over"
    """All cues are over."""


@dataclass(frozen=True, slots=True)
class ProtocolView:
    """The figures to show at one moment."""

    phase: ProtocolPhase
    """The phase."""
    label: str
    """The movement to make now, or during a countdown, next; empty if there is none."""
    repetition: int
    """Number of the repetition of this label, from 1; 0 if there is no label."""
    elapsed_s: float
    """Seconds since the cue or the countdown began; 0 in other phases."""
    remaining_s: float
    """Seconds until it ends."""
    next_label: str
    """The movement after it; empty at the end."""
    n_done: int
    """Number of movements held so far, without rests."""
    n_total: int
    """Number of movements of the whole session, without rests."""
    remaining_total_s: float
    """Seconds of cues that remain, with the present one."""

    @property
    def share(self) -> float:
        """The share of the cue or the countdown that is over, 0 to 1."""
        whole_s = self.elapsed_s + self.remaining_s
        return self.elapsed_s / whole_s if whole_s > 0.0 else 0.0


class GuidedProtocol:
    """A session that follows a schedule of cues. One thread calls it.

    A cue starts when `advance` first finds the one before it over, so that it is labelled from the
    moment at which it can be shown. A repetition that is interrupted by a pause or a lost board is
    repeated after a countdown.

    Parameters
    ----------
    script
        The cues; they are shown once, also if the schedule repeats.
    countdown_s
        Seconds from `start`, and from continuing after a break, to the next cue.
    """

    def __init__(self, script: CueSchedule, countdown_s: float = COUNTDOWN_S) -> None:
        self.labels = script.labels
        self._todo = deque(script.cues)
        self._countdown_s = countdown_s
        self._rest_s = max((c.duration_s for c in script.cues if c.label == REST), default=0.0)
        self._counts: Counter[str] = Counter()
        self._phase = ProtocolPhase.READY
        self._since_s = 0.0
        self._cue: Cue | None = None
        self._last_held: Cue | None = None
        self._n_done = 0
        self._events: list[Event] = []

    @property
    def phase(self) -> ProtocolPhase:
        """The phase."""
        return self._phase

    @property
    def n_done(self) -> int:
        """Number of movements that were held to their end."""
        return self._n_done

    def take_events(self) -> list[Event]:
        """Return the events since the last call, in order."""
        events, self._events = self._events, []
        return events

    def start(self, now_s: float) -> None:
        """Start, or continue after a pause."""
        if self._phase in (ProtocolPhase.READY, ProtocolPhase.PAUSED):
            self._count_down(now_s)

    def pause(self, now_s: float) -> None:
        """Pause until `start`; the current movement will be repeated."""
        self._break_off(ProtocolPhase.PAUSED, now_s)

    def lose_board(self, now_s: float) -> None:
        """Wait for the board, as no samples arrive; the current movement will be repeated."""
        self._break_off(ProtocolPhase.AWAY, now_s)

    def regain_board(self, now_s: float) -> None:
        """Continue, as samples arrive again."""
        if self._phase is ProtocolPhase.AWAY:
            self._count_down(now_s)

    def repeat_last(self, now_s: float) -> None:
        """Discard the current movement, or else the one held last, and repeat it."""
        if self._phase is ProtocolPhase.CUE and self._cue is not None and self._cue.label != REST:
            again = self._cue
            self._finish_cue(RepetitionOutcome.DISCARDED)
            self._todo.appendleft(again)
            self._ask_rest(now_s)
        elif self._last_held is not None and self._phase is not ProtocolPhase.OVER:
            again, self._last_held = self._last_held, None
            self._n_done -= 1
            self._events.append(
                RepetitionEnded(again.label, again.repetition, RepetitionOutcome.DISCARDED)
            )
            self._ask_again(again)

    def end(self, now_s: float) -> None:
        """End the session; the movements held so far count."""
        if self._phase is ProtocolPhase.OVER:
            return
        if self._cue is not None:
            self._finish_cue(RepetitionOutcome.CUT_SHORT)
        self._ask_nothing(ProtocolPhase.OVER, now_s)

    def advance(self, now_s: float) -> None:
        """Advance to host time ``now_s``; to be called at least every 50 ms."""
        if self._phase is ProtocolPhase.COUNTDOWN and now_s >= self._since_s + self._countdown_s:
            self._ask_next(now_s)
        elif self._cue is not None and now_s >= self._since_s + self._cue.duration_s:
            self._finish_cue(RepetitionOutcome.HELD)
            self._ask_next(now_s)

    def view(self, now_s: float) -> ProtocolView:
        """Return the figures to show at host time ``now_s``."""
        whole_s = {ProtocolPhase.COUNTDOWN: self._countdown_s, ProtocolPhase.CUE: self._cue_s}.get(
            self._phase, 0.0
        )
        elapsed_s = min(now_s - self._since_s, whole_s)
        is_coming = self._cue is None and self._phase is not ProtocolPhase.OVER
        coming = [cue.label for cue in list(self._todo)[:2]] + ["", ""]
        n_left = sum(cue.label != REST for cue in self._todo)
        is_held = self._cue is not None and self._cue.label != REST
        return ProtocolView(
            phase=self._phase,
            label=coming[0] if is_coming else self._cue_label,
            repetition=0 if self._cue is None else self._cue.repetition,
            elapsed_s=elapsed_s,
            remaining_s=whole_s - elapsed_s,
            next_label=coming[1] if is_coming else coming[0],
            n_done=self._n_done,
            n_total=self._n_done + n_left + is_held,
            remaining_total_s=self._remaining_s(now_s),
        )

    @property
    def _cue_s(self) -> float:
        return 0.0 if self._cue is None else self._cue.duration_s

    @property
    def _cue_label(self) -> str:
        return "" if self._cue is None else self._cue.label

    def _remaining_s(self, now_s: float) -> float:
        left_s = 0.0 if self._cue is None else self._since_s + self._cue_s - now_s
        return max(left_s, 0.0) + sum(cue.duration_s for cue in self._todo)

    def _count_down(self, now_s: float) -> None:
        self._phase, self._since_s = ProtocolPhase.COUNTDOWN, now_s
        if self._countdown_s == 0.0:
            self._ask_next(now_s)

    def _break_off(self, phase: ProtocolPhase, now_s: float) -> None:
        if self._phase in (ProtocolPhase.OVER, ProtocolPhase.READY) or phase is self._phase:
            return
        if self._cue is not None:
            self._todo.appendleft(self._cue)
            self._finish_cue(RepetitionOutcome.INTERRUPTED)
        self._ask_nothing(phase, now_s)

    def _ask_next(self, now_s: float) -> None:
        if not self._todo:
            self._ask_nothing(ProtocolPhase.OVER, now_s)
            return
        self._ask(self._todo.popleft(), now_s)

    def _ask_rest(self, now_s: float) -> None:
        """Ask for a rest, as before every movement, if the schedule has rests."""
        if self._rest_s > 0.0:
            self._ask(Cue(REST, self._rest_s, 0), now_s)
        else:
            self._ask_nothing(ProtocolPhase.COUNTDOWN, now_s)

    def _ask(self, cue: Cue, now_s: float) -> None:
        self._counts[cue.label] += 1
        number = self._counts[cue.label]
        self._cue = Cue(cue.label, cue.duration_s, number)
        self._phase, self._since_s = ProtocolPhase.CUE, now_s
        self._events.append(CueStarted(now_s, cue.label, number))

    def _ask_nothing(self, phase: ProtocolPhase, now_s: float) -> None:
        self._cue, self._phase, self._since_s = None, phase, now_s
        self._events.append(CueStarted(now_s, "", 0))

    def _finish_cue(self, outcome: RepetitionOutcome) -> None:
        cue, self._cue = self._cue, None
        if cue is None:
            return
        self._events.append(RepetitionEnded(cue.label, cue.repetition, outcome))
        if cue.label != REST and outcome is RepetitionOutcome.HELD:
            self._last_held = cue
            self._n_done += 1

    def _ask_again(self, cue: Cue) -> None:
        """Put a movement in front of the queue, and a rest behind it if a movement would follow."""
        if self._todo and self._todo[0].label != REST and self._rest_s > 0.0:
            self._todo.appendleft(Cue(REST, self._rest_s, 0))
        self._todo.appendleft(cue)
