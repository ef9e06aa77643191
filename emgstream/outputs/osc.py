"""Decisions as Open Sound Control (OSC) messages, for Max, Pure Data, TouchDesigner and others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from emgstream.decisions import Decision
from emgstream.outputs.address import Address
from emgstream.outputs.datagrams import Datagrams
from emgstream.outputs.output import Output, Update
from emgstream.outputs.output_kind import StreamContext

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["OscOutput", "open_osc"]

_FORBIDDEN = str.maketrans(dict.fromkeys(" #*,/?[]{}", "_"))


class OscOutput(Output):
    """One OSC 1.0 bundle per decision, over UDP.

    ``/emgstream/decision`` has the label, the confidence, the status, the index of the last sample
    (64 bits) and its time in seconds (a double, NaN if not known); ``/emgstream/probability/CLASS``
    has the probability of each class, ``/emgstream/filled`` the share of its window that is filled,
    0 to 1. With several streams, the name of the stream follows ``/emgstream``. Characters that OSC
    forbids in an address become ``_``.

    Raises OutputError on entering if there is no route to the address.
    """

    def __init__(self, address: Address, stream: str | None = None) -> None:
        self.name = f"OSC to {address}"
        self._datagrams = Datagrams(address)
        self._root = "/emgstream" if stream is None else f"/emgstream/{_part(stream)}"

    def __enter__(self) -> Self:
        self._datagrams.__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._datagrams.__exit__(*exc_info)

    def write(self, update: Update) -> None:
        """Send one bundle per decision."""
        for decision, time_s in zip(update.decisions, update.time_s.tolist(), strict=True):
            bundle = OscBundleBuilder(IMMEDIATELY)
            bundle.add_content(self._decision(decision, time_s))
            for name, probability in decision.probabilities.items():
                address = f"{self._root}/probability/{_part(name)}"
                bundle.add_content(_message(address, ("f", probability)))
            bundle.add_content(_message(f"{self._root}/filled", ("f", decision.filled)))
            self.n_lost += not self._datagrams.send(bundle.build().dgram)

    def _decision(self, decision: Decision, time_s: float) -> OscMessage:
        return _message(
            f"{self._root}/decision",
            ("s", decision.label),
            ("f", decision.confidence),
            ("s", decision.status),
            ("h", decision.index),
            ("d", time_s),
        )


def open_osc(address: Address, stream: StreamContext) -> OscOutput:
    """Return the output that sends the decisions of one stream to an address."""
    return OscOutput(address, stream.name)


def _message(address: str, *arguments: tuple[str, str | float]) -> OscMessage:
    builder = OscMessageBuilder(address)
    for kind, value in arguments:
        builder.add_arg(value, kind)
    return builder.build()


def _part(name: str) -> str:
    """Return a name as one part of an OSC address: ASCII, without the forbidden characters.

    >>> _part("COM3: left/upper arm")
    'COM3:_left_upper_arm'
    """
    return name.translate(_FORBIDDEN).encode("ascii", "replace").decode().replace("?", "_")
