"""Opening the window from the command line."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from emgstream.cli import options
from emgstream.cli.outputs import given_outputs
from emgstream.errors import UsageError
from emgstream.gui import SourceRequest, WindowRequest, run

__all__ = ["add_window_arguments", "run_window", "wants_window"]

_AFTER_S = 5.0
_OF_THE_WINDOW = ("screenshot", "after", "theme")


def add_window_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare how the window looks, and the picture of it."""
    group = parser.add_argument_group("the window")
    group.add_argument(
        "--screenshot",
        type=options.file_path,
        metavar="FILE.png",
        help="save a picture of the window and end; works without a display",
    )
    group.add_argument(
        "--after",
        type=options.positive,
        metavar="SECONDS",
        help=f"seconds until the picture is taken; default {_AFTER_S:g}",
    )
    group.add_argument(
        "--theme",
        choices=("light", "dark"),
        help="look of the window; default: as chosen last, or that of the system",
    )


def wants_window(arguments: argparse.Namespace) -> bool:
    """Return True for the window, False if an option is only for the terminal.

    Raises UsageError if there are options for both.
    """
    terminal = [
        *_given(("headless",), arguments),
        *given_outputs(arguments),
        *_given(("summary", "seconds"), arguments),
    ]
    window = _given(_OF_THE_WINDOW, arguments)
    if terminal and window:
        raise UsageError(
            f"{terminal[0]} is for the terminal, {window[0]} for the window; leave one of them out"
        )
    if arguments.after is not None and arguments.screenshot is None:
        raise UsageError("--after sets when a picture is taken; add --screenshot FILE.png")
    return not terminal


def run_window(source: SourceRequest, arguments: argparse.Namespace) -> None:
    """Open the window on a source, without a model if none is given; return when it is closed.

    Raises what `emgstream.gui.run` raises.
    """
    run(
        WindowRequest(
            source,
            model=arguments.model,
            without_model=arguments.model is None,
            screenshot=arguments.screenshot,
            after_s=arguments.after or _AFTER_S,
            theme=arguments.theme,
        )
    )


def _given(words: Iterable[str], arguments: argparse.Namespace) -> list[str]:
    return [f"--{word}" for word in words if getattr(arguments, word, None)]
