"""Texts of files and ports reach terminals, titles, pages and logs without orders in them."""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.progress import TextColumn
from rich.table import Table
from rich.text import Text

from emgstream.cli import main
from emgstream.cli.terminal import console, note, print_facts, print_grid
from emgstream.printable import printable
from emgstream.report.page_text import page_text

PACKAGE = Path(__file__).resolve().parent.parent / "emgstream"
TRAINING = PACKAGE.parent / "training" / "emgstream_training"
HOSTILE = {
    "clears the screen": "a\x1b[2Jb",
    "sets the title": "a\x1b]0;owned\x07b",
    "one byte begins an order": "a\x9b2Jb",
    "goes back": "safe\rgone\b\b\x7f",
    "turns the direction": "a\u202egnp.exe",
    "isolates a direction": "a\u2066b\u2069",
    "marks without a picture": "a\u200bb\ufeffc\u00add",
    "half a letter": "a\udce9b",
    "lines of another kind": "a\u2028b\u0085c\x0bd",
    "tags": "a\U000e0041b",
}
MARKUP = ["a[/x]", "[bold]b", "[link=http://127.0.0.1]c[/link]", ":smile:", "[/]", "[red", "\\[x]"]


def is_raw(text: str) -> bool:
    return any(not (letter.isprintable() or letter in "\n\u00a0") for letter in text)


class WatchedTerminal(io.StringIO):
    """What a terminal gets."""

    def isatty(self) -> bool:
        return True


def told_on_terminal(text: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return what a terminal of 200 columns shows of a text that is printed in every way."""
    written = WatchedTerminal()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", written)
        patch.setattr(sys, "stderr", written)
        patch.setenv("TERM", "xterm-256color")
        patch.setenv("COLUMNS", "200")
        print_everywhere(text)
    assert "\x1b[" in written.getvalue()  # it is taken for a terminal
    return without_colours(written.getvalue())


def without_colours(text: str) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", text)


def print_everywhere(text: str) -> None:
    terminal = console()
    terminal.print(text)
    terminal.print(Text(text, "bold"))
    note(text)
    print_facts(terminal, [("name", text), (text, "value")])
    print_grid(terminal, [text, "x"], [[text, text]])
    table = Table(text, title=text)
    table.add_row(text)
    terminal.print(table)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_order_reaches_a_terminal(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told = told_on_terminal(text, monkeypatch)
    assert "a" in told
    assert not is_raw(told), ascii(told)


@pytest.mark.parametrize("text", MARKUP)
def test_markup_of_a_file_is_shown_and_not_followed(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told_on_terminal(text, monkeypatch).count(text) >= 8


def test_what_is_shown_as_itself_stays() -> None:
    for text in ("Bizeps µV – 5\u202f000", "плечо", "腕", "🙂", ""):
        assert printable(text) == text


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_pages_and_logs_get_no_order(text: str) -> None:
    assert not is_raw(printable(text))
    assert not is_raw(page_text(text))
    assert "<" not in page_text(f"<script>{text}</script>")


@pytest.mark.parametrize("verb", ["inspect", "replay", "train", "convert", "export"])
@pytest.mark.parametrize("text", [*HOSTILE.values(), *MARKUP])
def test_a_name_in_an_error_is_shown_and_not_followed(
    verb: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([verb, f"{text}.csv"]) == 1
    told = capsys.readouterr().err
    assert not is_raw(told), ascii(told)
    assert "bug of its own" not in told


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            yield getattr(node.func, "id", name), node


FORBIDDEN = {
    "Console": {"cli/terminal.py"},
    "escape": {"report/page_text.py", "gui/plain_label.py"},
    "from_markup": set[str](),
    "QLabel": {"gui/tune/tuning_outcome.py", "gui/train/training_curves.py"},
}
"""What only some files may call, as all others use what these make of it.

The two labels with markup show colours beside words of our own."""


@pytest.mark.parametrize("name", FORBIDDEN)
def test_nothing_goes_around_what_makes_texts_printable(name: str) -> None:
    found = set()
    for root in (PACKAGE, TRAINING):
        for path in root.rglob("*.py"):
            source = path.read_text(encoding="utf-8")
            if name not in source:
                continue
            for called, node in calls(ast.parse(source)):
                of_module = isinstance(node.func, ast.Attribute) and isinstance(
                    node.func.value, ast.Name
                )
                if called == name and not (of_module and ast.unparse(node.func) == "re.escape"):
                    found.add(path.relative_to(root).as_posix())
    assert found <= FORBIDDEN[name]


def test_columns_of_progress_take_no_markup() -> None:
    for path in (PACKAGE / "cli").glob("*.py"):
        for called, node in calls(ast.parse(path.read_text(encoding="utf-8"))):
            if called == TextColumn.__name__:
                assert "markup" in {word.arg for word in node.keywords}, path.name


def test_print_is_used_for_answers_to_programs_alone() -> None:
    """Of whole programs: a child that answers its parent, and the line on an error."""
    allowed = {"cli/__init__.py", "gui/qt_trial.py", "app/doctor/child_trial.py"}
    found = set()
    for root in (PACKAGE, TRAINING):
        for path in root.rglob("*.py"):
            for called, node in calls(ast.parse(path.read_text(encoding="utf-8"))):
                if called == "print" and isinstance(node.func, ast.Name):
                    found.add(path.relative_to(root).as_posix())
    assert found == allowed
