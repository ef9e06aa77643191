"""The page of licences lists every package that emgstream or an extra installs."""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "reference" / "licences.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| (?!package)([^|]+) \| ([^|]+) \|", PAGE, re.MULTILINE))
LISTED = {name: licence for names, licence in ROWS.items() for name in names.split(", ")}


def installed() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [
        *project["dependencies"],
        *(one for name in extras if name != "dev" for one in extras[name]),
    ]
    return {re.split(r"[<>=;\s]", one)[0] for one in wanted}


def test_every_package_is_listed_and_no_other() -> None:
    assert set(LISTED) - {"---"} == installed()


def is_present_release(name: str) -> bool:
    """Return whether the installed version is the one in the constraints; older ones may differ."""
    tested = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    versions = re.findall(rf"^{re.escape(name)}==([^;\s]+)", tested, re.MULTILINE | re.IGNORECASE)
    return not versions or metadata.version(name) in versions


@pytest.mark.parametrize("name", sorted(installed()))
def test_the_licence_is_that_of_the_package(name: str) -> None:
    try:
        about: Any = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        pytest.skip("not installed on this system")
    if not is_present_release(name):
        pytest.skip("another version than the present release")
    stated = " ".join(
        [
            about.get("License-Expression") or "",
            (about.get("License") or "")[:60],
            *(one for one in about.get_all("Classifier") or [] if one.startswith("License")),
        ]
    ).strip()
    kinds = ("MIT", "BSD", "Apache", "MPL", "EPL", "LGPL", "GPL")
    of_page = next((one for one in kinds if one in LISTED[name]), None)
    if of_page is not None and any(one in stated for one in kinds):
        assert of_page in stated
