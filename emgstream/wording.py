"""Texts for people that several packages format in the same way."""

import os
import shlex
import subprocess
from collections.abc import Iterable, Sequence
from decimal import Decimal
from difflib import get_close_matches

__all__ = [
    "MOST_NAMED",
    "command_line",
    "counted",
    "did_you_mean",
    "listed",
    "near_names",
    "number_in_words",
    "number_up_to",
    "rounded_in_words",
    "shortened",
    "spoken",
]

MOST_NAMED = 8
"""Most names in one sentence. A choice: the channels of the usual armbands."""

_MOST_MEANT = 3
_NEAR = 0.7
"""Share of equal letters. A choice: with 0.6, the default of difflib, any two ports are alike."""
_MAX_LETTERS = 40  # a choice: half of a terminal's line


def counted(n: int, what: str) -> str:
    """Return a number with its noun, in the plural with s unless it is 1.

    >>> counted(1, "row"), counted(1200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def number_up_to(text: str, largest: int) -> int | None:
    """Return the whole number that a text is, in digits of ASCII; None for any other text.

    Python's own reader raises ValueError for thousands of digits and for ``²``, which is a digit.

    >>> number_up_to("65535", 65535), number_up_to("65536", 65535), number_up_to("²", 9)
    (65535, None, None)
    """
    if not (text.isascii() and text.isdigit()):
        return None
    digits = text.lstrip("0") or "0"
    if len(digits) > len(str(largest)) or int(digits) > largest:
        return None
    return int(digits)


def command_line(*words: str | os.PathLike[str]) -> str:
    """Return a command to copy, with its words quoted as the shell of this system needs it."""
    texts = [os.fspath(word) for word in words]
    return subprocess.list2cmdline(texts) if os.name == "nt" else shlex.join(texts)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a question for a word that is not known, to put behind it; empty if none is near.

    The words that are meant differ in a few letters, or in upper and lower case, or are longer.

    >>> did_you_mean("recrod", ["record", "replay"])
    ' (did you mean record?)'
    >>> did_you_mean("fish", ["rest", "fist"]), did_you_mean("x", ["rest", "fist"])
    (' (did you mean fist?)', '')
    """
    meant = near_names(word, known)
    return f" (did you mean {' or '.join(meant)}?)" if meant else ""


def near_names(word: str, known: Iterable[str]) -> list[str]:
    """Return the names that a word that is not known may stand for, at most three."""
    by_case = {name.lower(): name for name in known}
    near = get_close_matches(word.lower(), by_case, n=_MOST_MEANT, cutoff=_NEAR)
    begins = [name for name in by_case if len(word) > 1 and name.startswith(word.lower())]
    return list(dict.fromkeys(by_case[name] for name in [*near, *begins]))[:_MOST_MEANT]


def listed(names: Sequence[str], most: int = MOST_NAMED) -> str:
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


def rounded_in_words(value: float, n_digits: int = 3) -> str:
    """Return a number rounded to its first digits, with commas between its thousands.

    It never has an exponent, as in 1e+03. Three digits are what a mean over some hundred runs or
    steps is known to (choice).

    >>> rounded_in_words(1466.7), rounded_in_words(12.34), rounded_in_words(1000.0)
    ('1,470', '12.3', '1,000')
    """
    return f"{Decimal(f'{value:.{n_digits}g}'):,f}"
