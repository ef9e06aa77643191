"""A file of a recognised format, open for the library that reads it."""

from __future__ import annotations

import lzma
import struct
import tokenize
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from emgstream.errors import TableError
from emgstream.tables.memory_need import refuse_bytes_that_do_not_fit

__all__ = ["OpenedRecording"]

DAMAGED = "copy the file again from the program that wrote it, or save it there as CSV"
"""Advice for a damaged file."""
_MOST_DEFLATED = 1032
"""Largest factor by which deflate packs data (zlib's technical notes); every format here that
packs its values uses it."""
_ERROR_LENGTH = 120
"""Letters of a library's error that are shown. A choice: one line."""
_LIBRARY_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BufferError,
    EOFError,
    LookupError,
    NameError,
    NotImplementedError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    lzma.LZMAError,
    struct.error,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
)
"""Errors that edfio, pyxdf, scipy, h5py and numpy raise on a damaged file, as fuzzing found."""


@dataclass(frozen=True, eq=False)
class OpenedRecording:
    """A file whose format is known, at its beginning."""

    path: Path
    """The file, as the user named it; for messages."""
    title: str
    """Its format, with the article: ``an EDF file``."""
    content: BinaryIO
    """Its bytes, unpacked if the file is gzipped; can seek."""
    n_bytes: int
    """Number of these bytes."""
    sha256: str
    """SHA-256 of the file's bytes on disk."""

    def refused(self, reason: str, advice: str = DAMAGED) -> TableError:
        """Return the error for a file that cannot be read, with what to do next."""
        return TableError(f"{self.path} is {self.title} that cannot be read: {reason}; {advice}")

    @contextmanager
    def library_reads(self) -> Iterator[None]:
        """Keep a library's warnings silent and turn its errors into TableError."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
        except TableError:
            raise
        except MemoryError:
            raise self.too_large() from None
        except _LIBRARY_ERRORS as error:
            text = " ".join(str(error).split()) or type(error).__name__
            raise self.refused(f"it is damaged ({text[:_ERROR_LENGTH]})") from error

    def check_claim(self, n_bytes: int) -> None:
        """Raise TableError for more bytes of values than the file can hold, or than fit in memory.

        To be called before they are read.
        """
        if n_bytes > self.n_bytes * _MOST_DEFLATED:
            raise self.refused(
                f"it claims {n_bytes:,} bytes of values and has {self.n_bytes:,} in all"
            )
        refuse_bytes_that_do_not_fit(self.path, n_bytes)

    def too_large(self) -> TableError:
        """Return the error for a file that needs more memory than there is."""
        return self.refused(
            f"what it claims to hold in its {self.n_bytes:,} bytes does not fit into the memory of "
            "this computer",
            "save a shorter part of it, or fewer channels",
        )
