"""The parts of a report page as HTML, and writing a report to a file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from emgstream.atomic_files import check_writable, write_whole
from emgstream.errors import OutputError
from emgstream.host_system import refusal
from emgstream.replaced_files import holds_object, is_page, refuse_to_replace
from emgstream.report.page_text import page_text
from emgstream.report.report_style import STYLE
from emgstream.wording import shortened

__all__ = [
    "check_place",
    "document",
    "facts",
    "note",
    "section",
    "table",
    "tile",
    "tiles",
    "write_json",
    "write_page",
]

_START = '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>'
_REPORTS = (("columns", "questions"), ("network",), ("folds", "n_folds_planned"))
"""Keys by which a report is known: of a recording, of a model, of an evaluation."""


def document(title: str, parts: Iterable[str]) -> str:
    """Return a whole page from parts that are HTML."""
    return (
        f'{_START}{page_text(title)}</title><meta name="viewport" '
        'content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head><body><main>{''.join(parts)}</main></body></html>\n"
    )


def section(title: str, content: str, kind: str = "") -> str:
    """Return a box with a title around content that is HTML."""
    return f"<section class='{kind}'><h2>{page_text(title)}</h2>{content}</section>"


def tile(figure: str, name: str, explanation: str, kind: str = "") -> str:
    """Return one large figure with its name and an explanation."""
    return (
        f"<div class='tile {kind}'><div class='figure'>{page_text(figure)}</div>"
        f"<div class='name'>{page_text(name)}</div><p>{page_text(explanation)}</p></div>"
    )


def tiles(several: Iterable[str]) -> str:
    """Return tiles side by side."""
    return f"<div class='tiles'>{''.join(several)}</div>"


def note(text: str, kind: str = "") -> str:
    """Return a highlighted line of text."""
    return f"<p class='note {kind}'>{page_text(text)}</p>"


def facts(values: Mapping[str, str]) -> str:
    """Return a table with one row per name and value."""
    rows = "".join(
        f"<tr>{_name('th', name)}<td>{page_text(value)}</td></tr>" for name, value in values.items()
    )
    return f"<table class='facts'>{rows}</table>"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table whose first column holds names, and the others figures."""
    return (
        f"<div class='scroll'><table>{_row('th', head)}"
        f"{''.join(_row('td', row) for row in rows)}</table></div>"
    )


def write_page(path: Path, page: str) -> None:
    """Write a page whole or not at all; raises OutputError where it cannot be written."""
    with _told(path, "--html"):
        write_whole(path, page.encode(errors="backslashreplace"))


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    """Write figures as JSON, whole or not at all; raises OutputError where that fails."""
    with _told(path, "--json"):
        write_whole(path, (json.dumps(document, indent=2, allow_nan=False) + "\n").encode())


def check_place(path: Path, option: str) -> None:
    """Raise OutputError, naming the option, where a file cannot be written; call it before work.

    A report of the same kind that is there is replaced, and no other file.
    """
    refuse_to_replace(path, _is_page if option == "--html" else _is_report, "reports")
    with _told(path, option):
        check_writable(path)


def _is_page(path: Path) -> bool:
    return is_page(path, _START)


def _is_report(path: Path) -> bool:
    return holds_object(path, *_REPORTS)


@contextmanager
def _told(path: Path, option: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"cannot write {path}: {refusal(error)}; choose another place with {option}"
        ) from error


def _row(kind: str, cells: Sequence[str]) -> str:
    first, *others = cells
    numbers = "".join(_name(kind, cell, " class='number'") for cell in others)
    return f"<tr>{_name(kind, first)}{numbers}</tr>"


def _name(kind: str, name: str, how: str = "") -> str:
    """Return a cell; a shortened name has the whole one as its tooltip."""
    short = shortened(name)
    whole = "" if short == name else f' title="{page_text(name)}"'
    return f"<{kind}{how}{whole}>{page_text(short)}</{kind}>"
