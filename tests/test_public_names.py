"""The public names: those in the stubs, those to import and those in docs/reference/api.md."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from types import ModuleType

import pytest

from tests.documentation import ROOT

API = ROOT / "docs" / "reference" / "api.md"
PUBLIC = ("emgstream", "emgstream.sources", "emgstream.outputs", "emgstream.errors")


def public_names(module: str) -> list[str]:
    names: list[str] = vars(importlib.import_module(module))["__all__"]
    return names


def documented_names() -> set[str]:
    rows = re.findall(r"^\| (`.*?`) \|", API.read_text(encoding="utf-8"), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def test_the_front_door_has_at_most_twenty_names() -> None:
    assert len(public_names("emgstream")) <= 20


def test_the_page_on_the_api_has_every_public_name_and_no_other() -> None:
    assert documented_names() == {name for module in PUBLIC for name in public_names(module)}


@pytest.mark.parametrize("module", PUBLIC)
def test_every_public_name_can_be_imported_and_is_documented(module: str) -> None:
    imported = importlib.import_module(module)
    for name in public_names(module):
        assert getattr(imported, name).__doc__, name


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    package: ModuleType = importlib.import_module("emgstream")
    with pytest.raises(AttributeError, match="No emgstream attribute Streamer"):
        _ = package.Streamer


@pytest.mark.parametrize(
    ("module", "unneeded"),
    [("emgstream", "numpy"), ("emgstream.sources", "serial"), ("emgstream.outputs", "pythonosc")],
)
def test_importing_a_package_does_not_import_what_its_names_need(
    module: str, unneeded: str
) -> None:
    program = f"import sys, {module}; print({unneeded!r} in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "False"
