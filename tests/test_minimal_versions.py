"""The lower bounds in pyproject.toml as exact versions, for `scripts/minimal_versions.py`."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement

from tests.scripts import script_module

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def script() -> ModuleType:
    return script_module("minimal_versions")


def test_every_requirement_of_the_project_has_a_lower_bound_that_it_accepts(
    script: ModuleType,
) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    stated = [*project["dependencies"], *(one for each in extras.values() for one in each)]
    bounds = list(map(Requirement, script.lower_bounds(stated)))
    for requirement in map(Requirement, stated):
        (bound,) = (
            one
            for one in bounds
            if (one.name, str(one.marker)) == (requirement.name.lower(), str(requirement.marker))
        )
        (exact,) = bound.specifier
        assert exact.operator == "=="
        assert exact.version in requirement.specifier


def test_the_higher_of_two_bounds_counts_and_markers_stay(script: ModuleType) -> None:
    given = ["A_b>=1.2,<3", "a-b>=1.10", "c>=1; python_version < '3.11'", "c>=2"]
    assert script.lower_bounds(given) == ["a-b==1.10", "c==2", 'c==1; python_version < "3.11"']


def test_a_requirement_without_a_lower_bound_is_named(script: ModuleType) -> None:
    with pytest.raises(ValueError, match=r"numpy<3 has no lower bound"):
        script.lower_bounds(["numpy<3"])


def test_the_extras_are_those_of_the_whole_check(script: ModuleType) -> None:
    text = (ROOT / "scripts" / "test.py").read_text(encoding="utf-8")
    names = ", ".join(f'"{name}"' for name in script.EXTRAS)
    assert f"ensure({names})" in text
