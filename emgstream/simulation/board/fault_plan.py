"""Plan of simulated faults: the frames that are hit, drawn from a seed alone."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from emgstream.simulation.board.faults import Faults
from emgstream.types import IndexArray, TimeArray

__all__ = ["FaultKind", "FaultPlan", "Hit", "damaged"]

_BLOCK = 4096  # frames drawn at once; another number would change the faults of every seed
_PURPOSE = 0xB0A2D  # any number; it makes these random numbers independent of the signal's
_DAMAGE = ("bit", "byte", "run", "drop", "insert")
_DAMAGE_WEIGHTS = (40, 25, 15, 10, 10)  # in percent, a choice


class FaultKind(IntEnum):
    """Kind of fault of one frame."""

    LOST = 1
    ALTERED = 2
    DUPLICATED = 3
    REORDERED = 4


@dataclass(frozen=True, slots=True)
class Hit:
    """Fault of one frame."""

    kind: FaultKind
    """Kind of fault."""
    entropy: int
    """Seed of the details of the damage."""


class FaultPlan:
    """Faults and delays of the frames of one run.

    They are drawn in numbered blocks, so that they depend on a frame's place alone. Ascending
    requests are fast; going back is possible but slow.
    """

    def __init__(self, faults: Faults, seed: int, run: int) -> None:
        self._faults = faults
        self._key = [seed, _PURPOSE, run]
        self._block = -1
        self._hits: dict[int, Hit] = {}
        self._delays_s: list[float] = []

    def hit(self, instant: int) -> Hit | None:
        """Return the fault of a frame; None if it has none."""
        self._load(instant // _BLOCK)
        return self._hits.get(instant)

    def delay_s(self, instant: int) -> float:
        """Return the delay of a frame on the line in seconds."""
        self._load(instant // _BLOCK)
        return self._delays_s[instant % _BLOCK]

    def _load(self, block: int) -> None:
        if block == self._block:
            return
        self._block = block
        random_numbers = np.random.default_rng([*self._key, block])
        shares = random_numbers.random(_BLOCK)
        entropy = random_numbers.integers(2**62, size=_BLOCK).tolist()
        self._delays_s = (self._faults.jitter * random_numbers.random(_BLOCK)).tolist()
        kinds = self._kinds(shares, block)
        first = block * _BLOCK
        self._hits = {
            first + place: Hit(FaultKind(int(kinds[place])), entropy[place])
            for place in np.flatnonzero(kinds).tolist()
        }

    def _kinds(self, shares: TimeArray, block: int) -> IndexArray:
        faults = self._faults
        edges = np.cumsum([faults.loss, faults.corrupt, faults.duplicate, faults.reorder])
        kinds = np.searchsorted(edges, shares, side="right") + 1
        kinds[kinds > len(edges)] = 0
        if faults.burst > 1:
            kinds[kinds == FaultKind.LOST] = 0
            kinds[self._in_burst(shares, block)] = FaultKind.LOST
        return kinds.astype(np.int64)

    def _in_burst(self, shares: TimeArray, block: int) -> npt.NDArray[np.bool_]:
        """Return a mask of the frames in a burst that began in this block or the one before."""
        before = np.ones(_BLOCK)
        if block > 0:
            before = np.random.default_rng([*self._key, block - 1]).random(_BLOCK)
        begins = np.concatenate([before, shares]) < self._faults.loss / self._faults.burst
        so_far = np.cumsum(np.concatenate([[0], begins]))
        covered = so_far[self._faults.burst :] - so_far[: -self._faults.burst]
        is_covered: npt.NDArray[np.bool_] = covered[-_BLOCK:] > 0
        return is_covered


def damaged(frame: bytes, entropy: int) -> bytes:
    """Return a frame with altered, dropped or inserted bytes; never the same bytes."""
    draw = random.Random(entropy)
    kind = draw.choices(_DAMAGE, _DAMAGE_WEIGHTS)[0]
    at = draw.randrange(len(frame))
    if kind == "drop":
        return frame[:at] + frame[at + 1 :]
    if kind == "insert":
        return frame[:at] + bytes([draw.randrange(256)]) + frame[at:]
    flips = [1 << draw.randrange(8)]
    if kind != "bit":
        length = 1 if kind == "byte" else draw.randint(2, 4)
        flips = [draw.randint(1, 255) for _ in range(length)]
    altered = bytearray(frame)
    for place, flip in zip(range(at, len(frame)), flips, strict=False):
        altered[place] ^= flip
    return bytes(altered)
