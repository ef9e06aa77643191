"""One test of a model in the terminal: wait for the word, cues with the live decision, the end."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

from rich.text import Text

from emgstream.bundle import Model
from emgstream.cli.keys import ENTER, ESC, SPACE, KeyReader
from emgstream.cli.session_plan import RecordingBoard
from emgstream.cli.session_screen import SessionScreen, TerminalPage, guided_page
from emgstream.cli.terminal_loop import TerminalLoop
from emgstream.clock import MonotonicClock
from emgstream.decisions import Decision
from emgstream.engine import Engine
from emgstream.opening import stream_check
from emgstream.outputs.output import Update
from emgstream.recording import ProtocolPhase
from emgstream.trial import CuedPlan, CuedTest, LiveTest
from emgstream.wording import spoken

__all__ = ["TerminalTest"]

_KEYS = {
    ProtocolPhase.READY: [("Space", "begin"), ("Esc", "leave")],
    ProtocolPhase.PAUSED: [("Space", "go on"), ("Esc", "end")],
}
_RUNNING = [("Space", "pause"), ("Esc", "end")]


class TerminalTest:
    """Leads one test from the first sample to the last.

    Parameters
    ----------
    plan
        What is asked for.
    model
        What is tested.
    board
        Where the samples come from.
    screen
        Where it shows.
    pressed_keys
        What the user presses.
    interrupted
        Set by Ctrl-C: ends the test.
    """

    def __init__(
        self,
        plan: CuedPlan,
        model: Model,
        board: RecordingBoard,
        screen: SessionScreen,
        pressed_keys: KeyReader,
        interrupted: threading.Event,
    ) -> None:
        self._source = board.source
        self._clock = MonotonicClock()
        self._engine = Engine(board.source, model, check=stream_check(board.source, model.manifest))
        self.test = LiveTest(
            plan,
            model.manifest,
            self._engine.ring,
            self._source.status,
            board.listeners,
        )
        self._engine.watch(self.test)
        title = f"test of {model.manifest.title}"
        self._turns = TerminalLoop(
            board.source, self._engine, screen, pressed_keys, interrupted, title
        )
        self._is_left = False

    def play(self, waits_for_word: bool) -> bool:
        """Run the test; tells whether it came to its end. Raises what ends it before."""
        with self._engine:
            is_there = self._turns.await_samples()
            return is_there and (not waits_for_word or self._hears_word()) and self._perform()

    @property
    def n_done(self) -> int:
        """Movements held to their end."""
        return self.test.protocol.view(self._clock.now()).n_done

    def result(self) -> CuedTest | None:
        """Return what it came to so far; None where no movement was held to its end."""
        return self.test.result(self._source.info)

    def source_document(self) -> dict[str, Any]:
        """Return where the samples came from, for the history."""
        return self.test.source_document(self._source.info)

    def _hears_word(self) -> bool:
        """Wait for the word to start; tells whether to."""
        return self._turns.ask(self._page(), (SPACE, ENTER, ESC)) != ESC

    def _perform(self) -> bool:
        protocol = self.test.protocol
        protocol.start(self._clock.now())
        while not self.test.poll(self._clock.now()):
            for key in self._turns.turn(self._page()):
                self._steer(key, self._clock.now())
        return not self._is_left

    def _steer(self, key: str, now_s: float) -> None:
        protocol = self.test.protocol
        if key == ESC and protocol.phase is not ProtocolPhase.OVER:
            self._is_left = True
            protocol.end(now_s)
        elif key in (SPACE, ENTER) and protocol.phase is ProtocolPhase.PAUSED:
            protocol.start(now_s)
        elif key == SPACE:
            protocol.pause(now_s)

    def _page(self) -> TerminalPage:
        phase = self.test.protocol.phase
        page = guided_page(self.test.protocol.view(self._clock.now()))
        if phase is ProtocolPhase.OVER:
            return TerminalPage("done", "cyan", "counting what came of it")
        return replace(page, keys=_KEYS.get(phase, _RUNNING), decided=_decided(self._newest()))

    def _newest(self) -> Decision | None:
        update: Update | None = self._engine.latest
        return None if update is None else update.decisions[-1]


def _decided(decision: Decision | None) -> Text:
    """Return what the model says, as strong as it is meant.

    >>> _decided(None).plain
    'the model says nothing yet'
    """
    if decision is None:
        return Text("the model says nothing yet", style="bright_black")
    if decision.status in ("ok", "rest"):
        says = Text(spoken(decision.label), style="bold")
        return Text.assemble(
            ("the model says ", "bright_black"), says, f" {decision.confidence:.0%}"
        )
    return Text(f"the model abstains: {decision.status}", style="bright_black")
