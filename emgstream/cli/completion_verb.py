"""Print a script with which a shell completes verbs, options and files with the Tab key.

It is installed once:

  bash        emgstream completion bash > ~/.local/share/bash-completion/completions/emgstream
  zsh         emgstream completion zsh > ~/.zfunc/_emgstream
              (and in ~/.zshrc, before compinit: fpath+=~/.zfunc)
  fish        emgstream completion fish > ~/.config/fish/completions/emgstream.fish
  powershell  emgstream completion powershell >> $PROFILE
"""

from __future__ import annotations

import argparse
import sys

from emgstream.cli.verb_parsers import whole_parser

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = {
    "completion bash": "print the script for bash",
    "completion zsh": "print the script for zsh",
}

_SHELLS = ("bash", "zsh", "fish", "tcsh", "powershell")
_FILES = ("FILE", "FILE.csv", "FILE.png", "NAME.csv", "NAME.emgmodel", "M", "SESSION", "file")
_FOLDERS = ("FOLDER", "folder")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``emgstream completion``."""
    parser.add_argument("shell", choices=_SHELLS, help="the shell to print the script for")


def run(arguments: argparse.Namespace) -> None:
    """Print the script; it has all verbs and options of this version."""
    import shtab  # only this verb needs it

    parser = whole_parser()
    _mark_files(parser, shtab.FILE, shtab.DIRECTORY)
    sys.stdout.write(shtab.complete(parser, shell=arguments.shell))


def _mark_files(parser: argparse.ArgumentParser, file: object, folder: object) -> None:
    """Tell shtab which values are files and folders, by the words for them in the help."""
    for action in parser._actions:  # argparse gives no other list of them
        if isinstance(action, argparse._SubParsersAction):
            for one in action.choices.values():
                _mark_files(one, file, folder)
        elif action.choices is None and (action.metavar or action.dest) in _FILES:
            action.complete = file  # type: ignore[attr-defined] # where shtab looks for it
        elif action.choices is None and (action.metavar or action.dest) in _FOLDERS:
            action.complete = folder  # type: ignore[attr-defined]
