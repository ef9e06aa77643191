"""Record a session with labels: the screen shows which movement to make, and for how long.

Space starts, pauses and continues; r repeats the last movement; m sets a marker; Esc and Ctrl-C end
the recording and keep everything so far. The key u releases the port, so that another program can
upload a sketch, and opens it again. The file can be used for training, replayed and inspected.
"""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from emgstream.app.live_session import LiveSession
from emgstream.app.recording_plan import (
    RecordingPlan,
    RecordingRequest,
    plan_session,
    proposed_path,
)
from emgstream.app.recording_session import RecordingSession
from emgstream.cli import options
from emgstream.cli.configured import folder_for_recordings, use_configuration
from emgstream.cli.interrupt import polite_end
from emgstream.cli.keys import keys
from emgstream.cli.session_review import print_review
from emgstream.cli.session_screen import SessionScreen
from emgstream.cli.terminal import console, tell_problems
from emgstream.cli.terminal_loop import TerminalLoop
from emgstream.cli.terminal_recording import TerminalBell, TerminalRecording
from emgstream.cue_schedule import MOVEMENTS, CueSchedule
from emgstream.errors import InterruptedByUserError, UsageError
from emgstream.host_system import is_terminal
from emgstream.recording import check_channel_names, check_label
from emgstream.sources.source_kind import SourceOptions
from emgstream.sources.source_registry import open_source, source_problems

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = {
    "record --subject s01 --movements fist,rest": "record two movements",
    "record --port simulated --unattended --out test.csv": "record a simulated board, without "
    "pressing a key",
}

_LONGEST_SILENCE_S = 60.0
"""Seconds without a sample after which an unattended recording ends.

A choice: longer than an upload or a replug takes, and nobody is there to do more."""

