"""Simulated faults between the board and its reader."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields

from emgstream.errors import UsageError
from emgstream.wording import did_you_mean

__all__ = ["Faults", "Outage"]

_LONGEST_BURST = 4096  # the block in which `fault_plan` draws; a burst may reach into the next one
_LONGEST_JITTER_S = 0.1  # a choice: longer than any serial bridge delays a sample
_LONGEST_BOOT_S = 60.0  # a choice: no board boots so long


@dataclass(frozen=True, slots=True)
class Outage:
    """A fault that returns at fixed intervals; raises UsageError for impossible lengths.

    >>> Outage.parse("2@10")
    Outage(length_s=2.0, every_s=10.0)
    """

    length_s: float
    """Length in seconds."""
    every_s: float
    """Seconds from the start of one to the start of the next, and from the first sample to the
    first one."""

    def __post_init__(self) -> None:
        if not 0.0 < self.length_s < self.every_s < math.inf:
            raise UsageError(
                f"an outage of {self.length_s} s every {self.every_s} s; expected SECONDS@EVERY "
                "with more than 0 and less than EVERY seconds, as in 2@10"
            )

    def until(self, time_s: float) -> float | None:
        """Return the end of the outage at a time, both in seconds; None if there is none."""
        since_s = time_s % self.every_s
        if time_s < self.every_s or since_s >= self.length_s:
            return None
        return time_s - since_s + self.length_s

    @classmethod
    def parse(cls, text: str) -> Outage:
        """Return the outage written as ``SECONDS@EVERY``; raises UsageError for other text."""
        length_s, at, every_s = text.partition("@")
        if not at:
            raise UsageError(f"outage {text!r} says no interval; write SECONDS@EVERY, as in 2@10")
        return cls(_number("outage", length_s), _number("outage", every_s))


@dataclass(frozen=True, slots=True)
class Faults:
    """Faults of a line; the same faults and seed hit the same frames in the same way.

    A frame is hit by one fault at most. Shares are probabilities per frame. Raises UsageError for
    values out of range.
    """

    loss: float = 0.0
    """Share of the frames that are lost on the line."""
    burst: int = 1
    """Number of consecutive frames that are lost together."""
    corrupt: float = 0.0
    """Share of the frames with damaged bytes: a flipped bit (40 % of them), one byte replaced
    (25 %), 2 to 4 in a row replaced (15 %), a byte dropped (10 %), a byte put in (10 %)."""
    duplicate: float = 0.0
    """Share of the frames that are sent twice."""
    reorder: float = 0.0
    """Share of the frames that are sent after the next one."""
    jitter: float = 0.0
    """Longest delay of a frame on the line, in seconds, at most 0.1; the order is kept."""
    stall: Outage | None = None
    """Times in which the line stops; frames that do not fit the board's queue are dropped."""
    unplug: Outage | None = None
    """Times in which the cable is out."""
    boot: float = 0.0
    """Seconds from a reset until the board accepts commands; then it sends garbage first."""

    def __post_init__(self) -> None:
        shares = (self.loss, self.corrupt, self.duplicate, self.reorder)
        if not (all(0.0 <= share <= 1.0 for share in shares) and sum(shares) <= 1.0):
            raise UsageError(
                f"faults loss, corrupt, duplicate, reorder of {', '.join(map(str, shares))}; "
                "expected shares of the frames, 0 to 1, and together at most 1"
            )
        if not 0.0 <= self.jitter <= _LONGEST_JITTER_S:
            raise UsageError(f"jitter of {self.jitter} s; expected 0 to {_LONGEST_JITTER_S} s")
        if not 1 <= self.burst <= _LONGEST_BURST:
            raise UsageError(
                f"loss in bursts of {self.burst}; expected 1 to {_LONGEST_BURST} frames"
            )
        if not 0.0 <= self.boot <= _LONGEST_BOOT_S:
            raise UsageError(f"a boot of {self.boot} s; expected 0 to 60 s")

    @classmethod
    def parse(cls, text: str) -> Faults:
        """Return the faults written as ``name=value``, separated by commas.

        Raises UsageError with the invalid entry in its message.

        >>> Faults.parse("loss=0.01, stall=2@10").stall
        Outage(length_s=2.0, every_s=10.0)
        """
        values: dict[str, float | int | Outage] = {}
        for entry in filter(None, map(str.strip, text.split(","))):
            name, _, value = (part.strip() for part in entry.partition("="))
            if name not in _PARSERS or name in values:
                meant = "" if name in values else did_you_mean(name, _PARSERS)
                raise UsageError(
                    f"fault {entry!r} is unknown or comes twice{meant}; expected name=value with "
                    f"names {', '.join(_PARSERS)}"
                )
            values[name] = _PARSERS[name](value)
        return cls(**values)  # type: ignore[arg-type]

    def to_json(self) -> dict[str, object]:
        """Return the faults that are set, by name; an outage as ``SECONDS@EVERY``."""
        values = ((field.name, getattr(self, field.name), field.default) for field in fields(self))
        return {
            name: f"{value.length_s}@{value.every_s}" if isinstance(value, Outage) else value
            for name, value, default in values
            if value != default
        }


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"{name} of {text!r}; expected a number, as in loss=0.01") from None


def _share(text: str) -> float:
    return _number("fault", text)


def _whole(text: str) -> int:
    value = _number("fault", text)
    if not value.is_integer():
        raise UsageError(f"burst of {text!r}; expected a whole number of frames")
    return int(value)


_PARSERS: dict[str, Callable[[str], float | int | Outage]] = {
    "loss": _share,
    "burst": _whole,
    "corrupt": _share,
    "duplicate": _share,
    "reorder": _share,
    "jitter": _share,
    "stall": Outage.parse,
    "unplug": Outage.parse,
    "boot": _share,
}
