"""Atomic writing of files: a new file replaces an older one only when it is complete."""

from __future__ import annotations

import errno
import itertools
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from emgstream.device_names import device_problem, is_device_name, is_folder, is_unwritable_device
from emgstream.host_system import platform_name

__all__ = [
    "check_writable",
    "is_same_file",
    "partial_file",
    "read_start",
    "replace_file",
    "write_whole",
]

_N_TRIES, _TRY_S = 10, 0.1
"""Tries to replace or open a file on Windows, and seconds between them: a choice."""

_T = TypeVar("_T")


@contextmanager
def partial_file(path: Path) -> Iterator[Path]:
    """Yield a temporary file beside ``path`` to write to; it is removed at exit.

    It is new and empty: a file or a link of somebody else with such a name is never touched. Raises
    OSError if it cannot be created.
    """
    partial = _new_file(path)
    try:
        yield partial
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def _new_file(path: Path) -> Path:
    """Create an empty file beside ``path``; one that is there, or a link, is not followed."""
    _refuse_device(path)
    for number in itertools.count():
        partial = path.with_name(f"{path.name}{f'.{number}' if number else ''}.partial")
        with suppress(FileExistsError):
            os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
            return partial
    raise AssertionError("unreachable")


def replace_file(partial: Path, target: Path) -> None:
    """Let a complete file take the place of an older one.

    On Windows a program that looks at each new file, as those against viruses do, has it open for a
    moment: it is tried again for a second. Raises OSError if that is in vain.
    """
    _wait_for_others(lambda: partial.replace(target))


def read_start(path: Path, n_bytes: int) -> bytes:
    """Return the first bytes of a file that another process may replace at the same time.

    Windows refuses to open a file in the moment in which it is replaced: it is tried again for a
    second. Raises OSError if that is in vain.
    """

    def read() -> bytes:
        with path.open("rb") as file:
            return file.read(n_bytes)

    return read() if is_folder(path) else _wait_for_others(read)


def _wait_for_others(act: Callable[[], _T]) -> _T:
    for _ in range(_N_TRIES if platform_name() == "win32" else 0):
        try:
            return act()
        except PermissionError:
            time.sleep(_TRY_S)
    return act()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file as a whole or not at all; a device or a pipe is written directly.

    A symbolic link is kept and its target is written. Raises OSError if writing fails.
    """
    _refuse_folder(path)
    if _is_special(path):
        path.write_bytes(content)
        return
    target = Path(os.path.realpath(path))
    with partial_file(target) as partial:
        partial.write_bytes(content)
        replace_file(partial, target)


def check_writable(path: Path) -> None:
    """Raise OSError if `write_whole` could not create the file, before time is spent on it."""
    _refuse_folder(path)
    if not _is_special(path):
        with partial_file(Path(os.path.realpath(path))):
            pass


def is_same_file(one: Path, other: Path) -> bool:
    """Return whether both names lead to one file, existing or not; False for devices and pipes.

    >>> is_same_file(Path("a/../arm.csv"), Path("arm.csv"))
    True
    """
    if _is_special(one) or is_device_name(other):
        return False
    if _real(one) == _real(other):
        return True
    try:
        return one.samefile(other)
    except OSError:  # one of them does not exist
        return False


def _real(path: Path) -> str:
    return os.path.normcase(os.path.realpath(path))


def _is_special(path: Path) -> bool:
    return is_device_name(path) or _is_there_and_special(path)


def _is_there_and_special(path: Path) -> bool:
    return path.exists() and not path.is_file() and not path.is_dir()


def _refuse_device(path: Path) -> None:
    if is_unwritable_device(path):
        raise OSError(errno.EINVAL, device_problem(path))


def _refuse_folder(path: Path) -> None:
    _refuse_device(path)
    if is_folder(path):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
