"""Words for people that several rooms say the same way."""

__all__ = ["counted", "shortened", "spoken"]

_MOST = 40


def counted(n: int, what: str) -> str:
    """Return how many there are of something whose plural takes an s.

    >>> counted(1, "row"), counted(1200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def shortened(name: str, most: int = _MOST) -> str:
    """Return a name that leaves room for what stands beside it.

    >>> shortened("hand_open"), shortened("a hand that opens", most=8)
    ('hand_open', 'a hand …')
    """
    return name if len(name) <= most else name[: most - 1] + "…"


def spoken(name: str) -> str:
    """Return a class or channel name as one would say it.

    >>> spoken("hand_close")
    'hand close'
    """
    return " ".join(name.replace("_", " ").replace("-", " ").split()) or name
