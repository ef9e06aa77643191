# The public names of the sources: the one list of them, for type checkers and for lazy_loader.

from .replay_source import ReplaySource as ReplaySource
from .serial_board import PortInfo as PortInfo
from .serial_board import SerialBoardSource as SerialBoardSource
from .serial_board import list_ports as list_ports
from .source import Source as Source
from .source_status import SourceStatus as SourceStatus
