"""Text in letters five lines high, readable from two metres."""

from __future__ import annotations

__all__ = ["HEIGHT", "large"]

HEIGHT = 5

_GLYPHS = {
    "A": " ██ |█  █|████|█  █|█  █",
    "B": "███ |█  █|███ |█  █|███ ",
    "C": " ███|█   |█   |█   | ███",
    "D": "███ |█  █|█  █|█  █|███ ",
    "E": "████|█   |███ |█   |████",
    "F": "████|█   |███ |█   |█   ",
    "G": " ███|█   |█ ██|█  █| ███",
    "H": "█  █|█  █|████|█  █|█  █",
    "I": "█|█|█|█|█",
    "J": "  █|  █|  █|█ █| █ ",
    "K": "█  █|█ █ |██  |█ █ |█  █",
    "L": "█   |█   |█   |█   |████",
    "M": "█   █|██ ██|█ █ █|█   █|█   █",
    "N": "█  █|██ █|█ ██|█  █|█  █",
    "O": " ██ |█  █|█  █|█  █| ██ ",
    "P": "███ |█  █|███ |█   |█   ",
    "Q": " ██ |█  █|█  █|█ █ | █ █",
    "R": "███ |█  █|███ |█ █ |█  █",
    "S": " ███|█   | ██ |   █|███ ",
    "T": "█████|  █  |  █  |  █  |  █  ",
    "U": "█  █|█  █|█  █|█  █| ██ ",
    "V": "█   █|█   █| █ █ | █ █ |  █  ",
    "W": "█   █|█   █|█ █ █|██ ██|█   █",
    "X": "█   █| █ █ |  █  | █ █ |█   █",
    "Y": "█   █| █ █ |  █  |  █  |  █  ",
    "Z": "████|  █ | █  |█   |████",
    "0": " ██ |█  █|█  █|█  █| ██ ",
    "1": " █|██| █| █| █",
    "2": "███ |   █| ██ |█   |████",
    "3": "███ |   █| ██ |   █|███ ",
    "4": "█  █|█  █|████|   █|   █",
    "5": "████|█   |███ |   █|███ ",
    "6": " ██ |█   |███ |█  █| ██ ",
    "7": "████|   █|  █ | █  | █  ",
    "8": " ██ |█  █| ██ |█  █| ██ ",
    "9": " ██ |█  █| ███|   █| ██ ",
    " ": "  |  |  |  |  ",
    "-": "   |   |███|   |   ",
}


def large(text: str, width: int) -> list[str] | None:
    r"""Return the lines of a text in large letters, in two rows if it is too wide for one.

    None if there is no large form of a letter, or a word does not fit into ``width`` columns.

    >>> print(*large("hi", 20), sep="\n")
    █  █ █
    █  █ █
    ████ █
    █  █ █
    █  █ █
    """
    if not text or any(letter not in _GLYPHS for letter in text.upper()):
        return None
    for rows in ([text], text.split(" ", 1)):
        lines = [_row(row.upper()) for row in rows]
        if all(len(line) <= width for row in lines for line in row):
            parted = [line for row in lines for line in (*row, "")]
            return parted[:-1]
    return None


def _row(text: str) -> list[str]:
    glyphs = [_GLYPHS[letter].split("|") for letter in text]
    return [" ".join(glyph[line] for glyph in glyphs).rstrip() for line in range(HEIGHT)]
