"""The file for GitHub runs what README.md and pyproject.toml say, without being seen there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib import metadata
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from emgstream.app.doctor import system_packages
from emgstream.extras import PACKAGE
from tests.documentation import README, ROOT, blocks

WORKFLOW = ROOT / ".github" / "workflows" / "check.yml"
if not WORKFLOW.exists() and not (ROOT / ".git").exists():
    pytest.skip("the source distribution has no such file", allow_module_level=True)
JOBS: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]
SCRIPT = re.compile(r"^python3? (scripts/\w+\.py)((?: --?[\w-]+| \w+)*)", re.MULTILINE)


def commands(job: str) -> list[tuple[str, list[str]]]:
    """The scripts that a job starts, with their options."""
    lines = "\n".join(step.get("run", "") for step in JOBS[job]["steps"])
    return [(script, words.split()) for script, words in SCRIPT.findall(lines)]


def accepted_pythons() -> list[str]:
    accepted = SpecifierSet(metadata.metadata(PACKAGE)["Requires-Python"])
    return [f"3.{minor}" for minor in range(40) if accepted.contains(f"3.{minor}.99")]


def test_the_commands_are_those_of_the_readme() -> None:
    first = next(block for block in blocks(README) if block.language == "sh")
    shown = [SCRIPT.match(command.line) for command in first.commands]
    assert [match and match[1] for match in shown] == [script for script, _ in commands("check")]
    assert JOBS["check"]["timeout-minutes"] > 0


def test_the_demo_opens_no_window_that_nobody_would_close() -> None:
    (script, options), *_ = commands("check")
    assert script == "scripts/demo.py"
    assert "--headless" in options


@pytest.mark.parametrize("job", JOBS)
def test_a_script_knows_its_options(job: str) -> None:
    for script, options in commands(job):
        asked = [sys.executable, str(ROOT / script), "--help"]
        told = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=60).stdout
        for option in options:
            assert option in told, f"{script} {option}"


def newest_with(library: str) -> str:
    """The newest Python for which emgstream, or its extra for training, asks for a library."""
    markers = [
        one.marker
        for one in map(Requirement, metadata.requires(PACKAGE) or ())
        if one.name.startswith(library) and one.marker is not None
    ]
    here = {"platform_system": "Linux", "platform_machine": "x86_64", "extra": "train"}
    return [
        version
        for version in accepted_pythons()
        if any(marker.evaluate(here | {"python_version": version}) for marker in markers)
    ][-1]


def test_the_pythons_are_the_oldest_and_the_newest_that_train_and_that_have_litert() -> None:
    chosen = JOBS["check"]["strategy"]["matrix"]["python"]
    accepted = accepted_pythons()
    assert chosen == [accepted[0], newest_with("tensorflow"), newest_with("ai-edge-litert")]


def test_windows_macos_and_linux_run_the_whole_check() -> None:
    systems = JOBS["check"]["strategy"]["matrix"]["system"]
    assert [system.partition("-")[0] for system in systems] == ["ubuntu", "windows", "macos"]


def test_a_step_for_bash_is_for_linux_only() -> None:
    """Windows starts its own shell, in which the other lines mean the same."""
    for step in JOBS["check"]["steps"]:
        if step.get("run", "").startswith("bash "):
            assert step["if"] == "runner.os == 'Linux'"
            assert (ROOT / step["run"].split()[1]).is_file()
        else:
            assert not {"&&", "$(", "`", "\n"} & set(step.get("run", "").split())


def test_both_ways_install_the_same_system_packages() -> None:
    assert "bash .ci/packages" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "apt-get" not in WORKFLOW.read_text(encoding="utf-8")


def test_the_system_packages_are_all_that_the_doctor_names_for_the_window(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(system_packages, "platform_name", lambda: "linux")
    monkeypatch.setattr(system_packages, "_package_manager", lambda: "apt-get")
    asked = re.findall(r"\blib\S+", system_packages.qt_library_command())
    installed = (ROOT / ".ci" / "packages").read_text(encoding="utf-8").split()
    assert asked
    assert set(asked) <= set(installed)


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize("file", ["run", "packages"])
def test_a_script_of_bash_can_be_read_by_it(file: str) -> None:
    script = ROOT / ".ci" / file
    done = subprocess.run(["bash", "-n", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
