"""Charts as SVG, for pages of the product, which has no chart library among its requirements."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.report.page_text import page_text
from emgstream.report.plotting import COLOURS, INK, LETTER, ChartFrame, legend, svg, text
from emgstream.significant_digits import decimals_of, percent
from emgstream.wording import shortened

__all__ = ["ChartLine", "bars", "heatmap", "intervals", "lines", "ribbons"]

Doubles: TypeAlias = npt.NDArray[np.float64]

_CELL = 46
"""Size of a cell of a confusion matrix, in pixels: three digits and a percent sign fit."""
_RIBBON = 22
"""Height of a ribbon, in pixels."""
_DARK_SHARE = 0.6
"""Share from which a cell of a confusion matrix is so dark that its text is white (choice)."""
_SLANTED = 30
"""Additional height for slanted names, in pixels."""


@dataclass(frozen=True, eq=False)
class ChartLine:
    """One line of a chart; a value of NaN interrupts it."""

    name: str
    """Name in the legend; empty for a dashed guide line."""
    x: Doubles
    """Shape ``(n,)``."""
    y: Doubles
    """Shape ``(n,)``."""
    dots: bool = False
    """True to mark every point."""


def lines(
    several: Sequence[ChartLine], across: str, up: str, *, limits: tuple[float, float] | None = None
) -> str:
    """Return a chart of lines; those without a name are dashed guide lines.

    ``limits`` are those of the vertical axis; by default they fit the values.
    """
    x, y = (np.concatenate([getattr(line, axis) for line in several]) for axis in "xy")
    frame = ChartFrame.around(x, y if limits is None else np.array(limits))
    drawn = [frame.axes(across, up)]
    named = [line for line in several if line.name]
    colours = dict(zip((line.name for line in named), COLOURS, strict=False))
    for line in several:
        drawn.append(_path(frame, line, colours.get(line.name, "#a0aec0")))
    drawn.append(legend(colours, frame.width))
    return svg(frame.width, frame.height, drawn)


def bars(
    groups: Sequence[str],
    series: Mapping[str, Sequence[float]],
    up: str,
    *,
    top: float | None = None,
) -> str:
    """Return a chart with groups of bars, one bar per series in each; NaN gives no bar."""
    values = np.array([*series.values()], dtype=np.float64)
    highest = float(np.nanmax(values, initial=0.0)) if top is None else top
    frame = ChartFrame.of(0.0, float(len(groups)), 0.0, highest or 1.0)
    drawn = [frame.axes("", up, x_ticks=False)]
    width = 0.8 / len(series)
    for place, group in enumerate(groups):
        for nth, column in enumerate(values):
            left = place + 0.1 + nth * width
            drawn.append(
                _bar(frame, left, width, float(column[place]), COLOURS[nth % len(COLOURS)])
            )
        drawn.append(frame.name_below(place + 0.5, shortened(group), slanted=len(groups) > 5))
    drawn.append(legend(dict(zip(series, COLOURS, strict=False)), frame.width))
    return svg(frame.width, frame.height + _SLANTED, drawn)


def heatmap(
    shares: Doubles, names: Sequence[str], counts: npt.NDArray[np.int64], title: str
) -> str:
    """Return a picture of a confusion matrix, with the names of its axes.

    ``shares`` of each true class (row), 0 to 1, and ``counts`` have shape ``(n_classes,) * 2``.
    """
    names = [shortened(name) for name in names]
    left, top, size = 44 + 6.5 * max(map(len, names)), 34.0, _CELL * len(names)
    drawn = [text(left, 16, title, weight="600")]
    drawn.append(text(14, top + size / 2, "true movement", anchor="middle", turned=-90))
    for row, column in np.ndindex(shares.shape):
        x, y = left + column * _CELL, top + row * _CELL
        drawn.append(_cell(x, y, float(shares[row, column]), int(counts[row, column])))
    for place, name in enumerate(names):
        middle = (place + 0.5) * _CELL
        drawn.append(text(left - 8, top + middle + 4, name, anchor="end"))
        drawn.append(text(left + middle + 4, top + size + 14, name, anchor="end", turned=-40))
    below = 38 + 5.0 * max(map(len, names))
    drawn.append(text(left + size / 2, top + size + below - 6, "decided movement", anchor="middle"))
    return svg(left + size + 12, top + size + below, drawn)


def intervals(rows: Sequence[tuple[str, Sequence[float], float, float, float]], across: str) -> str:
    """Return a chart with one row per name: a dot per fold, the mean and its interval, in percent.

    Each row is name, folds, mean, lower and upper end of the confidence interval, 0 to 1.
    """
    left = 20 + LETTER * max(len(shortened(name)) for name, *_ in rows)
    frame = ChartFrame.of(
        0.0, 100.0, 0.0, float(len(rows)), left=left, height=60.0 + 44 * len(rows)
    )
    drawn = [frame.axes(across, "", y_ticks=False)]
    for place, (name, folds, mean, low, high) in enumerate(rows):
        y = frame.y(len(rows) - place - 0.5)
        colour = COLOURS[place % len(COLOURS)]
        decimals = decimals_of((high - low) / 2.0)
        drawn.append(text(left - 10, y + 4, shortened(name), anchor="end", weight="600"))
        drawn += [
            _dot(frame.x(100.0 * fold), y, 4.0, colour, 0.35)
            for fold in folds
            if math.isfinite(fold)
        ]
        if math.isfinite(low):
            drawn.append(
                f'<line x1="{frame.x(100.0 * low):.1f}" x2="{frame.x(100.0 * high):.1f}" '
                f'y1="{y:.1f}" y2="{y:.1f}" stroke="{colour}" stroke-width="3" '
                'stroke-linecap="round"/>'
            )
        if math.isfinite(mean):
            x = frame.x(100.0 * mean)
            drawn.append(_dot(x, y, 6.5, colour))
            drawn.append(text(x, y - 11, percent(mean, decimals), anchor="middle"))
    return svg(frame.width, frame.height, drawn)


def ribbons(
    rows: Sequence[tuple[str, Sequence[tuple[int, int, int]]]],
    names: Sequence[str],
    end: int,
    rate_hz: float | None = None,
) -> str:
    """Return ribbons of classes over a recording, one below the other, above an axis of time.

    Each is a name and its stretches: first row, last row, number of the class in ``names``. Rows
    are drawn from 0 to ``end``, in seconds where the sampling rate is known. Of more classes than
    colours those of equal colour have a tooltip.
    """
    left = 20 + LETTER * max(len(name) for name, _ in rows)
    per_row = 1.0 if rate_hz is None else 1.0 / rate_hz
    height = 30.0 + (_RIBBON + 4) * len(rows) + 48.0
    frame = ChartFrame.of(0.0, max(end, 1) * per_row, 0.0, 1.0, left=left, height=height)
    drawn, top = [frame.axes("row" if rate_hz is None else "time (s)", "", y_ticks=False)], 30.0
    for name, stretches in rows:
        drawn.append(text(left - 10, top + 15, name, anchor="end"))
        for first, last, number in stretches:
            x, right = frame.x(first * per_row), frame.x((last + 1) * per_row)
            drawn.append(
                f'<rect x="{x:.1f}" y="{top:.0f}" width="{max(right - x, 0.5):.1f}" '
                f'height="{_RIBBON}" fill="{COLOURS[number % len(COLOURS)]}">'
                f"<title>{page_text(names[number])}</title></rect>"
            )
        top += _RIBBON + 4
    drawn.append(legend(dict(zip(names, COLOURS, strict=False)), frame.width))
    return svg(frame.width, height, drawn)


def _path(frame: ChartFrame, line: ChartLine, colour: str) -> str:
    points = [
        (frame.x(x), frame.y(y)) if math.isfinite(x) and math.isfinite(y) else None
        for x, y in zip(line.x.tolist(), line.y.tolist(), strict=True)
    ]
    path, broken = "", True
    for point in points:
        if point is not None:
            path += f"{'M' if broken else 'L'}{point[0]:.1f},{point[1]:.1f}"
        broken = point is None
    dashed = "" if line.name else ' stroke-dasharray="4 4"'
    drawn = f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.8"{dashed}/>'
    if line.dots:
        drawn += "".join(_dot(*point, 3.5, colour) for point in points if point is not None)
    return drawn


def _dot(x: float, y: float, radius: float, colour: str, opacity: float = 1.0) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{colour}" opacity="{opacity}"/>'


def _bar(frame: ChartFrame, left: float, width: float, value: float, colour: str) -> str:
    if not math.isfinite(value):
        return ""
    x, right, y, floor = frame.x(left), frame.x(left + width), frame.y(value), frame.y(0.0)
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{right - x - 1:.1f}" height="{floor - y:.1f}" '
        f'rx="2" fill="{colour}"/>'
    )


def _cell(x: float, y: float, share: float, count: int) -> str:
    if not math.isfinite(share):
        share = 0.0
    middle, side = x + _CELL / 2, _CELL - 2
    drawn = (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{side}" height="{side}" rx="4" '
        f'fill="var(--cell, #2071b0)" fill-opacity="{0.04 + 0.96 * share:.2f}"/>'
    )
    if count:
        ink = "#fff" if share > _DARK_SHARE else INK
        drawn += text(middle - 1, y + 20, percent(share), anchor="middle", colour=ink)
        drawn += text(middle - 1, y + 35, f"{count:,}", anchor="middle", size=10, colour=ink)
    return drawn
