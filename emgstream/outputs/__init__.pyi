# The public names of the outputs: the one list of them, for type checkers and for lazy_loader.

from .address import Address as Address
from .control import ControlOutput as ControlOutput
from .control import read_bindings as read_bindings
from .jsonl import JsonLinesOutput as JsonLinesOutput
from .lines import LineWriter as LineWriter
from .lsl_outlet import LslClock as LslClock
from .lsl_outlet import LslDecisions as LslDecisions
from .lsl_outlet import LslSamples as LslSamples
from .osc import OscOutput as OscOutput
from .output import Output as Output
from .output import Update as Update
from .output_kind import OutputKind as OutputKind
from .output_kind import StreamContext as StreamContext
from .output_registry import OpenOutputs as OpenOutputs
from .samples import SampleBlock as SampleBlock
from .samples import SampleOutput as SampleOutput
from .udp import UdpOutput as UdpOutput
