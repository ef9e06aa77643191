"""What a cued test came to, in the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console

from emgstream.cli.terminal import print_facts, print_grid
from emgstream.trial import CuedTest
from emgstream.wording import counted

__all__ = ["print_losses", "print_test"]

_HEAD = ("", "completed", "time to correct", "active errors", "abstained")


def print_test(terminal: Console, test: CuedTest) -> None:
    """Print the figures of all movements together, then of each."""
    print_facts(terminal, _facts(test))
    terminal.print()
    print_grid(terminal, _HEAD, map(_row, *zip(*test.by_class().items(), strict=True)))


def print_losses(terminal: Console, source: Mapping[str, Any]) -> None:
    """Print what was lost of the stream in a test, where anything was."""
    facts = []
    if source["lost"] or source["missed"]:
        away = f"   and {source['missed']:,} while the board was away" if source["missed"] else ""
        facts.append(("lost", f"{counted(source['lost'], 'sample')} on the line{away}"))
    n = source["asked_again"]
    if n:
        told = f"{counted(n, 'movement')} that a pause or a lost board fell into"
        facts.append(("asked again", told))
    if facts:
        terminal.print()
        print_facts(terminal, facts)


def _facts(test: CuedTest) -> Iterator[tuple[str, str]]:
    found = test.score
    yield (
        "completed",
        f"{test.completion_rate:.1%} of {counted(len(test.attempts), 'movement')}: named for "
        f"{test.dwell_s:g} s without a break",
    )
    start = "the cue" if test.reaction_s else "the start of the label"
    told = "" if test.to_correct_s is None else f" from {start}, median"
    yield "time to correct", f"{_seconds(test.to_correct_s)}{told}"
    yield "active errors", f"{found.active_error_rate:.2%} of {found.n_decisions:,} decisions"
    yield "abstained", f"{found.abstained:.2%}"
    told = "not known: no settled rest, or no class for it"
    if found.rest_s:
        n = round(found.false_activations_per_h * found.rest_s / 3600.0)
        told = f"{found.false_activations_per_h:,.0f} an hour of settled rest: {n} in "
        told += f"{found.rest_s:,.0f} s"
    yield "false activations", told
    if test.reaction_s:
        yield (
            "not counted",
            f"the first {test.reaction_s:g} s of every cue, in which people react; only the time "
            "to correct has them in it",
        )


def _row(label: str, figures: dict[str, Any]) -> tuple[str, ...]:
    n = round(figures["completion_rate"] * figures["attempts"])
    return (
        label,
        f"{n} of {figures['attempts']}",
        _seconds(figures["to_correct_s"]),
        _share(figures["active_error_rate"]),
        _share(figures["abstained"]),
    )


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.2f} s"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"
