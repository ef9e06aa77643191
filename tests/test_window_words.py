"""Every message that the window can show has a way out in the window."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import emgstream
from emgstream.app.window_words import COMMAND, window_clause, window_words

PACKAGE = Path(emgstream.__file__).parent
OPTION = re.compile(r"--[a-z-]+")
TERMINAL_ONLY = (
    "app/doctor/qt_checks.py",  # told where no window can open
    "app/installation_plan.py",  # arguments of a child process
    "app/training_job.py",  # as before
    "app/verb_process.py",
    "app/window_words.py",  # the rule itself
    "cli/",
    "configuration.py",  # the template of the file
    "export/",
    "gui/application.py",  # told after the window has closed
    "gui/display.py",  # told where no window can open
    "log_output.py",
    "report/",
    "simulation/",
    "tables/column_choice.py",  # arguments of a child process
    "tables/column_questions.py",  # asked in a dialog, by other words
    "errors.py",  # as before
)


def literals(source: str) -> Iterator[str]:
    """The texts of a module, with an X for each value in them; no docstrings.

    Options that are items of a list are no texts but arguments of another program.
    """
    tree = ast.parse(source)
    inner = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    described = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    arguments = {
        id(item)
        for node in ast.walk(tree)
        if isinstance(node, ast.List)
        for item in node.elts
        if isinstance(item, ast.Constant) and OPTION.fullmatch(str(item.value))
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = (p.value if isinstance(p, ast.Constant) else "X" for p in node.values)
            yield "".join(map(str, parts))
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in inner | arguments
            and id(node) not in described
        ):
            yield node.value


def messages() -> Iterator[tuple[str, str]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith(TERMINAL_ONLY):
            yield from ((name, text) for text in literals(path.read_text("utf-8")))


def test_the_texts_are_found() -> None:
    found = {text for _, text in messages()}
    assert len(found) > 2000
    assert any("see emgstream ports" in text for text in found)


def test_every_clause_with_a_command_is_said_in_another_way() -> None:
    without = [
        f"{name}: {clause}"
        for name, text in messages()
        for line in text.split("\n")
        for clause in line.split("; ")
        if window_clause(clause) is None
    ]
    assert without == [], "give each a line in emgstream.app.window_words"


def test_no_translated_message_has_a_command() -> None:
    left = [
        f"{name}: {window_words(text)}"
        for name, text in messages()
        if COMMAND.search(window_words(text))
    ]
    assert left == []


def test_the_window_itself_names_no_command() -> None:
    named = [
        f"{name}: {text}"
        for name, text in messages()
        if name.startswith("gui/") and COMMAND.search(text)
    ]
    assert named == []


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("all is well; nothing to do", "all is well; nothing to do"),
        (
            "no port COM9; there are COM3; see emgstream ports",
            "no port COM9; there are COM3; look at the list of sources at the top",
        ),
        (
            "too fast; train a model at this rate, change the board's, or go on with --force",
            "too fast; train a model at this rate or change the board's",
        ),
        (
            "arm.csv broke off; run first: emgstream recover arm.csv",
            "arm.csv broke off; put it in order with the button beside it, on the page Train",
        ),
        (
            "X decides; expected a model with --model, or no such output; leave one out",
            "X decides; expected no such output; leave one out",
        ),
        ("what happened; --unheard-of", "what happened"),
    ],
)
def test_a_message_keeps_what_happened_and_changes_what_to_do(message: str, words: str) -> None:
    assert window_words(message) == words
