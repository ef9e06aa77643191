"""Progress of a verb that trains: a bar for people, or one JSON object per line for programs."""

from __future__ import annotations

import _thread
import argparse
import json
import math
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from emgstream.app.training_words import time_left
from emgstream.cli.interrupt import stoppable
from emgstream.cli.terminal import console, note, print_facts
from emgstream.errors import InterruptedByUserError
from emgstream.extras import check_train_extra

if TYPE_CHECKING:
    from emgstream_training.epoch_progress import EpochProgress
    from typing_extensions import Self

__all__ = [
    "EPOCHS",
    "EpochBar",
    "add_progress_options",
    "begin",
    "is_for_programs",
    "report_model",
    "watched_training",
    "write_event",
]

EPOCHS = """Events: "epoch" with stage, epoch, n_epochs, loss, accuracy, val_loss, val_accuracy
(0 to 1; null where nothing is held out) and time_left_s;"""
"""The events of `watched_training`, for --help."""

_DESCRIPTION = """With --progress jsonl standard output has one JSON object per line, each with an
"event"; readers must ignore events and keys they do not know. Failures stay one line on standard
error, with exit code 1."""


class EpochBar:
    """A bar for each stage of a training: epoch, loss, accuracy and time left."""

    def __init__(self, terminal: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn(
                "epoch {task.completed:.0f}/{task.total:.0f}   {task.fields[figures]}", markup=False
            ),
            TextColumn("{task.fields[left]}", markup=False),
            console=terminal,
        )
        self._stages: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._stages:
            self._end_stages()
            self._progress.stop()

    def show(self, epoch: EpochProgress) -> None:
        """Show an epoch that is done."""
        if epoch.stage not in self._stages:
            self._begin(epoch)
        self._progress.update(
            self._stages[epoch.stage],
            completed=epoch.epoch,
            figures=epoch.figures,
            left=f"{time_left(epoch.time_left_s)} left",
        )

    def _begin(self, epoch: EpochProgress) -> None:
        self._progress.start()  # not before: where nothing is shown no line is left
        self._end_stages()
        self._stages[epoch.stage] = self._progress.add_task(
            epoch.stage, total=epoch.n_epochs, figures="", left=""
        )

    def _end_stages(self) -> None:
        """Remove the time left of stages that are over, which may have ended early."""
        for task in self._stages.values():
            self._progress.update(task, left="")


def add_progress_options(parser: argparse.ArgumentParser, events: str) -> None:
    """Add ``--progress`` and ``--stop-with-stdin``; ``events`` describes the events for --help."""
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
        help="stop as by Ctrl-C when standard input ends, so that it ends with the program that "
        "started it",
    )


def is_for_programs(arguments: argparse.Namespace) -> bool:
    """Return whether progress goes to a program, as JSON events, or to a person."""
    return bool(arguments.progress == "jsonl")


def write_event(event: Mapping[str, Any]) -> None:
    """Write one event at once; a float that is not finite is null."""
    sys.stdout.write(json.dumps(_plain(event), allow_nan=False) + "\n")
    sys.stdout.flush()


@contextmanager
def watched_training(
    arguments: argparse.Namespace,
) -> Iterator[tuple[Callable[[EpochProgress], None], Callable[[str], None]]]:
    """Give what is to be called after every epoch, and for every note.

    Epochs move a bar, and notes are printed; or epochs are events, and notes are in the last one.
    Ctrl-C ends the training after its epoch; see `emgstream.cli.interrupt.stoppable`.
    """
    with EpochBar(console(to_stderr=True)) as bar, ExitStack() as stack:
        if is_for_programs(arguments):
            yield stoppable(_write_epoch, stack), lambda _: None
        else:
            yield stoppable(bar.show, stack), note


def report_model(
    arguments: argparse.Namespace, event: Mapping[str, Any], facts: Iterable[tuple[str, str]]
) -> None:
    """Write the last event, or print the facts on the new model.

    Raises InterruptedByUserError where Ctrl-C ended the training.
    """
    if is_for_programs(arguments):
        write_event(event)
    else:
        print_facts(console(), facts)
    if event["interrupted"]:
        raise InterruptedByUserError(f"stopped by Ctrl-C; {event['model']} holds the best so far")


def _write_epoch(progress: EpochProgress) -> None:
    write_event({"event": "epoch", **vars(progress)})


def begin(arguments: argparse.Namespace) -> None:
    """Prepare a verb that trains; raises MissingExtraError without the extra ``train``."""
    if arguments.stop_with_stdin:
        _stop_with_stdin()
    check_train_extra()


def _stop_with_stdin() -> None:
    """Raise KeyboardInterrupt in the main thread, which calls this, once standard input ends.

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
