"""A task for the processes of an evaluation, which import it by its name."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

__all__ = ["root"]


def root(square: float, tell: Callable[[Any], None]) -> float:
    """Return the square root of a number, and tell the number before."""
    tell(square)
    return math.sqrt(square)
