"""One kind of output that is switched on and off while sessions come and go."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from emgstream.app.live_session import LiveSession
from emgstream.device_names import is_device_name
from emgstream.errors import EmgStreamError, UsageError
from emgstream.outputs.output import Output
from emgstream.outputs.output_kind import OutputKind
from emgstream.outputs.output_registry import OpenOutputs
from emgstream.translation import tr
from emgstream.worker import Worker

__all__ = ["OutputSwitch", "SwitchState"]


class SwitchState(Enum):
    """State of an output that can be switched on and off."""

    OFF = tr("off")
    """It is switched off."""
    WAITING = tr("waits for a connection")
    """It is switched on, and no source is connected."""
    CHANGING = tr("one moment")
    """It is being opened or closed."""
    ON = tr("on")
    """It passes decisions or samples on."""
    FAILED = tr("failed")
    """It could not be opened, or an error ended it."""


@dataclass(frozen=True, slots=True, eq=False)
class _OpenedOutput:
    session: LiveSession
    text: str
    names: frozenset[str]
    state: Callable[[], str]
    stack: ExitStack


class OutputSwitch:
    """An output of one kind. A thread of its own opens and closes it, so that nobody waits.

    The owner's thread calls everything, `poll` a few times a second. While it is switched on, each
    new session gets an output of its own.

    Parameters
    ----------
    kind
        The kind of output.
    text
        Its value, as the text of its option.
    is_wanted
        True if it is switched on.
    """

    def __init__(self, kind: OutputKind, text: str, is_wanted: bool = False) -> None:
        self.kind = kind
        self.text = text
        self.is_wanted = is_wanted
        self.failure = ""
        """The error that ended it, in words; empty without one."""
        self._session: LiveSession | None = None
        self._opened: _OpenedOutput | None = None
        self._names: frozenset[str] = frozenset()
        self._worker: Worker | None = None
        self._is_stale = False

    def switch(self, is_wanted: bool, text: str) -> None:
        """Switch it on with a value, or off; it is done at the next calls of `poll`."""
        self.is_wanted, self.text = is_wanted, text
        self.failure = ""

    def reopen(self) -> None:
        """Open it anew, as the file that it reads was changed; done at the next calls of `poll`."""
        self.failure = ""
        self._is_stale = self._opened is not None

    def poll(self, session: LiveSession | None) -> None:
        """Do what is due for the present session; None for no session."""
        if session is not self._session:
            self._session, self.failure, self._names = session, "", frozenset()
        if self._worker is not None:
            if self._worker.alive:
                return
            self._take_result(self._worker)
        opened = self._opened
        is_due = self.is_wanted and not self.failure and session is not None and not session.ended
        if opened is not None:
            is_other = opened.session is not session or opened.text != self.text
            if not is_due or is_other or self._is_stale:
                self._opened, self._is_stale = None, False
                self._start(lambda _: opened.stack.close())
        elif is_due and session is not None:
            text = self.text
            self._start(lambda _: self._open(session, text))

    @property
    def state(self) -> SwitchState:
        """The state, as an enum."""
        if self._worker is not None:
            return SwitchState.CHANGING
        if self.failure:
            return SwitchState.FAILED
        if self._opened is not None:
            return SwitchState.ON
        return SwitchState.WAITING if self.is_wanted else SwitchState.OFF

    @property
    def words(self) -> str:
        """The state in words, with what it passed on in this session."""
        told = self.failure or self.state.value
        if self._opened is not None:
            told = self._opened.state() or told
        return "   ".join(filter(None, (told, self._counts())))

    def shut_down(self) -> None:
        """Close it and wait; afterwards no thread runs. Raises RuntimeError if one does not end."""
        self.is_wanted = False
        if self._worker is not None:
            self._worker.stop()
            self._take_result(self._worker)
        if self._opened is not None:
            opened, self._opened = self._opened, None
            try:
                opened.stack.close()
            except EmgStreamError as error:
                self.failure = str(error)

    def _counts(self) -> str:
        if self._session is None or not self._names:
            return ""
        mine = [one for one in self._session.output_figures() if one.name in self._names]
        n_dropped = sum(one.n_dropped for one in mine)
        written = tr("{total:,} passed on", total=sum(one.n_written for one in mine))
        return (
            tr("{written}, {n_dropped:,} dropped", written=written, n_dropped=n_dropped)
            if n_dropped
            else written
        )

    def _take_result(self, worker: Worker) -> None:
        self._worker = None
        try:
            worker.check()
        except EmgStreamError as error:
            self.failure = str(error)

    def _start(self, job: Callable[[threading.Event], None]) -> None:
        self._worker = Worker(f"emg-switch-{self.kind.name}", job)
        self._worker.start()

    def _open(self, session: LiveSession, text: str) -> None:
        if self.kind.writes_file:
            _check_new(text)
        with ExitStack() as stack:
            outputs = stack.enter_context(OpenOutputs([(self.kind.name, text)]))
            added = outputs.open_for(session.context)
            for output in added:
                session.add_output(output)
                stack.callback(session.remove_output, output)
            deciding = [output for output in added if isinstance(output, Output)]
            self._names = frozenset(output.name for output in added)
            self._opened = _OpenedOutput(
                session,
                text,
                self._names,
                lambda: "; ".join(filter(None, (output.state for output in deciding))),
                stack.pop_all(),
            )


def _check_new(text: str) -> None:
    """Raise UsageError for a file that is there: it may be a recording, or of another session."""
    if text == "-" or is_device_name(text) or Path(text).exists():
        raise UsageError(
            tr(
                "{text} is there already, or no file; expected the name of a new file; choose "
                "another",
                text=text,
            )
        )
