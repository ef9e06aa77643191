"""Texts of files, ports and networks, made fit for a terminal, a title, a page or a log.

A terminal takes control characters for orders: to clear the screen, to set its title, to answer
what is then typed as a command. Letters that turn the direction of writing make a name look like
another one. Any of them can be in the name of a file, of a port, or of a column.
"""

from __future__ import annotations

import unicodedata

__all__ = ["printable", "printable_lines"]


def printable(text: str) -> str:
    r"""Return a text in which every letter that is not shown as itself is escaped.

    These are control characters, line breaks among them, marks that turn the direction of writing,
    other marks without a picture, and what UTF-8 cannot hold. Spaces of any width stay.

    >>> print(printable("tty\x1b[2J\n\udce9 \u202e µ"))
    tty\x1b[2J\n\udce9 \u202e µ
    """
    if text.isprintable():
        return text
    return "".join(
        letter
        if letter.isprintable() or unicodedata.category(letter) == "Zs"
        else letter.encode("unicode_escape").decode()
        for letter in text
    )


def printable_lines(text: str) -> str:
    r"""Return a text as `printable` does, line by line: its line breaks stay.

    >>> printable_lines("a\x1b\nb")
    'a\\x1b\nb'
    """
    return "\n".join(map(printable, text.split("\n")))
