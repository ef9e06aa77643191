"""A recording as it would be with two electrodes plugged the other way round."""

from __future__ import annotations

from pathlib import Path

__all__ = ["exchange_channels"]


def exchange_channels(path: Path, one: str = "biceps", other: str = "middle") -> None:
    """Exchange the samples of two channels of a CSV recording in place."""
    header, *lines = path.read_text().splitlines()
    places = [header.split(",").index(name) for name in (one, other)]
    rows = [line.split(",") for line in lines]
    for row in rows:
        first, second = places
        row[first], row[second] = row[second], row[first]
    path.write_text("\n".join([header, *map(",".join, rows)]) + "\n")
