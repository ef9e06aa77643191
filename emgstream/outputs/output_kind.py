"""One kind of output as the registry knows it: its option, how it is read, and how it opens."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from emgstream.errors import UsageError
from emgstream.outputs.samples import AnyOutput

__all__ = ["OutputKind", "StreamContext"]


@dataclass(frozen=True)
class StreamContext:
    """The stream that an output is opened for."""

    class_names: tuple[str, ...]
    """The classes that are decided between; none where nothing decides."""
    name: str | None = None
    """What the stream is called where there are several."""
    n_reconnects: Callable[[], int] = lambda: 0
    """Return how often its device was away; any thread may ask."""


@dataclass(frozen=True)
class OutputKind:
    """One kind of output, offered as the option ``--NAME`` of the command line.

    A package of yours offers one by an entry point of the group ``emgstream.outputs`` whose object
    is an instance of this class. Functions may be named as ``"module:function"``, which is imported
    when it is first used.
    """

    name: str
    """Unique name, in lower case; the option is ``--NAME``."""
    help: str
    """What it does, for the help of its option; a phrase that begins with a verb."""
    opener: Callable[[Any, StreamContext], AnyOutput | Sequence[AnyOutput]] | str
    """Return the output, or outputs, for a value that was read and a stream; not yet entered.

    Raises EmgStreamError where it cannot be; so does entering it."""
    metavar: str = "ADDRESS"
    """What the value of the option is, for help."""
    parser: Callable[[str], Any] | str = str
    """Read the value of the option; raises UsageError, or another ValueError, for a wrong one."""
    default: str | None = None
    """The value where the option stands without one; None where it needs one."""
    is_repeatable: bool = True
    """True if the option may stand several times, for several outputs at once."""
    share: Callable[[Any], AbstractContextManager[Any]] | str | None = None
    """Return what all streams of a run share for one value, entered before the first of them is
    opened and left after the last: then ``opener`` gets that in place of the value."""
    reads_file: bool = False
    """True if its value is the path of a file that it reads."""
    writes_file: bool = False
    """True if its value is the path of a file that it writes, or ``-`` for standard output."""

    @property
    def option(self) -> str:
        """Its option on the command line."""
        return f"--{self.name}"

    def parse(self, text: str) -> Any:
        """Return the value that a text is read as; raises what its parser raises."""
        if self.writes_file and not text:
            raise UsageError("an empty word is not the name of a file")
        return _function(self.parser)(text)

    def shared(self, value: Any) -> AbstractContextManager[Any]:
        """Return what the streams of a run share for a value, not yet entered."""
        if self.share is None:
            return nullcontext(value)
        shared: AbstractContextManager[Any] = _function(self.share)(value)
        return shared

    def open(self, shared: Any, stream: StreamContext) -> Sequence[AnyOutput]:
        """Return the outputs for one stream, not yet entered."""
        opened: AnyOutput | Sequence[AnyOutput] = _function(self.opener)(shared, stream)
        return opened if isinstance(opened, Sequence) else (opened,)


def _function(named: Callable[..., Any] | str) -> Callable[..., Any]:
    if not isinstance(named, str):
        return named
    function: Callable[..., Any] = pkgutil.resolve_name(named)
    return function
