"""Training and evaluation in a child process, from the start to the result."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from emgstream.app.evaluation_pace import EvaluationPace
from emgstream.app.evaluation_table import EvaluationTable, evaluation_table
from emgstream.app.verb_process import VerbProcess
from emgstream.errors import ChildFailedError, InterruptedByUserError
from emgstream.tables import ALL_GUESSED, ColumnChoice
from emgstream.translation import tr

__all__ = [
    "FOUND",
    "EvaluationJob",
    "JobState",
    "SignalChoice",
    "TrainingJob",
    "TrainingRequest",
    "evaluation_arguments",
    "training_arguments",
]

_CANCEL_S = 20.0
"""Time for the epoch that runs, which takes a few seconds, and for writing the model."""
_CLOSE_S = 5.0
"""A window that closes does not wait for an epoch of a large data set."""
_N_FOLDS = 3
"""The fewest folds that give an interval worth showing, as each trains a network anew."""


@dataclass(frozen=True)
class SignalChoice:
    """Settings of the signal that the user states; the others are detected in the data."""

    kind: str | None = None
    """``raw`` or ``envelope``."""
    mains: str | None = None
    """``50``, ``60`` or ``none``."""


FOUND = SignalChoice()
"""Everything is detected."""


@dataclass(frozen=True)
class TrainingRequest:
    """A model to train, or to adapt."""

    paths: tuple[Path, ...]
    """The recordings."""
    out: Path
    """File of the new model."""
    recipe: str = "realtime"
    """The recipe."""
    columns: ColumnChoice = ALL_GUESSED
    """The user's statements on the columns of all recordings."""
    epochs: int | None = None
    """Largest number of epochs; None for that of the recipe."""
    signal: SignalChoice = FOUND
    """The settings of the signal."""
    base: Path | None = None
    """The model to adapt; None to train a new one."""


def training_arguments(request: TrainingRequest) -> list[str]:
    """Return the arguments of ``emgstream`` that train a model, or adapt the one to begin with."""
    out = ["--out", str(request.out)]
    if request.base is None:
        return ["train", *_common(request), *out]
    return ["calibrate", *_recordings(request), "--model", str(request.base), *out]


def evaluation_arguments(request: TrainingRequest) -> list[str]:
    """Return the arguments of ``emgstream`` that evaluate the same training on held-out data.

    One core is left to the window and to what streams.
    """
    return ["evaluate", *_common(request), "--folds", str(_N_FOLDS), "--jobs", str(_n_jobs())]


def _n_jobs() -> int:
    return max((os.cpu_count() or 2) - 1, 1)


def _common(request: TrainingRequest) -> list[str]:
    arguments = [*_recordings(request), "--recipe", request.recipe]
    if request.epochs is not None:
        arguments += ["--epochs", str(request.epochs)]
    if request.signal.kind is not None:
        arguments += ["--signal", request.signal.kind]
    if request.signal.mains is not None:
        arguments += ["--mains", request.signal.mains]
    return arguments


def _recordings(request: TrainingRequest) -> list[str]:
    return [*map(str, request.paths), *request.columns.arguments()]


class JobState(Enum):
    """The state of a job in a child process."""

    RUNNING = "running"
    CANCELLING = "cancelling"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class _VerbJob:
    """A verb in a child process. One thread calls everything, `poll` a few times a second.

    Parameters
    ----------
    arguments
        The verb and its arguments.

    Raises
    ------
    OutputError
        The child process cannot be started.
    """

    def __init__(self, arguments: Sequence[str]) -> None:
        self.failure: ChildFailedError | None = None
        """The reason why it failed; None where it did not."""
        self.result: dict[str, Any] | None = None
        """The event at its end, also of a job that was cancelled and kept something."""
        self._is_cancelled = False
        self._deadline_s: float | None = None
        self._child: VerbProcess | None = VerbProcess(arguments)

    @property
    def state(self) -> JobState:
        """The state of the job."""
        if self._child is not None:
            return JobState.CANCELLING if self._is_cancelled else JobState.RUNNING
        if self.result is not None:
            return JobState.DONE
        return JobState.CANCELLED if self.failure is None else JobState.FAILED

    @property
    def is_running(self) -> bool:
        """True while its process runs."""
        return self._child is not None

    @property
    def pid(self) -> int | None:
        """Process id of the child; None once it has ended."""
        return None if self._child is None else self._child.pid

    def poll(self, now_s: float) -> list[dict[str, Any]]:
        """Follow the child process at host time ``now_s``; return its new events."""
        child = self._child
        if child is None:
            return []
        if self._deadline_s is not None and now_s > self._deadline_s:
            child.kill()
        ended = not child.running  # asked first: then the events before its end are all there
        new = child.events()
        self.result = next((one for one in new if one["event"] in _ENDS), self.result)
        if ended:
            self._end(child)
        return new

    def cancel(self, now_s: float) -> None:
        """Ask the child to end after its epoch; asked twice, or in vain, it is ended at once."""
        if self._child is None:
            return
        self._deadline_s = now_s if self._is_cancelled else now_s + _CANCEL_S
        self._is_cancelled = True
        self._child.request_end()

    def shut_down(self) -> None:
        """End the child process and wait for its end."""
        if self._child is not None:
            self._is_cancelled = True
            self._child.end(_CLOSE_S)
            self.poll(0.0)

    def _end(self, child: VerbProcess) -> None:
        self._child = None
        try:
            child.check()
        except InterruptedByUserError:
            pass  # whoever cancelled it knows
        except ChildFailedError as error:
            self.failure = error
        finally:
            child.close()


_ENDS = ("trained", "calibrated", "moved", "evaluated")


class TrainingJob(_VerbJob):
    """A model being trained or adapted; `poll` returns the new epochs among its events.

    Raises OutputError where its process cannot be started.
    """

    def __init__(self, request: TrainingRequest) -> None:
        super().__init__(training_arguments(request))
        self.request = request

    def poll(self, now_s: float) -> list[dict[str, Any]]:
        """Follow the training at host time ``now_s``; return the epochs that are new."""
        return [one for one in super().poll(now_s) if one["event"] == "epoch"]


class EvaluationJob(_VerbJob):
    """A training being evaluated on held-out data.

    Raises OutputError where its process cannot be started.
    """

    def __init__(self, request: TrainingRequest) -> None:
        super().__init__(evaluation_arguments(request))
        self.request = request
        self.pace = EvaluationPace(_n_jobs())
        """Its progress."""
        self.early: dict[str, Any] | None = None
        """The document of the baselines, which come first; None before they are done."""

    @property
    def document(self) -> dict[str, Any] | None:
        """The newest document: at the end of all models, before of those that are done."""
        return self.early if self.result is None else self.result

    @property
    def table(self) -> EvaluationTable | None:
        """The figures; None before the end, and where none were measured."""
        return None if self.result is None else evaluation_table(self.result)

    @property
    def words(self) -> str:
        """Its progress, for people."""
        return tr("Ending with what is done …") if self._is_cancelled else self.pace.words

    def poll(self, now_s: float) -> list[dict[str, Any]]:
        """Follow the evaluation at host time ``now_s``; return its new events."""
        new = super().poll(now_s)
        for event in new:
            self.pace.follow(event, now_s)
            if event["event"] == "early":
                self.early = event
        return new
