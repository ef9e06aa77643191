"""Running classifiers in the terminal: one updating line a stream, then a summary of each."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import ExitStack

from emgstream.cli.interrupt import polite_end
from emgstream.cli.outputs import OutputWords, StreamOutputs, takes_stdout
from emgstream.cli.status_notifier import StatusNotifier
from emgstream.cli.streams import TerminalStream, WatchedStream
from emgstream.cli.summary_text import print_summary
from emgstream.cli.terminal import LiveLine, StreamLine, console
from emgstream.errors import InterruptedByUserError
from emgstream.outputs.summary import check_summary, write_summary

__all__ = ["run_headless"]

_REFRESH_S = 0.1


def run_headless(streams: Sequence[TerminalStream], arguments: argparse.Namespace) -> None:
    """Run until every stream has ended; then, or after Ctrl-C, print what each came to.

    A stream that fails does not end the others. Raises InterruptedByUserError after Ctrl-C or
    SIGTERM, and what ended the first stream that did not come to its end.
    """
    with OutputWords(arguments) as outputs:
        watched = [WatchedStream(stream, _opened(outputs, stream)) for stream in streams]
        if arguments.summary:
            check_summary(arguments.summary)
        try:
            _watch(watched, to_stderr=takes_stdout(arguments))
        finally:
            _report(watched, arguments)
    for stream in watched:
        if stream.failure is not None:
            raise stream.failure


def _opened(outputs: OutputWords, stream: TerminalStream) -> StreamOutputs:
    class_names = stream.model.manifest.class_names
    return outputs.open(stream.name, class_names, stream.n_reconnects)


def _watch(streams: Sequence[WatchedStream], to_stderr: bool) -> None:
    with polite_end() as asked, LiveLine(console(to_stderr)) as line, ExitStack() as stack:
        width = max(len(stream.stream.name or "") for stream in streams)
        rows = [_Row(stream, line, width) for stream in streams]
        for row in rows:
            stack.callback(row.tell)
            stack.enter_context(row.stream)
        while not all(stream.is_over for stream in streams):
            if asked.is_set():
                raise InterruptedByUserError(f"stopped by {asked.by}")
            for stream in streams:
                if not stream.is_over:
                    stream.watch(_REFRESH_S / len(streams))
            line.show([row.show() for row in rows])


class _Row:
    """What is said of one stream: a line that is always there, and notes above it."""

    def __init__(self, stream: WatchedStream, line: LiveLine, width: int) -> None:
        self.stream = stream
        name = stream.stream.name
        self._line = StreamLine(name and name.ljust(width))
        self._prefix = "" if name is None else f"{name}: "
        self._say = line.tell
        self._teller = StatusNotifier(self._tell)
        self._failure_told = name is None  # alone, it is what the command ends with

    def show(self) -> StreamLine:
        """Bring the line up to date."""
        self.tell()
        engine = self.stream.engine
        self._line.update(
            engine.ring.n_received, engine.latest, self.stream.status, self.stream.states
        )
        return self._line

    def tell(self) -> None:
        """Say what is new."""
        self._teller.tell(self.stream.status, self.stream.states)
        if self.stream.failure is not None and not self._failure_told:
            self._failure_told = True
            self._tell(f"ended: {self.stream.failure}")

    def _tell(self, text: str) -> None:
        self._say(self._prefix + text)


def _report(streams: Sequence[WatchedStream], arguments: argparse.Namespace) -> None:
    documents = [stream.document() for stream in streams]
    try:  # the file first, as whoever reads standard output may have left
        if arguments.summary:
            (first, *others) = documents
            write_summary(arguments.summary, {"streams": documents} if others else first)
    finally:
        for document in documents:
            if document["samples"]:
                print_summary(console(takes_stdout(arguments)), document)
