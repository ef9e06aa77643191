"""What the README and the pages of docs/ tell a reader to type is typed here."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from emgstream.bundle import Model
from emgstream.cli import main
from emgstream.cli.verb_parsers import VERBS, verb_parser
from emgstream.configuration import read_configuration
from emgstream.cue_schedule import CueSchedule
from emgstream.data import DEMO_MODEL
from emgstream.outputs.control import read_bindings
from emgstream.simulation import record_session
from tests.documentation import ALL_BLOCKS, PAGES, ROOT, Block, Command, blocks
from tests.processes import EMGSTREAM

LANGUAGES = {
    "bibtex", "console", "cpp", "csharp", "csv", "gdscript", "json", "python", "sh", "text", "toml"
}  # fmt: skip
WITH_TENSORFLOW = {"calibrate", "evaluate", "train"}
IN_REAL_TIME = {"live", "record", "simulate"}
QUICKER = {"evaluate": ["--jobs", "1"], "train": ["--epochs", "1"]}
"""Words added to a command that trains: what is tested here is what one types."""
SESSIONS = {"monday.csv": 1, "tuesday.csv": 2}
"""Recordings that the pages take for granted, each with the number of its session."""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the pages take for granted: synthetic sessions and a model."""
    folder = tmp_path_factory.mktemp("prepared")
    for name, session in SESSIONS.items():
        script = CueSchedule.shuffled(repetitions=3, hold_s=1.2, rest_s=0.8, seed=session)
        record_session(folder / name, script, seed=3, session=session)
    for label in ("rock", "paper"):
        script = CueSchedule.parse("hand_close:2" if label == "rock" else "hand_open:2")
        record_session(folder / "whole.csv", script, seed=3)
        rows = (folder / "whole.csv").read_text().splitlines()
        bare = (",".join(row.split(",")[2:5]) for row in rows)
        (folder / f"{label}.csv").write_text("\n".join(bare) + "\n")
    numbers = (f"{i},{(37 * i) % 101},{(53 * i) % 103},{i // 500 % 3}" for i in range(3000))
    (folder / "gestures.csv").write_text("\n".join(["time,ch1,ch2,class", *numbers]) + "\n")
    shutil.copy(DEMO_MODEL, folder / "arm.emgmodel")
    return folder


@pytest.fixture
def folder(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory of a page, with the prepared files."""
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EMGSTREAM_CONFIG", str(tmp_path / "config.toml"))
    return tmp_path


def commands(page: Path) -> list[Command]:
    """Return the commands of a page that run."""
    return [
        command for block in blocks(page) if block.not_run is None for command in block.commands
    ]


def page_mark(page: Path) -> object:
    verbs = {command.verb for command in commands(page)}
    marks = [pytest.mark.tensorflow] if verbs & WITH_TENSORFLOW else []
    marks += [pytest.mark.realtime] if verbs & IN_REAL_TIME else []
    return pytest.param(page, marks=marks, id=str(page.relative_to(ROOT)))


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("page", [page_mark(page) for page in PAGES if commands(page)])
def test_the_commands_of_a_page_work_in_their_order(page: Path) -> None:
    for command in commands(page):
        assert command.words[0] == "emgstream", command.line
        words = [*command.words[1:], *QUICKER.get(command.verb, [])]
        if command.output is None and "--screenshot" not in words:
            assert main(words) == 0, command.line
            continue
        ended = subprocess.run(
            [*EMGSTREAM, *words],
            env=os.environ | {"COLUMNS": "100", "PYTHONWARNINGS": "error"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, f"{command.line}: {ended.stderr}"
        if command.output is not None:
            assert command.prints(ended.stdout), f"{command.line} prints:\n{ended.stdout}"


NOT_RUN = [
    pytest.param(command, id=f"{block.place} {command.line}")
    for block in ALL_BLOCKS
    if block.not_run is not None
    for command in block.commands
]


@pytest.mark.parametrize("command", NOT_RUN)
def test_a_command_that_does_not_run_here_is_understood(command: Command) -> None:
    program, *words = command.words
    if program == "emgstream" and command.verb:
        verb_parser(command.verb).parse_intermixed_args(words[1:])
    elif program in ("python3", ".venv/bin/python"):
        assert (ROOT / words[0]).is_file()
    elif program == ".venv/bin/pip":
        declared = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
        for extra in re.findall(r"\[([\w,]+)\]", command.line)[0].split(","):
            assert re.search(rf"^{extra} = \[", declared, re.MULTILINE), extra
    else:
        assert program in ("emgstream", ".venv/bin/emgstream", "dask")


def test_every_verb_has_an_example() -> None:
    shown = {command.verb for block in ALL_BLOCKS for command in block.commands}
    assert shown >= set(VERBS)


@pytest.mark.parametrize("block", ALL_BLOCKS, ids=[block.place for block in ALL_BLOCKS])
def test_a_block_has_a_language_and_a_reason_if_it_does_not_run(block: Block) -> None:
    assert block.language in LANGUAGES
    assert block.not_run is None or block.language in ("console", "python", "sh", "toml")
    if block.language == "json":
        json.loads(block.text)


PROGRAMS = [block for block in ALL_BLOCKS if block.language == "python"]


@pytest.mark.parametrize("block", PROGRAMS, ids=[block.place for block in PROGRAMS])
def test_the_programs_of_a_page_run(block: Block, folder: Path) -> None:
    compile(block.text, block.place, "exec")
    if block.not_run is not None:
        return
    before = set(folder.iterdir())
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", block.text],
        cwd=folder,
        env=os.environ | {"MPLBACKEND": "Agg"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    written = {path.name for path in set(folder.iterdir()) - before}
    assert [name for name in written if name not in block.text] == [], "each file is named"
    assert ended.stdout.strip() or "print(" not in block.text, "it prints what it says"
    assert written or ".savefig(" not in block.text, "it saves the picture"


BINDINGS = [
    block for block in ALL_BLOCKS if block.language == "toml" and "[movements]" in block.text
]


@pytest.mark.parametrize("block", BINDINGS, ids=[block.place for block in BINDINGS])
def test_bindings_are_for_the_shipped_model(
    block: Block, tmp_path: Path, demo_model: Model
) -> None:
    path = tmp_path / "game.toml"
    path.write_text(block.text, encoding="utf-8")
    bindings = read_bindings(path, demo_model.manifest.class_names)
    assert (bindings.arm, bindings.panic) == ("f8", "f12")
    assert len(bindings.actions) == block.text.split("[movements]")[1].count("=")


SETTINGS = [block for block in ALL_BLOCKS if block.language == "toml" and "port = " in block.text]


@pytest.mark.parametrize("block", SETTINGS, ids=[block.place for block in SETTINGS])
def test_an_example_of_the_configuration_can_be_used(block: Block, folder: Path) -> None:
    (folder / "config.toml").write_text(block.text, encoding="utf-8")
    assert read_configuration().port == "auto"
