"""Files that are written whole or not at all, so that an older one stays until then."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["check_writable", "is_same_file", "partial_file", "write_whole"]


@contextmanager
def partial_file(path: Path) -> Iterator[Path]:
    """Give the name to write under until all is written; nothing of that name stays."""
    partial = path.with_name(path.name + ".partial")
    try:
        yield partial
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; into a device or a pipe as it comes.

    A link stays, and what it leads to is written. Raises OSError where that is not possible.
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
    """Raise OSError where `write_whole` would for want of a place: before time is spent."""
    _refuse_folder(path)
    if not _is_special(path):
        with partial_file(Path(os.path.realpath(path))) as partial:
            partial.touch()


def is_same_file(one: Path, other: Path) -> bool:
    """Whether both names, which need not exist, lead to one file; never so for devices and pipes.

    >>> is_same_file(Path("a/../arm.csv"), Path("arm.csv"))
    True
    """
    if _is_special(one):
        return False
    if _real(one) == _real(other):
        return True
    try:
        return one.samefile(other)
    except OSError:  # one of them is not there
        return False


def _real(path: Path) -> str:
    return os.path.normcase(os.path.realpath(path))


def _is_special(path: Path) -> bool:
    return path.exists() and not path.is_file() and not path.is_dir()


def _refuse_folder(path: Path) -> None:
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
