"""What the README tells a newcomer to type is typed here."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from emgstream.bundle import Model
from emgstream.cli import main
from emgstream.cli.verb_parsers import VERBS
from emgstream.outputs.control import read_bindings

README = Path(__file__).resolve().parent.parent / "README.md"


def blocks(language: str) -> list[str]:
    """Return what stands in the README in a language."""
    text = README.read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


COMMANDS = [line for block in blocks("sh") for line in block.splitlines()]


@pytest.mark.tensorflow
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


@pytest.mark.parametrize("program", blocks("python"))
def test_the_programs_of_the_readme_run(program: str, tmp_path: Path) -> None:
    environment = os.environ | {"MPLBACKEND": "Agg"}
    words = [sys.executable, "-c", program]
    subprocess.run(words, cwd=tmp_path, env=environment, check=True, timeout=300)


def test_the_bindings_of_the_readme_are_for_the_shipped_model(
    tmp_path: Path, demo_model: Model
) -> None:
    (block,) = blocks("toml")
    path = tmp_path / "game.toml"
    path.write_text(block, encoding="utf-8")
    bindings = read_bindings(path, demo_model.manifest.class_names)
    assert (bindings.arm, bindings.panic, len(bindings.actions)) == ("f8", "f12", 4)
