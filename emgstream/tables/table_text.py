r"""Text of a table file: its bytes unpacked, decoded, and cut into lines."""

from __future__ import annotations

import codecs
import contextlib
import hashlib
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO

from emgstream.device_names import device_problem, is_device_name
from emgstream.errors import TableError
from emgstream.host_system import refusal

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["TableFile", "check_there", "cut_into_blocks"]

_PIECE_BYTES = 1 << 18
"""Bytes read at once. A choice: far more than a disk's block, far less than a long recording."""
_LONGEST_LINE = 1 << 20
"""Longest line in bytes. A choice: a row of 1,000 channels has about 10,000."""
_GZIP_MAGIC = b"\x1f\x8b"
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class TableFile:
    r"""An open table file, read as text; a context manager. Its only error is `TableError`.

    Gzip is recognised by the first bytes, not by the file's name. UTF-16 is converted to UTF-8,
    byte order marks are removed, and every line ending (CRLF, CR, and the CRCRLF of a file that was
    converted twice) becomes ``\n``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damage: str | None = None
        """The reason why reading ended early; None as long as it did not."""
        self._hash = hashlib.sha256()
        self._file: BinaryIO

    def __enter__(self) -> Self:
        if is_device_name(self.path):
            raise TableError(f"{device_problem(self.path)}; expected a recording; check the name")
        try:
            self._file = self.path.open("rb")
        except (OSError, ValueError) as error:
            raise TableError(_open_error_text(self.path, error)) from None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    @property
    def sha256(self) -> str:
        """Hash of all bytes read so far; of the whole file once `text` is exhausted."""
        return self._hash.hexdigest()

    def text(self) -> Iterator[bytes]:
        """Yield the file's text in pieces of up to a few hundred kilobytes."""
        return _with_plain_newlines(_as_utf8(self._unpacked()))

    def _unpacked(self) -> Iterator[bytes]:
        raw = self._raw()
        first = next(raw, b"")
        if not first.startswith(_GZIP_MAGIC):
            yield first
            yield from raw
            return
        yield from self._inflated(first, raw)
        for _rest in raw:  # for the hash alone
            pass

    def _raw(self) -> Iterator[bytes]:
        while True:
            try:
                data = self._file.read(_PIECE_BYTES)
            except OSError as error:
                raise TableError(
                    f"{self.path} could not be read to its end: {refusal(error)}; "
                    "is the disk or the network share still there?"
                ) from None
            if not data:
                return
            self._hash.update(data)
            yield data

    def _inflated(self, data: bytes, raw: Iterator[bytes]) -> Iterator[bytes]:
        """Unpack one gzip member after the other; yield all that precedes a damaged place."""
        inflater = zlib.decompressobj(wbits=31)
        while data:
            before = inflater.copy()
            try:
                yield inflater.decompress(data, _PIECE_BYTES)
            except zlib.error as error:
                yield _inflated_before_damage(before, data)
                self.damage = f"the gzip data are damaged ({error})"
                return
            after_member = inflater.unused_data.lstrip(b"\0")  # NUL may pad its end
            data = inflater.unconsumed_tail or after_member or next(raw, b"")
            if inflater.eof and data:
                inflater = zlib.decompressobj(wbits=31)
        yield inflater.flush()
        if not inflater.eof:
            self.damage = "the gzip data end too early"


def _inflated_before_damage(inflater: zlib._Decompress, data: bytes) -> bytes:
    text = bytearray()
    with contextlib.suppress(zlib.error):
        for at in range(len(data)):
            text += inflater.decompress(data[at : at + 1])
    return bytes(text)


def _as_utf8(pieces: Iterator[bytes]) -> Iterator[bytes]:
    first = next(pieces, b"")
    if not first.startswith(_UTF16_MARKS):
        yield first.removeprefix(codecs.BOM_UTF8)
        yield from pieces
        return
    decoder = codecs.getincrementaldecoder("utf-16")(errors="replace")
    yield decoder.decode(first).encode("utf-8")
    for piece in pieces:
        yield decoder.decode(piece).encode("utf-8")
    yield decoder.decode(b"", final=True).encode("utf-8")


def _with_plain_newlines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    held = b""
    for piece in pieces:
        whole = held + piece
        body = whole.rstrip(b"\r")  # the next piece decides which line ending a last CR belongs to
        held = whole[len(body) :]
        yield _plain_newlines(body)
    yield _plain_newlines(held)


def _plain_newlines(text: bytes) -> bytes:
    if b"\r" not in text:
        return text
    return text.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _open_error_text(path: Path, error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{path} does not exist; check the path, or record a table first"
    # Windows reports "permission denied" for a folder
    if isinstance(error, IsADirectoryError) or (
        isinstance(error, PermissionError) and path.is_dir()
    ):
        return f"{path} is a folder; name a CSV file in it"
    if isinstance(error, PermissionError):
        return f"{path} may not be read by this user; check its permissions"
    reason = (error.strerror if isinstance(error, OSError) else None) or error
    return f"{path} cannot be opened: {reason}; check the path"


def check_there(path: Path) -> None:
    """Raise TableError where there is no such file; nothing of it is read."""
    try:
        path.stat()
    except (OSError, ValueError) as error:
        raise TableError(_open_error_text(path, error)) from None


def cut_into_blocks(path: Path, pieces: Iterator[bytes], block_bytes: int) -> Iterator[bytes]:
    r"""Yield blocks of whole lines, about ``block_bytes`` each, then what follows the last newline.

    Only that last one does not end in ``\n``. Raises TableError, with the name in ``path``, for a
    line of more than about 1 MiB.
    """
    pending = b""
    for piece in pieces:
        pending += piece
        while len(pending) >= block_bytes and (end := _end_of_block(pending, block_bytes)):
            yield pending[:end]
            pending = pending[end:]
        if len(pending) > block_bytes + _LONGEST_LINE:
            pending = _without_nul_runs(path, pending)
    end = pending.rfind(b"\n") + 1
    for block in (pending[:end], pending[end:]):
        if block:
            yield block


def _end_of_block(pending: bytes, block_bytes: int) -> int:
    return pending.rfind(b"\n", 0, block_bytes) + 1 or pending.find(b"\n", block_bytes) + 1


def _without_nul_runs(path: Path, line: bytes) -> bytes:
    """Replace each run of NUL by one, as a power cut may leave megabytes of them."""
    line = re.sub(rb"\0+", b"\0", line)
    if len(line) > _LONGEST_LINE:
        raise TableError(
            f"{path} has a line longer than {_LONGEST_LINE:,} bytes, "
            f"it begins with {line[:20]!r}; is this a table with one row per line?"
        )
    return line
