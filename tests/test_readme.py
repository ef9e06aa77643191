"""What the README tells a newcomer to type is typed here."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from emgstream.cli import VERBS, main

README = Path(__file__).resolve().parent.parent / "README.md"
COMMANDS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    for line in block.splitlines()
]


def test_the_commands_of_the_readme_work_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for command in COMMANDS:
        program, *words = shlex.split(command, comments=True)
        assert program == "emgstream"
        assert main(words) == 0, command


def test_every_verb_has_an_example() -> None:
    assert {shlex.split(command)[1] for command in COMMANDS} >= set(VERBS)
