"""Memory that reading a file needs, compared with what is free before it is read."""

from __future__ import annotations

from pathlib import Path

from emgstream.device_names import is_device_name
from emgstream.errors import TableError

__all__ = ["bytes_to_read", "refuse_bytes_that_do_not_fit", "refuse_what_does_not_fit"]

_NEED_PER_BYTE = 5.0
"""Bytes of memory per byte of a file. Measured with ``scripts/bench.py tables``: a table of 1 M
rows and three channels, 18 MB, takes 4.2 to 5.6 times its size."""
_CHECKED_FROM = 1 << 26
"""Size from which it is checked, 64 MiB. A choice: it needs memory that every computer has."""
_MOST_PACKED = 1000
"""Factor by which gzip packs at most: 1032, by the definition of Deflate."""
_GZIP = b"\x1f\x8b"


def refuse_what_does_not_fit(path: Path) -> None:
    """Raise TableError for a file that needs more memory than is free.

    A gzipped file counts with the size that it states for its content, modulo 4 GiB. A file that
    cannot be looked at passes; reading tells the reason.
    """
    refuse_bytes_that_do_not_fit(path, bytes_to_read(path))


def refuse_bytes_that_do_not_fit(path: Path, n_bytes: int) -> None:
    """Raise TableError if so many bytes of a file, unpacked, need more memory than is free."""
    if n_bytes < _CHECKED_FROM:
        return
    import psutil  # only large files need it

    free, needed = psutil.virtual_memory().available, _NEED_PER_BYTE * n_bytes
    if needed > free:
        raise TableError(
            f"{path} has {_size(n_bytes)} to read, which takes about {_size(needed)} of memory; "
            f"{_size(free)} are free, enough for a file of {_size(free / _NEED_PER_BYTE)}; "
            "cut it into parts, or close other programs"
        )


def bytes_to_read(path: Path) -> int:
    """Return the size of a file, unpacked if it is gzipped; 0 if it cannot be looked at."""
    if is_device_name(path):
        return 0  # whoever reads it tells that it is none
    try:
        n_bytes = path.stat().st_size
        if n_bytes * _MOST_PACKED < _CHECKED_FROM or not path.is_file():
            return 0
        return max(n_bytes, _unpacked_bytes(path))
    except (OSError, ValueError):
        return 0


def _unpacked_bytes(path: Path) -> int:
    with path.open("rb") as file:
        if file.read(2) != _GZIP:
            return 0
        file.seek(-4, 2)
        return int.from_bytes(file.read(4), "little")


def _size(n_bytes: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if n_bytes < 1000.0 or unit == "GB":
            break
        n_bytes /= 1000.0
    return f"{n_bytes:.3g} {unit}"
