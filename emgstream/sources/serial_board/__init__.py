"""A sensor board on a serial port as a source; every lost sample is counted.

`SerialBoardSource` finds the board, starts it, reads it and finds it again after it was unplugged.
Its parts: `serial_ports` and `holders` (the ports, and the processes that have one open),
`serial_link` (one open port), `protocol_detector` and `handshake` (speed, identity, and the start
of the stream), `search` and `probe` (several ports asked at once), `board_connection` (a board that
streams), `indexer` and `timebase` (index and time of every sample), `read_pace` (when
the port is read), `rates` and `losses` (alarms), `tally` (the status).

No other part of the product imports pyserial.
"""

from emgstream.sources.serial_board.handshake import BAUDS
from emgstream.sources.serial_board.probe import PortProbe
from emgstream.sources.serial_board.serial_ports import (
    PortInfo,
    check_port,
    find_boards,
    list_ports,
)
from emgstream.sources.serial_board.serial_source import SerialBoardSource, open_board

__all__ = [
    "BAUDS",
    "PortInfo",
    "PortProbe",
    "SerialBoardSource",
    "check_port",
    "find_boards",
    "list_ports",
    "open_board",
]
