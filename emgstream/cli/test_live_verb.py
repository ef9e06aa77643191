"""Test a model on cued movements: which it names, how soon, and what else it would have moved.

The screen says what to do, and what the model makes of it. What it came to is printed, and written
down beside the model with the tests before it. Space begins, pauses and goes on; Esc ends it, as
Ctrl-C does: a test that was not finished is told and not kept. A recorded session is tested with
--replay.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from emgstream.bundle import Model, read_model
from emgstream.cli import cued_words, options
from emgstream.cli.configured import use_configuration
from emgstream.cli.cued_report import print_losses, print_test
from emgstream.cli.interrupt import polite_end
from emgstream.cli.keys import keys
from emgstream.cli.session_plan import opened_board
from emgstream.cli.session_screen import SessionScreen
from emgstream.cli.terminal import console, note, print_facts
from emgstream.cli.terminal_test import TerminalTest
from emgstream.errors import InterruptedByUserError, UsageError
from emgstream.opening import model_options, read_recording, repair_notes
from emgstream.trial import (
    CuedTest,
    add_to_history,
    check_history,
    history_entry,
    replay_document,
    replay_test,
)

__all__ = ["add_arguments", "run"]


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
    cued_words.add_protocol(parser)
    cued_words.add_counting(parser)
    parser.add_argument(
        "--unattended", action="store_true", help="begin without a key, for scripts"
    )
    parser.add_argument(
        "--no-history", action="store_true", help="print only; write nothing beside the model"
    )


def run(arguments: argparse.Namespace) -> None:
    """Make the test, print what it came to, and keep it.

    Raises UsageError for words that do not fit together, InterruptedByUserError for a test that
    was ended before its time.
    """
    use_configuration(arguments, "port", "model", *(() if arguments.replay else ("channels",)))
    model = read_model(arguments.model)
    if not arguments.no_history:
        check_history(arguments.model)
    if arguments.replay:
        _replay(model, arguments)
    else:
        _ask(model, arguments)


def _replay(model: Model, arguments: argparse.Namespace) -> None:
    cued_words.check_for_recording(arguments)
    table = read_recording(arguments.replay, model.manifest, arguments.channels)
    for text in repair_notes(table):
        note(text)
    counting = cued_words.given({"dwell_s": arguments.dwell_s, "reaction_s": arguments.reaction_s})
    test = replay_test(table, model, arguments.rate, **counting)
    print_test(console(), test)
    _keep(test, model, arguments, replay_document(table), {})


def _ask(model: Model, arguments: argparse.Namespace) -> None:
    """Test on a board; what a test that broke off came to is told, and not kept."""
    cued_words.check_for_board(arguments)
    plan = cued_words.plan(model.manifest.class_names, arguments)
    options = model_options(
        model.manifest, channels=arguments.channels, baud=arguments.baud, force=arguments.force
    )
    board = opened_board(arguments.port, plan.movements, options)
    with polite_end() as pressed, keys() as pressed_keys:
        screen = SessionScreen(console())
        stage = TerminalTest(plan, model, board, screen, pressed_keys, pressed)
        try:
            with screen:
                is_whole = stage.play(waits_for_word=not arguments.unattended)
        finally:
            test = _tell(stage)
    if not is_whole:
        word = f"stopped by {pressed.by}" if pressed.is_set() else "ended"
        raise InterruptedByUserError(
            f"{word} after {stage.n_done} of {plan.n_movements} movements; a test that was not "
            "finished is not kept"
        )
    _keep(test, model, arguments, stage.source_document(), plan.document())


def _tell(stage: TerminalTest) -> CuedTest | None:
    """Print what a test came to so far, and what was lost in it; None where nothing is known."""
    test = stage.result()
    if test is not None:
        print_test(console(), test)
        print_losses(console(), stage.source_document())
    return test


def _keep(
    test: CuedTest | None,
    model: Model,
    arguments: argparse.Namespace,
    source: Mapping[str, Any],
    protocol: Mapping[str, Any],
) -> None:
    if test is None:
        raise UsageError(
            "the model decided nothing while it was asked; expected a stream without a break now "
            "and then; look at it with emgstream live"
        )
    if not arguments.no_history:
        path = add_to_history(arguments.model, history_entry(test, model, source, protocol))
        print_facts(console(), [("kept", str(path))])
