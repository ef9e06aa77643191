"""Findings of an audit in words: one sentence each, with a remedy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import numpy as np

from emgstream.audit.audit import Audit
from emgstream.audit.audit_facts import MOST_LISTED, lost_text
from emgstream.audit.channel_figures import SAME_SIGNAL
from emgstream.audit.clock_findings import contradiction, slow_clock
from emgstream.audit.label_support import label_lookalike
from emgstream.decisions import rest_class
from emgstream.significant_digits import percent
from emgstream.wording import command_line, counted

__all__ = ["Finding", "findings", "findings_to_read"]

# "Measured" refers to 20 public recordings of four devices (BITalino, Myo, 3DC, Ottobock).
_MUCH_MISSING = 0.001
"""Share of missing values that is wrong. A choice: with one in 1,000 missing, one window of 200 ms
in five has one, at 1 kHz."""
_OFTEN_LOST = 0.001
"""Gaps per row that are wrong. A choice, for the same reason; a pause now and then is not."""
_MUCH_SATURATED = 0.001
"""Share of saturated rows that is wrong. Measured: 0 in 18 recordings, 2 % in two."""
_MUCH_HUM = 0.1
"""Share of hum that is wrong. Measured: at most 0.01 in 18 recordings, 0.02 to 0.30 in the two with
visible hum; a choice between them."""
_SIMILAR = 0.9
"""Correlation worth a look. Measured: at most 0.87 in all, 0.98 in the published, saturated one."""
_UNBALANCED = 3.0
"""Ratio of rows of two labels worth a look. A choice: plain accuracy then favours one of them."""
_OFF_RATE = 0.005
"""Deviation of the rate worth a look. Measured: real boards are off nominal by up to 0.5 %."""


@dataclass(frozen=True)
class Finding:
    """One fault of a recording."""

    kind: Literal["wrong", "look"]
    """``wrong``: must be corrected before training; ``look``: should be checked."""
    text: str
    """The fault and its remedy."""


def findings(audit: Audit) -> list[Finding]:
    """Return the faults of a recording, those of kind ``wrong`` first."""
    found = [
        *_accuracy(audit),
        *_label_leaks(audit),
        *_copied(audit),
        *_stuck(audit),
        *_lost(audit),
        *_channels(audit),
        *_similar_channels(audit),
        *_rate(audit),
        *_balance(audit),
        *(Finding("look", f"repaired on reading: {repair}") for repair in audit.table.repairs),
    ]
    return sorted(found, key=lambda finding: finding.kind != "wrong")


def findings_to_read(audit: Audit) -> list[Finding]:
    """Return the faults of a recording, of each kind as many as can be read.

    The last one of a kind then tells how many more there are.
    """
    shown: list[Finding] = []
    for kind, group in groupby(findings(audit), key=lambda finding: finding.kind):
        found = list(group)
        shown += found[:MOST_LISTED]
        if len(found) > MOST_LISTED:
            text = f"{len(found) - MOST_LISTED:,} more of this kind; write all with --html FILE"
            shown.append(Finding(kind, text))
    return shown


def _accuracy(audit: Audit) -> Iterator[Finding]:
    if audit.table.labels is None:
        name = label_lookalike(audit.table)
        asked = [one for one in audit.table.questions if "--label" in one.options]
        hint = "name the movement of each row in one"
        if name is not None:
            hint = (
                f"column {name!r} holds text: if it names the movements, add --label "
                f"{command_line(name)}"
            )
        elif asked:
            hint = f"{asked[0].words} Add {command_line(*asked[0].options)} if that is right"
        yield Finding("wrong", f"no column 'label' in the file; {hint}")
    if not audit.accuracy_support.supported:
        yield Finding("wrong", audit.accuracy_support.reason)


def _label_leaks(audit: Audit) -> Iterator[Finding]:
    for leak in audit.label_leaks:
        yield Finding(
            "wrong",
            f"{leak.channel} is not a signal: {leak.reason}; leave it out with "
            f"--ignore {command_line(leak.channel)}",
        )


def _copied(audit: Audit) -> Iterator[Finding]:
    if audit.copied is not None:
        yield Finding("wrong", str(audit.copied))


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
    text = lost_text(audit)
    if audit.lost.n_places > _OFTEN_LOST * audit.table.n_rows:
        yield Finding("wrong", f"lost {text}; check the cable or the radio, and record again")
    else:
        yield Finding("look", f"lost or paused: {text}; no window is learned across a gap")


def _channels(audit: Audit) -> Iterator[Finding]:
    n_rows = audit.table.n_rows
    for place, name in enumerate(audit.table.channel_names):
        missing, values = audit.missing[place].n, audit.ranges[place]
        if missing:
            kind: Literal["wrong", "look"] = "wrong" if missing > _MUCH_MISSING * n_rows else "look"
            yield Finding(
                kind,
                f"{name}: {counted(missing, 'value')} missing ({percent(missing / n_rows, 1)})",
            )
        if values.low == values.high:
            yield Finding("wrong", f"{name}: stays at {values.low:.6g}; is its sensor connected?")
        elif values.saturated > _MUCH_SATURATED:
            yield Finding(
                "wrong",
                f"{name}: {percent(values.saturated, 1)} of the rows at the end of the range; turn "
                "the "
                "gain down, check the reference electrode",
            )
        if audit.mains is not None and audit.mains.shares[place] > _MUCH_HUM:
            hum = f"{percent(audit.mains.shares[place])} of the power is mains hum at"
            yield _hum(audit, f"{name}: {hum} {audit.mains.hz:.0f} Hz")


def _hum(audit: Audit, text: str) -> Finding:
    """Return the finding on hum, which means little where all that was recorded is rest."""
    if audit.labels and all(rest_class((label.name,)) == 0 for label in audit.labels):
        return Finding(
            "look",
            f"{text}, judged at rest alone, where there is little else; record a movement to "
            "judge it",
        )
    return Finding("wrong", f"{text}; press the electrodes on, run on battery")


def _similar_channels(audit: Audit) -> Iterator[Finding]:
    for pair in audit.correlations:
        names = f"{pair.first} and {pair.second}"
        if abs(pair.correlation) >= SAME_SIGNAL:
            yield Finding("wrong", f"{names} are the same signal; does each have its own pin?")
        elif abs(pair.correlation) >= _SIMILAR:
            yield Finding(
                "look",
                f"{names} are very similar (r = {pair.correlation:.2f}): crosstalk, common hum, or "
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
    deviation = contradiction(audit.table, rate.hz) if rate.is_stated else None
    if deviation is not None:
        yield Finding("look", f"{deviation}; the stated rate is used")
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
