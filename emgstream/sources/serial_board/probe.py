"""Probing of ports, all at once; ports in use are left alone."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING

from emgstream.clock import Clock
from emgstream.errors import SourceError, SourceNotFoundError, UsageError
from emgstream.sources.brainflow_boards import dongle_address
from emgstream.sources.serial_board.handshake import BoardGreeting, find_speaker, no_answer
from emgstream.sources.serial_board.serial_link import BoardLink, open_link
from emgstream.sources.serial_board.serial_ports import PortInfo, check_port
from emgstream.wording import counted

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["PortProbe", "ask_port", "find_board"]


class PortProbe:
    """The probing of one port. The thread that makes it calls `step` and `close`."""

    def __init__(
        self,
        port: PortInfo,
        listed: Sequence[PortInfo],
        bauds: Sequence[int],
        n_channels: int | None,
        clock: Clock,
    ) -> None:
        self.port = port
        self._bauds = bauds
        self.speaker: BoardGreeting | None = None
        self.failure: SourceError | UsageError | None = None
        self.link: BoardLink | None = None
        self._asking: Generator[None, None, BoardGreeting] | None = None
        try:
            check_port(port.device, listed)
            self.link = open_link(port.device, bauds[0])
            self._asking = find_speaker(self.link, bauds, n_channels, clock)
        except (SourceError, UsageError) as failure:
            self.failure = failure

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    @property
    def is_done(self) -> bool:
        """True if the probing has ended, with or without an answer."""
        return self.speaker is not None or self.failure is not None

    def step(self) -> None:
        """Continue for at most 20 ms; does nothing once the probing has ended."""
        if self.is_done or self._asking is None:
            return
        try:
            next(self._asking)
        except StopIteration as end:
            self.speaker = end.value
        except SourceError as failure:
            self.failure = failure

    def answer(self) -> str:
        """Return the answer in words; empty before `is_done`."""
        if self.failure is not None:
            return str(self.failure)
        speaker = self.speaker
        if speaker is None:
            return ""
        if speaker.identity is not None:
            who = speaker.identity
            synthetic = ", synthetic" if who.board == "simulated" else ""
            names = ", ".join(who.channel_names)
            return (
                f"EMG firmware {who.firmware} ({who.board}{synthetic}), {names} at "
                f"{who.sampling_rate_hz:g} Hz, {speaker.baud} baud"
            )
        if speaker.text is not None:
            n_channels = len(speaker.text.channel_names or ())
            return (
                f"text at about {speaker.line_rate_hz:.0f} Hz, {counted(n_channels, 'channel')}, "
                f"{speaker.baud} baud"
            )
        if speaker.n_bytes:
            return f"{counted(speaker.n_bytes, 'byte')} that cannot be read at any baud rate tried"
        return "silent"

    def close(self) -> None:
        """Close the port."""
        if self._asking is not None:
            self._asking.close()
        if self.link is not None:
            self.link.close()

    @property
    def is_understood(self) -> bool:
        """True if samples can be read from the port."""
        return self.speaker is not None and self.speaker.is_understood

    def give(self) -> tuple[BoardLink, BoardGreeting]:
        """Return the open port and what was found on it; the probe does not close it any more.

        Raises SourceError if samples cannot be read from it.
        """
        link, speaker, failure = self.link, self.speaker, self.failure
        if failure is not None:
            raise failure
        if link is None or speaker is None:
            raise RuntimeError(f"{self.port.device} was given away before it had answered")
        if not speaker.is_understood:
            raise no_answer(self.port.device, self._bauds, speaker)
        self.link = None
        return link, speaker


def ask_port(
    port: PortInfo,
    listed: Sequence[PortInfo],
    bauds: Sequence[int],
    n_channels: int | None,
    clock: Clock,
) -> Generator[None, None, tuple[BoardLink, BoardGreeting]]:
    """Return the open port and what is on it; raises SourceError if it is not usable."""
    with PortProbe(port, listed, bauds, n_channels, clock) as probe:
        while not probe.is_done:
            probe.step()
            yield
        return probe.give()


def find_board(
    listed: Sequence[PortInfo], bauds: Sequence[int], n_channels: int | None, clock: Clock
) -> Generator[None, None, tuple[PortInfo, BoardLink, BoardGreeting]]:
    """Return the first port with our firmware, else the first with lines of numbers.

    Only ports on USB are asked, all at once; a port in use is left alone.

    Raises
    ------
    SourceNotFoundError
        There is no such port; the message lists what was found.
    """
    candidates = [port for port in listed if port.vid is not None]
    probes: list[PortProbe] = []
    try:
        probes += (PortProbe(port, listed, bauds, n_channels, clock) for port in candidates)
        while not all(probe.is_done for probe in probes) and not _named(probes):
            for probe in probes:
                probe.step()
            yield
        for probe in _named(probes) or probes:
            if probe.is_understood:
                return probe.port, *probe.give()
        raise _none_found(listed, probes)
    finally:
        for probe in probes:
            probe.close()


def _named(probes: Sequence[PortProbe]) -> list[PortProbe]:
    return [p for p in probes if p.speaker is not None and p.speaker.identity is not None]


def _none_found(listed: Sequence[PortInfo], probes: Sequence[PortProbe]) -> SourceNotFoundError:
    seen = [f"{probe.port.device} ({probe.answer()})" for probe in probes]
    seen += [f"{port.device} (not on USB, not asked)" for port in listed if port.vid is None]
    if not seen:
        return SourceNotFoundError(
            "no board found: there is no serial port at all; expected one on USB; plug it in with "
            "a cable that carries data, or try --port simulated"
        )
    near = (dongle_address(port.vid, port.pid, port.device) for port in listed)
    hints = [f"for a board of BrainFlow try --port '{address}'" for address in near if address]
    hints += ["name the port with --port, or load the sketch: emgstream firmware export DIR"]
    return SourceNotFoundError(
        f"no board found; seen: {', '.join(seen)}; expected one with the EMG firmware, or one "
        f"that prints numbers; {'; '.join(hints)}"
    )
