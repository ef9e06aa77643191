"""Opening of sources and recordings for a model, and the check that they fit together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from emgstream.manifest import Manifest
from emgstream.sources.recording_file import read_channels
from emgstream.sources.source import Source
from emgstream.sources.source_kind import SourceOptions
from emgstream.tables import EmgTable
from emgstream.types import StreamInfo

__all__ = ["model_options", "read_recording", "repair_notes", "stream_check"]


def model_options(manifest: Manifest | None, **options: Any) -> SourceOptions:
    """Return options with the channel names and the rate that a model expects of its source.

    ``options`` are further fields of `SourceOptions`. ``manifest`` is None without a model.
    """
    if manifest is not None:
        options["channel_names"] = manifest.channel_names
        options["sampling_rate_hz"] = manifest.sampling_rate_hz
    return SourceOptions(**options)


def stream_check(
    source: Source, manifest: Manifest, force: bool = False
) -> Callable[[StreamInfo], None]:
    """Return the function that checks a source against a model; it raises StreamMismatchError.

    The rate is not checked with ``force``, or if the source checks it itself.
    """
    if force or source.info.checks_rate:
        manifest = replace(manifest, sampling_rate_hz=None)
    return manifest.check_stream


def read_recording(
    path: Path, manifest: Manifest | None, channels: tuple[str, ...] | None = None
) -> EmgTable:
    """Return a recording with the channels of a model and their names; all channels without one.

    ``channels`` are the columns to use as those of the model, in its order; by name if None. Raises
    what `emgstream.sources.recording_file.read_channels` raises.
    """
    return read_channels(path, None if manifest is None else manifest.channel_names, channels)


def repair_notes(*tables: EmgTable) -> tuple[str, ...]:
    """Return the repairs made while reading recordings, each with the name of its file."""
    return tuple(f"{table.path.name}: {repair}" for table in tables for repair in table.repairs)
