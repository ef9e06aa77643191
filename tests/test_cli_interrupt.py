"""Ctrl-C where no verb has begun yet."""

from __future__ import annotations

import importlib
import signal
from types import ModuleType

import pytest

from emgstream.cli import main


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
    assert imported == ["emgstream.cli.ports"]
    assert capsys.readouterr().err == "emgstream: stopped by Ctrl-C\n"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
