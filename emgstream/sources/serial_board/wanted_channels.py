"""Which of a board's channels are the ones that were asked for."""

from __future__ import annotations

from dataclasses import dataclass

from emgstream.errors import StreamMismatchError

__all__ = ["ChannelMatch", "WantedChannels", "match_channels"]


@dataclass(frozen=True, slots=True)
class ChannelMatch:
    """Columns to take of every sample, and what they are called from then on."""

    columns: tuple[int, ...]
    """Place of each channel among the board's."""
    names: tuple[str, ...]
    """Its name in the stream."""
    note: str | None = None
    """What the user should know of it."""

    def columns_of(self, board: tuple[str, ...]) -> tuple[int, ...] | None:
        """Return the columns, or None where they are all of the board's as they are."""
        return None if self.columns == tuple(range(len(board))) else self.columns

    def with_others(self, board: tuple[str, ...]) -> ChannelMatch:
        """Return all of the board's channels, these under their names and the others under its own.

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
    """Which channels are wanted of a board that is not known yet."""

    names: tuple[str, ...] | None = None
    """What they are to be called; see `match_channels`. None for the board's own names."""
    chosen: tuple[str, ...] | None = None
    """Which of the board's they are, by name or number from 1; None to match them."""
    keeps_others: bool = False
    """True if the board's other channels are taken too, under its own names."""

    @property
    def n_expected(self) -> int | None:
        """Channels that a sketch which prints numbers must have, where that is known."""
        return None if self.names is None or self.chosen else len(self.names)

    def match(self, board: tuple[str, ...]) -> ChannelMatch:
        """Return the columns to take of a board with these channels; raises StreamMismatchError."""
        match = match_channels(board, self.names, self.chosen)
        return match.with_others(board) if self.keeps_others else match


def match_channels(
    board: tuple[str, ...], wanted: tuple[str, ...] | None, chosen: tuple[str, ...] | None
) -> ChannelMatch:
    """Return which of the board's channels become the wanted ones.

    Channels chosen by hand are taken in the order given, by the board's names or by number from 1.
    Else a board that has all the wanted names is taken by name. Else the order of its pins counts,
    whatever it calls them, if there are as many.

    Raises
    ------
    StreamMismatchError
        The numbers of channels differ, or a chosen one is not there.

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
        raise StreamMismatchError(
            f"the board sends {len(board)} channels: {', '.join(board)}; the model expects "
            f"{len(wanted)}: {', '.join(wanted)}; choose among a board's with --channels A,B,C, "
            "or change the pins of its sketch"
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
    if name.isascii() and name.isdigit() and 1 <= int(name) <= len(board):
        return int(name) - 1
    raise StreamMismatchError(
        f"the board has no channel {name!r}; it has {', '.join(board)}; name some of those with "
        f"--channels, or count them from 1 to {len(board)}"
    )
