"""A real-time streaming classifier for live EMG sensors.

The public names below are loaded when they are first used: what only reads tables does not load
the inference runtime.
"""

from __future__ import annotations

import importlib

TYPE_CHECKING = False  # typing takes longer to import than all the rest of the start
if TYPE_CHECKING:
    from typing import Any

    from emgstream.bundle import Model, read_model, write_model
    from emgstream.decisions import Decision, Decisions
    from emgstream.engine import Engine
    from emgstream.errors import EmgStreamError
    from emgstream.outputs.output import Output, Update
    from emgstream.pipeline import Pipeline
    from emgstream.sources.replay_source import ReplaySource
    from emgstream.sources.source import Source
    from emgstream.streaming import DecisionStream, live, replay
    from emgstream.tables import EmgTable, read_table
    from emgstream.types import Chunk, StreamInfo

__version__ = "0.1.0"

__all__ = [
    "Chunk",
    "Decision",
    "DecisionStream",
    "Decisions",
    "EmgStreamError",
    "EmgTable",
    "Engine",
    "Model",
    "Output",
    "Pipeline",
    "ReplaySource",
    "Source",
    "StreamInfo",
    "Update",
    "live",
    "read_model",
    "read_table",
    "replay",
    "write_model",
]

_ROOMS = {
    "Chunk": "types",
    "Decision": "decisions",
    "DecisionStream": "streaming",
    "Decisions": "decisions",
    "EmgStreamError": "errors",
    "EmgTable": "tables",
    "Engine": "engine",
    "Model": "bundle",
    "Output": "outputs.base",
    "Pipeline": "pipeline",
    "ReplaySource": "sources.replay",
    "Source": "sources.base",
    "StreamInfo": "types",
    "Update": "outputs.base",
    "live": "streaming",
    "read_model": "bundle",
    "read_table": "tables",
    "replay": "streaming",
    "write_model": "bundle",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module 'emgstream' has no attribute {name!r}")
    return getattr(importlib.import_module(f"emgstream.{_ROOMS[name]}"), name)
