# The public names: the one list of them, for type checkers and for lazy_loader.

from .bundle import Model as Model
from .bundle import read_model as read_model
from .bundle import write_model as write_model
from .decisions import Decision as Decision
from .decisions import Decisions as Decisions
from .engine import Engine as Engine
from .errors import EmgStreamError as EmgStreamError
from .outputs.output import Output as Output
from .outputs.output import Update as Update
from .pipeline import Pipeline as Pipeline
from .sources.replay_source import ReplaySource as ReplaySource
from .sources.source import Source as Source
from .streaming import DecisionStream as DecisionStream
from .streaming import TimedDecision as TimedDecision
from .streaming import live as live
from .streaming import replay as replay
from .tables import EmgTable as EmgTable
from .tables import read_table as read_table
from .types import Chunk as Chunk
from .types import StreamInfo as StreamInfo

__version__: str
