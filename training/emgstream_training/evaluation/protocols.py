"""What is held out, fold by fold: the strictest that the recordings allow, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.audit.stuck_loops import find_stuck_loops
from emgstream.errors import TrainingDataError, UsageError
from emgstream.tables import EmgTable
from emgstream.wording import counted
from emgstream_training.evaluation.blocks import repetition_folds, time_folds
from emgstream_training.evaluation.recorded_sessions import SessionIdentity
from emgstream_training.front_end import NO_WISH, SignalOverrides
from emgstream_training.realtime import NEITHER, TRAINING, PartArray
from emgstream_training.recordings import class_codes

__all__ = ["PROTOCOLS", "Fold", "FoldPlan", "RecordingSet", "make_plan"]

Mask: TypeAlias = npt.NDArray[np.bool_]

PROTOCOLS = ("auto", "subject", "session", "repetition", "blocks", "random")
"""Every protocol by its name."""
_MOST_FOLDS = 6
_USUAL_FOLDS = 5


@dataclass(frozen=True, eq=False)
class RecordingSet:
    """What is evaluated on."""

    tables: tuple[EmgTable, ...]
    """The recordings, all of the same channels."""
    class_names: tuple[str, ...]
    """Classes, in the order of the probabilities."""
    sittings: tuple[SessionIdentity, ...]
    """Who and when, one a table."""
    sampling_rate_hz: float | None
    """Samples a second; None where nobody knows."""
    wish: SignalOverrides = NO_WISH
    """What the user said about the signal."""

    @cached_property
    def stuck(self) -> tuple[Mask, ...]:
        """Whether the recorder repeated itself at each row, shape ``(n_rows,)`` a table.

        A line that stands still is left in: a sensor's envelope does so at rest.
        """
        return tuple(_stuck_rows(table) for table in self.tables)

    @cached_property
    def n_rows_by_class(self) -> npt.NDArray[np.int64]:
        """Rows of each class, over all recordings, shape ``(n_classes,)``."""
        return self.count([codes >= 0 for codes in self.codes])

    def count(self, chosen: Sequence[Mask]) -> npt.NDArray[np.int64]:
        """Return the chosen rows of each class, shape ``(n_classes,)``; a mask a table."""
        codes = [codes[rows] for codes, rows in zip(self.codes, chosen, strict=True)]
        return np.bincount(np.concatenate(codes), minlength=len(self.class_names))

    @cached_property
    def codes(self) -> tuple[npt.NDArray[np.int64], ...]:
        """The class of each row, shape ``(n_rows,)`` a table; -1 for none, and for stuck rows."""
        return tuple(
            np.where(stuck, -1, class_codes(table, self.class_names))
            for table, stuck in zip(self.tables, self.stuck, strict=True)
        )


@dataclass(frozen=True, eq=False)
class Fold:
    """What is learned from and what is held out."""

    name: str
    """What is held out, for people."""
    parts: tuple[PartArray, ...]
    """Shape ``(n_rows,)`` a table: `TRAINING` or `NEITHER`."""
    test: tuple[Mask, ...]
    """Whether each row is held out and judged, shape ``(n_rows,)`` a table."""


@dataclass(frozen=True, eq=False)
class FoldPlan:
    """All folds, and why these."""

    protocol: str
    """Name of the protocol."""
    reason: str
    """Why it was chosen, and from what."""
    folds: tuple[Fold, ...]
    """What is held out in turn; none for ``random``."""


def make_plan(
    recordings: RecordingSet, protocol: str = "auto", n_folds: int | None = None
) -> FoldPlan:
    """Return the folds of a protocol.

    Raises UsageError for a protocol the recordings do not allow, and TrainingDataError where a
    fold would leave nothing of a class to learn from or to judge by.
    """
    if protocol not in PROTOCOLS:
        raise UsageError(f"no protocol is called {protocol!r}; there are {', '.join(PROTOCOLS)}")
    if n_folds is not None and n_folds < 2:
        raise UsageError(
            f"--folds {n_folds}; expected at least 2, as each is judged by what was learned from "
            "the others; say --folds 2 or more, or leave it out"
        )
    chosen, reason = _strictest(recordings) if protocol == "auto" else (protocol, "as asked for")
    if chosen == "random":
        return FoldPlan(chosen, f"{reason}: leaky, for contrast only", ())
    plan = FoldPlan(chosen, reason, _FOLDS[chosen](recordings, n_folds))
    _check_folds(plan, recordings)
    return plan


def _strictest(recordings: RecordingSet) -> tuple[str, str]:
    sittings = recordings.sittings
    told = " and ".join(sorted({sitting.source for sitting in sittings}))
    subjects = _subjects(sittings)
    if len(subjects) > 1:
        return "subject", f"{len(subjects)} subjects, by {told}: each is judged unseen"
    if len(set(sittings)) > 1:
        n_sessions = len(set(sittings))
        return "session", f"{n_sessions} sessions of one subject, by {told}: each is judged unseen"
    if _least_repetitions(recordings) >= 2:
        return "repetition", (
            f"one session, and at least {_least_repetitions(recordings)} repetitions of every label"
        )
    return "blocks", (
        "one session, and a label that was recorded once only: time is held out, but movement and "
        "drift can't be told apart"
    )


def _subject_folds(recordings: RecordingSet, n_folds: int | None) -> tuple[Fold, ...]:
    subjects = _subjects(recordings.sittings)
    if len(subjects) < 2:
        raise UsageError(
            f"--protocol subject with {counted(len(subjects), 'subject')} in sidecars and file "
            "names; expected at least two; add recordings, or hold out sessions or repetitions"
        )
    groups = [subjects.index(sitting.subject or "") for sitting in recordings.sittings]
    return tuple(
        _table_fold(recordings, f"subject {', '.join(subjects[k] for k in held_out)}", test, ~test)
        for held_out, test in _grouped(np.array(groups), len(subjects), n_folds)
    )


def _session_folds(recordings: RecordingSet, n_folds: int | None) -> tuple[Fold, ...]:
    """Hold out each session, and learn from the others of the same subject."""
    sittings = recordings.sittings
    distinct = list(dict.fromkeys(sittings))
    subjects = np.array([sitting.subject or "" for sitting in sittings])
    groups = np.array([distinct.index(sitting) for sitting in sittings])
    folds = []
    for held_out, test in _grouped(groups, len(distinct), n_folds):
        names = ", ".join(_full_name(distinct[k]) for k in held_out)
        training = ~test & np.isin(subjects, subjects[test])
        if not training.any():
            raise UsageError(
                f"--protocol session, and beside session {names} there is none to learn from; "
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
    numbers = [
        np.where(codes >= 0, repetition_folds(table, recordings.class_names, n), -1)
        for table, codes in zip(recordings.tables, recordings.codes, strict=True)
    ]
    return tuple(_row_fold(f"repetition {k + 1} of {n}", numbers, k) for k in range(n))


def _time_folds(recordings: RecordingSet, n_folds: int | None) -> tuple[Fold, ...]:
    n = n_folds or _USUAL_FOLDS
    guard = max(10, round(0.2 * (recordings.sampling_rate_hz or 0.0)))
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
    """Return, for each fold, which groups are held out and whether each table is."""
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
    """Hold out the rows of one number; -1 is neither held out nor learned from.

    ``guard`` rows on both sides of what is held out are not learned from either.
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
        for counts, purpose in ((learned, "learn from"), (recordings.count(fold.test), "judge by")):
            for place in np.flatnonzero(recorded & (counts == 0)):
                raise TrainingDataError(
                    f"with {fold.name} held out there is no row of "
                    f"{recordings.class_names[place]!r} to {purpose}; evaluate recordings with the "
                    "same labels together, or choose another --protocol"
                )


def _least_repetitions(recordings: RecordingSet) -> int:
    """Return how often the rarest label of any session was held."""
    least = []
    for table, codes in zip(recordings.tables, recordings.codes, strict=True):
        first_rows = np.unique(table.movement_numbers(), return_index=True)[1]
        counts = np.bincount(
            codes[first_rows][codes[first_rows] >= 0], minlength=len(recordings.class_names)
        )
        least.append(int(counts[recordings.n_rows_by_class > 0].min()))
    return min(least)


def _stuck_rows(table: EmgTable) -> Mask:
    stuck = np.zeros(table.n_rows, dtype=np.bool_)
    for loop in find_stuck_loops(table.samples):
        if loop.period > 1:
            stuck[loop.rows] = True
    return stuck


def _subjects(sittings: Sequence[SessionIdentity]) -> list[str]:
    return sorted({sitting.subject for sitting in sittings if sitting.subject is not None})


def _full_name(sitting: SessionIdentity) -> str:
    return " of ".join(filter(None, [sitting.session, sitting.subject]))
