"""The settings of the configuration file as rows to show, and how one of them is changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emgstream.app.name_lists import did_you_mean
from emgstream.atomic_files import write_whole
from emgstream.bundle import read_model
from emgstream.configuration import (
    TEMPLATE,
    Configuration,
    configuration_from,
    configuration_path,
    configuration_text,
    is_valid_setting,
)
from emgstream.data import DEMO, NO_MODEL
from emgstream.device_names import (
    device_problem,
    is_device_name,
    is_folder,
    is_unwritable_device,
)
from emgstream.errors import ConfigurationError, OutputError
from emgstream.host_system import refusal
from emgstream.network.backend_preference import prefer_backend
from emgstream.outputs.output_registry import output_kinds
from emgstream.sources.source_kind import AUTO
from emgstream.translation import has_catalogue, languages, tr

__all__ = ["ConfiguredSetting", "configured_settings", "set_configured"]

_OUTPUTS = "outputs"
_LISTS = ("channels",)
"""Settings that are lists also where they have one entry."""
_PLAIN = {
    "port": (tr("Source"), AUTO, tr('a port, an address, "auto" or "simulated"')),
    "channels": (
        tr("Channels"),
        tr("those of the model"),
        tr("names or numbers, with commas between them"),
    ),
    "model": (tr("Model"), DEMO, tr("the path of a .emgmodel file")),
    "recordings": (
        tr("Recordings"),
        tr("the current folder"),
        tr("the path of a folder"),
    ),
    "network": (tr("Networks"), "auto", tr('"auto", "litert" or "numpy"')),
    "language": (
        tr("Language"),
        tr("that of the system"),
        tr("one of {languages}, from the next start on", languages=", ".join(languages())),
    ),
}
"""Title, default and expected form of each setting that is no output."""
_OF_VERBS = {"summary": (tr("Summary"), tr("FILE"))}
"""Outputs that are no kind of their own, as the terminal has them: title and form of the value."""
_MODEL, _RECORDINGS, _SUMMARY = "model", "recordings", "summary"
_LANGUAGE = "language"
_STANDARD_OUTPUT = "-"


@dataclass(frozen=True, slots=True)
class ConfiguredSetting:
    """One setting of the configuration file."""

    name: str
    """Its name in the file; ``outputs.NAME`` for an output."""
    title: str
    """Its name for people."""
    text: str
    """Its value as it is typed, with commas between the entries of a list; empty if it is not set.
    """
    default: str
    """The default, in words."""
    form: str
    """The kind of value that is expected, in words."""

    @property
    def group(self) -> str:
        """The heading that it stands under, for people; empty for none."""
        return tr("Outputs") if self.name.startswith(f"{_OUTPUTS}.") else ""

    @property
    def is_set(self) -> bool:
        """True if the file sets it."""
        return bool(self.text)


def configured_settings(configuration: Configuration) -> Iterator[ConfiguredSetting]:
    """Yield every setting there is, those of all registered outputs last."""
    for name, (title, default, form) in _PLAIN.items():
        yield ConfiguredSetting(name, title, _typed(getattr(configuration, name)), default, form)
    for name, (title, form) in _output_titles().items():
        text = _typed(configuration.outputs.get(name))
        yield ConfiguredSetting(f"{_OUTPUTS}.{name}", title, text, tr("off"), form)


def set_configured(name: str, text: str) -> Configuration:
    """Write one setting into the configuration file; comments and other settings stay.

    Parameters
    ----------
    name
        The name of a `ConfiguredSetting`.
    text
        The value as it is typed; empty to set nothing, so that the default holds.

    Returns
    -------
    Configuration
        The settings that hold now.

    Raises
    ------
    ConfigurationError
        There is no setting of this name, the value does not fit, the folder or file that it names
        does not exist, or the configuration file cannot be used.
    ModelFileError
        The value is no model.
    OutputError
        The file cannot be written.

    Notes
    -----
    Paths are written in full, so that they lead to the same place from every folder; those from
    ``~`` on stay as they are.
    """
    import tomlkit  # only a change needs it

    setting = _setting_named(name)
    path, before = configuration_path(), configuration_text()
    configuration_from(before or "")  # what cannot be read is not written over
    document = tomlkit.parse(TEMPLATE if before is None else before)
    table: Any = document
    group, _, key = name.rpartition(".")
    if group:
        table = document.setdefault(group, tomlkit.table())
    value = _checked_value(setting, text)
    if value is None:
        table.pop(key, None)
    else:
        table[key] = value
    if group and not table:
        document.pop(group)
    changed = tomlkit.dumps(document)
    configuration = configuration_from(changed)
    _write(path, changed)
    prefer_backend(configuration.network)
    return configuration


def _checked_value(setting: ConfiguredSetting, text: str) -> str | list[str] | None:
    """Return the value of a setting as the file has it; raises as `set_configured` does."""
    group, _, key = setting.name.rpartition(".")
    value = _value(key, text, in_group=bool(group))
    _check_value(setting, text, value)
    _check_output(key, value, in_group=bool(group))
    _check_language(key, value)
    return _with_full_paths(key, value, in_group=bool(group))


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text.encode())
    except OSError as error:
        raise OutputError(
            tr(
                "cannot write the configuration {path}: {reason}; expected a file "
                "that may be written to; check its folder",
                path=path,
                reason=refusal(error),
            )
        ) from error


def _setting_named(name: str) -> ConfiguredSetting:
    """Return the setting of a name; raises ConfigurationError if there is none."""
    settings = {one.name: one for one in configured_settings(Configuration())}
    if name not in settings:
        raise ConfigurationError(
            tr(
                "there is no setting {name!r}{meant}; expected one of {names}; choose one of those",
                name=name,
                meant=did_you_mean(name, list(settings)),
                names=", ".join(settings),
            )
        )
    return settings[name]


def _check_value(setting: ConfiguredSetting, text: str, value: str | list[str] | None) -> None:
    """Raise ConfigurationError for a value that the file cannot have; nothing is written then."""
    group, _, key = setting.name.rpartition(".")
    if value is not None and not is_valid_setting(group or key, {key: value} if group else value):
        raise ConfigurationError(
            tr(
                "{key} cannot be {text!r}; expected {form}",
                key=setting.name,
                text=text,
                form=setting.form,
            )
        )


def _output_titles() -> dict[str, tuple[str, str]]:
    """Return the name for people and the form of the value of each output, by name."""
    return {kind.name: (tr(kind.shown_title), kind.metavar) for kind in output_kinds()} | _OF_VERBS


def _typed(value: str | tuple[str, ...] | None) -> str:
    return ", ".join(value) if isinstance(value, tuple) else value or ""


def _value(key: str, text: str, in_group: bool) -> str | list[str] | None:
    """Return a typed value as the file has it: a list where it has commas between entries."""
    if not text.strip():
        return None
    if not in_group and key not in _LISTS:
        return text.strip()
    entries = [entry.strip() for entry in text.split(",") if entry.strip()]
    return entries[0] if in_group and len(entries) == 1 else entries


def _with_full_paths(
    key: str, value: str | list[str] | None, in_group: bool
) -> str | list[str] | None:
    """Return a value with its paths in full; raises for one that leads to nothing."""
    if isinstance(value, list):
        return [_with_full_path(key, one, in_group) for one in value]
    return None if value is None else _with_full_path(key, value, in_group)


def _with_full_path(key: str, text: str, in_group: bool) -> str:
    """Return a value, in full if it is a path; raises for a model or folder that is not there."""
    full = _full_path(text)
    if in_group:
        is_path = key == _SUMMARY or any(
            kind.reads_file or kind.writes_file for kind in output_kinds() if kind.name == key
        )
        if is_path:
            _check_no_device(key, text)
    elif key == _MODEL:
        is_path = text not in (DEMO, NO_MODEL) or (is_device_name(text) or full.exists())
        if is_path:
            read_model(Path(text) if full == Path(text).absolute() else full)
    else:
        is_path = key == _RECORDINGS
        if is_path and not is_folder(full):
            raise ConfigurationError(
                tr(
                    "{key} cannot be {text!r}, which is not a folder; expected one that exists; "
                    "make it first, or choose another",
                    key=key,
                    text=text,
                )
            )
    return str(full) if is_path and not text.startswith("~") and text != _STANDARD_OUTPUT else text


def _check_no_device(key: str, text: str) -> None:
    """Raise ConfigurationError for a device that no file can be; one that is written to may be."""
    is_read = any(kind.reads_file for kind in output_kinds() if kind.name == key)
    if is_device_name(text) if is_read else is_unwritable_device(text):
        raise ConfigurationError(
            tr("{key} cannot be {text!r}: {error}", key=key, text=text, error=device_problem(text))
        )


def _full_path(text: str) -> Path:
    """Return the absolute path of a text; one from ``~`` on that leads nowhere stays as it is."""
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError:  # no such user
        return Path(text).absolute()


def _check_language(key: str, value: str | list[str] | None) -> None:
    """Raise ConfigurationError for a language without a catalogue."""
    if key == _LANGUAGE and isinstance(value, str) and not has_catalogue(value):
        raise ConfigurationError(
            tr(
                "{key} cannot be {text!r}, for which there is no catalogue; expected one of "
                "{languages}; choose one of those",
                key=key,
                text=value,
                languages=", ".join(languages()),
            )
        )


def _check_output(key: str, value: str | list[str] | None, in_group: bool) -> None:
    """Raise ConfigurationError where an output cannot have a value."""
    kind = next((kind for kind in output_kinds() if kind.name == key), None)
    if value is None or not in_group or kind is None:
        return
    texts = [value] if isinstance(value, str) else value
    if len(texts) > 1 and not kind.is_repeatable:
        raise ConfigurationError(
            tr(
                "{key} has {n} values; expected one, as there is one such output; write one",
                key=key,
                n=len(texts),
            )
        )
    for text in texts:
        try:
            kind.parse(text)
        except ValueError as error:
            raise ConfigurationError(
                tr("{key} cannot be {text!r}: {error}", key=key, text=text, error=error)
            ) from error
