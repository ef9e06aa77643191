"""Files that an output replaces: those that an earlier run of the same kind wrote, and no others.

A name that is mistyped, or completed wrongly, may be that of a recording or of somebody's work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from emgstream.device_names import device_problem, is_device_name, is_unwritable_device
from emgstream.errors import OutputError
from emgstream.text_documents import json_of

__all__ = ["holds_object", "holds_objects_by_line", "is_page", "refuse_to_replace"]

_MOST_BYTES = 1 << 16  # of a line, or of the beginning of a page: a choice, far more than ours have


def refuse_to_replace(path: Path, is_ours: Callable[[Path], bool], ours: str) -> None:
    """Raise OutputError for a file that is there and is none of ours, as ``is_ours`` tells.

    An empty file, a device and a pipe may be written to. ``ours`` names what is replaced, in the
    plural.
    """
    if is_unwritable_device(path):
        raise OutputError(f"{device_problem(path)}; expected a file; choose another name")
    if is_device_name(path):
        return
    try:
        if not path.is_file() or not path.stat().st_size or is_ours(path):
            return
    except OSError:  # whoever writes it tells why not
        return
    raise OutputError(
        f"{path} is there already and holds something else; expected a new file, as only {ours} "
        "of an earlier run are replaced; choose another name"
    )


def holds_objects_by_line(path: Path, keys: Iterable[str]) -> bool:
    """Return whether the first line of a file is a JSON object with all these keys."""
    with path.open("rb") as file:
        return _is_object(file.readline(_MOST_BYTES), keys)


def holds_object(path: Path, *kinds: Iterable[str]) -> bool:
    """Return whether a file is one JSON object with all the keys of one of these kinds."""
    with path.open("rb") as file:
        if not file.read(_MOST_BYTES).lstrip().startswith(b"{"):  # no long recording is read whole
            return False
    content = path.read_bytes()
    return any(_is_object(content, keys) for keys in kinds)


def is_page(path: Path, start: str) -> bool:
    """Return whether a file begins with this text."""
    with path.open("rb") as file:
        return file.read(len(start.encode())) == start.encode()


def _is_object(text: bytes, keys: Iterable[str]) -> bool:
    try:
        document = json_of(text)
    except ValueError:
        return False
    return isinstance(document, dict) and document.keys() >= set(keys)
