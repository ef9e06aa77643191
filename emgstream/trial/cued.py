"""The test that counts: of the movements asked for, which are named, and how soon."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from emgstream.decisions import Decisions, Status, rest_class
from emgstream.errors import OutputError
from emgstream.trial.score import Score, Truth, score

__all__ = ["DWELL_S", "Attempt", "CuedTest", "add_to_history", "cued_test", "history_path"]

DWELL_S = 0.5
"""How long a movement must be named without a break to be completed, in seconds."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One movement that was asked for."""

    label: str
    """Its name."""
    to_correct_s: float | None
    """Seconds from the cue to the start of the first time it was named for long enough.

    None where it never was.
    """


@dataclass(frozen=True)
class CuedTest:
    """What a model came to in a session of cued movements."""

    attempts: tuple[Attempt, ...]
    """Every movement but rest that was asked for, in order."""
    score: Score
    """The figures of all decisions."""
    dwell_s: float
    """How long each had to be named without a break, in seconds."""

    @property
    def completion_rate(self) -> float | None:
        """Share of the movements that were completed; None without any."""
        return _completion(self.attempts)

    @property
    def to_correct_s(self) -> float | None:
        """Median time to a correct decision, of those completed; None without any."""
        return _median(self.attempts)

    def by_class(self) -> dict[str, dict[str, Any]]:
        """Return the same for each class, by its name, as JSON's own types."""
        found = {}
        for label in sorted({attempt.label for attempt in self.attempts}):
            own = [attempt for attempt in self.attempts if attempt.label == label]
            found[label] = {
                "attempts": len(own),
                "completion_rate": _completion(own),
                "to_correct_s": _median(own),
            }
        return found

    def to_json(self) -> dict[str, Any]:
        """Return the figures as JSON's own types; None for what is not known."""
        return {
            "attempts": len(self.attempts),
            "dwell_s": self.dwell_s,
            "completion_rate": self.completion_rate,
            "to_correct_s": self.to_correct_s,
            **self.score.to_json(),
            "by_class": self.by_class(),
        }


def cued_test(
    decisions: Decisions, truth: Truth, hop_s: float, dwell_s: float = DWELL_S
) -> CuedTest:
    """Return what consecutive decisions came to against the cues that stood.

    ``hop_s`` is the time from one decision to the next, in seconds.
    """
    rest = rest_class(decisions.class_names)
    right = (decisions.statuses == Status.OK) & (decisions.classes == truth.classes)
    asked = (truth.classes >= 0) & (truth.classes != rest)
    n_dwell = max(round(dwell_s / hop_s), 1)
    attempts = []
    for movement in np.unique(truth.movements[asked]):
        places = np.flatnonzero(truth.movements == movement)
        label = decisions.class_names[int(truth.classes[places[0]])]
        start = _first_run(right[places].tolist(), n_dwell)
        attempts.append(Attempt(label, None if start is None else start * hop_s))
    return CuedTest(tuple(attempts), score(decisions, truth, hop_s), dwell_s)


def history_path(model: Path) -> Path:
    """Return where the tests of a model are written down: beside it."""
    return model.with_name(f"{model.name}.tests.json")


def add_to_history(model: Path, entry: dict[str, Any]) -> Path:
    """Write a test down behind those before it, whole or not at all, and return where.

    Raises OutputError where that cannot be, or where what stands there is no such history.
    """
    path = history_path(model)
    partial = path.with_name(path.name + ".partial")
    try:
        before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
        if not isinstance(before, list):
            raise ValueError("it holds no list")
        partial.write_text(json.dumps([*before, entry], indent=2) + "\n", encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise OutputError(
            f"cannot write {path}: {error.strerror or error}; expected a folder that may be "
            "written to; copy the model to one"
        ) from error
    except ValueError as error:
        raise OutputError(
            f"{path} is no history of tests ({error}); expected what earlier tests wrote; move it "
            "away to begin a new one"
        ) from error
    return path


def _first_run(right: list[bool], n: int) -> int | None:
    """Return where the first run of so many begins.

    >>> _first_run([True, False, True, True], 2)
    2
    """
    n_so_far = 0
    for place, is_right in enumerate(right):
        n_so_far = n_so_far + 1 if is_right else 0
        if n_so_far == n:
            return place - n + 1
    return None


def _completion(attempts: Iterable[Attempt]) -> float | None:
    done = [attempt.to_correct_s is not None for attempt in attempts]
    return sum(done) / len(done) if done else None


def _median(attempts: Iterable[Attempt]) -> float | None:
    times_s = [one.to_correct_s for one in attempts if one.to_correct_s is not None]
    return float(np.median(times_s)) if times_s else None
