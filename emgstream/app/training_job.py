"""One training or one measurement from its start to what came of it. No Qt in here."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emgstream.app.verb_process import VerbProcess
from emgstream.errors import ChildFailedError, InterruptedByUserError

__all__ = [
    "FOUND",
    "SignalChoice",
    "TrainingJob",
    "TrainingRequest",
    "evaluation_words",
    "training_words",
]

_POLITE_S = 20.0
_CLOSING_S = 5.0
_FEW_FOLDS = 3


@dataclass(frozen=True)
class SignalChoice:
    """What is said of the signal; the rest is found in the data."""

    kind: str | None = None
    """``raw`` or ``envelope``."""
    mains: str | None = None
    """``50``, ``60`` or ``none``."""


FOUND = SignalChoice()
"""Nothing is said."""


@dataclass(frozen=True)
class TrainingRequest:
    """What is to be trained."""

    paths: tuple[Path, ...]
    """The recordings."""
    out: Path
    """Where the model goes."""
    recipe: str = "realtime"
    """The recipe."""
    rate_hz: float | None = None
    """Samples a second where the recordings do not tell."""
    epochs: int | None = None
    """Epochs at most; None for the recipe's own number."""
    signal: SignalChoice = FOUND
    """What the sensors give."""
    base: Path | None = None
    """The model to adapt; None to train a new one."""


def training_words(wanted: TrainingRequest) -> list[str]:
    """Return the words of ``emgstream`` that train it, or adapt the model it begins with."""
    out = ["--out", str(wanted.out)]
    if wanted.base is None:
        return ["train", *_common(wanted), *out]
    return ["calibrate", *_recordings(wanted), "--model", str(wanted.base), *out]


def evaluation_words(wanted: TrainingRequest) -> list[str]:
    """Return the words of ``emgstream`` that say what the same training is worth.

    A core is left to the window and what streams.
    """
    jobs = max((os.cpu_count() or 2) - 1, 1)
    return ["evaluate", *_common(wanted), "--folds", str(_FEW_FOLDS), "--jobs", str(jobs)]


def _common(wanted: TrainingRequest) -> list[str]:
    words = [*_recordings(wanted), "--recipe", wanted.recipe]
    if wanted.epochs is not None:
        words += ["--epochs", str(wanted.epochs)]
    if wanted.signal.kind is not None:
        words += ["--signal", wanted.signal.kind]
    if wanted.signal.mains is not None:
        words += ["--mains", wanted.signal.mains]
    return words


def _recordings(wanted: TrainingRequest) -> list[str]:
    rate = [] if wanted.rate_hz is None else ["--rate", f"{wanted.rate_hz:g}"]
    return [*map(str, wanted.paths), *rate]


class TrainingJob:
    """A child at work; the window's thread calls everything, `poll` a few times a second.

    Parameters
    ----------
    words
        The verb and its words.

    Raises
    ------
    OutputError
        The child cannot be started.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self.events: list[dict[str, Any]] = []
        self.failure: ChildFailedError | None = None
        self.result: dict[str, Any] | None = None
        self.cancelled = False
        self._deadline_s: float | None = None
        self._child: VerbProcess | None = VerbProcess(words)

    @property
    def running(self) -> bool:
        """Whether it is still at work."""
        return self._child is not None

    @property
    def pid(self) -> int | None:
        """Process id of the child; None once it has ended."""
        return None if self._child is None else self._child.pid

    def poll(self, now_s: float) -> list[dict[str, Any]]:
        """Follow the child at host time ``now_s``; return what it has told since."""
        child = self._child
        if child is None:
            return []
        if self._deadline_s is not None and now_s > self._deadline_s:
            child.kill()
        ended = not child.running  # looked at first: what it told before its end is all there then
        new = child.events()
        self.events += new
        self.result = next((one for one in new if one["event"] in _ENDS), self.result)
        if ended:
            self._end(child)
        return new

    def cancel(self, now_s: float) -> None:
        """Ask the child to end, and end it at once after a while, or when asked again."""
        if self._child is None:
            return
        self._deadline_s = now_s if self.cancelled else now_s + _POLITE_S
        self.cancelled = True
        self._child.ask_to_end()

    def shut_down(self) -> None:
        """End the child and wait until it has."""
        if self._child is not None:
            self.cancelled = True
            self._child.end(_CLOSING_S)
            self.poll(0.0)

    def _end(self, child: VerbProcess) -> None:
        self._child = None
        try:
            child.check()
        except InterruptedByUserError:
            pass  # no news to who cancelled it
        except ChildFailedError as error:
            self.failure = error
        finally:
            child.close()


_ENDS = ("trained", "calibrated", "evaluated")
