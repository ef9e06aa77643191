"""Texts of the parsers: examples in the help, and suggestions for words that are not known."""

from __future__ import annotations

import argparse
import re
import textwrap
from collections.abc import Iterable, Mapping

from emgstream.wording import did_you_mean

__all__ = ["VerbHelp", "examples_text", "with_suggestion"]

_CHOICE = re.compile(r"invalid choice: '([^']*)' \(choose from (.*)\)$")
_UNKNOWN = re.compile(r"unrecognized arguments: (.*)$")


class VerbHelp(argparse.HelpFormatter):
    """Help whose paragraphs stay apart, and whose indented lines and words stay as they are.

    A word that is longer than the line, such as an example to copy, is not broken.
    """

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        parts = re.split(r"\n\s*\n", text.strip())
        filled = [
            part if "\n  " in part else "\n".join(_lines(part, width, indent)) for part in parts
        ]
        return "\n\n".join(filled)

    def _split_lines(self, text: str, width: int) -> list[str]:
        return _lines(text, width)


def examples_text(examples: Mapping[str, str]) -> str:
    """Return examples as lines of a help: each command below what it does."""
    lines = [f"  emgstream {words}\n      {what}" for words, what in examples.items()]
    return "\n".join(["examples:", *lines])


def with_suggestion(message: str, parser: argparse.ArgumentParser) -> str:
    """Return a message of argparse, with the word that was probably meant."""
    if found := _CHOICE.search(message):
        choices = [word.strip(" '\"") for word in found[2].split(",")]
        meant = did_you_mean(found[1], choices)
        return (
            f"{message[: found.start()]}invalid choice: {found[1]!r}{meant}; expected "
            f"{', '.join(choices)}"
        )
    if found := _UNKNOWN.search(message):
        words = found[1].split()
        options = [word.partition("=")[0] for word in words if word.startswith("-")]
        known = list(_options(parser))
        meant = next(filter(None, (did_you_mean(option, known) for option in options)), "")
        return f"{message}{meant}"
    return message


def _lines(text: str, width: int, indent: str = "") -> list[str]:
    return textwrap.wrap(
        " ".join(text.split()),
        width,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _options(parser: argparse.ArgumentParser) -> Iterable[str]:
    for action in parser._actions:  # argparse gives no other list of its options
        yield from (option for option in action.option_strings if option.startswith("--"))
