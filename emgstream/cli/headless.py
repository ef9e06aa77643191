"""Live sessions in the terminal: one updating line per stream, then a summary of each."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack, nullcontext

from emgstream.app.live_session import LiveSession
from emgstream.cli.interrupt import polite_end
from emgstream.cli.keys import RELEASE, KeyReader, keys
from emgstream.cli.outputs import requested_outputs, takes_stdout
from emgstream.cli.status_notifier import StatusNotifier
from emgstream.cli.summary_text import print_summary
from emgstream.cli.terminal import LiveLine, StreamLine, console
from emgstream.errors import InterruptedByUserError
from emgstream.host_system import is_terminal
from emgstream.outputs.output_registry import OpenOutputs
from emgstream.outputs.summary import check_summary, write_summary

__all__ = ["run_headless"]

_REFRESH_S = 0.1
"""Seconds between two updates of the lines: a choice; a person reads no faster."""


def run_headless(sessions: Sequence[LiveSession], arguments: argparse.Namespace) -> None:
    """Run until every session has ended; then, or after Ctrl-C, print the summary of each.

    One that fails does not end the others. Raises InterruptedByUserError after Ctrl-C or SIGTERM,
    and what ended the first session that did not come to its end.
    """
    if arguments.summary:
        check_summary(arguments.summary)
    with OpenOutputs(requested_outputs(arguments)) as outputs:
        for session in sessions:
            for output in outputs.open_for(session.context):
                session.add_output(output)
        try:
            _watch(sessions, to_stderr=takes_stdout(arguments))
        finally:
            _report(sessions, arguments)
    for session in sessions:
        session.check()


def _watch(sessions: Sequence[LiveSession], to_stderr: bool) -> None:
    is_watched = is_terminal(sys.stdout)  # else a pager may be there, which reads the keys
    reads_keys = keys() if is_watched else nullcontext[KeyReader](list)
    with (
        polite_end() as asked,
        reads_keys as pressed_keys,
        LiveLine(console(to_stderr)) as line,
        ExitStack() as stack,
    ):
        width = max(len(session.name or "") for session in sessions)
        rows = [_Row(session, line, width) for session in sessions]
        for row in rows:
            stack.callback(row.tell)
            row.session.start()
            stack.callback(row.session.stop)
        while not all(session.ended for session in sessions):
            if asked.is_set():
                raise InterruptedByUserError(f"stopped by {asked.by}")
            for session in sessions:
                if not session.ended:
                    session.poll(session.clock.now(), _REFRESH_S / len(sessions))
                if session.ended:
                    session.stop()
            if RELEASE in pressed_keys():
                for session in sessions:
                    session.toggle_port()
            line.show([row.show() for row in rows])


class _Row:
    """One session on the screen: a line that is updated, and notes above it."""

    def __init__(self, session: LiveSession, line: LiveLine, width: int) -> None:
        self.session = session
        name = session.name
        self._line = StreamLine(name and name.ljust(width))
        self._prefix = "" if name is None else f"{name}: "
        self._say = line.tell
        self._notifier = StatusNotifier(self._tell)
        self._failure_told = name is None  # alone, it is what the command ends with

    def show(self) -> StreamLine:
        """Update the line."""
        self.tell()
        session = self.session
        status = session.status() if session.is_live else None
        self._line.update(session.ring.n_received, session.latest, status, session.output_states)
        return self._line

    def tell(self) -> None:
        """Print new notes."""
        session = self.session
        self._notifier.tell(session.status(), (*session.output_states, *session.warnings))
        if session.failure is not None and not self._failure_told:
            self._failure_told = True
            self._tell(f"ended: {session.failure}")

    def _tell(self, text: str) -> None:
        self._say(self._prefix + text)


def _report(sessions: Sequence[LiveSession], arguments: argparse.Namespace) -> None:
    documents = [session.document() for session in sessions]
    try:  # the file first, as whoever reads standard output may have left
        if arguments.summary:
            (first, *others) = documents
            write_summary(arguments.summary, {"streams": documents} if others else first)
    finally:
        for document in documents:
            if document["samples"]:
                print_summary(console(takes_stdout(arguments)), document)
