"""A cued test in the terminal: its pages, with the live decision, and its keys."""

from __future__ import annotations

from dataclasses import replace

from rich.text import Text

from emgstream.app.cued_test_session import CuedTestSession, CuedTestStage
from emgstream.cli.keys import ENTER, ESC, SPACE
from emgstream.cli.session_screen import (
    TerminalPage,
    connecting_page,
    guided_page,
)
from emgstream.cli.terminal_loop import TerminalLoop
from emgstream.decisions import Decision
from emgstream.recording import ProtocolPhase
from emgstream.significant_digits import percents_apart
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
    test
        The test; its live session is not entered yet.
    loop
        The terminal loop of that session.
    is_unattended
        Whether nobody is there to press a key.
    """

    def __init__(
        self, test: CuedTestSession, loop: TerminalLoop, *, is_unattended: bool = False
    ) -> None:
        self._test = test
        self._loop = loop
        self._is_unattended = is_unattended

    def play(self) -> None:
        """Lead the test to its end; raises what ended the stream before that."""
        with self._test.session:
            while self._test.is_open:
                for key in self._loop.show(self._page()):
                    self._press(key)
                if self._is_unattended and self._test.stage is CuedTestStage.READY:
                    self._test.press_space(self._loop.now())
                self._test.poll(self._loop.now())

    def _press(self, key: str) -> None:
        """Do what a key means; Enter begins and goes on, but does not pause."""
        phase = self._test.live.protocol.phase
        if key == ESC:
            self._test.end(self._loop.now())
        elif key == SPACE or (key == ENTER and phase in _KEYS):
            self._test.press_space(self._loop.now())

    def _page(self) -> TerminalPage:
        if not self._test.session.ring.n_received:
            return connecting_page(self._test.session.status())
        protocol = self._test.live.protocol
        if protocol.phase is ProtocolPhase.OVER:
            return TerminalPage("done", "cyan", "computing the result")
        page = guided_page(protocol.view(self._loop.now()))
        update = self._test.session.latest
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
    why = decision.status
    if decision.needed:
        had, needed = percents_apart(decision.confidence, decision.needed)
        why += f" ({had}, needs {needed})"
    return Text(f"the model abstains: {why}", style="bright_black")
