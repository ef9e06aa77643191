"""Decisions as JSON objects: the content of a line or a datagram."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

from emgstream.decisions import Decision
from emgstream.outputs.output import Update

__all__ = ["delays_ms", "documents", "encoded"]


def documents(update: Update, stream: str | None = None) -> list[dict[str, Any]]:
    """Return one object per decision; docs/reference/outputs.md has a table of its keys.

    ``stream`` is the name of the stream, if there are several.
    """
    names = {} if stream is None else {"stream": stream}
    return [
        names | _document(decision, time_s) | {"delay_ms": delay_ms}
        for decision, time_s, delay_ms in zip(
            update.decisions, update.time_s.tolist(), delays_ms(update), strict=True
        )
    ]


def encoded(update: Update, stream: str | None = None) -> list[str]:
    """Return the objects of `documents` as JSON texts."""
    return [json.dumps(document) for document in documents(update, stream)]


def _document(decision: Decision, time_s: float) -> dict[str, Any]:
    return {
        "index": decision.index,
        "time_s": None if math.isnan(time_s) else time_s,
        "label": decision.label,
        "confidence": decision.confidence,
        "probabilities": decision.probabilities,
        "status": decision.status,
        "strength": decision.strength,
        "filled": decision.filled,
        "needed": decision.needed,
    }


def delays_ms(update: Update) -> list[dict[str, float | None]]:
    """Return the delay of each decision by stage in ms, to the microsecond; None if not known."""
    same = np.full(len(update.decisions), 1.0)
    stages_s = {
        "window_span": same * update.fixed.window_s,
        "hop": same * update.fixed.hop_s,
        "smoothing": same * update.fixed.smoothing_s,
        "line": update.stages.line_s,
        "queue": update.stages.queue_s,
        "compute": update.latency_s - update.stages.queue_s,
        "output": same * (update.handed_s - update.decided_s),
    }
    columns = [np.round(values * 1e3, 3).tolist() for values in stages_s.values()]
    return [
        {name: None if math.isnan(ms) else ms for name, ms in zip(stages_s, row, strict=True)}
        for row in zip(*columns, strict=True)
    ]
