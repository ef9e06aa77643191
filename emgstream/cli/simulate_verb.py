"""Simulate a board: synthetic EMG on a port, in the protocol of the firmware.

It sends nothing until a reader tells it to start: `emgstream live` does that; in a serial monitor
type start or text. Ctrl-C ends it.
"""

from __future__ import annotations

import argparse
import os
import threading
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from emgstream.cli import options
from emgstream.cli.interrupt import polite_end
from emgstream.cli.terminal import console
from emgstream.cli.verb_files import refuse_to_overwrite
from emgstream.cue_schedule import MOVEMENTS, CueSchedule
from emgstream.errors import UsageError
from emgstream.replaced_files import holds_object, refuse_to_replace
from emgstream.simulation.board import Faults, SimulatedBoard

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = {
    "simulate --tcp 5000": "simulate a board at socket://127.0.0.1:5000",
    "simulate --script rest:3,hand_close:2 --faults loss=0.01": "repeat two movements, and lose 1 "
    "% of the frames",
}

_LOOK_S = 0.05


class _Script(NamedTuple):
    """The cue schedule, and the files that it was read from: one, or none."""

    cues: CueSchedule | None
    files: list[Path]


_FAULTS_HELP = """
faults to simulate, as name=value separated by commas; the same seed gives the same faults.
As a share of the frames, 0 to 1, at most one fault for each frame: loss (not sent; burst=N in a
row), corrupt (damaged bytes), duplicate, reorder (sent after the next frame). In seconds: jitter
(longest delay, up to 0.1), boot (no answer after a reset, then random bytes). As SECONDS@EVERY,
counted from the first sample: stall (nothing is sent), unplug (the cable is out).
Example: loss=0.01,jitter=0.02,stall=2@30
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of ``emgstream simulate``."""
    _add_place(parser)
    _add_board(parser)
    parser.add_argument("--faults", type=_faults, metavar="FAULTS", help=_FAULTS_HELP)
    parser.add_argument(
        "--seed", type=_seed, default=0, metavar="N", help="seed of signal and faults; default 0"
    )
    parser.add_argument("--seconds", type=options.positive, metavar="N", help="end after this time")
    parser.add_argument(
        "--ledger",
        metavar="FILE",
        type=options.file_path,
        help="write what was sent to a JSON file, at the end",
    )


def _add_place(parser: argparse.ArgumentParser) -> None:
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--link",
        type=options.file_name,
        metavar="PATH",
        help="name of the port; default: one in a temporary folder",
    )
    where.add_argument(
        "--tcp",
        type=_tcp_port,
        metavar="PORT",
        help="socket://127.0.0.1:PORT in place of a pty, for Windows too; 0 takes a free one",
    )


def _add_board(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--script",
        type=_script,
        metavar="MOVEMENTS",
        help="movements with their seconds, repeated, for example rest:3,hand_close:2, or a file "
        "with such cues; "
        "default: all movements in turn",
    )
    parser.add_argument(
        "--rate",
        type=options.positive,
        default=1000.0,
        metavar="HZ",
        help="sampling rate until the reader sets another; default 1000",
    )
    parser.add_argument(
        "--ppm",
        type=float,
        default=0.0,
        metavar="PPM",
        help="clock error of the board in ppm, positive if the clock is too fast; real boards: up "
        "to 5000",
    )
    parser.add_argument(
        "--battery",
        action="store_true",
        help="keep sampling while no program reads or the cable is unplugged; do not reset when "
        "opened",
    )


def run(arguments: argparse.Namespace) -> None:
    """Be a board until Ctrl-C, or for some seconds."""
    script = arguments.script or _Script(None, [])
    refuse_to_overwrite(script.files, [arguments.ledger])
    if arguments.ledger:
        refuse_to_replace(arguments.ledger, _is_ledger, "ledgers of boards")
    board = SimulatedBoard(
        script.cues,
        arguments.rate,
        faults=arguments.faults,
        seed=arguments.seed,
        ppm=arguments.ppm,
        has_battery=arguments.battery,
        link=arguments.link,
        tcp=arguments.tcp,
    )
    if arguments.ledger:
        board.ledger().save(arguments.ledger)  # better now than after an hour
    terminal = console()
    try:
        with polite_end() as end, board:
            terminal.print(f"synthetic EMG on {board.port}; Ctrl-C ends it")
            _watch(board, terminal, end, arguments.seconds)
    finally:
        if arguments.ledger:
            board.ledger().save(arguments.ledger)
    _tell(board, terminal)


def _watch(
    board: SimulatedBoard, terminal: Console, end: threading.Event, seconds: float | None
) -> None:
    is_over = False
    while not is_over:
        left_s = _LOOK_S if seconds is None else min(_LOOK_S, seconds - board.elapsed_s)
        is_over = left_s <= 0.0 or end.wait(left_s)
        board.check()
        for event in board.take_events():
            terminal.print(f"{event.time_s:9.3f} s  {event.text}")


def _tell(board: SimulatedBoard, terminal: Console) -> None:
    ledger = board.ledger()
    terminal.print(
        f"{ledger.elapsed_s:9.3f} s  over: {ledger.n_frames:,} frames of {ledger.n_instants:,} "
        f"samples sent in {len(ledger.runs)} starts",
    )


def _script(text: str) -> _Script:
    is_file = os.path.isfile(text)  # noqa: PTH113 - a long script is no error, as for Path
    return _Script(options.cue_script(text, MOVEMENTS), [Path(text)] if is_file else [])


def _faults(text: str) -> Faults:
    try:
        return Faults.parse(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _seed(text: str) -> int:
    return _whole(text, 2**63)


def _tcp_port(text: str) -> int:
    return _whole(text, 0xFFFF)


def _whole(text: str, largest: int) -> int:
    if text.isascii() and text.isdigit() and int(text) <= largest:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to {largest}")


def _is_ledger(path: Path) -> bool:
    return holds_object(path, ("format", "n_instants", "runs"))
