"""A recorded file as a source, with the channels of a model."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

from emgstream.errors import NoSuchColumnError, StreamMismatchError, UsageError
from emgstream.sources.replay_source import ReplaySource
from emgstream.sources.source_kind import SourceOptions
from emgstream.tables import ColumnChoice, EmgTable, read_table
from emgstream.wording import counted, listed

__all__ = ["open_recording", "read_channels"]

_MOST_NAMED = 8
"""Most columns in an example of the command line. A choice: the channels of the usual armbands."""


def open_recording(address: str | Path, options: SourceOptions) -> ReplaySource:
    """Return the source that plays a file; raises what `read_channels` and `ReplaySource` raise."""
    return ReplaySource(
        read_channels(Path(address), options.channel_names, options.channels),
        sampling_rate_hz=options.recorded_rate_hz,
        speed=options.speed,
        loop=options.loop,
        stays_at_end=options.stays_at_end,
    )


def read_channels(
    path: Path, expected: tuple[str, ...] | None, channels: tuple[str, ...] | None = None
) -> EmgTable:
    """Return a recording with the channels of a model and their names; all channels without one.

    Parameters
    ----------
    path
        The file.
    expected
        Names of the channels of the model; None without a model.
    channels
        Columns to use as these channels, in their order; by name if None.

    Raises
    ------
    UsageError
        The number of ``channels`` is not that of the model.
    StreamMismatchError
        The file does not have the channels of the model.
    TableError
        The file cannot be read.
    """
    if expected is None:
        return read_table(path, ColumnChoice(channels))
    if channels is None:
        return _read_by_name(path, expected)
    if len(channels) != len(expected):
        raise UsageError(
            f"named are {counted(len(channels), 'channel')}: {', '.join(channels)}; the model "
            f"expects {len(expected)}: {', '.join(expected)}; name one column for each, in this "
            "order"
        )
    return replace(read_table(path, ColumnChoice(channels)), channel_names=expected)


def _read_by_name(path: Path, expected: tuple[str, ...]) -> EmgTable:
    try:
        return read_table(path, ColumnChoice(expected))
    except NoSuchColumnError as error:
        found = error.channel_names
        if len(found) < len(expected):
            what_to_do = "use a model that was trained on such recordings"
        else:
            named = shlex.quote(",".join(found[: len(expected)]))
            example = f"as --channels {named}" if len(expected) <= _MOST_NAMED else "by --channels"
            what_to_do = f"name the column for each, in this order, {example}"
        raise StreamMismatchError(
            f"{path} has the channels {listed(found)}; the model expects {listed(expected)}; "
            f"{what_to_do}"
        ) from error
