"""The pages of the documentation, and the blocks of commands and programs in them.

A block that cannot run in a test says why in a comment before it::

    <!-- not run: opens the window -->
    ```sh
    emgstream
    ```
"""

from __future__ import annotations

import re
import shlex
import textwrap
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").rglob("*.md"))]
"""Pages whose commands and programs run."""

_FENCE = re.compile(r"^ *(```+)(\w*)\s*$")
_NOT_RUN = re.compile(r"^ *<!-- not run: (.+) -->$")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: Path
    line: int
    language: str
    text: str
    not_run: str | None
    """The reason why it is not run, if it is not."""

    @property
    def place(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def commands(self) -> list[Command]:
        """The commands of a block of a shell, in their order; none of other languages."""
        if self.language == "sh":
            lines = self.text.replace("\\\n", " ").splitlines()
            return [Command(line, None) for line in lines if shlex.split(line, comments=True)]
        if self.language == "console":
            parts = re.split(r"^\$ ", self.text, flags=re.MULTILINE)
            assert parts[0] == "", f"{self.place}: begins without a command"
            return [Command(*part.split("\n", 1)) for part in parts[1:]]
        return []


@dataclass(frozen=True)
class Command:
    """A command as one types it, and what it is said to print."""

    line: str
    output: str | None
    """``...`` in a line stands for any text, on a line of its own for any lines."""

    @property
    def words(self) -> list[str]:
        return shlex.split(self.line, comments=True)

    @property
    def verb(self) -> str:
        """The verb of a command of emgstream; empty without one."""
        program, *words = self.words
        return words[0] if program == "emgstream" and words else ""

    def prints(self, text: str) -> bool:
        """Whether a text is what the command is said to print."""
        lines = [line.rstrip() for line in (self.output or "").strip().splitlines()]
        pattern = "\n".join(
            r"(?:.*\n?)*?.*" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*")
            for line in lines
        )
        printed = "\n".join(line.rstrip() for line in text.strip().splitlines())
        return re.fullmatch(pattern, printed) is not None


def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks of a page, in their order."""
    found: list[Block] = []
    lines = page.read_text(encoding="utf-8").splitlines()
    number, not_run = 0, None
    while number < len(lines):
        line = lines[number]
        number += 1
        if opening := _FENCE.match(line):
            start = number
            while lines[number].strip() != opening[1]:
                number += 1
            text = textwrap.dedent("\n".join(lines[start:number])) + "\n"
            found.append(Block(page, start, opening[2], text, not_run))
            number += 1
        if line.strip():
            reason = _NOT_RUN.match(line)
            not_run = None if reason is None else reason[1]
    return found


ALL_BLOCKS = [block for page in PAGES for block in blocks(page)]


def without_code(text: str) -> str:
    """Return the text of a page without its fenced blocks and without code in a line."""
    text = re.sub(r"^ *(```+).*?^ *\1\s*$", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`\n]+`", "", text)
