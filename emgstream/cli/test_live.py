"""Test a model on cued movements: which it names, how soon, and what else it would have moved.

The screen says what to do, and what the model makes of it. What it came to is printed, and written
down beside the model with the tests before it. Space begins, pauses and goes on; Esc ends it, as
Ctrl-C does: a test that was not finished is told and not kept. A recorded session is tested with
--replay.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from functools import partial
from typing import Any

from emgstream.bundle import Model, read_model
from emgstream.cli import options
from emgstream.cli.cued_report import print_losses, print_test
from emgstream.cli.cued_stage import CuedStage
from emgstream.cli.interrupt import polite_end
from emgstream.cli.keys import keys
from emgstream.cli.session_plan import opened_board
from emgstream.cli.session_screen import SessionScreen
from emgstream.cli.terminal import console, print_facts
from emgstream.errors import EmgStreamError, InterruptedByUserError, UsageError
from emgstream.opening import board_source, read_recording
from emgstream.trial import (
    CuedPlan,
    CuedTest,
    add_to_history,
    check_history,
    history_entry,
    movements_to_ask,
    replay_document,
    replay_test,
)

__all__ = ["add_arguments", "run"]

_OF_A_PLAN = ("repetitions", "hold_s", "rest_s", "seed", "dwell_s", "reaction_s")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of ``emgstream test-live``."""
    source = parser.add_mutually_exclusive_group()
    options.add_port(parser, source)
    source.add_argument(
        "--replay",
        type=options.recording_path,
        metavar="SESSION",
        help="no board: a labelled recording of movements the model was not trained on",
    )
    options.add_model(parser)
    options.add_channels(parser, "what to take as the model's channels, in its order")
    options.add_rate(parser)
    parser.add_argument(
        "--force", action="store_true", help="go on with a rate more than 5%% off the model's"
    )
    _add_protocol(parser)
    _add_counting(parser)
    parser.add_argument(
        "--unattended", action="store_true", help="begin without a key, for scripts"
    )
    parser.add_argument(
        "--no-history", action="store_true", help="print only; write nothing beside the model"
    )


def _add_protocol(parser: argparse.ArgumentParser) -> None:
    what = parser.add_argument_group("what to ask for, on a board")
    what.add_argument(
        "--movements",
        type=options.names,
        metavar="A,B,C",
        help="default: all that the model knows; a rest comes between them by itself",
    )
    what.add_argument(
        "--repetitions", type=options.count, metavar="N", help="of each movement; default 3"
    )
    what.add_argument(
        "--hold", type=options.positive, dest="hold_s", metavar="S", help="seconds; default 3"
    )
    what.add_argument(
        "--rest", type=options.positive, dest="rest_s", metavar="S", help="seconds; default 3"
    )
    what.add_argument("--seed", type=options.seed, metavar="N", help="of the order; default 0")
    what.add_argument(
        "--no-countdown", action="store_true", help="leave out the three seconds before a cue"
    )


def _add_counting(parser: argparse.ArgumentParser) -> None:
    how = parser.add_argument_group("what counts")
    how.add_argument(
        "--dwell",
        type=options.positive,
        dest="dwell_s",
        metavar="S",
        help="seconds that a movement must be named without a break; default 0.5",
    )
    how.add_argument(
        "--reaction",
        type=options.not_negative,
        dest="reaction_s",
        metavar="S",
        help="seconds after a cue that belong to no class, as nobody moves at once; default 0.8, "
        "and 0 in a recording, whose labels begin with the movement",
    )


def run(arguments: argparse.Namespace) -> None:
    """Make the test, print what it came to, and keep it.

    Raises UsageError for words that do not fit together, InterruptedByUserError for a test that
    was ended before its time.
    """
    model = read_model(arguments.model)
    if not arguments.no_history:
        check_history(arguments.model)
    if arguments.replay:
        _replay(model, arguments)
    else:
        _ask(model, arguments)


def _replay(model: Model, arguments: argparse.Namespace) -> None:
    _refuse_what_only_a_board_needs(arguments)
    table = read_recording(arguments.replay, model.manifest, arguments.channels)
    counting = _given({"dwell_s": arguments.dwell_s, "reaction_s": arguments.reaction_s})
    test = replay_test(table, model, arguments.rate, **counting)
    print_test(console(), test)
    _keep(test, model, arguments, replay_document(table), {})


def _ask(model: Model, arguments: argparse.Namespace) -> None:
    """Test on a board; what a test that broke off came to is told, and not kept."""
    if arguments.rate is not None:
        raise UsageError(
            "--rate is that of a recording, and there is no --replay; a board tells its own"
        )
    if not arguments.unattended and not sys.stdin.isatty():
        raise UsageError(
            "standard input is no terminal, so that no key can begin the test; add --unattended"
        )
    plan = _plan(model, arguments)
    source_at = partial(
        board_source,
        manifest=model.manifest,
        channels=arguments.channels,
        baud=arguments.baud,
        force=arguments.force,
    )
    with (
        polite_end() as pressed,
        opened_board(arguments.port, plan.movements, source_at) as board,
        keys() as pressed_keys,
    ):
        screen = SessionScreen(console())
        stage = CuedStage(plan, model, board, screen, pressed_keys, pressed)
        try:
            with screen:
                is_whole = stage.play(waits_for_word=not arguments.unattended)
        except EmgStreamError:
            _tell(stage)
            raise
    test = _tell(stage)
    if not is_whole:
        word = "stopped by Ctrl-C" if pressed.is_set() else "ended"
        raise InterruptedByUserError(
            f"{word} after {stage.n_done} of {plan.n_movements} movements; a test that was not "
            "finished is not kept"
        )
    if test is None:
        raise UsageError(
            "the model decided nothing while it was asked; expected a stream without a break now "
            "and then; look at it with emgstream live"
        )
    _keep(test, model, arguments, stage.source_document(), plan.document())


def _plan(model: Model, arguments: argparse.Namespace) -> CuedPlan:
    given = _given({name: getattr(arguments, name) for name in _OF_A_PLAN})
    if arguments.no_countdown:
        given["countdown_s"] = 0.0
    return CuedPlan(movements_to_ask(model.manifest.class_names, arguments.movements), **given)


def _given(words: Mapping[str, Any]) -> dict[str, Any]:
    """Return the words that were said, so that the others keep their defaults."""
    return {name: value for name, value in words.items() if value is not None}


def _refuse_what_only_a_board_needs(arguments: argparse.Namespace) -> None:
    names = ("movements", "repetitions", "hold_s", "rest_s", "seed", "baud")
    said = list(_given({name: getattr(arguments, name) for name in names}))
    if said:
        raise UsageError(
            f"--{said[0].removesuffix('_s')} is for a test on a board; a recording holds what was "
            "asked for; leave it out, or leave out --replay"
        )


def _tell(stage: CuedStage) -> CuedTest | None:
    """Print what a test came to so far, and what was lost in it."""
    test = stage.result()
    if test is not None:
        print_test(console(), test)
        print_losses(console(), stage.source_document())
    return test


def _keep(
    test: CuedTest,
    model: Model,
    arguments: argparse.Namespace,
    source: Mapping[str, Any],
    protocol: Mapping[str, Any],
) -> None:
    if not arguments.no_history:
        path = add_to_history(arguments.model, history_entry(test, model, source, protocol))
        print_facts(console(), [("kept", str(path))])
