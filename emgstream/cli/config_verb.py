"""Show the settings in use and where they come from, or write a configuration file.

The file sets the default port, channels, model, outputs and folder of recordings, for the terminal
and the window. An option overrides the file; so does the last choice in the window.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from emgstream.cli.terminal import console, print_facts
from emgstream.configuration import (
    Configuration,
    configuration_path,
    read_configuration,
    write_template,
)
from emgstream.data import DEMO
from emgstream.log_output import user_log_path
from emgstream.sources.source_kind import AUTO

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = {
    "config": "show the settings in use",
    "config --init": "write a configuration file to begin with",
}

_DEFAULTS = {
    "port": AUTO,
    "channels": "those of the model",
    "model": DEMO,
    "recordings": "the folder in which emgstream is run",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``emgstream config``."""
    parser.add_argument(
        "--init",
        action="store_true",
        help="write a configuration file in which every setting is a comment; an existing file is "
        "never overwritten",
    )


def run(arguments: argparse.Namespace) -> None:
    """Print each setting with its value and where it comes from.

    Raises ConfigurationError where the file cannot be used, and OutputError where a new one cannot
    be written.
    """
    if arguments.init:
        write_template(configuration_path())
    print_facts(console(), _facts(read_configuration()))


def _facts(configuration: Configuration) -> Iterator[tuple[str, str]]:
    path = configuration_path()
    yield "file", f"{path}" if path.exists() else f"{path} (does not exist; --init writes it)"
    for name, default in _DEFAULTS.items():
        yield name, _value(getattr(configuration, name), default)
    if not configuration.outputs:
        yield "outputs", _value(None, "none")
    for name, value in configuration.outputs.items():
        yield f"outputs.{name}", _value(value, "")
    yield "log", f"{user_log_path()} (of the window, and of bugs)"


def _value(value: str | tuple[str, ...] | None, default: str) -> str:
    if value is None:
        return f"{default} (default)"
    return f"{value if isinstance(value, str) else ', '.join(value)} (file)"
