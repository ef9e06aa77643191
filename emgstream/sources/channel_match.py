"""Matching of the channels of a board to those that are wanted."""

from __future__ import annotations

from dataclasses import dataclass

from emgstream.errors import StreamMismatchError
from emgstream.wording import counted, did_you_mean, listed, number_up_to

__all__ = ["ChannelMatch", "WantedChannels", "match_channels"]


@dataclass(frozen=True, slots=True)
class ChannelMatch:
    """Columns to take of every sample, and their names in the stream."""

    columns: tuple[int, ...]
    """Position of each channel on the board, from 0."""
    names: tuple[str, ...]
    """Name of each channel in the stream."""
    note: str | None = None
    """Note for the user, if any."""

    def columns_of(self, board: tuple[str, ...]) -> tuple[int, ...] | None:
        """Return the columns, or None for all channels of the board in their order."""
        return None if self.columns == tuple(range(len(board))) else self.columns

    def with_others(self, board: tuple[str, ...]) -> ChannelMatch:
        """Return all channels of the board, the matched ones under their names in the stream.

        >>> match_channels(("A0", "A1"), ("A1",), ("A0",)).with_others(("A0", "A1")).names
        ('A1', 'A1_')
        """
        matched = dict(zip(self.columns, self.names, strict=True))
        names: list[str] = []
        for column, name in enumerate(board):
            while column not in matched and name in (*self.names, *names):
                name += "_"
            names.append(matched.get(column, name))
        return ChannelMatch(tuple(range(len(board))), tuple(names), self.note)


@dataclass(frozen=True, slots=True)
class WantedChannels:
    """The channels that are wanted of a board."""

    names: tuple[str, ...] | None = None
    """Names for them; see `match_channels`. None for the names of the board."""
    chosen: tuple[str, ...] | None = None
    """Channels of the board, by name or number from 1; None to match them by name."""
    keeps_others: bool = False
    """True to take the other channels of the board, too, under its names."""

    @property
    def n_expected(self) -> int | None:
        """Number of channels that a sketch must have; None if not known."""
        return None if self.names is None or self.chosen else len(self.names)

    def match(self, board: tuple[str, ...]) -> ChannelMatch:
        """Return the match for a board with these channels; raises StreamMismatchError."""
        match = match_channels(board, self.names, self.chosen)
        return match.with_others(board) if self.keeps_others else match


def match_channels(
    board: tuple[str, ...], wanted: tuple[str, ...] | None, chosen: tuple[str, ...] | None
) -> ChannelMatch:
    """Return the channels of the board that become the wanted ones.

    Channels that were chosen are taken in the given order, by the names of the board or by number
    from 1. Without a choice they are matched by name, if the board has all wanted names, else by
    the order of its pins, if the numbers of channels are equal.

    Raises
    ------
    StreamMismatchError
        The numbers of channels differ, or a chosen channel does not exist.

    >>> match_channels(("A0", "A1"), ("biceps", "triceps"), None).columns
    (0, 1)
    >>> match_channels(("biceps", "triceps"), ("triceps",), None).columns
    (1,)
    >>> match_channels(("A0", "A1"), ("biceps", "triceps"), ("A1", "1")).columns
    (1, 0)
    """
    if chosen:
        return _chosen_by_hand(board, wanted, chosen)
    if wanted is None or board == wanted:
        return ChannelMatch(tuple(range(len(board))), board)
    if set(wanted) <= set(board):
        columns = tuple(board.index(name) for name in wanted)
        note = f"the board sends {', '.join(board)}; taken by name as {', '.join(wanted)}"
        return ChannelMatch(columns, wanted, note)
    if len(board) != len(wanted):
        first = ",".join(str(number) for number in range(1, len(wanted) + 1))
        advice = (
            f"choose {len(wanted)} of them, such as --channels {first}"
            if len(board) > len(wanted)
            else "change the pins of its sketch, or train a model on recordings of this board"
        )
        raise StreamMismatchError(
            f"the board sends {counted(len(board), 'channel')}: {listed(board)}; the model expects "
            f"{len(wanted)}: {listed(wanted)}; {advice}; --model none shows any board"
        )
    note = (
        f"the board calls its channels {', '.join(board)}; taken in this order as "
        f"{', '.join(wanted)}; choose another order with --channels"
    )
    return ChannelMatch(tuple(range(len(board))), wanted, note)


def _chosen_by_hand(
    board: tuple[str, ...], wanted: tuple[str, ...] | None, chosen: tuple[str, ...]
) -> ChannelMatch:
    columns = tuple(_place(name, board) for name in chosen)
    names = wanted or tuple(board[column] for column in columns)
    if len(names) != len(columns):
        raise StreamMismatchError(
            f"--channels names {len(columns)}: {', '.join(chosen)}; the model expects "
            f"{len(names)}: {', '.join(names)}; name one channel for each, in this order"
        )
    return ChannelMatch(columns, names)


def _place(name: str, board: tuple[str, ...]) -> int:
    if name in board:
        return board.index(name)
    number = number_up_to(name, len(board))
    if number:
        return number - 1
    raise StreamMismatchError(
        f"the board has no channel {name!r}{did_you_mean(name, board)}; it has "
        f"{', '.join(board)}; name some of those with --channels, or count them from 1 to "
        f"{len(board)}"
    )
