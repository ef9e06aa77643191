"""One session in the terminal: check, wait for the word, cues, and the end."""

from __future__ import annotations

import threading
from dataclasses import replace

from emgstream.cli.keys import ENTER, ESC, SPACE, KeyReader
from emgstream.cli.session_plan import RecordingBoard, SessionPlan
from emgstream.cli.session_screen import (
    SessionScreen,
    TerminalPage,
    free_page,
    guided_page,
)
from emgstream.cli.terminal_loop import TerminalLoop
from emgstream.clock import MonotonicClock
from emgstream.cue_schedule import REST
from emgstream.engine import Engine
from emgstream.recording import (
    CueStarted,
    Event,
    FreeProtocol,
    GuidedProtocol,
    ProtocolPhase,
    Recorder,
    SignalCheck,
    SignalCheckReport,
    Take,
    expected_bytes,
)
from emgstream.wording import counted, spoken

__all__ = ["TerminalRecording"]

_LIKELY_RATE_HZ = 1000.0
_LIKELY_CHANNELS = 3
_FREE_S = 600.0
_SAID = {
    "elbow_bend": "bend the elbow as hard as you can, against a table",
    "hand_close": "make a fist as hard as you can",
    REST: "let the arm hang, quite loose",
}


class _Bell:
    """Rings the terminal's bell at a cue."""

    def __init__(self, screen: SessionScreen) -> None:
        self._screen = screen

    def hear(self, event: Event) -> None:
        if isinstance(event, CueStarted) and event.label:
            self._screen.ring()


class TerminalRecording:
    """Leads one session from the first sample to the last.

    Parameters
    ----------
    plan
        What is wanted.
    board
        Where the samples come from.
    screen
        Where it shows.
    pressed_keys
        What the user presses.
    interrupted
        Set by Ctrl-C: ends the session, and keeps everything.
    """

    def __init__(
        self,
        plan: SessionPlan,
        board: RecordingBoard,
        screen: SessionScreen,
        pressed_keys: KeyReader,
        interrupted: threading.Event,
    ) -> None:
        self._plan = plan
        self._board = board
        self._screen = screen
        self._clock = MonotonicClock()
        self._source = board.source
        self._engine = Engine(self._source, None)
        self._recorder = Recorder(
            plan.path,
            plan.about,
            self._source.status,
            needed_bytes=expected_bytes(
                plan.duration_s or _FREE_S, plan.rate_hz or _LIKELY_RATE_HZ, _LIKELY_CHANNELS
            ),
        )
        self._turns = TerminalLoop(
            self._source,
            self._engine,
            screen,
            pressed_keys,
            interrupted,
            str(plan.path),
            self._recorder.check,
        )
        self._is_room_told = False

    @property
    def n_recorded(self) -> int:
        """Samples on the disk."""
        return self._recorder.n_samples

    def play(self) -> None:
        """Run the session to its end; raises what ends it before."""
        with self._recorder, self._engine:
            if self._turns.await_samples() and self._pass_check() and self._await_word():
                self._engine.attach(self._recorder)
                try:
                    self._perform()
                finally:
                    self._engine.detach(self._recorder)

    def _pass_check(self) -> bool:
        """Check the signal until it is good or good enough; tells whether to go on."""
        while self._plan.is_checked:
            report = self._check()
            if report is None:
                return False
            self._recorder.about = replace(self._plan.about, quality=report.document())
            for problem in report.problems:
                self._screen.tell(problem)
            if not report.problems or self._plan.is_unattended:
                return True
            answer = self._turns.ask(_report_page(report), (SPACE, ENTER, "c", ESC))
            if answer != "c":
                return answer != ESC
        return True

    def _check(self) -> SignalCheckReport | None:
        """Return what five seconds of rest and contraction show; None where the user left."""
        ring, info = self._engine.ring, self._source.info
        check = SignalCheck(ring, info, self._board.listeners, self._clock.now())
        while True:
            now_s = self._clock.now()
            report = check.poll(now_s)
            if report is not None or ESC in self._turns.turn(_check_page(check.protocol, now_s)):
                return report

    def _await_word(self) -> bool:
        """Wait for the word to start a guided session; tells whether to."""
        protocol = self._plan.protocol
        if self._plan.is_unattended or isinstance(protocol, FreeProtocol):
            return True
        page = guided_page(protocol.view(self._clock.now()))
        return self._turns.ask(page, (SPACE, ENTER, ESC)) != ESC

    def _perform(self) -> None:
        """Run the protocol to its end."""
        bell = (_Bell(self._screen),) if self._plan.rings else ()
        take = Take(
            self._plan.protocol,
            (self._recorder, *self._board.listeners, *bell),
            self._engine.ring,
            lambda: self._source.status().is_streaming,
        )
        if isinstance(self._plan.protocol, GuidedProtocol):
            self._guide(self._plan.protocol, take)
        else:
            self._follow(self._plan.protocol, take)

    def _guide(self, protocol: GuidedProtocol, take: Take) -> None:
        protocol.start(self._clock.now())
        while protocol.phase is not ProtocolPhase.OVER:
            now_s = self._clock.now()
            for key in self._turns.turn(guided_page(protocol.view(now_s))):
                _steer(protocol, key, self._clock.now())
            self._poll(take)
        self._poll(take)

    def _follow(self, protocol: FreeProtocol, take: Take) -> None:
        started_s = self._clock.now()
        is_over = False
        while not is_over:
            for key in self._turns.turn(free_page(protocol, self._clock.now())):
                is_over = is_over or key == ESC
                if key.isdigit():
                    protocol.press(int(key), self._clock.now())
                elif key == "r":
                    protocol.discard(self._clock.now())
            self._poll(take)
            seconds = self._plan.duration_s
            is_over = is_over or (seconds is not None and self._clock.now() >= started_s + seconds)
        protocol.end(self._clock.now())
        self._poll(take)

    def _poll(self, take: Take) -> None:
        room = self._recorder.room_warning
        if room is not None and not self._is_room_told:
            self._is_room_told = True
            self._screen.tell(room)
        for warning in take.poll(self._clock.now()):
            self._screen.tell(warning)
            self._recorder.warn(warning)


def _steer(protocol: GuidedProtocol, key: str, now_s: float) -> None:
    """Do what a key means in a guided session."""
    if key == ESC:
        protocol.end(now_s)
    elif key == "r":
        protocol.repeat_last(now_s)
    elif key in (SPACE, ENTER):
        if protocol.phase is ProtocolPhase.PAUSED:
            protocol.start(now_s)
        elif key == SPACE:
            protocol.pause(now_s)


def _check_page(protocol: GuidedProtocol, now_s: float) -> TerminalPage:
    view = protocol.view(now_s)
    return TerminalPage(
        view.label or "thank you",
        "cyan" if view.label == REST else "bold green",
        _SAID.get(view.label, spoken(view.label)),
        view.share,
        "checking the signal",
        [(("Esc"), "leave")],
    )


def _report_page(report: SignalCheckReport) -> TerminalPage:
    return TerminalPage(
        "check",
        "yellow",
        f"{counted(len(report.problems), 'thing')} to mend, see below",
        keys=[("c", "check again"), ("Space", "go on all the same"), ("Esc", "leave")],
    )
