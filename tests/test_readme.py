"""What the README tells a newcomer to type is typed here."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
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
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    for command in COMMANDS:
        program, *words = shlex.split(command, comments=True)
        assert program == "emgstream"
        assert run(words) == 0, command


def run(words: list[str]) -> int:
    """Run a command here, or, where it opens a window, in a process of its own."""
    if "--screenshot" not in words:
        return main(words)
    return subprocess.call([sys.executable, "-m", "emgstream", *words])


def test_every_verb_has_an_example() -> None:
    assert {shlex.split(command)[1] for command in COMMANDS} >= set(VERBS)
