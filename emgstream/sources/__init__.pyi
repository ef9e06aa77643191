# The public names of the sources: the one list of them, for type checkers and for lazy_loader.

from .replay_source import ReplaySource as ReplaySource
from .serial_board import PortInfo as PortInfo
from .serial_board import SerialBoardSource as SerialBoardSource
from .serial_board import list_ports as list_ports
from .source import PacedSource as PacedSource
from .source import Source as Source
from .source_kind import FoundSource as FoundSource
from .source_kind import SourceKind as SourceKind
from .source_kind import SourceOptions as SourceOptions
from .source_registry import find_sources as find_sources
from .source_registry import open_source as open_source
from .source_status import SourceState as SourceState
from .source_status import SourceStatus as SourceStatus
