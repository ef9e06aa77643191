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
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from emgstream.bundle import MODEL_SUFFIX
from emgstream.cli.verb_parsers import whole_parser
from emgstream.extras import EXTRAS
from emgstream.sources.source_kind import AUTO, SIMULATED
from emgstream.tables.formats import RECORDING_SUFFIXES

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = {
    "completion bash": "print the script for bash",
    "completion zsh": "print the script for zsh",
}

_SHELLS = ("bash", "zsh", "fish", "tcsh", "powershell")
_FILES = ("FILE", "FILE.csv", "FILE.png", "NAME.csv", "NAME.emgmodel")
_FOLDERS = ("FOLDER", "folder")
_MODELS = ("M",)
_RECORDINGS = ("file", "SESSION", "session")
_EITHER = ("inspect",)
"""Verbs whose files are recordings or models."""
_PORTS = (AUTO, SIMULATED)

_BASH = r"""
_emgstream_ports() {
  compgen -W "WORDS" -- "$1"
  compgen -f -- "${1:-/dev/}" | grep -E "^/dev/(ttyUSB|ttyACM|cu[.])"
}
_emgstream_named_files() {
  compgen -W "demo" -- "$1"
  compgen -d -- "$1"
  compgen -f -- "$1" | grep -i -E "\.($2)$"
}
_emgstream_model_files() { _emgstream_named_files "$1" "MODEL"; }
_emgstream_recording_files() { _emgstream_named_files "$1" "RECORDINGS"; }
_emgstream_known_files() { _emgstream_named_files "$1" "MODEL|RECORDINGS"; }
"""
"""Functions of the script for bash; shtab has none for files by their suffix."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``emgstream completion``."""
    parser.add_argument("shell", choices=_SHELLS, help="the shell to print the script for")


def run(arguments: argparse.Namespace) -> None:
    """Print the script; it has all verbs and options of this version."""
    import shtab  # only this verb needs it

    parser = whole_parser()
    for verb, action in _values(parser):
        _mark(verb, action, arguments.shell)
    preamble = _functions() if arguments.shell == "bash" else ""
    sys.stdout.write(shtab.complete(parser, shell=arguments.shell, preamble=preamble))


def _values(
    parser: argparse.ArgumentParser, verb: str = ""
) -> Iterator[tuple[str, argparse.Action]]:
    """Yield each argument that takes a value without a list of choices, with its verb."""
    for action in parser._actions:  # argparse gives no other list of them
        if isinstance(action, argparse._SubParsersAction):
            for name, one in action.choices.items():
                yield from _values(one, name)
        elif action.choices is None and action.nargs != 0:
            yield verb, action


def _mark(verb: str, action: argparse.Action, shell: str) -> None:
    """Tell shtab what the values of an argument are, by the word for them in the help."""
    import shtab

    word = action.metavar or action.dest
    if word == "EXTRA":
        action.choices = [extra.name for extra in EXTRAS]
    elif action.dest in ("port", "ports"):
        if shell == "bash":
            _complete(action, {shell: "_emgstream_ports"})
        else:
            action.choices = _PORTS
    elif word in _MODELS:
        _complete(action, _by_suffix(shtab.FILE, "model", (MODEL_SUFFIX,)))
    elif word in _RECORDINGS and verb in _EITHER:
        _complete(action, _by_suffix(shtab.FILE, "known", (MODEL_SUFFIX, *RECORDING_SUFFIXES)))
    elif word in _RECORDINGS:
        _complete(action, _by_suffix(shtab.FILE, "recording", RECORDING_SUFFIXES))
    elif word in _FILES:
        _complete(action, shtab.FILE)
    elif word in _FOLDERS:
        _complete(action, shtab.DIRECTORY)


def _complete(action: argparse.Action, how: Mapping[str, Any]) -> None:
    action.complete = how  # type: ignore[attr-defined] # where shtab looks for it


def _by_suffix(any_file: Mapping[str, Any], kind: str, suffixes: Sequence[str]) -> dict[str, Any]:
    """Return the words of each shell for files with these suffixes; some shells offer any file."""
    patterns = "|".join(f"*{suffix}" for suffix in suffixes)
    return {
        **any_file,
        "bash": f"_emgstream_{kind}_files",
        "zsh": f"_files -g '({patterns})'",
    }


def _functions() -> str:
    model, recordings = (
        "|".join(suffix.removeprefix(".").replace(".", "[.]") for suffix in suffixes)
        for suffixes in ((MODEL_SUFFIX,), RECORDING_SUFFIXES)
    )
    words = _BASH.replace("WORDS", " ".join(_PORTS))
    return words.replace("MODEL", model).replace("RECORDINGS", recordings)
