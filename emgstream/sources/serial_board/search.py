"""Search for the board: by its port or by asking, and again after it was away."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TypeAlias

from emgstream.clock import Clock
from emgstream.logs import get_logger
from emgstream.sources.serial_board.handshake import BAUDS, BoardGreeting
from emgstream.sources.serial_board.holders import other_holders
from emgstream.sources.serial_board.probe import ask_port, find_board
from emgstream.sources.serial_board.serial_link import BoardLink
from emgstream.sources.serial_board.serial_ports import PortInfo, PortLister, find_again, is_network
from emgstream.sources.source_kind import AUTO

__all__ = ["BoardSearch"]

_log = get_logger(__name__)

Found: TypeAlias = tuple[BoardLink, BoardGreeting]
"""An open port and what is on it."""


class BoardSearch:
    """Searches for one board, a few milliseconds at a time.

    Parameters
    ----------
    port
        Its port, or `AUTO` for the first board that answers.
    baud
        Speed of the line; None to find it.
    n_channels
        Number of channels that a sketch which prints numbers must have; None for any.
    clock
        The host time.
    list_ports
        Returns the ports of this machine.
    """

    def __init__(
        self,
        port: str,
        baud: int | None,
        n_channels: int | None,
        clock: Clock,
        list_ports: PortLister,
    ) -> None:
        self.board = PortInfo(port)
        self._is_auto = port == AUTO
        self._all_bauds: Sequence[int] = BAUDS if baud is None else (baud,)
        self._bauds = self._all_bauds
        self._n_channels = n_channels
        self._clock = clock
        self._list_ports = list_ports

    def first(self) -> Generator[None, None, Found]:
        """Return the open port and what is on it; raises SourceError if none is usable."""
        listed = self._listed()
        if self._is_auto:
            _log.info("searching for a board on %s", [port.device for port in listed])
            asking = find_board(listed, self._bauds, self._n_channels, self._clock)
            self.board, link, speaker = yield from asking
            return link, speaker
        self.board = next((one for one in listed if one.device == self.board.device), self.board)
        return (yield from self._ask(self.board, listed))

    def again(self) -> Generator[None, None, Found | None]:
        """Look once if the board is back, on any port; return None if it is not.

        Raises SourceError if it is back and does not answer yet.
        """
        listed = self._listed()
        port = find_again(self.board, listed)
        return None if port is None else (yield from self._ask(port, listed))

    def others(self) -> list[str]:
        """Return ``NAME (pid)`` of the other processes that have the port open."""
        return [] if is_network(self.board.device) else [*other_holders(self.board.device)]

    def keep_speed(self, baud: int) -> None:
        """Use this line speed from now on."""
        self._bauds = (baud,)

    def forget_speed(self) -> None:
        """Find the line speed again, as another sketch may have been uploaded."""
        self._bauds = (*self._bauds, *(one for one in self._all_bauds if one not in self._bauds))

    def _ask(self, port: PortInfo, listed: Sequence[PortInfo]) -> Generator[None, None, Found]:
        return (yield from ask_port(port, listed, self._bauds, self._n_channels, self._clock))

    def _listed(self) -> Sequence[PortInfo]:
        return [] if is_network(self.board.device) else self._list_ports()
