r"""A file's bytes, as text with ``\n`` at the end of its lines, hashed on the way."""

from __future__ import annotations

import codecs
import contextlib
import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO

from emgstream.errors import TableError

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["TableFile"]

_CHUNK_BYTES = 1 << 18
_GZIP_MAGIC = b"\x1f\x8b"
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class TableFile:
    r"""An open table file; a context manager. No OSError escapes: all are TableErrors.

    Gzip is known by its first bytes, not by the file's name. UTF-16 is turned into UTF-8, byte
    order marks are taken off, and every line ending (CRLF, CR, the CRCRLF of a twice-translated
    file) becomes ``\n``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damage: str | None = None
        """What broke off the reading early; None as long as nothing did."""
        self._hash = hashlib.sha256()
        self._file: BinaryIO

    def __enter__(self) -> Self:
        try:
            self._file = self.path.open("rb")
        except (OSError, ValueError) as error:
            raise TableError(_why_not_open(self.path, error)) from None
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
        """Hash of all bytes read so far; of the whole file once `text` is used up."""
        return self._hash.hexdigest()

    def text(self) -> Iterator[bytes]:
        """Give the file's text piece by piece, a few hundred kilobytes each."""
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
                data = self._file.read(_CHUNK_BYTES)
            except OSError as error:
                raise TableError(
                    f"{self.path} could not be read to its end: {error.strerror or error}; "
                    "is the disk or the network share still there?"
                ) from None
            if not data:
                return
            self._hash.update(data)
            yield data

    def _inflated(self, data: bytes, raw: Iterator[bytes]) -> Iterator[bytes]:
        """Unpack one gzip member after the other; on damage, give all that came before it."""
        inflater = zlib.decompressobj(wbits=31)
        while data:
            before = inflater.copy()
            try:
                yield inflater.decompress(data, _CHUNK_BYTES)
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
        body = whole.rstrip(b"\r")  # what follows decides what a CR at the end is part of
        held = whole[len(body) :]
        yield _plain_newlines(body)
    yield _plain_newlines(held)


def _plain_newlines(text: bytes) -> bytes:
    if b"\r" not in text:
        return text
    return text.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _why_not_open(path: Path, error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{path} does not exist; check the path, or record a table first"
    # Windows says "permission denied" of a folder
    if isinstance(error, IsADirectoryError) or (
        isinstance(error, PermissionError) and path.is_dir()
    ):
        return f"{path} is a folder; name a CSV file in it"
    if isinstance(error, PermissionError):
        return f"{path} may not be read by this user; check its permissions"
    reason = (error.strerror if isinstance(error, OSError) else None) or error
    return f"{path} cannot be opened: {reason}; check the path"
