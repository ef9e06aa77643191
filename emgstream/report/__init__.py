"""Reports as one HTML file each that needs nothing beside it: the page, its parts, its charts."""

from emgstream.report.charts import ChartLine, bars, heatmap, intervals, lines, ribbons
from emgstream.report.html_page import (
    check_place,
    document,
    facts,
    note,
    section,
    table,
    tile,
    tiles,
    write_json,
    write_page,
)

__all__ = [
    "ChartLine",
    "bars",
    "check_place",
    "document",
    "facts",
    "heatmap",
    "intervals",
    "lines",
    "note",
    "ribbons",
    "section",
    "table",
    "tile",
    "tiles",
    "write_json",
    "write_page",
]
