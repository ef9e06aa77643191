"""A sensor board on a serial port, as a source that never lies.

`SerialBoardSource` finds the board, starts it, reads it and finds it again. Behind it, each in its
file: `ports` and `holders` (what is there and who has it), `link` (one open port), `listener` and
`handshake` (who speaks, at which speed, and the first sample that counts), `probe` (several ports
asked at once), `connection` (a board that streams), `indexer` and `timebase` (number and time of
every sample), `rates` and `losses` (what sets off an alarm), `tally` (what others may know of it).

The only room that imports pyserial.
"""

from emgstream.sources.serial_board.handshake import BAUDS
from emgstream.sources.serial_board.probe import PortProbe
from emgstream.sources.serial_board.serial_ports import PortInfo, find_boards, list_ports
from emgstream.sources.serial_board.serial_source import SerialBoardSource, open_board

__all__ = [
    "BAUDS",
    "PortInfo",
    "PortProbe",
    "SerialBoardSource",
    "find_boards",
    "list_ports",
    "open_board",
]
