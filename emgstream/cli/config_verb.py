"""Show the settings in use and where they come from, or change them.

The file sets the default port, channels, model, outputs and folder of recordings, for the terminal
and the window. An option overrides the file; so does the last choice in the window.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator

from emgstream.app.configured_language import unknown_language
from emgstream.app.configured_settings import configured_settings, set_configured
from emgstream.cli.terminal import console, note, print_facts
from emgstream.configuration import (
    Configuration,
    configuration_path,
    read_configuration,
    write_template,
)
from emgstream.errors import UsageError
from emgstream.log_output import user_log_path
from emgstream.network.backend_preference import VARIABLE as NETWORK
from emgstream.translation import VARIABLE as LANGUAGE

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = {
    "config": "show the settings in use",
    "config --init": "write a configuration file to begin with",
}
_VARIABLES = {"network": NETWORK, "language": LANGUAGE}
"""Environment variables that come before the file, by the setting that they stand for."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``emgstream config``."""
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="write a setting into the file, for example model=arm.emgmodel or "
        "outputs.udp=127.0.0.1:9000; "
        "without a value the default holds again; may be given several times",
    )
    parser.add_argument(
        "--init",
        action="store_true",
        help="write a configuration file in which every setting is a comment; an existing file is "
        "never overwritten",
    )


def run(arguments: argparse.Namespace) -> None:
    """Print each setting with its value and where it comes from.

    Raises ConfigurationError where the file or a setting cannot be used, and OutputError where the
    file cannot be written.
    """
    if arguments.init:
        write_template(configuration_path())
    for words in arguments.set:
        name, sign, value = words.partition("=")
        if not sign:
            raise UsageError(f"--set {words} has no =; expected NAME=VALUE, for example port=auto")
        set_configured(name.strip(), value)
    print_facts(console(), _facts(read_configuration()))
    unknown = unknown_language()
    if unknown is not None:
        note(unknown)


def _facts(configuration: Configuration) -> Iterator[tuple[str, str]]:
    variables = {name: one for name, one in _VARIABLES.items() if os.environ.get(one)}
    path = configuration_path()
    yield "file", f"{path}" if path.exists() else f"{path} (does not exist; --init writes it)"
    for setting in configured_settings(configuration):
        if setting.name in variables:
            variable = variables[setting.name]
            yield setting.name, f"{os.environ[variable]} ({variable})"
        elif setting.is_set:
            yield setting.name, f"{setting.text} (file)"
        elif "." not in setting.name:
            yield setting.name, f"{setting.default} (default)"
    if not configuration.outputs:
        yield "outputs", "none (default)"
    yield "log", f"{user_log_path()} (of the window, and of bugs)"
