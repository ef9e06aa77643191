"""The verbs, and the parsers of their arguments."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import NoReturn

from emgstream import __version__
from emgstream.cli.help_text import VerbHelp, examples_text, with_suggestion
from emgstream.cli.interrupt import ctrl_c_after
from emgstream.cli.log_options import add_log_options
from emgstream.errors import UsageError

__all__ = [
    "VERBS",
    "VERB_GROUPS",
    "program_parser",
    "verb_module",
    "verb_parser",
    "whole_parser",
]

VERB_GROUPS = {
    "set up": {
        "doctor": "check this computer: packages, display, ports, folders",
        "install": "install an extra, such as the libraries for training",
        "ports": "list serial ports, boards and streams that can be used",
        "firmware": "show or save the sketch for the board, with wiring and safety",
        "config": "show the settings in use, or write a configuration file",
        "completion": "complete verbs and options with the Tab key",
    },
    "use": {
        "live": "classify the signals of a board while they arrive",
        "replay": "play a recording through a model as if it were live",
        "simulate": "simulate a board: synthetic EMG on a port, with faults if wanted",
    },
    "record": {
        "record": "record movements with labels; the screen shows each cue",
        "recover": "repair a recording that was interrupted",
        "convert": "convert recordings of other programs",
        "export": "export a session as EDF+, BDF+ or BIDS",
        "inspect": "show the content of a recording or a model, and problems in it",
    },
    "train": {
        "train": "train a model on labelled recordings",
        "calibrate": "adapt a model to a new day, with 15 to 25 s per movement",
        "tune": "compare smoothing and thresholds on a recording, and keep them",
    },
    "measure": {
        "evaluate": "measure a model on recordings it has not seen",
        "test-live": "test a model on cued movements, with a person or a recording",
    },
}
"""The verbs by what one does with them, each with what it does."""

VERBS = {verb: what for verbs in VERB_GROUPS.values() for verb, what in verbs.items()}
"""All verbs; the module NAME_verb of each has ``EXAMPLES``, ``add_arguments`` and ``run``."""


class _Parser(argparse.ArgumentParser):
    """A parser that raises UsageError, so that wrong arguments are one line like every error."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{with_suggestion(message, self)}; see {self.prog} --help")


def program_parser() -> _Parser:
    """Return the parser of what stands before the arguments of a verb."""
    parser = _Parser(
        prog=_program(),
        usage=f"{_program()} [--help] [--version] [-v] [--log FILE] [verb ...]",
        description="Classify EMG signals in real time. Without a verb, the window is opened.",
        epilog=_verb_list(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"emgstream {__version__}")
    parser.add_argument("verb", nargs="?", choices=VERBS, metavar="verb", help=argparse.SUPPRESS)
    parser.add_argument("words", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    add_log_options(parser)
    return parser


def verb_parser(verb: str) -> argparse.ArgumentParser:
    """Return the parser of the arguments of a verb; it imports the module of the verb."""
    module = verb_module(verb)
    parser = _Parser(
        prog=f"{_program()} {verb}", description=module.__doc__, formatter_class=VerbHelp
    )
    module.add_arguments(parser)
    add_log_options(parser)
    parser.epilog = "\n\n".join(filter(None, [examples_text(module.EXAMPLES), parser.epilog]))
    return parser


def _program() -> str:
    """Return the command that runs the program, as it was typed."""
    is_module = Path(sys.argv[0]).parts[-2:] == ("emgstream", "__main__.py")
    return "python -m emgstream" if is_module else "emgstream"


def _verb_list() -> str:
    """Return all verbs with what they do, by group."""
    lines = []
    for group, verbs in VERB_GROUPS.items():
        lines += [f"{group}:", *(f"  {verb:10}  {what}" for verb, what in verbs.items()), ""]
    return "\n".join(
        [*lines, f"`{_program()} VERB --help` shows the options of a verb, with examples."]
    )


def whole_parser() -> argparse.ArgumentParser:
    """Return one parser with the parsers of all verbs in it, for the completion of shells."""
    parser = _Parser(prog="emgstream")
    add_log_options(parser)
    verbs = parser.add_subparsers()
    for verb, what in VERBS.items():
        verb_module(verb).add_arguments(verbs.add_parser(verb, help=what))
    return parser


def verb_module(verb: str) -> ModuleType:
    """Return the module of a verb; raises KeyboardInterrupt after Ctrl-C, once it is imported."""
    with ctrl_c_after():
        return importlib.import_module(f"emgstream.cli.{verb.replace('-', '_')}_verb")
