"""The rows of a benchmark, and their table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Row", "table"]


@dataclass(frozen=True)
class Row:
    """One figure, and the alternative's measured in the same run."""

    what: str
    """Name of the measured quantity."""
    ours: str
    """Our figure with its unit."""
    other: str = ""
    """The alternative with its figure, where there is one."""
    ratio: float | None = None
    """Ratio by which ours is better."""
    wanted: str = ""
    """The bound to reach."""


def table(rows: Iterable[Row]) -> str:
    """Return the rows as a Markdown table."""
    lines = ["| what | emgstream | alternative | ratio | wanted |", "|---|---|---|---|---|"]
    for row in rows:
        ratio = (
            ""
            if row.ratio is None
            else f"{row.ratio:.1f}x"
            if row.ratio >= 1
            else f"{row.ratio:.2f}x"
        )
        lines.append(f"| {row.what} | {row.ours} | {row.other} | {ratio} | {row.wanted} |")
    return "\n".join(lines)
