"""A receiver held to the ledger: every sample against the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emgstream.simulation.board.board_records import BoardRun
from emgstream.simulation.board.ledger import Ledger
from emgstream.types import IndexArray
from emgstream.wire import Frames

_WRAP_US = 2**32


@dataclass(frozen=True, slots=True)
class LedgerCheck:
    """How what was received of one run compares with what was sampled and sent.

    All but the last two must be zero for a receiver that never lies.
    """

    n_false: int
    """Rows whose samples or device time are not those of any instant, or of another one."""
    n_repeated: int
    """Rows that do not come after the row before them."""
    n_misplaced: int
    """Rows whose index is off by another amount than that of the first row: a gap of wrong size."""
    n_missing: int
    """Intact frames that did not come out, though a later one did."""
    n_tail: int
    """Intact frames behind the last one that came out."""
    n_received: int
    """Rows received."""

    @property
    def n_undetected(self) -> int:
        """Rows that tell something untrue."""
        return self.n_false + self.n_repeated + self.n_misplaced


def judge(ledger: Ledger, run: int, frames: Frames) -> LedgerCheck:
    """Compare all frames of one segment, in order, with the run they came from.

    Rows that reach beyond the run are false.
    """
    of = ledger.runs[run]
    if not len(frames):
        return LedgerCheck(0, 0, 0, 0, len(of.intact), 0)
    true_index, is_timed = _instants(of, frames.device_us)
    truth = ledger.true_samples(run, 0, of.n_instants)
    inside = np.clip(true_index, 0, of.n_instants - 1)
    is_true = is_timed & (inside == true_index) & (truth[inside] == frames.samples).all(axis=1)
    offsets = frames.index - true_index
    missing = np.setdiff1d(of.intact, true_index)
    return LedgerCheck(
        n_false=int(np.count_nonzero(~is_true)),
        n_repeated=int(np.count_nonzero(np.diff(true_index) <= 0)),
        n_misplaced=int(np.count_nonzero(offsets != offsets[0])),
        n_missing=int(np.count_nonzero(missing < true_index[-1])),
        n_tail=int(np.count_nonzero(missing > true_index[-1])),
        n_received=len(frames),
    )


def _instants(run: BoardRun, device_us: IndexArray) -> tuple[IndexArray, npt.NDArray[np.bool_]]:
    """Return the index nearest to each device time, and whether the time is exactly its own."""
    start_us = run.start_ticks / 2.0
    unwrapped = device_us + round((start_us - device_us[0]) / _WRAP_US) * _WRAP_US
    ticks = unwrapped * 2 + 4 - run.start_ticks  # the middle of what is rounded down to one value
    nearest = (ticks + run.period_ticks // 2) // run.period_ticks - 1
    return nearest, run.device_us(nearest) == unwrapped
