"""The scripts of the project, started with a Python that emgstream cannot use."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ("_environment.py", "_other_python.py", "demo.py", "test.py")
STARTED = """
import sys
sys.path.insert(0, {scripts!r})
sys.version_info = {version!r}
sys.argv = ["scripts/demo.py", "--setup-only"]
import types, _other_python
_other_python.os = types.SimpleNamespace(name={system!r})
_other_python.check_python()
print("goes on itself")
"""
PYTHON = """#!/bin/sh
if [ "$1" = -c ]; then echo {version}; else echo "{version} ran $@"; exit 7; fi
"""
LAUNCHER = """#!/bin/sh
case "$1 $2" in
    "-0p ") printf '%s\\n' {listed} ;;
    "{works} -c") echo {version} ;;
    *" -c") exit 103 ;;  # as for a version that is not there any more
    *) echo "$@"; exit 7 ;;
esac
"""
"""In place of ``py`` of Windows."""
UV = """#!/bin/sh
[ "$*" = "python find --no-project --system 3.11" ] && echo {found} || exit 2
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the programs are shell scripts")


def program(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    path.chmod(0o755)
    return path


def started(
    version: tuple[int, int, int], path: Path, system: str = "posix"
) -> subprocess.CompletedProcess[str]:
    program = STARTED.format(scripts=str(ROOT / "scripts"), version=version, system=system)
    return subprocess.run(
        [sys.executable, "-c", program],
        env={"PATH": str(path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_scripts_can_be_read_by_python_3_6(name: str) -> None:
    tree = ast.parse((ROOT / "scripts" / name).read_text(encoding="utf-8"), feature_version=(3, 6))
    for node in ast.walk(tree):
        assert not (isinstance(node, ast.ImportFrom) and node.module == "__future__")
        found = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        for annotation in filter(None, found):  # else it is evaluated: list[str] fails in 3.6
            assert isinstance(annotation, ast.Constant | ast.Name), ast.unparse(annotation)


@pytest.mark.parametrize(
    ("speed", "is_told"),
    [("fast", True), ("0", True), ("nan", True), ("inf", True), ("7", False), ("max", False)],
)
def test_a_wrong_speed_is_told_before_anything_is_installed(speed: str, is_told: bool) -> None:
    program = (
        "import sys, demo; demo.ensure = lambda: sys.exit('installed'); "
        f"sys.argv[1:] = ['--headless', '--speed', {speed!r}]; demo.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT / "scripts",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    told = f"argument --speed: '{speed}' is not a positive number, nor max"
    assert (told in done.stderr) == is_told
    assert ("installed" in done.stderr) != is_told
    assert done.returncode == (2 if is_told else 1)


def test_the_range_is_that_of_the_project() -> None:
    stated = re.search(r'^requires-python = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.M)
    assert stated is not None
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        from _other_python import NEWEST, OLDEST
    finally:
        sys.path.remove(str(ROOT / "scripts"))
    assert stated[1] == f">={OLDEST[0]}.{OLDEST[1]},<{NEWEST[0]}.{NEWEST[1] + 1}"


@pytest.mark.parametrize("version", [(3, 10, 0), (3, 15, 2)])
def test_a_python_that_fits_goes_on_itself(tmp_path: Path, version: tuple[int, int, int]) -> None:
    assert started(version, tmp_path).stdout == "goes on itself\n"


@pytest.mark.parametrize(("version", "age"), [((3, 8, 18), "old"), ((3, 16, 0), "new")])
def test_a_python_on_the_path_takes_over_the_best_first(
    tmp_path: Path, version: tuple[int, int, int], age: str
) -> None:
    for other in ("3.14", "3.12"):
        program(tmp_path, f"python{other}", PYTHON.format(version=other))
    program(tmp_path, "python3.13", "#!/bin/sh\nexit 1\n")  # as without ensurepip
    done = started(version, tmp_path)
    assert done.stdout.splitlines() == [
        f"Python 3.{version[1]} is too {age}; emgstream needs Python 3.10 to 3.15; going on with: "
        "python3.12 scripts/demo.py --setup-only",
        "3.12 ran scripts/demo.py --setup-only",
    ]
    assert done.returncode == 7


def test_a_python_of_uv_takes_over(tmp_path: Path) -> None:
    found = program(tmp_path, "its own", PYTHON.format(version="3.11"))
    program(tmp_path, "uv", UV.format(found=f"'{found}'"))
    told, ran = started((3, 9, 1), tmp_path).stdout.splitlines()
    assert told.endswith(f'going on with: "{found}" scripts/demo.py --setup-only')
    assert ran == "3.11 ran scripts/demo.py --setup-only"


@pytest.mark.parametrize(
    ("with_uv", "advice"),
    [
        (False, "install one, then run: python3.13 scripts/demo.py --setup-only"),
        (True, "run: uv run --no-project --python 3.13 scripts/demo.py --setup-only"),
    ],
)
def test_without_any_the_line_to_type_is_told(tmp_path: Path, with_uv: bool, advice: str) -> None:
    if with_uv:
        program(tmp_path, "uv", "#!/bin/sh\nexit 2\n")
    done = started((3, 9, 1), tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("Python 3.9 is too old; emgstream needs Python 3.10 to 3.15; ")
    assert done.stderr.rstrip().endswith(advice)


@pytest.mark.parametrize(
    "listed",
    [
        ("-V:3.16 *  C:/3.16/python.exe", "-V:3.13  C:/gone/python.exe", "-V:3.12  C:/python.exe"),
        ("-3.9-64 *  C:/3.9/python.exe", "-3.12-64  C:/python.exe"),  # before Python 3.11
        ("-V:3.14t[-64]  C:/free-threaded.exe", "-V:3.12[-64] *  C:/python.exe"),  # since 2025
    ],
)
def test_a_python_of_the_windows_launcher_takes_over(
    tmp_path: Path, listed: tuple[str, ...]
) -> None:
    quoted = " ".join(f"' {line}'" for line in listed)
    program(tmp_path, "py", LAUNCHER.format(listed=quoted, works="-3.12", version="3.12"))
    done = started((3, 9, 1), tmp_path, "nt")
    told, ran = done.stdout.splitlines()
    assert told.endswith("; going on with: py -3.12 scripts/demo.py --setup-only")
    assert ran == "-3.12 scripts/demo.py --setup-only"
    assert done.returncode == 7


def test_on_windows_without_any_the_line_for_winget_is_told(tmp_path: Path) -> None:
    nothing = "'No installed Pythons found!'"
    program(tmp_path, "py", LAUNCHER.format(listed=nothing, works="-3.12", version="3.12"))
    done = started((3, 16, 0), tmp_path, "nt")
    assert (done.returncode, done.stdout) == (1, "")
    assert "install one with: winget install Python.Python.3.13, or from python.org" in done.stderr
    assert done.stderr.rstrip().endswith("; then run: py -3.13 scripts/demo.py --setup-only")


def test_the_list_of_the_windows_launcher_is_read() -> None:
    listed = (
        " -V:3.14 *        C:\\Python314\\python.exe\n"
        " -V:3.13-arm64    C:\\Python313\\python.exe\n"
        " -3.9-64 \tC:\\Python39\\python.exe\n"
    )
    program = "import sys, _other_python as p; print(*p.versions_of_launcher(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", program, listed],
        cwd=ROOT / "scripts",
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.split() == ["3.14", "3.13", "3.9"]
