"""What every output is handed, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from emgstream.decisions import Decisions
from emgstream.errors import OutputError
from emgstream.latency import StageTimes
from emgstream.types import TimeArray

__all__ = ["Output", "Update", "cannot_write"]


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


class Output(Protocol):
    """A sink of decisions. One thread writes; its owner closes."""

    def write(self, update: Update) -> None:
        """Take new decisions; raises OutputError where they cannot be passed on."""
        ...


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
