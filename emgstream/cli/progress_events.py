"""What a program that started a verb hears of it: one JSON object a line on standard output."""

from __future__ import annotations

import _thread
import argparse
import json
import math
import os
import signal
import sys
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from emgstream.extras import check_train_extra

if TYPE_CHECKING:
    from emgstream_training.epoch_progress import EpochProgress

__all__ = ["EPOCHS", "add_watching", "begin", "tell", "tell_epoch"]

EPOCHS = """Events: "epoch" with stage, epoch, n_epochs, loss, accuracy, val_loss, val_accuracy
(0 to 1; null where nothing is held out) and time_left_s;"""
"""What `tell_epoch` tells, for --help."""

_DESCRIPTION = """With --progress jsonl standard output carries one JSON object a line, each with an
"event"; readers must ignore events and keys they do not know. Failures stay one line on standard
error, with exit code 1."""


def add_watching(parser: argparse.ArgumentParser, events: str) -> None:
    """Add ``--progress`` and ``--stop-with-stdin``; ``events`` says what is told, for --help."""
    parser.epilog = f"{_DESCRIPTION} {events}"
    parser.add_argument(
        "--progress",
        choices=("bar", "jsonl"),
        default="bar",
        help="how to show what is done: for people, or as JSON lines for a program; default bar",
    )
    parser.add_argument(
        "--stop-with-stdin",
        action="store_true",
        help="end as by Ctrl-C once standard input ends: with the program that started this one",
    )


def tell(event: str, fields: Mapping[str, Any]) -> None:
    """Write one event at once; a float that is not finite is null."""
    document = {"event": event, **{name: _plain(value) for name, value in fields.items()}}
    sys.stdout.write(json.dumps(document, allow_nan=False) + "\n")
    sys.stdout.flush()


def tell_epoch(progress: EpochProgress) -> None:
    """Tell of one epoch done."""
    tell("epoch", vars(progress))


def begin(arguments: argparse.Namespace) -> None:
    """Make ready for a verb that learns; raises MissingExtraError without the extra ``train``."""
    if arguments.stop_with_stdin:
        _stop_with_stdin()
    check_train_extra()


def _stop_with_stdin() -> None:
    """Raise Ctrl-C in the main thread once standard input ends; only there to be called.

    Works where signals cannot be sent from process to process, and when the program that started
    this one was killed. The thread reads until the process ends: nothing can wake it.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have it ignored

    def wait_for_end() -> None:
        while os.read(0, 4096):  # not sys.stdin: Python cannot end while a thread waits in that
            pass
        _thread.interrupt_main()

    threading.Thread(target=wait_for_end, name="emg-stdin", daemon=True).start()


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    return value
