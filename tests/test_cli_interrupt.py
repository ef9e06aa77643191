"""Ctrl-C where no verb has begun yet."""

from __future__ import annotations

import importlib
import os
import signal
from types import ModuleType

import pytest

from emgstream.cli import main
from tests.processes import run

on_posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT to raise like this")

PRESSED_BEFORE = """
import signal
import emgstream.__main__ as entry
signal.raise_signal(signal.SIGINT)
entry.main()
"""
PRESSED_IN_AN_IMPORT = """
import signal, sys

class Presser:
    def find_spec(self, name, path=None, target=None):
        if name == "emgstream.cli":
            signal.raise_signal(signal.SIGINT)

import emgstream.__main__ as entry
sys.meta_path.insert(0, Presser())
entry.main()
"""
IGNORED = """
import signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
import emgstream.__main__ as entry
sys.argv[1:] = ["--version"]
signal.raise_signal(signal.SIGINT)
entry.main()
"""


@on_posix
@pytest.mark.parametrize("program", [PRESSED_BEFORE, PRESSED_IN_AN_IMPORT])
def test_ctrl_c_at_the_very_start_is_one_line(program: str) -> None:
    done = run(program=program)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "emgstream: stopped by Ctrl-C\n"


@on_posix
def test_ctrl_c_stays_ignored_where_the_program_was_started_so() -> None:
    done = run(program=IGNORED)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("emgstream ")


def test_what_takes_long_to_import_is_not_there_before_ctrl_c_is_taken_care_of() -> None:
    program = (
        "import sys; n = len(sys.modules); import emgstream.__main__; print(*[*sys.modules][n:])"
    )
    loaded = set(run(program=program).stdout.split())
    assert "emgstream.__main__" in loaded
    assert loaded.isdisjoint({"argparse", "numpy", "rich", "typing", "emgstream.cli"})


def test_ctrl_c_while_a_verb_is_imported_waits_for_the_end_of_the_import(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    imported = []

    def press_and_import(name: str) -> ModuleType:
        signal.raise_signal(signal.SIGINT)
        imported.append(name)
        return ModuleType(name)

    monkeypatch.setattr(importlib, "import_module", press_and_import)
    assert main(["ports"]) == 1
    assert imported == ["emgstream.cli.ports_verb"]
    assert capsys.readouterr().err == "emgstream: stopped by Ctrl-C\n"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
