"""Install an extra: further packages for training, other boards, other outputs or file formats.

Without a name, list the extras with their size and whether they are installed. Ctrl-C cancels while
packages are downloaded; no package that is installed already is changed.
"""

from __future__ import annotations

import argparse
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, TextColumn

from emgstream.app.extra_installation import ExtraInstallation, InstallationState
from emgstream.app.installation_plan import plan_installation
from emgstream.cli.interrupt import InterruptRequest, polite_end
from emgstream.cli.terminal import console, print_facts, print_grid
from emgstream.errors import InterruptedByUserError, OutputError
from emgstream.extras import EXTRAS, TRAIN, Extra, training_obstacle

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = {
    "install train": "install the libraries for training",
    "install lsl --dry-run": "print what would be installed, and install nothing",
}

_LOOK_S = 0.1
"""Seconds between two looks. A choice: smooth for a bar, and no load."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``emgstream install``."""
    parser.add_argument(
        "extra", nargs="?", metavar="EXTRA", help=f"one of: {', '.join(e.name for e in EXTRAS)}"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="print what would be installed, and install nothing"
    )
    parser.add_argument("--again", action="store_true", help="install it again, to repair it")


def run(arguments: argparse.Namespace) -> None:
    """Install the extra into the environment of this program.

    Raises UsageError for an unknown extra, OutputError where packages cannot be installed,
    ChildFailedError where it failed, and InterruptedByUserError after Ctrl-C.
    """
    if arguments.extra is None:
        _print_extras()
        return
    plan = plan_installation(arguments.extra, repairs=arguments.again)
    print_facts(console(), plan.facts)
    if plan.extra.is_installed and not arguments.again:
        console().print("nothing to do; --again repairs it")
    elif not arguments.dry_run:
        with ExitStack() as stack:
            installation = ExtraInstallation(plan)
            stack.callback(installation.shut_down)
            pressed = stack.enter_context(polite_end())
            _follow(installation, stack.enter_context(_InstallationBar()), pressed)
        _report(installation, pressed)
    elif plan.obstacle is not None:
        raise OutputError(plan.obstacle)


def _print_extras() -> None:
    rows = [(extra.name, extra.purpose, extra.size_words, _state(extra)) for extra in EXTRAS]
    print_grid(console(), ("extra", "to", "size", "installed"), rows, n_texts=4)


def _state(extra: Extra) -> str:
    if extra.is_installed:
        lacking = ", ".join(extra.gaps_of_parts)
        return f"yes, without {lacking}" if lacking else "yes"
    gap = training_obstacle() if extra is TRAIN else extra.gap
    return "no" if gap is None else "not for this computer"


def _follow(
    installation: ExtraInstallation, bar: _InstallationBar, pressed: InterruptRequest
) -> None:
    """Show the progress until the installation has ended."""
    is_told = False
    while installation.is_running:
        installation.poll()
        bar.show(installation)
        if pressed.is_set() and not installation.cancel() and not is_told:
            is_told = True
            bar.tell("the packages are being written; the program ends once that is done")
        time.sleep(_LOOK_S)


def _report(installation: ExtraInstallation, pressed: InterruptRequest) -> None:
    if installation.failure is not None:
        raise installation.failure
    if installation.state is InstallationState.CANCELLED:
        raise InterruptedByUserError(f"stopped by {pressed.by}; no package was changed")
    console().print(installation.words)


class _InstallationBar:
    """The progress on one line of stderr; without a terminal, one line per step."""

    def __init__(self) -> None:
        terminal = console(to_stderr=True)
        self._is_watched = terminal.is_terminal
        columns = (BarColumn(bar_width=20), TextColumn("{task.description}", markup=False))
        self._progress = Progress(*columns, console=terminal, transient=True)
        self._task = self._progress.add_task("", total=None)
        self._state: InstallationState | None = None

    def __enter__(self) -> Self:
        if self._is_watched:
            self._progress.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._is_watched:
            self._progress.stop()

    def show(self, installation: ExtraInstallation) -> None:
        """Show the present state."""
        share, words = installation.fraction, installation.words
        if self._is_watched:
            total = None if share is None else 1.0
            self._progress.update(
                self._task, description=words, total=total, completed=share or 0.0
            )
        elif installation.state is not self._state and installation.is_running:
            self.tell(words)
        self._state = installation.state

    def tell(self, text: str) -> None:
        """Print one line above the progress."""
        self._progress.console.print(text)
