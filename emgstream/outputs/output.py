"""The protocol of outputs and observers of decisions, and the updates they get."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from emgstream.decisions import Decisions
from emgstream.errors import OutputError
from emgstream.host_system import is_reader_gone, refusal
from emgstream.latency import UNKNOWN_DELAY, FixedDelay, StageTimes
from emgstream.types import TimeArray

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["Observer", "Output", "Update", "cannot_write"]


@dataclass(frozen=True, slots=True, eq=False)
class Update:
    """New decisions in order, with their times, labels and latencies."""

    decisions: Decisions
    """At least one decision."""
    time_s: TimeArray
    """Time of the last sample of each decision since the start of the stream, in seconds.

    Shape ``(n,)``; NaN if the rate of the stream is not known.
    """
    latency_s: TimeArray
    """Seconds from the receipt of that sample to the decision, shape ``(n,)``."""
    labels: list[str | None]
    """True label of that sample; None if not known."""
    stages: StageTimes
    """Durations of the stages; queue and laps add up to the latency."""
    fixed: FixedDelay = UNKNOWN_DELAY
    """Delays that follow from the window, the hop and the smoothing."""
    decided_s: float = math.nan
    """Host time at which the decisions were made."""
    handed_s: float = math.nan
    """Host time at which this output got them."""


class Observer(Protocol):
    """Takes note of decisions in memory. The inference thread calls it: it must not wait."""

    def observe(self, update: Update) -> None:
        """Take note of new decisions; returns at once."""
        ...


class Output(ABC):
    """Passes decisions on to another program; it has a queue and a thread of its own.

    Its owner enters and leaves it; by default, entering does nothing. Its thread calls `write` and
    `idle`.
    """

    name = "output"
    """Name and target, for people."""
    n_lost = 0
    """Decisions that it got and could not pass on."""
    state = ""
    """State to show all the time, in a few words; empty for none. Any thread may ask."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:  # noqa: B027 - many have nothing to close
        """Close what was opened on entering."""

    @abstractmethod
    def write(self, update: Update) -> None:
        """Pass on new decisions; raises OutputError if it cannot pass on any more."""

    def idle(self) -> None:  # noqa: B027 - most outputs have nothing to do then
        """Do what is due while there are no decisions; called about every 50 ms."""

    def finish(self) -> None:  # noqa: B027 - most outputs pass on all in `write`
        """Pass on what is still on the way; called once on its thread, after the last `write`."""

    def give_up(self) -> None:  # noqa: B027 - most outputs never wait
        """End a `write` or `finish` that waits; another thread calls it at the end."""


def cannot_write(target: str, error: OSError) -> OutputError:
    """Return the error to raise if writing to ``target`` failed."""
    if target == "-":
        why = "its reader has closed it" if is_reader_gone(error) else refusal(error)
        return OutputError(
            f"standard output was closed ({why}); expected its reader to run "
            "until the end; write to a file to keep everything"
        )
    return OutputError(
        f"cannot write {target}: {refusal(error)}; expected a place that is writable and "
        "has free space; choose another"
    )
