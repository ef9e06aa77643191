"""True and decided classes over the held-out parts of the recordings, as runs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from emgstream_training.evaluation.evaluated_decisions import EvaluatedDecisions

__all__ = ["RibbonRun", "ribbon_of"]


class RibbonRun(NamedTuple):
    """Consecutive decisions on one recording with the same true and the same decided class."""

    recording: int
    """Place of the recording among those of the study."""
    first_row: int
    """Row of the first decision."""
    last_row: int
    """Row of the last decision."""
    truth: int
    """Number of the true class."""
    decided: int
    """Number of the class decided for."""


def ribbon_of(decisions: EvaluatedDecisions) -> tuple[RibbonRun, ...]:
    """Return the runs of decisions, sorted by recording and time.

    A run ends where class, decision, movement or recording changes.
    """
    instants = decisions.instants
    if not len(instants):
        return ()
    order = np.lexsort((instants.rows, instants.recordings))
    columns = np.stack(
        [instants.recordings, instants.truth, decisions.decided, instants.movements], axis=1
    )[order]
    rows = instants.rows[order]
    changes = np.any(np.diff(columns, axis=0) != 0, axis=1)
    firsts = np.concatenate(([0], np.flatnonzero(changes) + 1))
    lasts = np.concatenate((firsts[1:] - 1, [len(rows) - 1]))
    return tuple(
        RibbonRun(int(recording), int(rows[first]), int(rows[last]), int(truth), int(decided))
        for (recording, truth, decided, _), first, last in zip(
            columns[firsts].tolist(), firsts, lasts, strict=True
        )
    )
