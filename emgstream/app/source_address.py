"""The address of a source as it is typed: what it is, or the one thing that is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl

from emgstream.app.name_lists import did_you_mean
from emgstream.app.open_requests import PortRequest, ReplayRequest, SourceRequest
from emgstream.device_names import is_device_name
from emgstream.errors import EmgStreamError
from emgstream.sources.brainflow_boards import board_name, needs_of
from emgstream.sources.source_kind import AUTO, SIMULATED
from emgstream.sources.source_registry import kind_of, open_source, source_kinds
from emgstream.translation import tr
from emgstream.wording import number_up_to

__all__ = ["TypedAddress", "check_address"]

_SOCKET = "socket"
_RECORDING = "recording"
_HIGHEST_PORT = 65_535  # by the protocol
_EXAMPLES = tr("lsl://NAME, brainflow://BOARD, socket://HOST:PORT, or the path of a recording")


@dataclass(frozen=True, slots=True)
class TypedAddress:
    """An address that is being typed."""

    request: SourceRequest | None
    """The request that opens it; None while it opens nothing."""
    words: str
    """The source that it opens, or what is wrong with it; one sentence for people."""


def check_address(text: str) -> TypedAddress:
    """Return what an address opens, or what is wrong with it; nothing is connected to.

    A library may be loaded, which takes a moment the first time.

    >>> check_address("lls://arm").words
    'there are no addresses lls:// (did you mean lsl://?)'
    >>> check_address("socket://127.0.0.1:5000").words
    'a board behind the network address 127.0.0.1:5000'
    """
    text = text.strip().strip("\"'")
    if not text:
        return TypedAddress(None, tr("expected {examples}", examples=_EXAMPLES))
    scheme, has_scheme, rest = text.partition("://")
    if not has_scheme:
        return _without_scheme(text)
    known = [*(kind.name for kind in source_kinds() if not _has_no_scheme(kind.name)), _SOCKET]
    if scheme not in known:
        meant = did_you_mean(f"{scheme}://", [f"{name}://" for name in known])
        hint = meant or tr("; expected {examples}", examples=_EXAMPLES)
        return TypedAddress(
            None, tr("there are no addresses {scheme}://{hint}", scheme=scheme, hint=hint)
        )
    if scheme == _SOCKET:
        return _socket(text, rest)
    try:
        open_source(text)
    except EmgStreamError as error:
        return TypedAddress(None, str(error))
    if scheme == "brainflow" and (lacks := _lacks(rest)):
        return TypedAddress(None, lacks)
    title, name = kind_of(text).title.partition(",")[0], rest.partition("?")[0]
    return TypedAddress(PortRequest(text), f"{title}: {name}" if name else title)


def _has_no_scheme(name: str) -> bool:
    return name in (SIMULATED, _RECORDING, "serial")


def _without_scheme(text: str) -> TypedAddress:
    """Return what a path, or the name of a port, opens."""
    if text in (AUTO, SIMULATED):
        return TypedAddress(PortRequest(text), tr("a board on this computer"))
    if _is_windows_port(text):
        return TypedAddress(PortRequest(text), tr("the serial port {text}", text=text))
    if is_device_name(text):
        return TypedAddress(
            None,
            tr(
                "{text} is a device of Windows, and no board; expected {examples}",
                text=text,
                examples=_EXAMPLES,
            ),
        )
    path = Path(text).expanduser()
    if path.is_file():
        return TypedAddress(ReplayRequest(path), tr("a recording, played at its own pace"))
    if path.is_dir():
        return TypedAddress(None, tr("{text} is a folder; expected a recording in it", text=text))
    if kind_of(text).name == _RECORDING:
        return TypedAddress(
            None, tr("there is no file {text}; expected the path of a recording", text=text)
        )
    if path.exists():
        return TypedAddress(PortRequest(text), tr("the serial port {text}", text=text))
    return TypedAddress(
        None,
        tr(
            "there is no file and no port {text}; expected {examples}",
            text=text,
            examples=_EXAMPLES,
        ),
    )


def _is_windows_port(text: str) -> bool:
    return text[:3].upper() == "COM" and text[3:].isdigit()


def _socket(text: str, rest: str) -> TypedAddress:
    host, colon, port = rest.rpartition(":")
    if not host or not colon:
        return TypedAddress(None, tr("the port is missing; expected socket://HOST:PORT"))
    if not number_up_to(port, _HIGHEST_PORT):
        return TypedAddress(
            None,
            tr(
                "{port!r} is not a port; expected a number from 1 to {highest_port}",
                port=port,
                highest_port=_HIGHEST_PORT,
            ),
        )
    return TypedAddress(
        PortRequest(text),
        tr("a board behind the network address {host}:{port}", host=host, port=port),
    )


def _lacks(rest: str) -> str:
    """Return the sentence for a parameter that a board of BrainFlow lacks; empty if none."""
    name, _, query = rest.partition("?")
    given = dict(parse_qsl(query))
    missing = [
        one.words
        for one in needs_of(board_name(name)).parameters
        if not one.condition and one.key not in given
    ]
    if not missing:
        return ""
    return tr(
        "{name} needs {missing}; fill in the fields of the board",
        name=board_name(name),
        missing=tr(" and ").join(missing),
    )
