"""Atomic writing of files: a new file replaces an older one only when it is complete."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["check_writable", "is_same_file", "partial_file", "write_whole"]


@contextmanager
def partial_file(path: Path) -> Iterator[Path]:
    """Yield a temporary name beside ``path`` to write to; its file is removed at exit."""
    partial = path.with_name(path.name + ".partial")
    try:
        yield partial
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


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
        partial.replace(target)


def check_writable(path: Path) -> None:
    """Raise OSError if `write_whole` could not create the file, before time is spent on it."""
    _refuse_folder(path)
    if not _is_special(path):
        with partial_file(Path(os.path.realpath(path))) as partial:
            partial.touch()


def is_same_file(one: Path, other: Path) -> bool:
    """Return whether both names lead to one file, existing or not; False for devices and pipes.

    >>> is_same_file(Path("a/../arm.csv"), Path("arm.csv"))
    True
    """
    if _is_special(one):
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
    return path.exists() and not path.is_file() and not path.is_dir()


def _refuse_folder(path: Path) -> None:
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
