"""Cue schedules: the movements that a subject is asked for, and for how long.

The command line and its messages call a cue schedule a script.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np

from emgstream.errors import UsageError
from emgstream.wording import counted, did_you_mean

__all__ = ["MOVEMENTS", "REST", "TRANSITION", "Cue", "CueSchedule"]

REST = "rest"
"""Label of samples without a movement."""

TRANSITION = "transition"
"""Label of samples between two movements; they are ignored in training."""

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

_SHORT_NAMES = {"fist": "hand_close"} | {name.rpartition("_")[2]: name for name in MOVEMENTS}
"""Movements by the words that people use for them."""

_EXAMPLE = "write label:seconds, separated by commas, as in rest:3,hand_close:2"


@dataclass(frozen=True, slots=True)
class Cue:
    """One movement that is asked for."""

    label: str
    """Name of the movement."""
    duration_s: float
    """Length of the cue in seconds; more than zero."""
    repetition: int
    """Number of this occurrence of the label, from 1."""


@dataclass(frozen=True, slots=True)
class CueSchedule:
    """Cues in order of time.

    Raises UsageError without a cue, or for a length that is not positive.
    """

    cues: tuple[Cue, ...]
    """The cues in order; at least one."""
    repeats: bool = False
    """True if it starts again after the last cue, without end."""

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
        """Length of one pass through the cues in seconds."""
        return math.fsum(cue.duration_s for cue in self.cues)

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label once, in the order in which they first appear."""
        return tuple(dict.fromkeys(cue.label for cue in self.cues))

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, float]], *, repeats: bool = False) -> CueSchedule:
        """Return the schedule of ``(label, seconds)`` pairs, with repetitions counted by label.

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
        """Return the schedule in a text: ``label:seconds``, separated by commas or newlines.

        The rest of a line after ``#`` is a comment. Raises UsageError, with the entry in its
        message, for any other text and for a label that is not in ``known``, if that is given.

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
        """Return a schedule of ``repetitions`` blocks, each with every movement in random order.

        A rest of ``rest_s`` seconds precedes each movement and ends the schedule; ``rest`` among
        the movements stands for these rests. With ``rest_s=0`` there are none, and ``rest`` is a
        movement like the others. Raises UsageError for less than one repetition or a negative seed.
        """
        if repetitions < 1 or seed < 0:
            raise UsageError(
                f"{counted(repetitions, 'repetition')} with seed {seed}; expected at least 1 "
                "repetition and a seed of at least 0"
            )
        held = [label for label in movements if label != REST or rest_s == 0.0]
        order = np.random.default_rng(seed)
        pairs: list[tuple[str, float]] = []
        for _ in range(repetitions):
            for position in order.permutation(len(held)):
                pairs += [(REST, rest_s), (held[position], hold_s)]
        pairs.append((REST, rest_s))
        return cls.of((pair for pair in pairs if pair != (REST, 0.0)), repeats=repeats)


def _meant(label: str, known: Collection[str]) -> str:
    """Return the question for a movement that is not known, which may be its short name.

    >>> _meant("fits", MOVEMENTS)
    ' (did you mean hand_close?)'
    """
    near = get_close_matches(label.lower(), _SHORT_NAMES, n=1, cutoff=0.7)  # as did_you_mean
    by_short_name = [_SHORT_NAMES[name] for name in near if _SHORT_NAMES[name] in known]
    return did_you_mean(label, known) or did_you_mean("".join(by_short_name), by_short_name)


def _parsed(entry: str, known: Collection[str] | None) -> tuple[str, float]:
    label, colon, seconds = (part.strip() for part in entry.partition(":"))
    if not colon:
        raise UsageError(f"cue {entry!r} has no duration; {_EXAMPLE}")
    if known is not None and label not in known:
        raise UsageError(
            f"cue {entry!r} names no simulated movement{_meant(label, known)}; there are "
            f"{', '.join(known)}"
        )
    try:
        return label, float(seconds)
    except ValueError:
        raise UsageError(f"cue {entry!r} has no number of seconds; {_EXAMPLE}") from None
