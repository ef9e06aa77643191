"""Texts for people that several packages format in the same way."""

from collections.abc import Sequence

__all__ = ["counted", "listed", "number_in_words", "shortened", "spoken"]

_MOST_NAMED = 8
"""Most names in one sentence. A choice: the channels of the usual armbands."""

_MAX_LETTERS = 40  # a choice: half of a terminal's line


def counted(n: int, what: str) -> str:
    """Return a number with its noun, in the plural with s unless it is 1.

    >>> counted(1, "row"), counted(1200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def listed(names: Sequence[str], most: int = _MOST_NAMED) -> str:
    """Return the first names, and how many more there are.

    >>> listed(["a", "b", "c"], 2)
    'a, b and 1 more'
    """
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def shortened(name: str, most: int = _MAX_LETTERS) -> str:
    """Return a name of at most ``most`` letters, cut with an ellipsis.

    >>> shortened("hand_open"), shortened("a hand that opens", most=8)
    ('hand_open', 'a hand …')
    """
    return name if len(name) <= most else name[: most - 1] + "…"


def spoken(name: str) -> str:
    """Return a class or channel name as spoken words.

    >>> spoken("hand_close")
    'hand close'
    """
    return " ".join(name.replace("_", " ").replace("-", " ").split()) or name


def number_in_words(value: float) -> str:
    """Return a number without needless digits.

    >>> number_in_words(255.0), number_in_words(0.005), number_in_words(1259.2593)
    ('255', '0.005', '1259.26')
    """
    is_whole = abs(value) < 1e15 and value == int(value)
    return str(int(value)) if is_whole else f"{value:.6g}"
