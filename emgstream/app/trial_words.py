"""The figures of a test in words. No Qt in here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emgstream.trial import CuedTest
from emgstream.wording import spoken

__all__ = [
    "CLASSES",
    "PAST",
    "TrialFigure",
    "class_rows",
    "completed",
    "figures",
    "losses",
    "past_row",
]

CLASSES = ("Movement", "Completed", "Time to\ncorrect", "Active\nerrors", "Abstained")
"""The captions over the figures of each movement."""

PAST = ("Tested", "Done", "Time to\ncorrect", "Active\nerrors")
"""The captions over earlier tests."""


@dataclass(frozen=True, slots=True)
class TrialFigure:
    """One figure of the whole test."""

    name: str
    """What it is."""
    value: str
    """How much."""
    below: str
    """Of what."""


def completed(test: CuedTest) -> str:
    """Return how many movements were completed, as a title."""
    done = sum(attempt.to_correct_s is not None for attempt in test.attempts)
    return f"{done} of {len(test.attempts)} movements completed"


def figures(test: CuedTest) -> list[TrialFigure]:
    """Return the figures of all movements together."""
    found = test.score
    start = "the cue" if test.reaction_s else "the label"
    per_h, n_false = "–", "no settled rest"
    if found.rest_s:
        per_h = f"{found.false_activations_per_h:,.0f} / h"
        n = round(found.false_activations_per_h * found.rest_s / 3600.0)
        n_false = f"{n} in {found.rest_s:,.0f} s of rest"
    return [
        TrialFigure("Time to correct", seconds(test.to_correct_s), f"median, from {start}"),
        TrialFigure(
            "Active errors", share(found.active_error_rate), f"of {found.n_decisions:,} decisions"
        ),
        TrialFigure("Abstained", share(found.abstained), "nothing decided"),
        TrialFigure("False activations", per_h, n_false),
    ]


def class_rows(test: CuedTest) -> list[tuple[str, ...]]:
    """Return the figures of each movement, under `CLASSES`."""
    return [
        (
            spoken(label),
            f"{round(of['completion_rate'] * of['attempts'])} of {of['attempts']}",
            seconds(of["to_correct_s"]),
            share(of["active_error_rate"]),
            share(of["abstained"]),
        )
        for label, of in test.by_class().items()
    ]


def losses(source: Mapping[str, Any]) -> str:
    """Return what was lost in a test, to put behind another sentence; empty where nothing was.

    >>> losses({"lost": 0, "missed": 0, "asked_again": 2})
    '. 2 movements were asked for again'
    """
    words = ""
    if source["lost"] or source["missed"]:
        words = f". {source['lost']:,} samples were lost on the line"
        if source["missed"]:
            words += f", {source['missed']:,} while the board was away"
    n = source["asked_again"]
    if n:
        words += f". {n} movement{'s were' if n > 1 else ' was'} asked for again"
    return words


def past_row(entry: Mapping[str, Any], network: str | None) -> tuple[str, ...]:
    """Return an earlier test, under `PAST`; ``network`` is the hash of the one in use now."""
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
        share(entry.get("completion_rate"), digits=0),
        seconds(entry.get("to_correct_s")),
        share(entry.get("active_error_rate")),
    )


def seconds(value: object) -> str:
    """Return a time to correct.

    >>> seconds(0.4712), seconds(None)
    ('0.47 s', 'never')
    """
    return f"{value:.2f} s" if isinstance(value, float) else "never"


def share(value: object, digits: int = 1) -> str:
    """Return a share in percent.

    >>> share(0.0151), share(None)
    ('1.5 %', '–')
    """
    known = isinstance(value, float) and value == value
    return f"{100 * value:.{digits}f} %" if known and isinstance(value, float) else "–"
