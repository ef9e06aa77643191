"""A cued test in the terminal: its pages, with the live decision, and its keys."""

from __future__ import annotations

import threading
from dataclasses import replace

from rich.text import Text

from emgstream.app.cued_test_session import CuedTestSession, CuedTestStage
from emgstream.app.live_session import LiveSession
from emgstream.bundle import Model
from emgstream.cli.keys import ENTER, ESC, SPACE, KeyReader
from emgstream.cli.session_screen import (
    SessionScreen,
    TerminalPage,
    connecting_page,
    guided_page,
)
from emgstream.cli.terminal_loop import TerminalLoop
from emgstream.decisions import Decision
from emgstream.recording import ProtocolPhase
from emgstream.sources.source import Source
from emgstream.trial import CuedPlan
from emgstream.wording import spoken

__all__ = ["TerminalTest"]

_KEYS = {
    ProtocolPhase.READY: [("Space", "begin"), ("Esc", "leave")],
    ProtocolPhase.PAUSED: [("Space", "go on"), ("Esc", "end")],
}
_RUNNING = [("Space", "pause"), ("Esc", "end")]


class TerminalTest:
    """Shows one cued test, and passes the keys on.

    Parameters
    ----------
    plan
        The movements to ask for, and the rules of counting.
    model
        The model to test.
    source
        Where the samples come from, not yet entered.
    screen
        Where it is shown.
    pressed_keys
        Returns the keys that were pressed.
    interrupted
        Set by Ctrl-C: ends the test.
    is_unattended
        Whether nobody is there to press a key.
    force
        Whether to put up with a rate that is not the model's.

    Raises
    ------
    UsageError
        Nobody can follow the cues at this source.
    """

    def __init__(
        self,
        plan: CuedPlan,
        model: Model,
        source: Source,
        screen: SessionScreen,
        pressed_keys: KeyReader,
        interrupted: threading.Event,
        *,
        is_unattended: bool = False,
        force: bool = False,
    ) -> None:
        self._session = LiveSession(source, model, force=force)
        self._is_unattended = is_unattended
        title = f"test of {model.manifest.title}"
        self._loop = TerminalLoop(self._session, screen, pressed_keys, interrupted, title)
        self.test = CuedTestSession(self._session, model, plan, (), self._loop.now())

    def play(self) -> None:
        """Lead the test to its end; raises what ended the stream before that."""
        with self._session:
            while self.test.is_open:
                for key in self._loop.show(self._page()):
                    self._press(key)
                if self._is_unattended and self.test.stage is CuedTestStage.READY:
                    self.test.press_space(self._loop.now())
                self.test.poll(self._loop.now())

    def _press(self, key: str) -> None:
        """Do what a key means; Enter begins and goes on, but does not pause."""
        phase = self.test.live.protocol.phase
        if key == ESC:
            self.test.end(self._loop.now())
        elif key == SPACE or (key == ENTER and phase in _KEYS):
            self.test.press_space(self._loop.now())

    def _page(self) -> TerminalPage:
        if not self._session.ring.n_received:
            return connecting_page(self._session.status())
        protocol = self.test.live.protocol
        if protocol.phase is ProtocolPhase.OVER:
            return TerminalPage("done", "cyan", "counting what came of it")
        page = guided_page(protocol.view(self._loop.now()))
        update = self._session.latest
        decided = _decided(None if update is None else update.decisions[-1])
        return replace(page, keys=_KEYS.get(protocol.phase, _RUNNING), decided=decided)


def _decided(decision: Decision | None) -> Text:
    """Return the decision in words, bold where it is acted on.

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
