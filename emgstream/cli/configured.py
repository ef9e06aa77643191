"""Settings of the configuration file in the place of options that were not given."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NoReturn

from emgstream.cli.outputs import add_output_arguments, output_destination
from emgstream.configuration import configuration_path, read_configuration
from emgstream.data import DEMO, model_path
from emgstream.device_names import is_folder
from emgstream.errors import ConfigurationError
from emgstream.sources.source_kind import AUTO

__all__ = ["folder_for_recordings", "use_configuration", "use_outputs"]


def use_configuration(arguments: argparse.Namespace, *names: str) -> None:
    """Fill options that were not given from the configuration file, or with their defaults.

    Parameters
    ----------
    arguments
        The arguments of a verb.
    names
        The options to fill: ``port``, ``channels`` and ``model``.

    Raises
    ------
    ConfigurationError
        The configuration file cannot be used.
    """
    configuration = read_configuration()
    port = getattr(arguments, "port", None) or configuration.port or AUTO
    values = {"port": port, "model": model_path(configuration.model or DEMO)}
    for name in names:
        if getattr(arguments, name) is None and name in values:
            setattr(arguments, name, values[name])
    if "channels" in names and arguments.channels is None and configuration.channels:
        from emgstream.app.configured_channels import configured_channels  # looks at all packages

        first_port = port[0] if isinstance(port, list) else port
        arguments.channels = configured_channels(configuration, first_port)


def folder_for_recordings() -> Path:
    """Return the folder that recordings are written to, the current one if none is set.

    Raises ConfigurationError if the folder that is set does not exist.
    """
    folder = read_configuration().recordings_folder or Path()
    if not is_folder(folder):
        raise ConfigurationError(
            f"the configuration {configuration_path()} has recordings = {str(folder)!r}, which is "
            "not a folder; expected one that exists; make it, or name a file with --out"
        )
    return folder


def use_outputs(arguments: argparse.Namespace) -> None:
    """Add the outputs of the configuration file; an option replaces those of its name.

    Raises ConfigurationError if an output is not known or its value is wrong.
    """
    outputs = read_configuration().outputs
    if not outputs:
        return
    parser = _OutputParser(prog="", add_help=False, allow_abbrev=False)
    add_output_arguments(parser)
    words = [
        f"--{name}={text}"
        for name, value in outputs.items()
        for text in ([value] if isinstance(value, str) else value)
    ]
    parsed = parser.parse_args(words)
    for name in outputs:
        if not getattr(arguments, output_destination(name)):
            value = getattr(parsed, output_destination(name))
            setattr(arguments, output_destination(name), value)


class _OutputParser(argparse.ArgumentParser):
    """Reads outputs of the configuration file as the options of their names."""

    def error(self, message: str) -> NoReturn:
        """Raise ConfigurationError."""
        raise ConfigurationError(
            f"the configuration {configuration_path()} has an output that does not work: "
            f"{message}; expected the options for outputs of emgstream live; correct it there"
        )
