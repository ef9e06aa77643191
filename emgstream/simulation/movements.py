"""Simulated movements, and the activation of each muscle in them.

Activation is relative EMG amplitude: 0 is a silent muscle, 1 its amplitude at maximum voluntary
contraction. The table is a choice, not a measurement. It follows the function of the muscles (the
biceps bends the elbow and turns the hand, the forearm muscles under ``middle`` move wrist and
fingers) and leaves similar movements, such as the two of the wrist, close enough for a classifier
to confuse.
"""

from __future__ import annotations

import numpy as np

from emgstream.cue_schedule import MOVEMENTS, REST
from emgstream.errors import UsageError
from emgstream.types import TimeArray

__all__ = ["ACTIVATIONS", "MUSCLES", "activation_of"]

MUSCLES: tuple[str, ...] = ("biceps", "triceps", "middle")
"""Muscles under the electrodes, one channel each, of the same name."""

ACTIVATIONS: dict[str, tuple[float, ...]] = {
    REST: (0.004, 0.003, 0.005),
    "elbow_bend": (0.50, 0.07, 0.12),
    "elbow_extend": (0.08, 0.42, 0.10),
    "wrist_left": (0.06, 0.10, 0.25),
    "wrist_right": (0.125, 0.06, 0.23),
    "hand_open": (0.045, 0.05, 0.12),
    "hand_close": (0.11, 0.13, 0.60),
}
"""Activation of each of `MUSCLES` during each of `MOVEMENTS`."""


def activation_of(label: str) -> TimeArray:
    """Return the activation of each muscle in a movement, shape ``(3,)``.

    Raises UsageError for a label that is not one of `MOVEMENTS`.
    """
    if label not in ACTIVATIONS:
        raise UsageError(
            f"no simulated movement is called {label!r}; there are {', '.join(MOVEMENTS)}"
        )
    return np.array(ACTIVATIONS[label])
