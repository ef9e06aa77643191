"""Messages of the engine as the window says them: without an option and without a command.

A message says what happened, what was expected, and what to do next, in clauses that a semicolon
separates. What to do next often names an option of the command line, or a verb of it. The window
has another way to the same end, and this module knows it for each option and verb.
"""

from __future__ import annotations

import re

from emgstream.translation import tr

__all__ = ["COMMAND", "window_clause", "window_words"]

_VERBS = (
    "calibrate|config|convert|doctor|evaluate|export|firmware|inspect|install|live|ports|record|"
    "recover|replay|simulate|test-live|train|tune"
)
COMMAND = re.compile(
    rf"(?<![\w-])--[a-z][a-z-]*|\bemgstream (?:{_VERBS})\b|\bpip install\b|\bsudo \w"
)
"""A word that belongs to the command line."""

_EXPECTED = "expected "
_COLUMNS = tr("set it in Columns…, beside the recording")
_TOO_FEW = tr("the recordings are too few to hold some of them out")
_WHOLE: tuple[tuple[str, str], ...] = (
    (r"`emgstream train` writes", tr("expected a .emgmodel, as the page Train writes it")),
    (r"--recipe", tr("name one, or choose the recipe realtime")),
    (r"or try --baud", tr("its speed is found by itself: choose the port again")),
)
"""As `_ADVICE`, for clauses of which no part says anything without the rest."""
_ADVICE: tuple[tuple[str, str], ...] = (
    (
        r"emgstream calibrate",
        tr("record each movement five times and adapt the model to it on the page Train"),
    ),
    (r"emgstream recover", tr("put it in order with the button beside it, on the page Train")),
    (r"emgstream record wrote", tr(r"expected a recording of the page Record")),
    (r"emgstream ports", tr("look at the list of sources at the top")),
    (
        r"emgstream firmware|flash the sketch",
        tr("load the sketch again: Set up my board, page Live"),
    ),
    (r"emgstream simulate", tr("is it switched on?")),
    (r"emgstream install train|\[train\]", tr("install it on the page Train")),
    (r"emgstream install|pip install", tr("this part of the program has to be installed first")),
    (r"--setup-only", tr("it has to be installed first")),
    (r"emgstream doctor", tr("press Check this computer on the page Settings")),
    (r"emgstream replay .*--rate", tr("for real seconds set the rate in Columns…")),
    (r"emgstream (?:convert|train|inspect)", _COLUMNS),
    (r"sudo usermod", tr("ask who runs this computer for access to it, then log out and in again")),
    (r"sudo", tr("ask who runs this computer")),
    (r"--model none|model file .*--model", tr("choose No model in the list at the top")),
    (r"--model", tr("choose a model in the list at the top")),
    (r"--port simulated", tr("choose the simulated board in the list at the top")),
    (r"--port", tr("choose the source in the list at the top")),
    (r"--baud", tr("its speed is found by itself: choose the port again")),
    (r"--mains", tr("the field Signal of the page Train says otherwise")),
    (r"--(?:channels|label|label-from-name|time|counter|ignore)", _COLUMNS),
    (r"--rate", tr("set the rate in Columns…, or on the page Train")),
    (r"--out", tr("choose another name or folder")),
    (r"--movements", tr("choose fewer movements")),
    (r"--(?:free|markers)", tr("choose the recording by markers, or that by cues")),
    (r"--(?:html|json)", tr("Details has them")),
    (r"--(?:folds|protocol)", _TOO_FEW),
    (r"--jobs", tr("close other programs")),
    (r"--web", tr("write another one on the page Outputs")),
    (r"--control", tr("switch it off on the page Outputs")),
)
"""A pattern in a clause, and what the window says in place of the clause."""

_ALTERNATIVES = re.compile(r", or(?: else)?:? |; or:? |, ")


def window_words(message: str) -> str:
    """Return a message in which every way out is one of the window.

    A clause without any is left out.

    >>> window_words("no port COM9; there are COM3; see emgstream ports")
    'no port COM9; there are COM3; look at the list of sources at the top'
    >>> window_words("too fast; train a model at this rate, or go on with --force")
    'too fast; train a model at this rate'
    """
    if not COMMAND.search(message):
        return message
    lines = (_line(line) for line in message.split("\n"))
    return "\n".join(line for line in lines if line)


def window_clause(clause: str) -> str | None:
    """Return one clause as the window says it; None where the window has no such way."""
    if not COMMAND.search(clause):
        return clause
    whole = _found(_WHOLE, clause)
    if whole is not None:
        return whole
    parts = _ALTERNATIVES.split(clause)
    left = [part for part in parts if part and not COMMAND.search(part)]
    if " or" in clause and left:
        others = ", ".join(left[:-1])
        words = f"{others} or {left[-1]}" if others else left[-1]
        is_cut = clause.startswith(_EXPECTED) and not words.startswith(_EXPECTED)
        return _EXPECTED + words if is_cut else words
    return _found(_ADVICE, clause)


def _found(advice: tuple[tuple[str, str], ...], clause: str) -> str | None:
    return next((words for pattern, words in advice if re.search(pattern, clause)), None)


def _line(line: str) -> str:
    clauses = (window_clause(clause) for clause in line.split("; "))
    return "; ".join(dict.fromkeys(clause for clause in clauses if clause))
