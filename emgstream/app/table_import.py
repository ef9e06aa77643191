"""Import of a file: its columns as guessed, the user's changes, and the choice that remains."""

from __future__ import annotations

import shlex
import threading
from collections.abc import Callable, Sequence
from enum import Enum
from pathlib import Path

from emgstream.app.column_draft import ColumnDraft
from emgstream.app.column_words import sentence
from emgstream.errors import EmgStreamError
from emgstream.tables import ALL_GUESSED, ColumnChoice, TableLook, look_at_table
from emgstream.tables.settled_columns import remember
from emgstream.tables.table_assembly import label_of_name
from emgstream.translation import tr, tr_n
from emgstream.worker import Worker

__all__ = ["ImportState", "TableImport"]


class ImportState(Enum):
    """States of the import of a file."""

    READING = "the file is being read"
    """Nothing is known yet, or it is looked at again after a change."""
    ASKING = "something must be said"
    """There are problems."""
    READY = "the columns can be used"
    """There are no problems."""
    SETTLED = "the columns are settled"
    """The choice is remembered."""
    FAILED = "the file cannot be read"
    """The failure tells why; nothing can be changed."""


class TableImport:
    """Columns of one file, looked at in a thread ``emg-importer``; one thread calls everything.

    Other files with columns of the same names can be settled by the same choice.

    Parameters
    ----------
    path
        The file.
    others
        Further files that wait for a choice.
    """

    def __init__(self, path: Path, others: Sequence[Path] = ()) -> None:
        self.path = path
        self.look: TableLook | None = None
        """The newest look at the file; None before the first one."""
        self.draft: ColumnDraft | None = None
        """The columns with the user's changes; None before the first look."""
        self.asked: tuple[str, ...] = ()
        """The questions that the file leaves open by itself, in words."""
        self.alike: tuple[Path, ...] = ()
        """Those of the other files that have the same columns, as far as they have been read."""
        self.settled: tuple[Path, ...] = ()
        """The files whose columns have been settled."""
        self.failure: EmgStreamError | None = None
        """The reason why the file cannot be read, or the choice not be remembered."""
        self._refusal = ""
        self._checked = -1
        self._unread = list(others)
        self._hashes = dict[Path, str]()
        self._wanted: bool | None = None
        self._worker: Worker | None = None
        self._take: Callable[[], None] | None = None
        self._read(path, self._begin)

    @property
    def state(self) -> ImportState:
        """The state of the import."""
        if self.settled:
            return ImportState.SETTLED
        if self.failure is not None:
            return ImportState.FAILED
        if self.draft is None or self._wanted is not None:
            return ImportState.READING
        if self.problems:
            return ImportState.ASKING
        return ImportState.READING if self._is_behind else ImportState.READY

    @property
    def is_reading(self) -> bool:
        """True while its thread runs."""
        return self._worker is not None and self._worker.alive

    @property
    def problems(self) -> tuple[str, ...]:
        """Reasons why the file cannot be used so, each one sentence; empty if it can."""
        if self.draft is None:
            return ()
        found = self.draft.problems
        if found or self._is_behind or self.look is None:
            return found
        if self._refusal:
            return (self._refusal,)
        return tuple(question.text for question in self.look.questions)

    @property
    def choice(self) -> ColumnChoice:
        """The user's statements, complete; nothing before the first look."""
        return ALL_GUESSED if self.draft is None else self.draft.choice

    @property
    def command_line(self) -> str:
        """The command that reads the file in the same way."""
        return shlex.join(["emgstream", "inspect", str(self.path), *self.choice.arguments()])

    @property
    def name_words(self) -> str:
        """The offer to take the name of the file as its label."""
        return tr(
            "The whole file is one movement: its label is {label!r}", label=label_of_name(self.path)
        )

    @property
    def facts(self) -> str:
        """Length and rate of the file, on one line."""
        look = self.look
        if look is None:
            return ""
        parts = [
            tr_n("{n:,} row", "{n:,} rows", look.n_rows),
            tr_n("{n:,} column", "{n:,} columns", len(look.columns)),
        ]
        if look.rate_hz is None:
            parts.append(tr("sampling rate not known"))
        else:
            reason = f" ({look.rate_reason})" if look.rate_reason else ""
            parts.append(f"{look.rate_hz:.6g} Hz{reason}")
        return "  ·  ".join(parts)

    @property
    def rate_words(self) -> str:
        """The rate that the file has by itself, for people."""
        if self.look is None or self.look.rate_hz is None:
            return tr("not known")
        return f"{self.look.rate_hz:.6g} Hz"

    @property
    def outcome(self) -> str:
        """The first problem, or what is read by the choice, for people."""
        if self.failure is not None:
            return str(self.failure)
        if self.draft is None or self.state is ImportState.READING:
            return tr("Reading {name} …", name=self.path.name)
        if self.problems:
            return "   ·   ".join(map(sentence, self.problems))
        rate = (
            tr("at an unknown rate; state it if you know it")
            if self.rate_words == "not known"
            else tr("at {rate}", rate=self.rate_words)
        )
        return tr("Reads {summary}, {rate}", summary=self.draft.summary, rate=rate)

    def poll(self) -> bool:
        """Take over what was read, and look again after a change; return whether anything is new.

        Call it some times a second.
        """
        if self.is_reading:
            return False
        was_read = self._worker is not None
        if self._take is not None:
            take, self._take, self._worker = self._take, None, None
            take()
        self._go_on()
        return was_read or bool(self.settled)

    def settle(self, with_alike: bool = False) -> None:
        """Remember the choice, once everything has been read; `poll` does it.

        ``with_alike`` settles the other files with the same columns, too.
        """
        self._wanted = with_alike

    def shut_down(self) -> None:
        """Wait for the thread."""
        if self._worker is not None:
            self._worker.join(threading.TIMEOUT_MAX)

    @property
    def _is_behind(self) -> bool:
        """True if the newest look is older than the newest change."""
        return self.draft is not None and self.draft.revision != self._checked

    def _go_on(self) -> None:
        """Start what is to be read next, or settle what was asked for."""
        draft = self.draft
        if draft is None or self.failure is not None or self.settled:
            return
        if self._is_behind and not draft.problems:
            revision = draft.revision
            self._read(self.path, lambda found: self._follow(found, revision), draft.choice)
        elif self._unread and self._wanted is not False:
            self._read(self._unread[0], self._compare)
        elif self._wanted is not None:
            self._remember([self.path, *(self.alike if self._wanted else ())])

    def _read(
        self,
        path: Path,
        take: Callable[[TableLook | EmgStreamError], None],
        choice: ColumnChoice = ALL_GUESSED,
    ) -> None:
        """Look at a file in the thread; `poll` hands the result to ``take``."""
        found: list[TableLook | EmgStreamError] = []

        def look(_: threading.Event) -> None:
            try:
                found.append(look_at_table(path, choice))
            except EmgStreamError as error:
                found.append(error)

        worker = Worker("emg-importer", look)

        def deliver() -> None:
            worker.check()
            take(found[0])

        self._worker, self._take = worker, deliver
        worker.start()

    def _begin(self, found: TableLook | EmgStreamError) -> None:
        if isinstance(found, EmgStreamError):
            self.failure = found
            return
        self.look, self.draft = found, ColumnDraft(found)
        self.asked = tuple(sentence(question.text) for question in found.questions)
        self._hashes[self.path] = found.sha256

    def _follow(self, found: TableLook | EmgStreamError, revision: int) -> None:
        """Take over a look by the choice of a revision; the roles stay as the user has them."""
        self._checked = revision
        if isinstance(found, EmgStreamError):
            self._refusal = str(found)
        else:
            self.look, self._refusal = found, ""

    def _compare(self, found: TableLook | EmgStreamError) -> None:
        """Take over a look at another file; one that cannot be read is none of the same columns."""
        path = self._unread.pop(0)
        if isinstance(found, TableLook) and _names(found) == _names(self.look):
            self.alike += (path,)
            self._hashes[path] = found.sha256

    def _remember(self, paths: list[Path]) -> None:
        if self.problems:
            self._wanted = None
            return
        try:
            for path in paths:
                remember(path, self._hashes[path], self.choice)
        except EmgStreamError as error:
            self.failure = error
        else:
            self.settled = tuple(paths)


def _names(look: TableLook | None) -> tuple[str, ...]:
    return () if look is None else tuple(column.name for column in look.columns)
