"""The words of a cued test, and what they come to."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from emgstream.cli import options
from emgstream.errors import UsageError
from emgstream.host_system import is_terminal
from emgstream.trial import CuedPlan, movements_to_ask

__all__ = [
    "add_counting",
    "add_protocol",
    "check_for_board",
    "check_for_recording",
    "given",
    "plan",
]

_OF_A_PLAN = ("repetitions", "hold_s", "rest_s", "seed", "dwell_s", "reaction_s")
_OF_A_BOARD = ("movements", "repetitions", "hold_s", "rest_s", "seed", "baud")


def add_protocol(parser: argparse.ArgumentParser) -> None:
    """Add what is asked for on a board."""
    what = parser.add_argument_group("what to ask for, on a board")
    what.add_argument(
        "--movements",
        type=options.names,
        metavar="A,B,C",
        help="movements to ask for; a rest is added between them; default: all classes of the "
        "model",
    )
    what.add_argument(
        "--repetitions",
        type=options.count,
        metavar="N",
        help="repetitions of each movement; default 3",
    )
    what.add_argument(
        "--hold",
        type=options.positive,
        dest="hold_s",
        metavar="S",
        help="seconds to hold; default 3",
    )
    what.add_argument(
        "--rest",
        type=options.positive,
        dest="rest_s",
        metavar="S",
        help="seconds of rest; default 3",
    )
    what.add_argument(
        "--seed", type=options.seed, metavar="N", help="random seed of the order; default 0"
    )
    what.add_argument(
        "--no-countdown",
        action="store_true",
        help="skip the countdown of three seconds before a cue",
    )


def add_counting(parser: argparse.ArgumentParser) -> None:
    """Add what counts."""
    how = parser.add_argument_group("what counts")
    how.add_argument(
        "--dwell",
        type=options.positive,
        dest="dwell_s",
        metavar="S",
        help="seconds for which a movement must be decided without a break to count; default 0.5",
    )
    how.add_argument(
        "--reaction",
        type=options.not_negative,
        dest="reaction_s",
        metavar="S",
        help="seconds after a cue that are not counted, as people need time to react; "
        "default 0.8, "
        "and 0 for a recording, whose labels start with the movement",
    )


def plan(class_names: tuple[str, ...], arguments: argparse.Namespace) -> CuedPlan:
    """Return the test that the words ask for; raises UsageError where they do not fit together."""
    said = given({name: getattr(arguments, name) for name in _OF_A_PLAN})
    if arguments.no_countdown:
        said["countdown_s"] = 0.0
    return CuedPlan(movements_to_ask(class_names, arguments.movements), **said)


def given(words: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that were given, so that the others keep their defaults."""
    return {name: value for name, value in words.items() if value is not None}


def check_for_board(arguments: argparse.Namespace) -> None:
    """Raise UsageError for words that only a recording needs, and where no key can begin."""
    said = replace(options.column_choice(arguments), channels=None).arguments()
    if said:
        raise UsageError(
            f"{said[0]} is for a recording, and there is no --replay; leave it out, as a board "
            "states it itself"
        )
    if not arguments.unattended and not is_terminal(sys.stdin):
        raise UsageError(
            "standard input is not a terminal, so no key can start the test; add --unattended"
        )


def check_for_recording(arguments: argparse.Namespace) -> None:
    """Raise UsageError for words that only a board needs."""
    said = list(given({name: getattr(arguments, name) for name in _OF_A_BOARD}))
    if said:
        raise UsageError(
            f"--{said[0].removesuffix('_s')} is for a test on a board; a recording has its own "
            "movements; leave it out, or leave out --replay"
        )
