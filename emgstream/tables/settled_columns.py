"""The settled columns of a recording, kept as JSON beside it.

The file of ``arm.csv`` is ``arm.csv.columns.json``, so that no two recordings share one. It holds
the hash of the recording that it was settled for. Where it cannot be written, as in a folder that
may only be read or beside a file of another program with that name, it is kept in the user's data
folder by the size and the hash of the recording.
"""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emgstream.atomic_files import partial_file, read_start, replace_file
from emgstream.device_names import is_device_name
from emgstream.errors import OutputError, UsageError
from emgstream.host_system import refusal
from emgstream.logs import get_logger
from emgstream.tables.column_choice import ColumnChoice
from emgstream.text_documents import json_of
from emgstream.user_folders import data_folder

__all__ = [
    "SettledColumns",
    "find_settled",
    "has_settled",
    "read_settled",
    "remember",
    "settled_path",
    "with_settled",
]

_FORMAT = "emgstream columns"
_VERSION = 1
_LARGEST_BYTES = 1 << 20
"""Largest size of a settlement. A choice: 10,000 channels with names of 40 letters need half."""

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SettledColumns:
    """The settlement for a recording that was found, if any, and a note on one that is not used."""

    choice: ColumnChoice | None = None
    """The user's earlier statements; None if there are none for this recording."""
    path: Path | None = None
    """The file that they were read from."""
    note: str = ""
    """The reason why a file beside the recording is not used, for people; empty if it is."""


class _UnusableError(Exception):
    """A file that holds no settlement for this version; the text is the reason, for people."""


def settled_path(recording: Path) -> Path:
    """Return the path of the settlement beside a recording.

    >>> settled_path(Path("arm.csv.gz")).name
    'arm.csv.gz.columns.json'
    """
    return Path(f"{recording}.columns.json")


def has_settled(recording: Path) -> bool:
    """Return whether `find_settled` may find something; it is cheap and needs no hash."""
    if is_device_name(recording):
        return False  # whoever reads it tells that it is none
    return _is_file(settled_path(recording)) or any(_kept_of_size(recording))


def read_settled(recording: Path, sha256: str) -> ColumnChoice | None:
    """Return what was settled for the recording with this hash; None if nothing was."""
    return find_settled(recording, sha256).choice


def find_settled(recording: Path, sha256: str) -> SettledColumns:
    """Return what was settled for the recording with this hash; it never raises.

    A file that is damaged, of another program, of a newer version or settled for other content is
    not used; the note says so.
    """
    beside, note = settled_path(recording), ""
    # the data folder first: it is written to only where the folder of the recording refuses
    for path in (*(one for one in _kept_of_size(recording) if sha256 in one.name), beside):
        if not _is_file(path):
            continue
        try:
            settled_for, choice = _read(path)
        except (OSError, _UnusableError) as error:
            note = f"{path.name} is not used: {_reason(error)}"
            continue
        if settled_for == sha256:
            return SettledColumns(choice, path, note)
        note = (
            f"{path.name} is not used: {recording.name} has changed since its columns were settled"
        )
    if note:
        _log.info("%s: %s", recording, note)
    return SettledColumns(note=note)


def with_settled(recording: Path, choice: ColumnChoice) -> tuple[ColumnChoice, str]:
    """Return a choice completed by what was settled for a recording, and a note on it for people.

    The note is empty if there is nothing to tell. The recording is read only if there may be a
    settlement. Raises UsageError where both together contradict themselves.
    """
    if not has_settled(recording):
        return choice, ""
    try:
        sha256 = _hash_of(recording)
    except OSError:  # the reader says what is wrong
        return choice, ""
    found = find_settled(recording, sha256)
    if found.choice is None:
        return choice, found.note
    whole = choice.over(found.choice)
    if whole == choice:
        return choice, ""
    return whole, f"columns as settled before: {found.choice.command_line()} ({found.path})"


def remember(recording: Path, sha256: str, choice: ColumnChoice) -> Path:
    """Keep a choice for the recording with this hash; return the file that holds it now.

    A settlement of ours is replaced, at once and as a whole; any other file is left alone.

    Raises OutputError where neither the folder of the recording nor the user's data folder can be
    written to.
    """
    content = _document(recording, sha256, choice)
    beside = settled_path(recording)
    if _is_free_or_ours(beside):
        with suppress(OSError):
            _write(beside, content)
            for kept in _kept_of_size(recording):
                if sha256 in kept.name:
                    kept.unlink(missing_ok=True)
            return beside
    try:
        kept = _kept_path(recording, sha256)
        kept.parent.mkdir(parents=True, exist_ok=True)
        _write(kept, content)
    except OSError as error:
        raise OutputError(
            f"the columns of {recording} cannot be remembered: {refusal(error)}; expected "
            f"to write {beside.name} beside it, or into {_kept_folder()}; give the options each "
            "time, or convert the file once with emgstream convert"
        ) from error
    return kept


def _document(recording: Path, sha256: str, choice: ColumnChoice) -> bytes:
    document = {
        "format": _FORMAT,
        "version": _VERSION,
        "recording": recording.name,
        "sha256": sha256,
        "columns": choice.to_json(),
    }
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def _write(path: Path, content: bytes) -> None:
    """Write a file as a whole; processes that write it at the same time do not disturb each other.

    Raises OSError.
    """
    with partial_file(path.with_name(f"{path.name}.{uuid.uuid4().hex}")) as partial:
        partial.write_bytes(content)
        replace_file(partial, path)


def _read(path: Path) -> tuple[str, ColumnChoice]:
    """Return the hash that a choice was settled for, and the choice.

    Raises OSError, or _UnusableError with the reason.
    """
    content = read_start(path, _LARGEST_BYTES + 1)
    if len(content) > _LARGEST_BYTES:
        raise _UnusableError("it is not of emgstream")
    try:
        document: Any = json_of(content)
    except ValueError:
        raise _UnusableError("it is damaged, or not of emgstream") from None
    if not isinstance(document, dict) or document.get("format") != _FORMAT:
        raise _UnusableError("it is not of emgstream")
    version, sha256 = document.get("version"), document.get("sha256")
    if isinstance(version, int) and version > _VERSION:
        raise _UnusableError(
            f"it has version {version}, this program knows {_VERSION}; update emgstream"
        )
    if version != _VERSION or not isinstance(sha256, str):
        raise _UnusableError("it is damaged; move it away")
    try:
        return sha256, ColumnChoice.from_json(document.get("columns"))
    except UsageError as error:
        raise _UnusableError(f"it is damaged ({error}); move it away") from None


def _hash_of(path: Path) -> str:
    sha256 = hashlib.sha256()
    with path.open("rb") as file:
        while data := file.read(1 << 20):
            sha256.update(data)
    return sha256.hexdigest()


def _is_free_or_ours(path: Path) -> bool:
    try:
        _read(path)
    except FileNotFoundError:
        return True
    except (OSError, _UnusableError):
        return False
    return True


def _is_file(path: Path) -> bool:
    return os.path.isfile(path)  # noqa: PTH113 - a name that is too long is no error, as for Path


def _reason(error: OSError | _UnusableError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _kept_of_size(recording: Path) -> Iterator[Path]:
    """Yield the settlements in the user's data folder for recordings of the same size."""
    with suppress(OSError, ValueError):  # the reader says what is wrong with the path
        yield from _kept_folder().glob(f"{recording.stat().st_size}-*.json")


def _kept_path(recording: Path, sha256: str) -> Path:
    return _kept_folder() / f"{recording.stat().st_size}-{sha256}.json"


def _kept_folder() -> Path:
    return data_folder() / "columns"
