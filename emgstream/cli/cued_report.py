"""The result of a cued test, printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console

from emgstream.app.trial_words import CLASSES, class_rows, figures, losses
from emgstream.cli.terminal import print_facts, print_grid
from emgstream.significant_digits import percent
from emgstream.trial import CuedTest
from emgstream.wording import counted

__all__ = ["print_losses", "print_test"]


def print_test(terminal: Console, test: CuedTest) -> None:
    """Print the figures over all movements, then those of each."""
    print_facts(terminal, _facts(test))
    terminal.print()
    print_grid(terminal, ("", *CLASSES[1:]), class_rows(test))


def print_losses(terminal: Console, source: Mapping[str, Any]) -> None:
    """Print the losses of a live test, if there were any."""
    facts = losses(source)
    if facts:
        terminal.print()
        print_facts(terminal, facts)


def _facts(test: CuedTest) -> Iterator[tuple[str, str]]:
    yield (
        "completed",
        f"{percent(test.completion_rate)} of {counted(len(test.attempts), 'movement')}: named for "
        f"{test.dwell_s:g} s without a break",
    )
    for figure in figures(test):
        yield figure.name, f"{figure.value} {figure.below}".rstrip()
    if test.reaction_s:
        yield (
            "not counted",
            f"the first {test.reaction_s:g} s of every cue, in which people react; only the time "
            "to correct has them in it",
        )
