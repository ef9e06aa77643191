"""The protocol of every output of decisions, and what it is handed."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from emgstream.decisions import Decisions
from emgstream.errors import OutputError
from emgstream.latency import UNKNOWN_DELAY, FixedDelay, StageTimes
from emgstream.types import TimeArray

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["Observer", "Output", "Update", "cannot_write"]


@dataclass(frozen=True, slots=True, eq=False)
class Update:
    """New decisions, in order, with all that is known of them."""

    decisions: Decisions
    """At least one decision."""
    time_s: TimeArray
    """Time of each decision's last sample since the start of the stream, shape ``(n,)``.

    NaN where the stream's rate is not known.
    """
    latency_s: TimeArray
    """Seconds from the receipt of that sample to the decision, shape ``(n,)``."""
    labels: list[str | None]
    """True label at that sample; None where nobody knows."""
    stages: StageTimes
    """Where the time went; queue and laps together are the latency."""
    fixed: FixedDelay = UNKNOWN_DELAY
    """How late the decisions are by the way they are made."""
    decided_s: float = math.nan
    """Host time at which they were made."""
    handed_s: float = math.nan
    """Host time at which the output that has them now was handed them."""


class Observer(Protocol):
    """Takes note of decisions in memory; the inference thread calls it, so it may not wait."""

    def observe(self, update: Update) -> None:
        """Take note of new decisions, at once."""
        ...


class Output(ABC):
    """A way for decisions to reach other programs, with a queue and a thread of its own.

    Its owner enters and leaves it; where there is nothing to open, entering does nothing. Its
    thread calls `write` and `idle`.
    """

    name = "output"
    """What it is and where it leads, for people."""
    n_lost = 0
    """Decisions it was handed and could not pass on."""
    state = ""
    """What people should see of it all the time, in a few words; any thread asks."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:  # noqa: B027 - many have nothing to close
        """Close what entering opened."""

    @abstractmethod
    def write(self, update: Update) -> None:
        """Pass on new decisions; raises OutputError where none can be passed on any more."""

    def idle(self) -> None:  # noqa: B027 - most outputs have nothing to do then
        """Do what is due while nothing comes; called about every 50 ms."""

    def give_up(self) -> None:  # noqa: B027 - most outputs never wait
        """Let a `write` that waits for its reader end now; any thread calls it, at the end."""


def cannot_write(target: str, error: OSError) -> OutputError:
    """Return what to raise where writing to ``target`` failed."""
    if target == "-":
        return OutputError(
            f"standard output took no more ({error.strerror or error}); expected its reader to "
            "stay; write to a file instead to keep everything"
        )
    return OutputError(
        f"cannot write {target}: {error.strerror or error}; expected a place with room that may "
        "be written to; choose another"
    )
