"""Windows: the input of the classifier, the newest steps at every hop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from emgstream.types import FloatArray, IndexArray

__all__ = ["Windowing", "Windows"]


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Consecutive windows, in the order of time."""

    last_steps: IndexArray
    """Number of each window's last step, counted from the last reset, shape ``(n_windows,)``."""
    values: FloatArray
    """Shape ``(n_windows, n_steps, n_features)``, C-contiguous."""


class Windowing:
    """Slides a window of ``n_steps`` over a stream of steps, advancing by ``hop``.

    The first window closes with step ``n_steps - 1``, counted from zero at the last reset, so
    that no window ever reaches across a reset. One thread uses it. Raises ValueError for a hop
    that is not from 1 to ``n_steps``.

    >>> windowing = Windowing(n_steps=2, hop=1, n_features=1)
    >>> windowing.windows_of(np.array([[1], [2], [3]], dtype=np.float32)).values[:, :, 0]
    array([[1., 2.],
           [2., 3.]], dtype=float32)
    """

    def __init__(self, n_steps: int, hop: int, n_features: int) -> None:
        if not 1 <= hop <= n_steps:
            raise ValueError(f"hop {hop}; expected 1 to {n_steps}, the steps of a window")
        self._n_steps = n_steps
        self._hop = hop
        self._within = np.arange(n_steps)
        self._tail = np.empty((0, n_features), dtype=np.float32)
        self._tail_start = 0

    def windows_of(self, steps: FloatArray) -> Windows:
        """Return the windows that these steps, shape ``(n_steps, n_features)``, complete."""
        steps = np.concatenate((self._tail, steps))
        n_windows = max(0, (len(steps) - self._n_steps) // self._hop + 1)
        starts = self._hop * np.arange(n_windows)
        windows = Windows(
            last_steps=starts + (self._tail_start + self._n_steps - 1),
            values=(
                steps[np.newaxis, : self._n_steps]
                if n_windows == 1  # of a live stream, always
                else steps[starts[:, np.newaxis] + self._within]
            ),
        )
        self._tail = steps[n_windows * self._hop :]
        self._tail_start += n_windows * self._hop
        return windows

    def reset(self) -> None:
        """Forget all steps: the next one does not follow the last."""
        self._tail = self._tail[:0]
        self._tail_start = 0
