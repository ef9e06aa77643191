"""The configuration file of the user: settings that hold where no option says otherwise.

One file of TOML in the user's own folder, for the terminal and the window. The Python API does not
read it, so that a program does the same on every computer.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias, get_type_hints

import msgspec

from emgstream.errors import ConfigurationError, OutputError
from emgstream.host_system import refusal
from emgstream.text_documents import toml_of
from emgstream.user_folders import config_folder
from emgstream.wording import did_you_mean

__all__ = [
    "TEMPLATE",
    "Configuration",
    "configuration_from",
    "configuration_path",
    "configuration_text",
    "is_valid_setting",
    "read_configuration",
    "write_template",
]

_PATH_VARIABLE = "EMGSTREAM_CONFIG"
_NAME = "config.toml"

_Text: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[^\x00-\x1f]+\Z")]
_Texts: TypeAlias = Annotated[tuple[_Text, ...], msgspec.Meta(min_length=1)]


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a configuration file; None for what it does not set."""

    port: _Text | None = None
    """The port of the board, as for ``--port``."""
    channels: _Texts | None = None
    """The channels of the board to use, as for ``--channels``."""
    model: _Text | None = None
    """The path of a model, as for ``--model``."""
    recordings: _Text | None = None
    """The folder that recordings are written to."""
    network: Literal["auto", "litert", "numpy"] | None = None
    """The library that runs the networks of models."""
    language: _Text | None = None
    """The language of the texts, as ``de``; ``en`` for English."""
    outputs: dict[str, _Text | _Texts] = {}
    """Values of the options for outputs, by the name of the option."""

    @property
    def recordings_folder(self) -> Path | None:
        """The folder that recordings are written to."""
        return None if self.recordings is None else Path(self.recordings)


_EXPECTED = {
    "port": 'text, for example "auto" or the name of a port',
    "channels": 'a list of different names or numbers in quotes, for example ["1", "2", "3"]',
    "model": 'text, the path of a model, for example "~/emg/arm.emgmodel"',
    "recordings": 'text, the path of a folder, for example "~/emg"',
    "network": '"auto", "litert" or "numpy"',
    "language": 'text, a language, for example "de" or "en"',
    "outputs": 'text or a list of text for each output, for example udp = ["127.0.0.1:9000"]',
}

TEMPLATE = """\
# Configuration of emgstream, for the terminal and the window.
#
# To use a setting, remove the "# " in front of it. An option on the command line comes before the
# setting here; in the window, what was chosen there last does, too. `emgstream config` shows what
# holds. Paths are full, begin with "~" for your home folder, or start at the folder in which
# emgstream is run.

# The board: "auto" (the first board on USB that answers), "simulated", "socket://HOST:PORT", or the
# name of a port, as `emgstream ports` lists them.
# port = "auto"

# The channels of the board to use, by name or number, in the order of the model's channels.
# channels = ["1", "2", "3"]

# The model that decides; "demo" is the shipped one, trained on synthetic EMG.
# model = "~/emg/arm.emgmodel"

# The folder that `emgstream record` and the page Record write to.
# recordings = "~/emg"

# The library that runs the network of a model: "litert", "numpy", or "auto", which is LiteRT where
# it is installed. The environment variable EMGSTREAM_NETWORK comes before it.
# network = "auto"

# The language of the window: "en", or one with a catalogue, as "de"; without it that of the system.
# The terminal speaks English.
# language = "en"

# Outputs of `live` and `replay` in the terminal, each with the values of the option of its name.
# The page Outputs of the window proposes them.
# [outputs]
# udp = ["127.0.0.1:9000"]
# osc = ["127.0.0.1:9001"]
# jsonl = ["decisions.jsonl"]
# web = "127.0.0.1:8765"
# mqtt = ["localhost/emg"]
# lsl = "emgstream"
# control = "~/emg/game.toml"
# summary = "summary.json"
"""


def configuration_path() -> Path:
    """Return the path of the configuration file, which need not exist.

    The environment variable ``EMGSTREAM_CONFIG`` names another file.
    """
    named = os.environ.get(_PATH_VARIABLE)
    if named:
        return Path(named)
    return config_folder() / _NAME


def read_configuration() -> Configuration:
    """Return the settings of the configuration file; none where there is no file.

    Raises ConfigurationError, naming the file and the line or the setting, where it cannot be
    used.
    """
    text = configuration_text()
    return Configuration() if text is None else configuration_from(text)


def configuration_text() -> str | None:
    """Return the text of the configuration file; None where there is no file.

    Raises ConfigurationError where it cannot be read.
    """
    path = configuration_path()
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigurationError(
            f"cannot read the configuration {path}: {refusal(error)}; expected a readable "
            f"TOML file; correct it, or name another with {_PATH_VARIABLE}"
        ) from error
    except ValueError as error:
        raise _no_toml(path, error) from error


def configuration_from(text: str) -> Configuration:
    """Return the settings of a text that is, or is to be, the configuration file.

    Raises ConfigurationError, naming the file and the line or the setting, where it cannot be
    used.
    """
    path = configuration_path()
    try:
        document = toml_of(text)
    except ValueError as error:
        raise _no_toml(path, error) from error
    return Configuration(**{name: _checked(path, name, document[name]) for name in document})


def write_template(path: Path) -> None:
    """Write a configuration file in which every setting is a comment.

    Raises OutputError where the file exists or cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(TEMPLATE)
    except OSError as error:
        raise OutputError(
            f"cannot write the configuration {path}: {refusal(error)}; expected a new "
            "file; change the one there is, or name another with " + _PATH_VARIABLE
        ) from error


def _no_toml(path: Path, error: Exception) -> ConfigurationError:
    return ConfigurationError(f"the configuration {path} is not TOML: {error}; correct it there")


def _checked(path: Path, name: str, value: Any) -> Any:
    """Return the value of a setting, with paths from ``~`` on made full."""
    if name not in _EXPECTED:
        raise ConfigurationError(
            f"the configuration {path} has the setting {name!r}{did_you_mean(name, _EXPECTED)}; "
            f"expected one of {', '.join(_EXPECTED)}; correct it there"
        )
    try:
        checked = _converted(name, value)
    except msgspec.ValidationError:
        raise ConfigurationError(
            f"the configuration {path} has {name} = {value!r:.80}; expected {_EXPECTED[name]}; "
            "correct it there"
        ) from None
    return _expanded(checked)


def is_valid_setting(name: str, value: Any) -> bool:
    """Return True if a setting of the file can have a value, as TOML gives it.

    >>> is_valid_setting("network", "numpy"), is_valid_setting("network", "onnx")
    (True, False)
    """
    try:
        _converted(name, value)
    except msgspec.ValidationError:
        return False
    return True


def _converted(name: str, value: Any) -> Any:
    """Return the value of a setting in its own type; raises ValidationError."""
    kind = get_type_hints(Configuration, include_extras=True)[name]
    converted = msgspec.convert(value, kind)
    if name == "channels" and len(set(converted)) < len(converted):
        raise msgspec.ValidationError
    return converted


def _expanded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _expanded(one) for name, one in value.items()}
    if isinstance(value, tuple):
        return tuple(map(_expanded, value))
    return os.path.expanduser(value) if value.startswith("~") else value  # noqa: PTH111 - no Path
