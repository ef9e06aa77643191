"""Who moves when: the cues that a person follows, real or simulated."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from emgstream.errors import UsageError

__all__ = ["MOVEMENTS", "REST", "TRANSITION", "Cue", "CueSchedule"]

REST = "rest"
"""The label of doing nothing."""

TRANSITION = "transition"
"""The label of samples between two movements, which are examples of neither."""

MOVEMENTS: tuple[str, ...] = (
    REST,
    "elbow_bend",
    "elbow_extend",
    "wrist_left",
    "wrist_right",
    "hand_open",
    "hand_close",
)
"""Rest, then the six movements of the published data."""

_EXAMPLE = "write label:seconds, separated by commas, as in rest:3,hand_close:2"


@dataclass(frozen=True, slots=True)
class Cue:
    """One movement to hold."""

    label: str
    """Name of the movement."""
    duration_s: float
    """How long the cue stands, in seconds; more than zero."""
    repetition: int
    """How often this label has come up by now, the first time being 1."""


@dataclass(frozen=True, slots=True)
class CueSchedule:
    """Cues in the order they are given."""

    cues: tuple[Cue, ...]
    """The cues, first given first; at least one."""
    repeats: bool = False
    """Whether it starts again after the last cue, for ever."""

    def __post_init__(self) -> None:
        if not self.cues:
            raise UsageError(f"a cue script without a cue; {_EXAMPLE}")
        for cue in self.cues:
            if not (math.isfinite(cue.duration_s) and cue.duration_s > 0.0):
                raise UsageError(
                    f"cue {cue.label!r} lasts {cue.duration_s} s; expected more than zero; "
                    f"{_EXAMPLE}"
                )

    @property
    def duration_s(self) -> float:
        """Length of one pass in seconds."""
        return math.fsum(cue.duration_s for cue in self.cues)

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label that comes up, once, in the order it first does."""
        return tuple(dict.fromkeys(cue.label for cue in self.cues))

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, float]], *, repeats: bool = False) -> CueSchedule:
        """Return the script of ``(label, seconds)`` pairs, repetitions counted label by label.

        >>> [cue.repetition for cue in CueSchedule.of([("rest", 1), ("fist", 2), ("rest", 1)]).cues]
        [1, 1, 2]
        """
        seen: Counter[str] = Counter()
        cues = []
        for label, duration_s in pairs:
            seen[label] += 1
            cues.append(Cue(label, float(duration_s), seen[label]))
        return cls(tuple(cues), repeats)

    @classmethod
    def parse(
        cls, text: str, *, repeats: bool = False, known: Collection[str] | None = MOVEMENTS
    ) -> CueSchedule:
        """Return the script a person wrote: ``label:seconds``, by commas or one a line.

        What follows a ``#`` on its line is not read. Raises UsageError, which names the entry, for
        anything else and for a label that is not among the ``known`` ones, where those are given.

        >>> CueSchedule.parse("rest:3, hand_close:1.5").duration_s
        4.5
        """
        bare = re.sub(r"#[^\n]*", "", text)
        entries = (entry.strip() for entry in re.split(r"[,\n]", bare))
        return cls.of((_parsed(entry, known) for entry in entries if entry), repeats=repeats)

    @classmethod
    def shuffled(
        cls,
        movements: Sequence[str] = MOVEMENTS,
        *,
        repetitions: int = 5,
        hold_s: float = 3.0,
        rest_s: float = 2.0,
        seed: int = 0,
        repeats: bool = False,
    ) -> CueSchedule:
        """Return ``repetitions`` blocks, each of every movement once in an order of its own.

        A rest of ``rest_s`` stands before each movement and at the end, and ``rest`` among the
        movements means those; with ``rest_s=0`` there are none, and it is held like any other.
        """
        if repetitions < 1 or seed < 0:
            raise UsageError(
                f"{repetitions} repetitions with seed {seed}; expected at least 1 and at least 0"
            )
        held = [label for label in movements if label != REST or rest_s == 0.0]
        order = np.random.default_rng(seed)
        pairs: list[tuple[str, float]] = []
        for _ in range(repetitions):
            for position in order.permutation(len(held)):
                pairs += [(REST, rest_s), (held[position], hold_s)]
        pairs.append((REST, rest_s))
        return cls.of((pair for pair in pairs if pair != (REST, 0.0)), repeats=repeats)


def _parsed(entry: str, known: Collection[str] | None) -> tuple[str, float]:
    label, colon, seconds = (part.strip() for part in entry.partition(":"))
    if not colon:
        raise UsageError(f"cue {entry!r} has no duration; {_EXAMPLE}")
    if known is not None and label not in known:
        raise UsageError(f"cue {entry!r} names no simulated movement; there are {', '.join(known)}")
    try:
        return label, float(seconds)
    except ValueError:
        raise UsageError(f"cue {entry!r} has no number of seconds; {_EXAMPLE}") from None
