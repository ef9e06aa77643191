"""The result of a cued test in words and figures, as terminal and window show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emgstream.trial import CuedTest
from emgstream.wording import counted

__all__ = [
    "CLASSES",
    "PAST",
    "TrialFigure",
    "class_rows",
    "completed",
    "figures",
    "losses",
    "past_row",
    "share",
]

CLASSES = ("movement", "completed", "time to correct", "active errors", "abstained")
"""The captions over the figures of each movement."""

PAST = ("Tested", "Done", "Time to\ncorrect", "Active\nerrors")
"""The captions over earlier tests."""


@dataclass(frozen=True, slots=True)
class TrialFigure:
    """One figure over all movements of a test."""

    name: str
    """Its name."""
    value: str
    """Its value, with the unit."""
    below: str
    """The rest of the sentence that the value begins; empty for none."""


def completed(test: CuedTest) -> str:
    """Return the number of completed movements, as a title."""
    done = sum(attempt.to_correct_s is not None for attempt in test.attempts)
    return f"{done} of {len(test.attempts)} movements completed"


def figures(test: CuedTest) -> list[TrialFigure]:
    """Return the figures over all movements."""
    found = test.score
    start = "the cue" if test.reaction_s else "the start of the label"
    median = "" if test.to_correct_s is None else f"from {start}, median"
    per_h, n_false = "–", "no settled rest, or no class for it"
    if found.rest_s:
        per_h = f"{found.false_activations_per_h:,.0f}"
        n = round(found.false_activations_per_h * found.rest_s / 3600.0)
        n_false = f"an hour of settled rest: {n} in {found.rest_s:,.0f} s"
    return [
        TrialFigure("time to correct", seconds(test.to_correct_s), median),
        TrialFigure(
            "active errors",
            share(found.active_error_rate, digits=2),
            f"of {found.n_decisions:,} decisions",
        ),
        TrialFigure("abstained", share(found.abstained, digits=2), ""),
        TrialFigure("false activations", per_h, n_false),
    ]


def class_rows(test: CuedTest) -> list[tuple[str, ...]]:
    """Return the figures of each movement, under `CLASSES`."""
    return [
        (
            label,
            f"{round(of['completion_rate'] * of['attempts'])} of {of['attempts']}",
            seconds(of["to_correct_s"]),
            share(of["active_error_rate"]),
            share(of["abstained"]),
        )
        for label, of in test.by_class().items()
    ]


def losses(source: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return a name and a sentence for each kind of loss in a live test; none without losses.

    >>> losses({"lost": 0, "missed": 0, "asked_again": 1})
    [('repeated', '1 movement was asked for again, after a pause or a lost board')]
    """
    facts = []
    if source["lost"] or source["missed"]:
        away = f"   and {source['missed']:,} while the board was away" if source["missed"] else ""
        facts.append(("lost", f"{counted(source['lost'], 'sample')} on the line{away}"))
    n = source["asked_again"]
    if n:
        again = f"{'was' if n == 1 else 'were'} asked for again, after a pause or a lost board"
        facts.append(("repeated", f"{counted(n, 'movement')} {again}"))
    return facts


def past_row(entry: Mapping[str, Any], network: str | None) -> tuple[str, ...]:
    """Return an earlier test, under `PAST`; ``network`` is the hash of the network in use now."""
    try:
        tested = datetime.fromisoformat(str(entry.get("tested"))).astimezone()
        when = f"{tested:%Y-%m-%d}\n{tested:%H:%M}"
    except ValueError:
        when = "some time"
    source = entry.get("source")
    kind = source.get("kind") if isinstance(source, Mapping) else None
    how = {"live": ", live", "replay": ", replay"}.get(str(kind), "")
    if network is not None and entry.get("network_sha256") != network:
        how += "\nanother network"
    return (
        f"{when}{how}",
        share(entry.get("completion_rate"), digits=0, unit=" %"),
        seconds(entry.get("to_correct_s")),
        share(entry.get("active_error_rate"), unit=" %"),
    )


def seconds(value: object) -> str:
    """Return a time to correct.

    >>> seconds(0.4712), seconds(None)
    ('0.47 s', 'never')
    """
    return f"{value:.2f} s" if isinstance(value, float) else "never"


def share(value: object, digits: int = 1, unit: str = "%") -> str:
    """Return a share, 0 to 1, in percent; a dash where it is not known.

    >>> share(0.0151), share(None)
    ('1.5%', '–')
    """
    known = isinstance(value, float) and value == value
    return f"{100 * value:.{digits}f}{unit}" if known and isinstance(value, float) else "–"
