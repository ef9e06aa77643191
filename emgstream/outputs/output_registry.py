"""All kinds of outputs, and the class that opens the outputs of a run.

To add a kind, write its file and an entry in `_BUILT_IN`, or register an `OutputKind` in a package
of yours as an entry point of the group ``emgstream.outputs``. The verbs and the Python API offer
all registered kinds.

>>> with OpenOutputs([("udp", "127.0.0.1:9000")]) as outputs:
...     [one.name for one in outputs.open_for(StreamContext(("rest", "fist")))]
['UDP to 127.0.0.1:9000']
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emgstream.errors import UsageError
from emgstream.outputs.address import Address
from emgstream.outputs.output_kind import OutputKind, StreamContext
from emgstream.outputs.samples import AnyOutput
from emgstream.plugins import with_plugins

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["GROUP", "OpenOutputs", "output_kind", "output_kinds", "output_problems"]

GROUP = "emgstream.outputs"
"""Group of the entry points of other packages."""

_BUILT_IN = (
    OutputKind(
        "jsonl",
        "write one JSON object per decision to this file; - is stdout",
        "emgstream.outputs.jsonl:open_jsonl",
        title="JSON lines file",
        about="A new file with one line of JSON per decision.",
        metavar="OUT",
        share="emgstream.outputs.lines:LineWriter",
        writes_file=True,
    ),
    OutputKind(
        "udp",
        "send one JSON datagram per decision",
        "emgstream.outputs.udp:open_udp",
        title="UDP",
        about="One JSON datagram per decision, for games and your own programs, to host:port.",
        metavar="HOST:PORT",
        parser=Address.parse,
    ),
    OutputKind(
        "osc",
        "send one Open Sound Control bundle per decision",
        "emgstream.outputs.osc:open_osc",
        title="OSC",
        about="One Open Sound Control bundle per decision, for music software, to host:port.",
        metavar="HOST:PORT",
        parser=Address.parse,
    ),
    OutputKind(
        "web",
        "send one JSON message per decision over WebSocket, and serve a page that shows them; "
        "default: "
        "127.0.0.1:8765; other host names and origins are refused unless named",
        "emgstream.outputs.web.web_output:open_web",
        title="Web page",
        about="A page at this address shows the decisions; programs get them by WebSocket.",
        metavar="[HOST:]PORT[,NAME...]",
        parser="emgstream.outputs.web.web_address:WebAddress.parse",
        default="127.0.0.1:8765",
        is_repeatable=False,
        share="emgstream.outputs.web.web_server:WebServer",
    ),
    OutputKind(
        "mqtt",
        "publish one JSON object per decision to an MQTT broker; mqtts:// for TLS; needs the extra "
        "mqtt",
        "emgstream.outputs.mqtt:open_mqtt",
        title="MQTT",
        about="One JSON message per decision to a broker, as host/topic; mqtts:// for TLS.",
        metavar="HOST[:PORT]/TOPIC",
        parser="emgstream.outputs.mqtt:MqttAddress.parse",
    ),
    OutputKind(
        "lsl",
        "send samples and decisions over the Lab Streaming Layer, as the streams NAME and 'NAME "
        "decisions'; "
        "default: emgstream; needs the extra lsl",
        "emgstream.outputs.lsl_outlet:open_lsl",
        title="Lab Streaming Layer",
        about="Samples and decisions as two streams of this name, for programs of experiments.",
        metavar="NAME",
        parser="emgstream.outputs.lsl_outlet:outlet_name",
        default="emgstream",
        is_repeatable=False,
    ),
    OutputKind(
        "control",
        "press keys and move the mouse as this JSON or TOML file sets it for each movement; F8 "
        "arms it, F12 stops it; needs the extra control",
        "emgstream.outputs.control:open_control",
        title="Keys and mouse",
        about="Presses the keys below for movements, once armed with F8; F12 stops it.",
        metavar="FILE",
        parser=Path,
        is_repeatable=False,
        reads_file=True,
    ),
)


@cache
def _registered() -> tuple[tuple[OutputKind, ...], tuple[str, ...]]:
    return with_plugins(GROUP, OutputKind, _BUILT_IN)


def output_kinds() -> tuple[OutputKind, ...]:
    """Return all kinds of outputs, the built-in ones first."""
    return _registered()[0]


def output_problems() -> tuple[str, ...]:
    """Return one line for each registered kind that cannot be used."""
    return _registered()[1]


def output_kind(name: str) -> OutputKind:
    """Return the kind of output with a name; raises UsageError if there is none."""
    for kind in output_kinds():
        if kind.name == name:
            return kind
    names = ", ".join(kind.name for kind in output_kinds())
    raise UsageError(f"no kind of output is called {name!r}; expected one of {names}")


class OpenOutputs:
    """The outputs of a run, open until it is left.

    Parameters
    ----------
    requests
        Name of the kind and value of each output; a value that is text is converted.

    Raises
    ------
    UsageError
        There is no such kind, or the value is wrong.
    OutputError, MissingExtraError
        On entering and from `open_for`: an output cannot be opened.
    """

    def __init__(self, requests: Iterable[tuple[str, Any]]) -> None:
        self._requests = [_read(name, value) for name, value in requests]
        self._shared: list[tuple[OutputKind, Any]] = []
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._shared = [
                (kind, stack.enter_context(kind.shared(value))) for kind, value in self._requests
            ]
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stack.close()

    def open_for(self, stream: StreamContext) -> list[AnyOutput]:
        """Return the outputs of one stream, entered; they are left at the end of the run."""
        outputs: list[AnyOutput] = []
        for kind, shared in self._shared:
            for output in kind.open(shared, stream):
                self._stack.enter_context(output)
                outputs.append(output)
        return outputs


def _read(name: str, value: Any) -> tuple[OutputKind, Any]:
    kind = output_kind(name)
    return kind, kind.parse(value) if isinstance(value, str) else value
