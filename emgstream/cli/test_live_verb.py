"""Test a model on cued movements: which ones it recognises, how soon, and its false decisions.

The screen shows which movement to make, and the decisions of the model. The result is printed, and
added to the history of tests beside the model. Space starts, pauses and continues; Esc and Ctrl-C
end the test: the result so far is printed and not kept. With --replay a recording is tested.
"""

from __future__ import annotations

import argparse

from emgstream.app.cued_test_session import CuedTestSession, RecordedTestSession, keep_test
from emgstream.app.live_session import LiveSession
from emgstream.bundle import Model, read_model
from emgstream.cli import cued_words, options
from emgstream.cli.configured import use_configuration
from emgstream.cli.cued_report import print_losses, print_test
from emgstream.cli.interrupt import polite_end
from emgstream.cli.keys import keys
from emgstream.cli.session_screen import SessionScreen
from emgstream.cli.terminal import console, note, print_facts, tell_problems
from emgstream.cli.terminal_loop import TerminalLoop
from emgstream.cli.terminal_test import TerminalTest
from emgstream.errors import InterruptedByUserError, UsageError
from emgstream.opening import (
    model_options,
    read_recording,
    reading_notes,
    refuse_open_questions,
)
from emgstream.sources.source_registry import open_source, source_problems
from emgstream.trial import check_history

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = {
    "test-live --model arm.emgmodel": "test with a board and a person",
    "test-live --replay s3.csv --model arm.emgmodel": "test on a recording",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of ``emgstream test-live``."""
    source = parser.add_mutually_exclusive_group()
    options.add_port(parser, source)
    source.add_argument(
        "--replay",
        type=options.recording_path,
        metavar="SESSION",
        help="test on a labelled recording that the model was not trained on, without a board",
    )
    options.add_model(parser)
    parser.add_argument(
        "--force",
        action="store_true",
        help="go on if the sampling rate differs by more than 5 %% from that of the model",
    )
    cued_words.add_protocol(parser)
    cued_words.add_counting(parser)
    parser.add_argument(
        "--unattended", action="store_true", help="start without waiting for a key; for scripts"
    )
    parser.add_argument(
        "--no-history",
        action="store_true",
        help="only print the result; do not add it to the history",
    )
    options.add_columns(parser)


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
    table = read_recording(arguments.replay, model.manifest, options.column_choice(arguments))
    refuse_open_questions(table)
    for text in reading_notes(table):
        note(text)
    counting = cued_words.given({"dwell_s": arguments.dwell_s, "reaction_s": arguments.reaction_s})
    test = RecordedTestSession(table, model, **counting)
    print_test(console(), test.result())
    _keep(test, arguments)


def _ask(model: Model, arguments: argparse.Namespace) -> None:
    """Test on a live source; the result of a test that broke off is printed, and not kept."""
    cued_words.check_for_board(arguments)
    plan = cued_words.plan(model.manifest.class_names, arguments)
    source_options = model_options(
        model.manifest, channels=arguments.channels, baud=arguments.baud, force=arguments.force
    )
    tell_problems(source_problems())
    with polite_end() as pressed, keys() as pressed_keys:
        screen = SessionScreen(console())
        source = open_source(arguments.port, source_options)
        session = LiveSession(source, model, force=arguments.force)
        title = f"test of {model.manifest.title}"
        loop = TerminalLoop(session, screen, pressed_keys, pressed, title)
        test = CuedTestSession(session, model, plan, (), loop.now())
        try:
            with screen:
                TerminalTest(test, loop, is_unattended=arguments.unattended).play()
        finally:
            found = test.so_far()
            if found is not None:
                print_test(console(), found)
                print_losses(console(), test.source_document())
    if not test.is_whole:
        word = f"stopped by {pressed.by}" if pressed.is_set() else "ended"
        raise InterruptedByUserError(
            f"{word} after {test.n_done} of {plan.n_movements} movements; a test that was not "
            "finished is not kept"
        )
    if found is None:
        raise UsageError(
            "the model made no decision during the cues; expected a stream without long gaps; "
            "look at "
            "it with emgstream live"
        )
    _keep(test, arguments)


def _keep(test: CuedTestSession | RecordedTestSession, arguments: argparse.Namespace) -> None:
    """Add the result to the history, where that is wanted, and print where it is."""
    if not arguments.no_history:
        print_facts(console(), [("kept", str(keep_test(test, arguments.model)))])
