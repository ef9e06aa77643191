"""The page of the command line in docs/, written from the parsers of the verbs.

python scripts/command_line_page.py            # fails if the page is not what the parsers say
python scripts/command_line_page.py --write    # writes it
"""

from __future__ import annotations

import argparse
import inspect
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from emgstream.cli.verb_parsers import VERBS, verb_module, verb_parser

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "command-line.md"
HEAD = """\
# Command line

<!-- Written by scripts/docs.py from the parsers of the verbs. Do not edit. -->

`emgstream` alone opens [the window](window.md). Every other use begins with a verb.
`emgstream --help` lists the verbs, `emgstream VERB --help` says what is on this page. Every verb
also takes `-v` (print what happens: connections, threads, repairs; `-vv` in detail) and
`--log FILE` (append all of it to a file). The exit code is 0, or 1 after a failure, which is told
in one line on standard error. A verb that was ended by Ctrl-C, SIGTERM or SIGHUP before its end
says so in the same way, as `emgstream: stopped by Ctrl-C`, also with 1: nothing went wrong, and
nothing that was written is lost. `simulate` has no end of its own without `--seconds`, so that
Ctrl-C ends it with 0.

| verb | what it does |
|---|---|
"""
COMMON = ("-h", "-v", "--log")
"""Options that every verb has, which the head of the page describes."""


def main() -> int:
    """Write the page, or say whether it is what the parsers say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the page")
    arguments = parser.parse_args()
    text = page()
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    if arguments.write:
        PAGE.write_text(text, encoding="utf-8")
        print(f"wrote {PAGE.name}")
        return 0
    print(f"{PAGE.name} is not what the parsers say; run: python3 scripts/docs.py")
    return 1


def page() -> str:
    """Return the page, as Markdown."""
    rows = (f"| [`{verb}`](#{verb}) | {_cell(what)} |\n" for verb, what in VERBS.items())
    return HEAD + "".join(rows) + "".join(map(_section, VERBS))


def _section(verb: str) -> str:
    """Return the section of a verb: description, examples, a table for each group of options."""
    parser = verb_parser(verb)
    parts = [f"\n## {verb}\n", _prose(parser.description)]
    positional, usual, *groups = parser._action_groups
    parts.append(_table([*positional._group_actions, *usual._group_actions]))
    for group in groups:
        if all(set(action.option_strings) & set(COMMON) for action in group._group_actions):
            continue
        if group.title:
            parts.append(f"**{group.title[0].upper()}{group.title[1:].rstrip(':')}**\n")
        if group.description:
            parts.append(_prose(group.description))
        parts.append(_table(group._group_actions))
    examples = verb_module(verb).EXAMPLES.items()
    rows = "".join(f"| `emgstream {words}` | {_cell(why)} |\n" for words, why in examples)
    parts.append(f"| example | |\n|---|---|\n{rows}")
    return "\n".join(parts)


def _table(actions: list[Any]) -> str:
    rows = "".join(_rows(actions))
    return f"| argument | meaning |\n|---|---|\n{rows}" if rows else ""


def _rows(actions: list[Any]) -> Iterator[str]:
    for action in actions:
        if action.help == argparse.SUPPRESS or set(action.option_strings) & set(COMMON):
            continue
        meaning = (action.help or "") % {**vars(action), "prog": "emgstream"}
        yield f"| {_argument(action)} | {_cell(meaning)} |\n"


def _argument(action: Any) -> str:
    """Return an argument with its value, as one writes it."""
    value = action.metavar or (
        "{" + ",".join(map(str, action.choices)) + "}" if action.choices else action.dest.upper()
    )
    if not action.option_strings:
        return f"`{_plain(value)}`"
    if action.nargs == 0:
        return ", ".join(f"`{option}`" for option in action.option_strings)
    value = f"[{value}]" if action.nargs == "?" else value
    return ", ".join(f"`{option} {_plain(value)}`" for option in action.option_strings)


def _plain(value: object) -> str:
    return str(value).replace("|", "\\|")


def _cell(text: str) -> str:
    """Return text for a cell of a table: one line, with the signs that Markdown would take."""
    plain = " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")
    return plain.replace("[", "\\[")


def _prose(text: str | None) -> str:
    """Return paragraphs; one that is indented stays as it is."""
    paragraphs = inspect.cleandoc(text or "").split("\n\n")
    return "\n".join(_paragraph(one) for one in paragraphs if one.strip())


def _paragraph(text: str) -> str:
    if text.startswith("  "):
        return f"```text\n{textwrap.dedent(text)}\n```\n"
    return " ".join(text.split()).replace("<", "&lt;") + "\n"


if __name__ == "__main__":
    sys.exit(main())
