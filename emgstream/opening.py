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
from emgstream.tables import ALL_GUESSED, ColumnChoice, EmgTable
from emgstream.tables.table_reader import undecided
from emgstream.types import StreamInfo

__all__ = [
    "model_options",
    "read_recording",
    "reading_notes",
    "refuse_open_questions",
    "stream_check",
]


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
    path: Path, manifest: Manifest | None, columns: ColumnChoice = ALL_GUESSED
) -> EmgTable:
    """Return a recording with the channels of a model and their names; all channels without one.

    ``columns`` is what the user states on the columns; with a model, its channels are those of the
    model, in its order. Raises what `emgstream.sources.recording_file.read_channels` raises.
    """
    return read_channels(path, None if manifest is None else manifest.channel_names, columns)


def refuse_open_questions(table: EmgTable) -> None:
    """Raise UndecidedColumnsError if it is open which column is the label or the clock."""
    if table.questions:
        has_rate = table.sampling_rate_hz is not None
        raise undecided(table.path, table.questions, table.choice, has_rate=has_rate)


def reading_notes(*tables: EmgTable) -> tuple[str, ...]:
    """Return the repairs, guesses and open questions of recordings, each with its file's name."""
    return tuple(f"{table.path.name}: {remark}" for table in tables for remark in table.remarks)
