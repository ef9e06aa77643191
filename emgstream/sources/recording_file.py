"""A recorded file as a source, with the channels of a model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from emgstream.errors import NoSuchColumnError, OutputError, StreamMismatchError, UsageError
from emgstream.sources.replay_source import ReplaySource
from emgstream.sources.source_kind import SourceOptions
from emgstream.tables import (
    ALL_GUESSED,
    ColumnChoice,
    EmgTable,
    TableLook,
    look_at_table,
    read_table,
)
from emgstream.tables.settled_columns import remember
from emgstream.wording import command_line, counted, listed

__all__ = ["open_recording", "read_channels"]

_MOST_NAMED = 8
"""Most columns in an example of the command line. A choice: the channels of the usual armbands."""


def open_recording(address: str | Path, options: SourceOptions) -> ReplaySource:
    """Return the source that plays a file; raises what `read_channels` and `ReplaySource` raise."""
    return ReplaySource(
        read_channels(
            Path(address),
            options.channel_names,
            options.columns.over(ColumnChoice(options.channels)),
        ),
        speed=options.speed,
        loop=options.loop,
        stays_at_end=options.stays_at_end,
    )


def read_channels(
    path: Path, expected: tuple[str, ...] | None, columns: ColumnChoice = ALL_GUESSED
) -> EmgTable:
    """Return a recording with the channels of a model and their names; all channels without one.

    Parameters
    ----------
    path
        The file.
    expected
        Names of the channels of the model; None without a model.
    columns
        What the user states on the columns. With a model its channels are those of the model, in
        its order; they are found by name if it names none.

    Raises
    ------
    UsageError
        The number of channels that are named is not that of the model.
    StreamMismatchError
        The file does not have the channels of the model.
    TableError
        The file cannot be read.
    """
    if expected is None:
        return _read(path, columns)
    channels = columns.channels
    if channels is None:
        return _read_by_name(path, expected, columns)
    if len(channels) != len(expected):
        raise UsageError(
            f"named are {counted(len(channels), 'channel')}: {', '.join(channels)}; the model "
            f"expects {len(expected)}: {', '.join(expected)}; name one column for each, in this "
            "order"
        )
    return replace(_read(path, columns, channels), channel_names=expected)


def _read(path: Path, columns: ColumnChoice, for_model: tuple[str, ...] | None = None) -> EmgTable:
    """Return a table; statements that answered an open question of the file are remembered.

    ``for_model`` are the columns for the channels of a model, which are no statement on the file.
    """
    wanted = columns
    if for_model is not None:
        columns, wanted = (replace(columns, channels=one) for one in (None, for_model))
    # looked at first, so that the memory for its values is free when the table is read
    look = look_at_table(path) if columns.says_anything else None
    table = read_table(path, wanted)
    answers = None if look is None else _answers(look, columns, len(table.questions))
    if answers is None:
        return table
    try:
        kept = remember(path, table.sha256, answers)
        note = f"remembered for this file: {answers.command_line()} ({kept})"
    except OutputError as error:
        note = str(error)
    return replace(table, notes=(*table.notes, note))


def _answers(look: TableLook, columns: ColumnChoice, n_still_open: int) -> ColumnChoice | None:
    """Return what is to be remembered of a file; None if nothing of it is new.

    That is what the file left open, and what was settled earlier and is stated otherwise now. A
    recording in our own form asks nothing, so that a rate that is tried on it is not kept.
    """
    now, earlier = vars(columns.over(look.choice)), vars(look.choice)
    asked = {name for name in look.choice.to_json() if now[name] != earlier[name]}
    if asked or n_still_open < len(look.questions):
        asked |= {"label", "label_from_name", "time", "counter", "ignore"}
    if not look.is_ready:
        asked.add("channels")
    if look.rate_hz is None and not look.is_own_form:
        asked.add("rate_hz")
    stated = {name: value for name, value in vars(columns).items() if name in asked}
    answers = ColumnChoice(**stated).over(look.choice)
    return None if answers == look.choice else answers


def _read_by_name(path: Path, expected: tuple[str, ...], columns: ColumnChoice) -> EmgTable:
    try:
        return _read(path, columns, expected)
    except NoSuchColumnError as error:
        found = error.channel_names
        if set(expected) <= set(found):
            raise  # another column is missing
        if len(found) < len(expected):
            what_to_do = "use a model that was trained on such recordings"
        else:
            named = command_line(",".join(found[: len(expected)]))
            example = f"as --channels {named}" if len(expected) <= _MOST_NAMED else "by --channels"
            what_to_do = f"name the column for each, in this order, {example}"
        raise StreamMismatchError(
            f"{path} has the channels {listed(found)}; the model expects {listed(expected)}; "
            f"{what_to_do}"
        ) from error
