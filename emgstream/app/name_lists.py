"""Names in sentences, in the language of the user."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from emgstream.translation import tr
from emgstream.wording import MOST_NAMED, near_names

__all__ = ["did_you_mean", "listed"]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a question for a word that is not known, to put behind it; empty if none is near.

    >>> did_you_mean("recrod", ["record", "replay"])
    ' (did you mean record?)'
    """
    near = near_names(word, known)
    return tr(" (did you mean {names}?)", names=tr(" or ").join(near)) if near else ""


def listed(names: Sequence[str], most: int = MOST_NAMED) -> str:
    """Return the first names, and how many more there are.

    >>> listed(["a", "b", "c"], 2)
    'a, b and 1 more'
    """
    first, n_more = ", ".join(names[:most]), len(names) - most
    return tr("{names} and {n_more:,} more", names=first, n_more=n_more) if n_more > 0 else first
