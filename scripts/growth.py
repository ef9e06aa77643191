"""What grew in the course of a long run: memory, handles, threads, and what else a script names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["grown"]

_MOST_MB = 4.0
"""Growth of the memory that is none: of caches and of the memory allocator."""
_MOST_TIMES = 1.25
"""Growth of a duration that is none: of other work on the machine."""


def grown(rows: Sequence[Any], *durations: str) -> list[str]:
    """Print how the figures of a run went, and return what grew, in words.

    ``rows``, one for each minute or hour, have ``memory_mb``, ``n_handles``, ``n_threads`` and the
    ``durations`` as attributes. The median of the second fifth is compared with that of the last:
    the first is left out, as whatever is used for the first time stays in memory.
    """
    fifth = max(len(rows) // 5, 1)
    before, after = rows[fifth : 2 * fifth] or rows[:1], rows[-fifth:]
    bounds = {"memory_mb": (1.0, _MOST_MB), "n_handles": (1.0, 0.0), "n_threads": (1.0, 0.0)}
    bounds |= dict.fromkeys(durations, (_MOST_TIMES, 0.0))
    found = []
    for name, (factor, more) in bounds.items():
        earlier, later = (
            float(np.median([getattr(one, name) for one in of])) for of in (before, after)
        )
        print(f"{name}: {earlier:.2f} -> {later:.2f}")
        if later > earlier * factor + more:
            found.append(f"{name} grew from {earlier:.2f} to {later:.2f}")
    return found
