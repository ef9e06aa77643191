"""What a model is to decide on: a board by the name of its port, a recording by its file."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from emgstream.data import DEMO_PERSON
from emgstream.errors import NoSuchColumnError, StreamMismatchError, UsageError
from emgstream.manifest import Manifest
from emgstream.tables import EmgTable, read_table
from emgstream.types import StreamInfo
from emgstream.wording import counted

if TYPE_CHECKING:
    from emgstream.sources.serial_board import SerialBoardSource

__all__ = [
    "AUTO",
    "SIMULATED",
    "board_check",
    "board_source",
    "opened_port",
    "read_recording",
    "repair_notes",
]

AUTO = "auto"
"""The port to name for whichever board answers."""
SIMULATED = "simulated"
"""The port to name for the board that is not there."""


def board_source(
    port: str,
    manifest: Manifest | None,
    *,
    channels: tuple[str, ...] | None = None,
    keep_others: bool = False,
    baud: int | None = None,
    reconnect: bool = True,
    force: bool = False,
) -> SerialBoardSource:
    """Return the source that reads a board for a model, or as it is where there is none.

    The words as `SerialBoardSource`'s.
    """
    from emgstream.sources.serial_board import SerialBoardSource  # a recording needs none of it

    return SerialBoardSource(
        port,
        baud=baud,
        channel_names=None if manifest is None else manifest.channel_names,
        channels=channels,
        keep_others=keep_others,
        sampling_rate_hz=None if manifest is None else manifest.sampling_rate_hz,
        reconnect=reconnect,
        force=force,
    )


def board_check(manifest: Manifest) -> Callable[[StreamInfo], None]:
    """Return the check of a board against a model: its source guards the rate by itself."""
    return replace(manifest, sampling_rate_hz=None).check_stream


@contextmanager
def opened_port(name: str, seed: int = DEMO_PERSON) -> Iterator[str]:
    """Give the port to open; with ``simulated``, that of a board that lives as long.

    ``seed`` is that of the simulated person.
    """
    if name != SIMULATED:
        yield name
        return
    from emgstream.simulation.board import OWN_TCP, SimulatedBoard  # only this needs them

    with SimulatedBoard(seed=seed, tcp=OWN_TCP) as board:
        yield board.port


def read_recording(
    path: Path, manifest: Manifest | None, channels: tuple[str, ...] | None = None
) -> EmgTable:
    """Return a recording with the channels of a model, called so; with all where there is none.

    ``channels`` are the columns to take as the model's, in its order; by name where None. Raises
    UsageError where there are not as many as the model has, StreamMismatchError where the file
    has not the model's, and TableError where it cannot be read.
    """
    if manifest is None:
        return read_table(path, channels=channels)
    expected = manifest.channel_names
    if channels is None:
        return _read_by_name(path, expected)
    if len(channels) != len(expected):
        raise UsageError(
            f"named are {counted(len(channels), 'channel')}: {', '.join(channels)}; the model "
            f"expects {len(expected)}: {', '.join(expected)}; name one column for each, in this "
            "order"
        )
    return replace(read_table(path, channels=channels), channel_names=expected)


def repair_notes(*tables: EmgTable) -> tuple[str, ...]:
    """Return what was repaired while recordings were read, each under its name, for people."""
    return tuple(f"{table.path.name}: {repair}" for table in tables for repair in table.repairs)


def _read_by_name(path: Path, expected: tuple[str, ...]) -> EmgTable:
    try:
        return read_table(path, channels=expected)
    except NoSuchColumnError as error:
        found = error.channel_names
        if len(found) < len(expected):
            what_to_do = "use a model that was trained on such recordings"
        else:
            listed = shlex.quote(",".join(found[: len(expected)]))
            what_to_do = f"name the column for each, in this order, as --channels {listed}"
        raise StreamMismatchError(
            f"{path} has the channels {', '.join(found)}; the model expects "
            f"{', '.join(expected)}; {what_to_do}"
        ) from error
