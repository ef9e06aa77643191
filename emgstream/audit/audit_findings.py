"""What an audit found, in words: one finding a line, with what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from emgstream.audit.audit import Audit
from emgstream.audit.channel_figures import SAME
from emgstream.audit.clock_findings import contradiction, slow_clock
from emgstream.audit.facts import lost_for_people
from emgstream.audit.label_support import label_lookalike
from emgstream.wording import counted

__all__ = ["Finding", "findings"]

_MUCH_MISSING = 0.001
_OFTEN_LOST = 0.001
_MUCH_SATURATED = 0.001
_MUCH_HUM = 0.1
_ALIKE = 0.9
_UNBALANCED = 3.0
_OFF_RATE = 0.005


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a recording."""

    kind: Literal["wrong", "look"]
    """``wrong``: mend it before training; ``look``: worth a look."""
    text: str
    """What was found, and what to do."""


def findings(audit: Audit) -> list[Finding]:
    """Return what is wrong with a recording, the worst first."""
    found = [
        *_claim(audit),
        *_stuck(audit),
        *_lost(audit),
        *_channels(audit),
        *_alike(audit),
        *_rate(audit),
        *_balance(audit),
        *(Finding("look", f"repaired on reading: {repair}") for repair in audit.table.repairs),
    ]
    return sorted(found, key=lambda finding: finding.kind != "wrong")


def _claim(audit: Audit) -> Iterator[Finding]:
    if audit.table.labels is None:
        name = label_lookalike(audit.table)
        hint = "name the movement of each row in one"
        if name is not None:
            hint = f"column {name!r} holds text: if it names the movements, call it 'label'"
        yield Finding("wrong", f"no column 'label' in the file; {hint}")
    if not audit.claim.supported:
        yield Finding("wrong", audit.claim.reason)


def _stuck(audit: Audit) -> Iterator[Finding]:
    for loop in audit.stuck_loops:
        pattern = "the same row" if loop.period == 1 else f"the same {loop.period} rows"
        yield Finding(
            "wrong",
            f"the recorder was stuck: {pattern} over and over in rows {loop.start} to "
            f"{loop.start + loop.length - 1}; leave them out",
        )


def _lost(audit: Audit) -> Iterator[Finding]:
    if audit.lost is None or not audit.lost.n:
        return
    told = lost_for_people(audit)
    if audit.lost.n_places > _OFTEN_LOST * audit.table.n_rows:
        yield Finding("wrong", f"lost {told}; check the cable or the radio, and record again")
    else:
        yield Finding("look", f"lost or paused: {told}; no window is learned across a gap")


def _channels(audit: Audit) -> Iterator[Finding]:
    n_rows = audit.table.n_rows
    for place, name in enumerate(audit.table.channel_names):
        missing, values = audit.missing[place].n, audit.ranges[place]
        if missing:
            kind: Literal["wrong", "look"] = "wrong" if missing > _MUCH_MISSING * n_rows else "look"
            yield Finding(
                kind, f"{name}: {counted(missing, 'value')} missing ({missing / n_rows:.2%})"
            )
        if values.low == values.high:
            yield Finding("wrong", f"{name}: stays at {values.low:.6g}; is its sensor connected?")
        elif values.saturated > _MUCH_SATURATED:
            yield Finding(
                "wrong",
                f"{name}: {values.saturated:.1%} of the rows at the end of the range; turn the "
                "gain down, check the reference electrode",
            )
        if audit.mains is not None and audit.mains.shares[place] > _MUCH_HUM:
            yield Finding(
                "wrong",
                f"{name}: {audit.mains.shares[place]:.0%} of the power is mains hum at "
                f"{audit.mains.hz:.0f} Hz; press the electrodes on, run on battery",
            )


def _alike(audit: Audit) -> Iterator[Finding]:
    for pair in audit.likenesses:
        names = f"{pair.first} and {pair.second}"
        if abs(pair.correlation) >= SAME:
            yield Finding("wrong", f"{names} are the same signal; does each have its own pin?")
        elif abs(pair.correlation) >= _ALIKE:
            yield Finding(
                "look",
                f"{names} are much alike (r = {pair.correlation:.2f}): crosstalk, common hum, or "
                "electrodes too close",
            )
    if audit.swap is not None:
        rounds = ", ".join(map(str, audit.swap.rounds))
        yield Finding(
            "wrong",
            f"{audit.swap.first} and {audit.swap.second} look swapped in repetition {rounds}; "
            "was a plug put back in the other socket?",
        )


def _rate(audit: Audit) -> Iterator[Finding]:
    rate = audit.rate
    against = contradiction(audit.table, rate.hz) if rate.is_stated else None
    if against is not None:
        yield Finding("look", f"{against}; the stated rate is used")
    slow = None if rate.hz is None or rate.is_stated else slow_clock(rate.hz)
    if slow is not None:
        yield Finding("wrong", slow)
    elif rate.hz is None:
        guesses = ", ".join(f"{hz:.0f}" for hz in rate.by_mains_hz)
        by_line = f"; the mains line fits {guesses} Hz" if guesses else ""
        yield Finding(
            "look",
            f"no sampling rate in the file, which {audit.table.why_no_time}{by_line}; state it "
            "with --rate",
        )
    elif rate.by_mains_hz and abs(rate.by_mains_hz[0] / rate.hz - 1.0) > _OFF_RATE:
        yield Finding(
            "look",
            f"the mains line would be right at {rate.by_mains_hz[0]:.1f} Hz, not at the "
            f"{rate.hz:.6g} Hz {rate.source}; measure the rate of the board",
        )


def _balance(audit: Audit) -> Iterator[Finding]:
    counts = np.array([label.n_rows for label in audit.labels if label.n_rows])
    if len(counts) > 1 and counts.max() > _UNBALANCED * counts.min():
        most, least = (
            audit.labels[int(pick([label.n_rows for label in audit.labels]))]
            for pick in (np.argmax, np.argmin)
        )
        yield Finding(
            "look",
            f"{most.name} has {most.n_rows / least.n_rows:.1f} times the rows of {least.name}; "
            "judge by balanced accuracy",
        )
