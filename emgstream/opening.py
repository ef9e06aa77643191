"""A source or a recording with the channels of a model, and the check that both fit together."""

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
    """Return options with what a model expects of its source: names of channels, and a rate.

    ``options`` are further fields of `SourceOptions`. Without a model they are all.
    """
    if manifest is not None:
        options["channel_names"] = manifest.channel_names
        options["sampling_rate_hz"] = manifest.sampling_rate_hz
    return SourceOptions(**options)


def stream_check(
    source: Source, manifest: Manifest, force: bool = False
) -> Callable[[StreamInfo], None]:
    """Return the check of a source against a model, which raises StreamMismatchError.

    The rate is left out with ``force``, and where the source compares it by itself.
    """
    if force or source.info.checks_rate:
        manifest = replace(manifest, sampling_rate_hz=None)
    return manifest.check_stream


def read_recording(
    path: Path, manifest: Manifest | None, channels: tuple[str, ...] | None = None
) -> EmgTable:
    """Return a recording with the channels of a model, called so; with all where there is none.

    ``channels`` are the columns to take as the model's, in its order; by name where None. Raises
    what `emgstream.sources.recording_file.read_channels` raises.
    """
    return read_channels(path, None if manifest is None else manifest.channel_names, channels)


def repair_notes(*tables: EmgTable) -> tuple[str, ...]:
    """Return what was repaired while recordings were read, each under its name, for people."""
    return tuple(f"{table.path.name}: {repair}" for table in tables for repair in table.repairs)
