"""Colours and two-letter codes; every class can also be told apart without seeing colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from emgstream.decisions import REST_NAMES
from emgstream.wording import spoken

__all__ = [
    "DARK",
    "LIGHT",
    "Theme",
    "blended",
    "class_codes",
    "class_colors",
]


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of the light or the dark look, as ``#rrggbb``."""

    name: str
    """``light`` or ``dark``."""
    window: str
    """Background of the window."""
    surface: str
    """Background of signals and cards."""
    sunken: str
    """Empty part of a bar, button under the pointer."""
    line: str
    """Lines of the grid, borders of cards."""
    edge: str
    """Borders of buttons and fields, handles of scroll bars: of all that can be used."""
    text: str
    """Text."""
    quiet: str
    """Secondary text: units, captions. Its contrast on the surface is at least 4.5:1."""
    trace: str
    """The signals."""
    accent: str
    """The main action, the cursor."""
    on_accent: str
    """Text on the accent."""
    chosen: str
    """Background of a choice that is made."""
    good: str
    """Light of something that is in order."""
    warning: str
    """Light of something that needs a look; gaps in the signal."""
    error: str
    """Light of something that has stopped."""
    error_surface: str
    """Background of an error."""
    rest: str
    """The class ``rest``."""
    classes: tuple[str, ...]
    """The other classes, in the order of their numbers."""


_NEXT_ROUND = 0.55
"""Share of its colour that a class keeps in each further round, by eye."""

# Okabe & Ito's colours (2008, "Color Universal Design"), the order chosen so that neighbours
# differ in lightness as well; their yellow is not to be seen on white, so it is darker there.
LIGHT = Theme(
    name="light",
    window="#f4f5f7",
    surface="#ffffff",
    sunken="#e9ecf0",
    line="#dfe3e8",
    edge="#b4bdc9",
    text="#1c2430",
    quiet="#5d6878",
    trace="#27496d",
    accent="#0b65a8",
    on_accent="#ffffff",
    chosen="#d9e8f5",
    good="#00805c",
    warning="#a85400",
    error="#b3261e",
    error_surface="#fdecea",
    rest="#9fa8b5",
    classes=("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#8f8a1a"),
)
DARK = Theme(
    name="dark",
    window="#14181e",
    surface="#1b2028",
    sunken="#2a313c",
    line="#2f3742",
    edge="#525d6c",
    text="#e8ecf1",
    quiet="#9aa6b5",
    trace="#9cc4ec",
    accent="#4ba3e3",
    on_accent="#0b1117",
    chosen="#1f3b52",
    good="#3cc498",
    warning="#f0a040",
    error="#ff8a80",
    error_surface="#3b2020",
    rest="#5b6573",
    classes=("#3d9ddb", "#e69f00", "#1fbf92", "#d994b9", "#e8743b", "#8fd0f5", "#f0e442"),
)


def blended(over: str, under: str, share: float) -> str:
    """Return the opaque colour of ``over`` laid on another with a given opacity.

    >>> blended("#ff0000", "#0000ff", 0.2)
    '#3300cc'
    """
    pairs = zip(_parts(over), _parts(under), strict=True)
    return "#" + "".join(f"{round(share * top + (1.0 - share) * low):02x}" for top, low in pairs)


def class_colors(class_names: Sequence[str], theme: Theme) -> tuple[str, ...]:
    """Return one colour per class: grey for rest, the palette in turn, darker each round.

    >>> class_colors(("rest", "fist"), LIGHT)
    ('#9fa8b5', '#0072b2')
    """
    colors = []
    n_moving = 0
    for name in class_names:
        if name.lower() in REST_NAMES:
            colors.append(theme.rest)
        else:
            turn, place = divmod(n_moving, len(theme.classes))
            colors.append(blended(theme.classes[place], theme.text, _NEXT_ROUND**turn))
            n_moving += 1
    return tuple(colors)


def class_codes(class_names: Sequence[str]) -> tuple[str, ...]:
    """Return one code of two characters per class, all different, for where colour fails.

    >>> class_codes(("rest", "elbow_bend", "elbow_extend", "hand_open", "hand_oil"))
    ('Re', 'EB', 'EE', 'HO', 'H2')
    """
    codes: list[str] = []
    for name in class_names:
        words = spoken(name).split()
        code = words[0][0] + words[1][0] if len(words) > 1 else spoken(name)[:2]
        code = code.upper() if len(words) > 1 else code.capitalize()
        number = 2
        while code in codes:
            code = f"{code[0]}{number}"
            number += 1
        codes.append(code)
    return tuple(codes)


def _parts(name: str) -> tuple[int, ...]:
    """Return red, green and blue of ``#rrggbb``, 0 to 255."""
    return tuple(int(name[at : at + 2], 16) for at in (1, 3, 5))
