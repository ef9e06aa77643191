"""A kind of output as it is registered: its option, its values and the function that opens it."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from emgstream.errors import UsageError
from emgstream.outputs.samples import AnyOutput
from emgstream.sources.source_status import SourceState, SourceStatus, StatusReader

__all__ = ["OutputKind", "StreamContext"]


@dataclass(frozen=True)
class StreamContext:
    """Facts about the stream that an output is opened for."""

    class_names: tuple[str, ...]
    """The classes of the model; empty without a model."""
    name: str | None = None
    """Name of the stream, if there are several."""
    status: StatusReader = lambda: SourceStatus(SourceState.STREAMING)
    """Return the status of its source; any thread may call."""
    source_name: Callable[[], str] = str
    """Return the name of its source, a port or a recording; any thread may call."""


@dataclass(frozen=True)
class OutputKind:
    """A kind of output, offered as the option ``--NAME`` of the command line.

    Other packages register one as an entry point of the group ``emgstream.outputs`` that is an
    instance of this class. A function can be given as ``"module:function"``, which is imported on
    first use.
    """

    name: str
    """Unique name, in lower case; the option is ``--NAME``."""
    help: str
    """Help of the option, a phrase that begins with a verb."""
    opener: Callable[[Any, StreamContext], AnyOutput | Sequence[AnyOutput]] | str
    """Return the output, or outputs, for the value of the option and a stream; not yet entered.

    Opening and entering raise EmgStreamError if it is not possible."""
    metavar: str = "ADDRESS"
    """Name of the value in the help."""
    parser: Callable[[str], Any] | str = str
    """Convert the text of the option; raises UsageError, or another ValueError, if it is wrong."""
    default: str | None = None
    """Value of the option if it is given without one; None if it needs one."""
    is_repeatable: bool = True
    """True if the option may be given several times, for several outputs."""
    share: Callable[[Any], AbstractContextManager[Any]] | str | None = None
    """Return a context manager that all streams of a run share, for one value of the option.

    It is entered before the outputs are opened and left after them; ``opener`` gets what entering
    gives in the place of the value."""
    reads_file: bool = False
    """True if the value is the path of a file that is read."""
    writes_file: bool = False
    """True if the value is the path of a file that is written, or ``-`` for standard output."""
    title: str = ""
    """Name for people, in the window; empty for ``name``."""
    about: str = ""
    """Sentence for people, in the window, with the form of the value; empty for ``help``."""

    @property
    def shown_title(self) -> str:
        """The name for people."""
        return self.title or self.name

    @property
    def shown_help(self) -> str:
        """The sentence for people."""
        return self.about or f"{self.help[:1].upper()}{self.help[1:]}."

    @property
    def option(self) -> str:
        """The option on the command line."""
        return f"--{self.name}"

    def parse(self, text: str) -> Any:
        """Return the value for the text of the option; raises what ``parser`` raises."""
        if self.writes_file and not text:
            raise UsageError("an empty word is not the name of a file")
        return _function(self.parser)(text)

    def shared(self, value: Any) -> AbstractContextManager[Any]:
        """Return what the streams of a run share for a value; not yet entered."""
        if self.share is None:
            return nullcontext(value)
        shared: AbstractContextManager[Any] = _function(self.share)(value)
        return shared

    def open(self, shared: Any, stream: StreamContext) -> Sequence[AnyOutput]:
        """Return the outputs of one stream; not yet entered."""
        opened: AnyOutput | Sequence[AnyOutput] = _function(self.opener)(shared, stream)
        return opened if isinstance(opened, Sequence) else (opened,)


def _function(named: Callable[..., Any] | str) -> Callable[..., Any]:
    if not isinstance(named, str):
        return named
    function: Callable[..., Any] = pkgutil.resolve_name(named)
    return function