_Words: TypeAlias = "argparse._ArgumentGroup"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of ``emgstream record``."""
    _add_board(parser)
    _add_cues(parser.add_argument_group("what to record"))
    _add_notes(parser.add_argument_group("notes, kept in the file beside the recording"))
    parser.add_argument(
        "--unattended",
        action="store_true",
        help="start without waiting for a key, and end a minute after the last sample of a board "
        "that is gone; for scripts",
    )
    parser.add_argument(
        "--no-check", action="store_true", help="skip the signal check of five seconds"
    )
    parser.add_argument(
        "--no-countdown",
        action="store_true",
        help="skip the countdown of three seconds before a cue",
    )
    parser.add_argument(
        "--sound", action="store_true", help="ring the bell of the terminal at each cue"
    )


def _add_board(parser: argparse.ArgumentParser) -> None:
    options.add_port(parser)
    options.add_channels(parser, "the board's channels to record, by name or number from 1")
    parser.add_argument(
        "--names",
        type=_channel_names,
        metavar="A,B,C",
        help="names for these channels, for example biceps,triceps,middle; default: the names of "
        "the board",
    )
    parser.add_argument(
        "--rate",
        type=options.positive,
        metavar="HZ",
        help="sampling rate to set on the board; default: that of the board",
    )
    parser.add_argument(
        "--out",
        type=_csv_path,
        metavar="FILE.csv",
        help="the file to write; an existing file is never overwritten; default: named by "
        "date and time",
    )


def _add_cues(what: _Words) -> None:
    which = what.add_mutually_exclusive_group()
    which.add_argument(
        "--movements",
        type=_labels,
        metavar="A,B,C",
        default=MOVEMENTS,
        help="the movements to record; a rest is added between them; default: "
        + ", ".join(MOVEMENTS),
    )
    which.add_argument(
        "--script",
        type=_script,
        metavar="CUES",
        help="cues in your own order with their seconds, for example rest:3,fist:5, or a file with "
        "such cues",
    )
    what.add_argument(
        "--repetitions",
        type=_count,
        default=5,
        metavar="N",
        help="repetitions of each movement; default 5",
    )
    what.add_argument(
        "--hold", type=options.positive, default=5.0, metavar="S", help="seconds to hold; default 5"
    )
    what.add_argument(
        "--rest", type=options.positive, default=4.0, metavar="S", help="seconds of rest; default 4"
    )
    what.add_argument(
        "--seed",
        type=options.seed,
        default=0,
        metavar="N",
        help="random seed of the order; default 0",
    )
    what.add_argument(
        "--free",
        action="store_true",
        help="record without cues; the number keys set the label while you move",
    )
    what.add_argument(
        "--markers",
        metavar="ADDRESS",
        help="also record the markers of an LSL stream, lsl://NAME or lsl://?type=Markers",
    )
    what.add_argument(
        "--marker-labels",
        action="store_true",
        help="use each of these markers as the label of a free recording from then on; an empty "
        "marker ends the label",
    )
    what.add_argument(
        "--seconds", type=options.positive, metavar="N", help="end a free recording after this time"
    )
    what.add_argument(
        "--no-trim",
        action="store_true",
        help="keep labels as cued; default: start them where the muscles become active",
    )


def _add_notes(who: _Words) -> None:
    who.add_argument("--subject", default="", metavar="S", help="code of the person; not the name")
    who.add_argument("--session", default="", metavar="S", help="name or number of the session")
    who.add_argument("--notes", default="", metavar="TEXT", help="anything else")
    who.add_argument(
        "--placement",
        type=_placement,
        action="append",
        default=[],
        metavar="CHANNEL=WHERE",
        help="position of the electrodes of a channel; once for each channel",
    )


def run(arguments: argparse.Namespace) -> None:
    """Record until the cues are over, Esc or Ctrl-C; then put the labels in order.

    Raises InterruptedByUserError after Ctrl-C, and what ended the recording before its time; in all
    cases the samples that were recorded are kept.
    """
    if not arguments.unattended and not is_terminal(sys.stdin):
        raise UsageError(
            "standard input is not a terminal, so no key can start the session; add --unattended"
        )
    use_configuration(arguments, "port", "channels")
    plan = _plan(arguments)
    tell_problems(source_problems())
    with polite_end() as pressed, keys() as pressed_keys:
        screen = SessionScreen(console())
        session = LiveSession(open_source(arguments.port, _options(arguments)), None)
        loop = TerminalLoop(session, screen, pressed_keys, pressed, str(plan.path))
        bell = (TerminalBell(screen),) if arguments.sound else ()
        recording = RecordingSession(session, plan, bell, loop.now())
        with screen:
            unattended = arguments.unattended
            TerminalRecording(recording, loop, screen, is_unattended=unattended).play()
    recovered = recording.recovered
    if recovered is not None:
        print_review(console(), recovered)
    failure = recording.failure or session.failure
    if failure is not None:
        raise failure
    if recovered is None:
        raise InterruptedByUserError("ended before anything was recorded")
    if pressed.is_set():
        raise InterruptedByUserError(
            f"stopped by {pressed.by}; {plan.path} keeps what was recorded"
        )


def _options(arguments: argparse.Namespace) -> SourceOptions:
    return SourceOptions(
        baud=arguments.baud,
        channel_names=arguments.names,
        channels=arguments.channels,
        sampling_rate_hz=arguments.rate,
        force=True,  # another rate than asked for is told, and stands in the sidecar
    )


def _plan(arguments: argparse.Namespace) -> RecordingPlan:
    return plan_session(
        RecordingRequest(
            path=arguments.out or proposed_path(folder_for_recordings(), datetime.now()),
            movements=arguments.movements,
            schedule=arguments.script,
            repetitions=arguments.repetitions,
            hold_s=arguments.hold,
            rest_s=arguments.rest,
            seed=arguments.seed,
            is_free=arguments.free,
            markers=arguments.markers,
            markers_are_labels=arguments.marker_labels,
            ends_after_s=arguments.seconds if arguments.free else None,
            longest_silence_s=_LONGEST_SILENCE_S if arguments.unattended else None,
            is_checked=not arguments.no_check,
            is_trimmed=not arguments.no_trim,
            countdown_s=0.0 if arguments.no_countdown else 3.0,
            subject=arguments.subject,
            session=arguments.session,
            placements=dict(arguments.placement),
            notes=arguments.notes,
        )
    )


def _csv_path(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower() != ".csv":
        raise argparse.ArgumentTypeError(
            f"{text!r} does not end in .csv; a recording grows line by line, unpacked; "
            "name it FILE.csv"
        )
    return path


def _channel_names(text: str) -> tuple[str, ...]:
    names = options.names(text)
    try:
        check_channel_names(names)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return names


def _label(text: str) -> str:
    try:
        return check_label(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _labels(text: str) -> tuple[str, ...]:
    return tuple(_label(part.strip()) for part in text.split(","))


def _script(text: str) -> CueSchedule:
    script = options.cue_script(text, known=None)
    for label in script.labels:
        _label(label)
    return script


def _placement(text: str) -> tuple[str, str]:
    channel, equals, where = text.partition("=")
    if not (equals and channel.strip() and where.strip()):
        raise argparse.ArgumentTypeError(
            f"{text!r} has no position; expected CHANNEL=WHERE, for example 1=forearm"
        )
    return channel.strip(), where.strip()


def _count(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 10_000:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 10000")
