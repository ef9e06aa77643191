"""The summary of a session as a document, for ``--summary`` and for people."""

from __future__ import annotations

from typing import Any

from emgstream.engine import Engine
from emgstream.manifest import Manifest
from emgstream.network.network_backend import choose_backend
from emgstream.outputs.summary import Summary
from emgstream.sources.source import Source
from emgstream.sources.source_status import SourceStatus

__all__ = ["session_document"]


def session_document(
    engine: Engine,
    summary: Summary,
    source: Source,
    manifest: Manifest | None,
    name: str | None,
    elapsed_s: float,
) -> dict[str, Any]:
    """Return the summary of a session so far, as JSON's own types.

    Of a live source ``lost`` is the sum of ``lost_on_line`` (by the counter of the device),
    ``unreadable`` (lines of text that could not be read) and ``missed`` (while nothing came).

    Parameters
    ----------
    engine
        Counts samples, and has the figures of the outputs.
    summary
        Counts the decisions.
    source
        The source; a live one has more figures than a recording.
    manifest
        Manifest of the model; None without a model.
    name
        Name of the session, if there are several.
    elapsed_s
        Duration in seconds.
    """
    names = {} if name is None else {"stream": name}
    return {
        **names,
        "source": source.info.name,
        "model": None if manifest is None else manifest.title,
        "network": None if manifest is None else choose_backend().words,
        "samples": engine.ring.n_received,
        "lost": engine.ring.n_lost,
        "skipped": engine.n_skipped,
        "elapsed_s": elapsed_s,
        "window_samples": None if manifest is None else manifest.window_samples,
        "decisions_per_s": summary.n_decisions / elapsed_s if elapsed_s else 0.0,
        **summary.to_json(engine.output_figures()),
        "session_shift": engine.session_shift,
        "reasons_for_gaps": _reasons_for_gaps(engine, source, manifest),
        **({} if source.info.can_wait else _of_live_source(source.status())),
    }


def _reasons_for_gaps(engine: Engine, source: Source, manifest: Manifest | None) -> dict[str, Any]:
    """Return what may make a decision a gap: lost samples, and the converter's range."""
    rails = engine.rail_figures
    rate_hz = source.info.sampling_rate_hz or (manifest and manifest.sampling_rate_hz)
    names = () if manifest is None else manifest.channel_names
    return {
        "after_lost_samples": engine.n_incomplete,
        "converter": None if rails is None else rails.to_json(names),
        "sampling_rate_hz": rate_hz,
    }


def _of_live_source(status: SourceStatus) -> dict[str, Any]:
    n_unreadable = status.n_lost if status.sees_loss is False else 0
    return {
        "port": status.port,
        "synthetic": status.is_synthetic,
        "rate_hz": status.rate_hz,
        "ppm": status.ppm,
        "sees_loss": status.sees_loss,
        "lost": status.n_lost + status.n_missed,
        "lost_on_line": status.n_lost - n_unreadable,
        "unreadable": n_unreadable,
        "missed": status.n_missed,
        "loss": status.loss,
        "gaps": status.n_gaps,
        "reconnects": status.n_reconnects,
        "notes": list(status.notes),
        "alarms": list(status.alarms),
        "counters": dict(status.counters),
        "identity": None if status.identity is None else dict(status.identity),
    }
