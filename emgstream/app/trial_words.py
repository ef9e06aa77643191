"""The result of a cued test in words and figures, as terminal and window show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emgstream.significant_digits import NOT_KNOWN, per_hour, percent, percent_of
from emgstream.translation import tr, tr_n
from emgstream.trial import CuedTest

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

CLASSES = (
    tr("movement"),
    tr("completed"),
    tr("time to correct"),
    tr("active errors"),
    tr("abstained"),
)
"""The captions over the figures of each movement."""

PAST = (tr("Tested"), tr("Done"), tr("Time to\ncorrect"), tr("Active\nerrors"))
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
    return tr(
        "{done} of {movements} completed",
        done=done,
        movements=tr_n("{n:,} movement", "{n:,} movements", len(test.attempts)),
    )


def figures(test: CuedTest) -> list[TrialFigure]:
    """Return the figures over all movements."""
    found = test.score
    start = tr("the cue") if test.reaction_s else tr("the start of the label")
    median = "" if test.to_correct_s is None else tr("from {start}, median", start=start)
    per_h, n_false = NOT_KNOWN, tr("no settled rest, or no class for it")
    if found.rest_s:
        n = found.n_false_activations
        per_h = per_hour(found.false_activations_per_h, n)
        n_false = tr("per hour of settled rest: {n} in {rest_s:,.0f} s", n=n, rest_s=found.rest_s)
    return [
        TrialFigure(tr("time to correct"), seconds(test.to_correct_s), median),
        TrialFigure(
            tr("active errors"),
            percent_of(found.active_error_rate, found.n_decisions),
            tr("of {n_decisions:,} decisions", n_decisions=found.n_decisions),
        ),
        TrialFigure(tr("abstained"), percent_of(found.abstained, found.n_decisions), ""),
        TrialFigure(tr("false activations"), per_h, n_false),
    ]


def class_rows(test: CuedTest) -> list[tuple[str, ...]]:
    """Return the figures of each movement, under `CLASSES`."""
    return [
        (
            label,
            tr(
                "{completed} of {attempts}",
                completed=round(of["completion_rate"] * of["attempts"]),
                attempts=of["attempts"],
            ),
            seconds(of["to_correct_s"]),
            percent(_known(of["active_error_rate"])),
            percent(_known(of["abstained"])),
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
        away = (
            tr("   and {missed:,} while the board was away", missed=source["missed"])
            if source["missed"]
            else ""
        )
        facts.append(
            (
                tr("lost"),
                tr(
                    "{samples} on the line{away}",
                    samples=tr_n("{n:,} sample", "{n:,} samples", source["lost"]),
                    away=away,
                ),
            )
        )
    n = source["asked_again"]
    if n:
        again = tr_n(
            "{n:,} movement was asked for again, after a pause or a lost board",
            "{n:,} movements were asked for again, after a pause or a lost board",
            n,
        )
        facts.append((tr("repeated"), again))
    return facts


def past_row(entry: Mapping[str, Any], network: str | None) -> tuple[str, ...]:
    """Return an earlier test, under `PAST`; ``network`` is the hash of the network in use now."""
    try:
        tested = datetime.fromisoformat(str(entry.get("tested"))).astimezone()
        when = f"{tested:%Y-%m-%d}\n{tested:%H:%M}"
    except ValueError:
        when = tr("some time")
    source = entry.get("source")
    kind = source.get("kind") if isinstance(source, Mapping) else None
    how = {"live": tr(", live"), "replay": tr(", replay")}.get(str(kind), "")
    if network is not None and entry.get("network_sha256") != network:
        how += tr("\nanother network")
    n = entry.get("n_decisions")
    return (
        f"{when}{how}",
        percent(_known(entry.get("completion_rate"))),
        seconds(entry.get("to_correct_s")),
        percent_of(_known(entry.get("active_error_rate")), n if isinstance(n, int) else 0),
    )


def seconds(value: object) -> str:
    """Return a time to correct.

    >>> seconds(0.4712), seconds(None)
    ('0.47 s', 'never')
    """
    return f"{value:.2f} s" if isinstance(value, float) else tr("never")


def _known(value: object) -> float | None:
    """Return a figure of a stored test; None for anything but a number."""
    return value if isinstance(value, float) else None
