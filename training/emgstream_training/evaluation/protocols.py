"""Evaluation protocols: the rows that each fold holds out, and the reason for the choice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.audit.stuck_loops import find_stuck_loops, rows_in
from emgstream.errors import TrainingDataError, UsageError
from emgstream.tables import EmgTable
from emgstream.wording import counted
from emgstream_training.evaluation.recorded_sessions import SessionIdentity
from emgstream_training.front_end import NO_OVERRIDES, SignalOverrides
from emgstream_training.realtime import NEITHER, TRAINING, PartArray
from emgstream_training.recordings import class_codes
from emgstream_training.row_folds import repetition_folds, time_folds

__all__ = ["PROTOCOLS", "Fold", "FoldPlan", "RecordingSet", "make_plan"]

Mask: TypeAlias = npt.NDArray[np.bool_]

PROTOCOLS = ("auto", "subject", "session", "repetition", "blocks", "random")
"""Names of the protocols."""
_MOST_FOLDS = 6
"""Up to so many repetitions of a label, each is a fold of its own; more cost time (choice)."""
_USUAL_FOLDS = 5
"""Folds where there is more to hold out: the usual number in cross-validation."""
_GUARD_S = 0.2
"""Time on both sides of a held-out block that is not trained on: the length of a window."""
_GUARD_ROWS = 10
"""The same in rows, at least, and where no sampling rate is known: a window of single samples."""


@dataclass(frozen=True, eq=False)
class RecordingSet:
    """The recordings of an evaluation."""

    tables: tuple[EmgTable, ...]
    """The tables, all of the same channels."""
    class_names: tuple[str, ...]
    """Classes, in the order of the probabilities."""
    sessions: tuple[SessionIdentity, ...]
    """Subject and session of each table."""
    sampling_rate_hz: float | None
    """Samples per second; None where it is not known."""
    overrides: SignalOverrides = NO_OVERRIDES
    """Statements of the user about the signal."""

    @cached_property
    def stuck(self) -> tuple[Mask, ...]:
        """True where a row is part of a stuck loop, shape ``(n_rows,)`` per table.

        Constant stretches do not count: the envelope of a sensor is constant at rest.
        """
        return tuple(
            rows_in(
                [loop for loop in find_stuck_loops(table.samples) if loop.period > 1], table.n_rows
            )
            for table in self.tables
        )

    @cached_property
    def n_rows_by_class(self) -> npt.NDArray[np.int64]:
        """Rows of each class, over all recordings, shape ``(n_classes,)``."""
        return self.count([codes >= 0 for codes in self.codes])

    def count(self, chosen: Sequence[Mask]) -> npt.NDArray[np.int64]:
        """Return the number of chosen rows of each class, ``(n_classes,)``; one mask per table."""
        codes = [codes[rows] for codes, rows in zip(self.codes, chosen, strict=True)]
        return np.bincount(np.concatenate(codes), minlength=len(self.class_names))

    @cached_property
    def codes(self) -> tuple[npt.NDArray[np.int64], ...]:
        """Class of each row, shape ``(n_rows,)`` per table; -1 for none, and for stuck rows."""
        return tuple(
            np.where(stuck, -1, class_codes(table, self.class_names))
            for table, stuck in zip(self.tables, self.stuck, strict=True)
        )

    @cached_property
    def has_one_label_per_file(self) -> bool:
        """True for several recordings of one movement each, which are a session together."""
        return len(self.tables) > 1 and all(
            len(np.unique(codes[codes >= 0])) < 2 for codes in self.codes
        )

    @cached_property
    def groups(self) -> tuple[tuple[int, ...], ...]:
        """Places of the tables whose repetitions are counted together.

        Each table by itself; or with one label per file, those of one session.
        """
        if not self.has_one_label_per_file:
            return tuple((place,) for place in range(len(self.tables)))
        return tuple(
            tuple(place for place, one in enumerate(self.sessions) if one == session)
            for session in dict.fromkeys(self.sessions)
        )


@dataclass(frozen=True, eq=False)
class Fold:
    """The training rows and the test rows of one turn."""

    name: str
    """Name of what is held out, for people."""
    parts: tuple[PartArray, ...]
    """Shape ``(n_rows,)`` per table: `TRAINING` or `NEITHER`."""
    test: tuple[Mask, ...]
    """True where a row is held out for the test, shape ``(n_rows,)`` per table."""


@dataclass(frozen=True, eq=False)
class FoldPlan:
    """All folds, and the reason for them."""

    protocol: str
    """Name of the protocol."""
    reason: str
    """Reason for the protocol, for people."""
    folds: tuple[Fold, ...]
    """The folds; none for ``random``."""


def make_plan(
    recordings: RecordingSet, protocol: str = "auto", n_folds: int | None = None
) -> FoldPlan:
    """Return the folds of a protocol.

    Raises UsageError for a protocol that the recordings do not allow, and TrainingDataError where
    a fold would leave no row of a class to train on or to test.
    """
    if protocol not in PROTOCOLS:
        raise UsageError(f"no protocol is called {protocol!r}; there are {', '.join(PROTOCOLS)}")
    if n_folds is not None and n_folds < 2:
        raise UsageError(
            f"--folds {n_folds}; expected at least 2, as each fold is tested with a model trained "
            "on the others; give --folds 2 or more, or leave it out"
        )
    chosen, reason = _strictest(recordings) if protocol == "auto" else (protocol, "as asked for")
    if chosen == "random":
        return FoldPlan(chosen, f"{reason}: with leakage, for comparison only", ())
    plan = FoldPlan(chosen, reason, _FOLDS[chosen](recordings, n_folds))
    _check_folds(plan, recordings)
    return plan


def _strictest(recordings: RecordingSet) -> tuple[str, str]:
    sessions = recordings.sessions
    told = " and ".join(sorted({session.source for session in sessions}))
    subjects = _subjects(sessions)
    if len(subjects) > 1:
        return (
            "subject",
            f"{len(subjects)} subjects, by {told}: each is tested with a model that has not seen "
            "it",
        )
    if len(set(sessions)) > 1:
        n_sessions = len(set(sessions))
        return (
            "session",
            f"{n_sessions} sessions of one subject, by {told}: each is tested with a model that "
            "has not seen it",
        )
    least = _least_repetitions(recordings)
    if recordings.has_one_label_per_file:
        return _strictest_by_file(least)
    if least >= 2:
        return "repetition", f"one session, and at least {least} repetitions of every label"
    return "blocks", (
        "one session, and a label that was recorded once only: time is held out, but movement and "
        "drift cannot be distinguished"
    )


def _strictest_by_file(least: int) -> tuple[str, str]:
    if least >= 2:
        return "repetition", f"one movement per file, and at least {least} files of every label"
    return "blocks", (
        "one movement per file, and a label with one file only: time is held out within the files, "
        "but movement and drift cannot be distinguished; for a test on unseen repetitions record "
        "several files of each, as rock_1.csv and rock_2.csv"
    )


def _subject_folds(recordings: RecordingSet, n_folds: int | None) -> tuple[Fold, ...]:
    subjects = _subjects(recordings.sessions)
    if len(subjects) < 2:
        raise UsageError(
            f"--protocol subject with {counted(len(subjects), 'subject')} in sidecars and file "
            "names; expected at least two; add recordings, or hold out sessions or repetitions"
        )
    groups = [subjects.index(session.subject or "") for session in recordings.sessions]
    return tuple(
        _table_fold(recordings, f"subject {', '.join(subjects[k] for k in held_out)}", test, ~test)
        for held_out, test in _grouped(np.array(groups), len(subjects), n_folds)
    )


def _session_folds(recordings: RecordingSet, n_folds: int | None) -> tuple[Fold, ...]:
    """Hold out each session, and train on the others of the same subject."""
    sessions = recordings.sessions
    distinct = list(dict.fromkeys(sessions))
    subjects = np.array([session.subject or "" for session in sessions])
    groups = np.array([distinct.index(session) for session in sessions])
    folds = []
    for held_out, test in _grouped(groups, len(distinct), n_folds):
        names = ", ".join(_full_name(distinct[k]) for k in held_out)
        training = ~test & np.isin(subjects, subjects[test])
        if not training.any():
            raise UsageError(
                f"--protocol session, and besides session {names} there is none to train on; "
                "expected at least two sessions of every subject; add recordings, or hold out "
                "subjects or repetitions"
            )
        folds.append(_table_fold(recordings, f"session {names}", test, training))
    return tuple(folds)


def _repetition_folds(recordings: RecordingSet, n_folds: int | None) -> tuple[Fold, ...]:
    least = _least_repetitions(recordings)
    if least < 2:
        raise UsageError(
            "--protocol repetition with a label that was recorded once only; expected at least two "
            "repetitions of each; record more, or use --protocol blocks"
        )
    n = min(least, n_folds or (_MOST_FOLDS if least <= _MOST_FOLDS else _USUAL_FOLDS))
    numbers = [np.empty(0, np.int64)] * len(recordings.tables)
    for group in recordings.groups:
        tables = [recordings.tables[place] for place in group]
        folds = repetition_folds(tables, recordings.class_names, n)
        for place, of_rows in zip(group, folds, strict=True):
            numbers[place] = np.where(recordings.codes[place] >= 0, of_rows, -1)
    return tuple(_row_fold(f"repetition {k + 1} of {n}", numbers, k) for k in range(n))


def _time_folds(recordings: RecordingSet, n_folds: int | None) -> tuple[Fold, ...]:
    n = n_folds or _USUAL_FOLDS
    guard = max(_GUARD_ROWS, round(_GUARD_S * (recordings.sampling_rate_hz or 0.0)))
    numbers = time_folds(recordings.codes, len(recordings.class_names), n)
    return tuple(_row_fold(f"time block {k + 1} of {n}", numbers, k, guard) for k in range(n))


_FOLDS: dict[str, Callable[[RecordingSet, int | None], tuple[Fold, ...]]] = {
    "subject": _subject_folds,
    "session": _session_folds,
    "repetition": _repetition_folds,
    "blocks": _time_folds,
}


def _grouped(
    groups: npt.NDArray[np.int64], n_groups: int, n_folds: int | None
) -> list[tuple[list[int], Mask]]:
    """Return the held-out groups of each fold, and whether each table is in them."""
    n = min(n_groups, n_folds or n_groups)
    shares = [list(range(k, n_groups, n)) for k in range(n)]
    return [(held_out, np.isin(groups, held_out)) for held_out in shares]


def _table_fold(recordings: RecordingSet, name: str, test: Mask, training: Mask) -> Fold:
    """Hold out whole recordings."""
    codes = recordings.codes
    return Fold(
        name,
        parts=tuple(
            np.where((each >= 0) & learns, TRAINING, NEITHER)
            for each, learns in zip(codes, training, strict=True)
        ),
        test=tuple((each >= 0) & held for each, held in zip(codes, test, strict=True)),
    )


def _row_fold(
    name: str,
    numbers: Sequence[npt.NDArray[np.int64]],
    fold: int,
    guard: int = 0,
) -> Fold:
    """Hold out the rows with the number of the fold; rows of -1 are ignored.

    ``guard`` rows on both sides of the held-out rows are not trained on.
    """
    test = tuple(each == fold for each in numbers)
    parts = tuple(
        np.where((each >= 0) & ~_widened(held, guard), TRAINING, NEITHER)
        for each, held in zip(numbers, test, strict=True)
    )
    return Fold(name, parts, test)


def _widened(held: Mask, guard: int) -> Mask:
    if guard == 0:
        return held
    reach = np.convolve(held, np.ones(2 * guard + 1), mode="full")[guard : guard + len(held)]
    widened: Mask = reach > 0.5
    return widened


def _check_folds(plan: FoldPlan, recordings: RecordingSet) -> None:
    recorded = recordings.n_rows_by_class > 0
    for fold in plan.folds:
        learned = recordings.count([part == TRAINING for part in fold.parts])
        for counts, purpose in ((learned, "train on"), (recordings.count(fold.test), "test on")):
            for place in np.flatnonzero(recorded & (counts == 0)):
                raise TrainingDataError(
                    f"with {fold.name} held out there is no row of "
                    f"{recordings.class_names[place]!r} to {purpose}; evaluate recordings with the "
                    "same labels together, or choose another --protocol"
                )


def _least_repetitions(recordings: RecordingSet) -> int:
    """Return the number of repetitions of the rarest label of any session."""
    n_classes = len(recordings.class_names)
    counts = []
    for table, codes in zip(recordings.tables, recordings.codes, strict=True):
        first = codes[np.unique(table.movement_numbers(), return_index=True)[1]]
        counts.append(np.bincount(first[first >= 0], minlength=n_classes))
    recorded = recordings.n_rows_by_class > 0
    by_group = [np.sum([counts[place] for place in group], axis=0) for group in recordings.groups]
    return min(int(of_group[recorded].min()) for of_group in by_group)


def _subjects(sessions: Sequence[SessionIdentity]) -> list[str]:
    return sorted({session.subject for session in sessions if session.subject is not None})


def _full_name(session: SessionIdentity) -> str:
    return " of ".join(filter(None, [session.session, session.subject]))
