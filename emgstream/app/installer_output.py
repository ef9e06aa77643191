"""Progress and failures in the lines that pip and uv print."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from emgstream.translation import tr

__all__ = ["InstallerOutput", "failure_sentence"]

_SIZE = re.compile(r"\((\d+(?:\.\d+)?) ?([kKMG]i?)?[bB]\)")
_UNITS = {"": 1e-6, "k": 1e-3, "m": 1.0, "g": 1e3}
"""Megabytes of each unit of pip."""
_BINARY_UNITS = {"ki": 2**10 / 1e6, "mi": 2**20 / 1e6, "gi": 2**30 / 1e6}
"""Megabytes of each unit of uv."""
_PIP_FETCHES = re.compile(r"\s*(?:Downloading|Using cached) (\S+)")
_PIP_PROGRESS = re.compile(r"Progress (\d+) of \d+$")
_PIP_WRITES = re.compile(r"\s*Installing collected packages: (.+)")
_UV_FETCHES = re.compile(r"Downloading (\S+) ")
_UV_FETCHED = re.compile(r" Downloaded (\S+)$")
_UV_WRITES = re.compile(r"Prepared \d+ packages?")

# In the words of pip 23 to 26 and uv 0.13: a pattern, and the sentence that people get.
_FAILURES = (
    (
        r"externally[- ]managed",
        tr(
            "the operating system lets no other program install packages into this Python (PEP "
            "668); expected an environment of your own; make one and install emgstream into that"
        ),
    ),
    (r"No space left|disk full|\[Errno 28\]", tr("the disk is full; make room and try again")),
    (
        r"Permission denied|Access is denied|\[Errno 13\]",
        tr("the environment may not be written to; expected one of your own"),
    ),
    (
        r"connection broken|Connection refused|Failed to establish|Max retries|Failed to fetch"
        r"|Could not fetch URL|dns error|timed out|ProxyError|SSLError|\(Connect\)"
        r"|Temporary failure in name resolution|error sending request",
        tr(
            "the packages could not be downloaded: the package index cannot be reached; expected a "
            "connection to the internet; connect and try again"
        ),
    ),
    (
        r"ResolutionImpossible|conflicting dependencies|No solution found",
        tr(
            "the packages installed here do not fit those of the extra; expected versions that fit "
            "together; make a new environment and install emgstream and the extra into that"
        ),
    ),
    (
        r"No matching distribution|no version of|has no wheels",
        tr(
            "a package of the extra does not exist for this Python on this system; expected Python "
            "3.10 to 3.13 on Linux, macOS or Windows"
        ),
    ),
    (
        r"subprocess-exited-with-error|Failed building wheel|Failed to build|error: command .*gcc",
        tr(
            "a package must be compiled here, and that failed; expected a C compiler and the "
            "headers of Python and of the kernel; on Debian and Ubuntu install the packages "
            "build-essential, python3-dev and linux-libc-dev"
        ),
    ),
)


def failure_sentence(text: str) -> str:
    """Return why an installer failed, from all it printed.

    >>> failure_sentence("OSError: [Errno 28] No space left on device")
    'the disk is full; make room and try again'
    >>> failure_sentence("ERROR: something else")
    'something else'
    """
    for pattern, sentence in _FAILURES:
        if re.search(pattern, text, re.IGNORECASE):
            return sentence
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith("error")]
    last = (errors or lines or [tr("the installer ended and printed nothing")])[-1]
    return re.sub(r"^error:\s*", "", last, flags=re.IGNORECASE)


@dataclass
class InstallerOutput:
    """Progress of an installation, by the lines of pip or uv."""

    is_writing: bool = False
    """True once packages are written into the environment."""
    names: list[str] = field(default_factory=list)
    """Names of the packages that are written; empty if the installer does not tell them."""
    text: str = ""
    """All that was printed."""
    _whole_mb: float = 0.0
    _open: str = ""
    _open_mb: float = 0.0
    _part_mb: float = 0.0
    _uv_sizes: dict[str, float] = field(default_factory=dict)
    _rest: str = ""

    @property
    def fetched_mb(self) -> float:
        """Size of what is downloaded, or was in the cache."""
        return self._whole_mb + self._part_mb

    @property
    def fetching(self) -> str | None:
        """Name and size of the package that is being downloaded; None if it is not known."""
        if self._open_mb:
            return f"{self._open} ({self._open_mb:,.0f} MB)"
        largest = max(self._uv_sizes.items(), key=lambda one: one[1], default=None)
        return None if largest is None else f"{largest[0]} ({largest[1]:,.0f} MB)"

    def feed(self, text: str) -> None:
        """Take what was printed since the last call."""
        self.text += text
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._take(line.rstrip("\r"))

    def _take(self, line: str) -> None:
        if found := _UV_FETCHED.match(line):
            self._whole_mb += self._uv_sizes.pop(found[1], 0.0)
        elif (found := _UV_FETCHES.match(line)) and _unit(line) in _BINARY_UNITS:
            self._uv_sizes[found[1]] = _megabytes(line)
        elif found := _PIP_PROGRESS.match(line):
            self._part_mb = int(found[1]) / 1e6
        elif found := _PIP_FETCHES.match(line):
            self._close_file()  # pip downloads one after the other
            self._open, self._open_mb = _distribution(found[1]), _megabytes(line)
        elif found := _PIP_WRITES.match(line):
            self._close_file()
            self.names = [name.strip() for name in found[1].split(",")]
            self.is_writing = True
        elif _UV_WRITES.match(line):
            self.is_writing = True

    def _close_file(self) -> None:
        self._whole_mb += self._open_mb
        self._open_mb = self._part_mb = 0.0


def _distribution(file: str) -> str:
    """Return the name in that of a wheel or an archive, which may be an address.

    >>> _distribution("https://host/tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl")
    'tensorflow_cpu'
    """
    return file.rsplit("/", 1)[-1].split("-", 1)[0]


def _unit(line: str) -> str:
    found = _SIZE.search(line)
    return "" if found is None else (found[2] or "").lower()


def _megabytes(line: str) -> float:
    """Return the size in a line, in MB; 0 if it has none.

    >>> _megabytes("Downloading scipy-1.17.1-cp311.whl (33.7 MB)"), _megabytes("x (1.0MiB)")
    (33.7, 1.048576)
    """
    found = _SIZE.search(line)
    return 0.0 if found is None else float(found[1]) * (_UNITS | _BINARY_UNITS)[_unit(line)]
