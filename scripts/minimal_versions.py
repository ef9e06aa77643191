"""Run the fast tests with the oldest version of every library that pyproject.toml accepts.

python scripts/minimal_versions.py [--python python3.10] [words for pytest ...]

It makes an environment of its own in build/minimal, with every lower bound as the exact version:
``numpy>=2.1,<3`` becomes ``numpy==2.1``. What the libraries need in turn is the newest that fits
them. A lower bound that no longer works is raised, with the reason in the commit.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "minimal"
CONSTRAINTS = ROOT / "build" / "minimal_constraints.txt"
EXTRAS = ("train", "export", "formats", "lsl", "brainflow", "mqtt", "docs", "dev")
"""As in `scripts/test.py`."""
FAST = ("-m", "not tensorflow and not realtime")
_WARNINGS = ("-W", "ignore::DeprecationWarning")
"""An old library warns of what a newer one that it needs has deprecated, as Matplotlib 3.10.0 with
the pyparsing of today: that is no fault of the lower bound."""
_PROCESSES = ("--numprocesses=2", "--dist=loadfile", "--no-loadscope-reorder")


def main() -> int:
    """Make the environment, print its versions and run the tests; return their exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--python", default=sys.executable, metavar="PROGRAM", help="default: the running one"
    )
    arguments, words = parser.parse_known_args()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    stated = [*project["dependencies"], *(one for name in EXTRAS for one in extras[name])]
    python = _new_environment(arguments.python)
    CONSTRAINTS.write_text("\n".join(lower_bounds(stated)) + "\n", encoding="utf-8")
    wanted = f".[{','.join(EXTRAS)}]"
    options = ("--progress-bar=off", "--disable-pip-version-check", "--constraint", CONSTRAINTS)
    if _run(python, "-m", "pip", "install", *options, "--editable", wanted) != 0:
        print("the lower bounds cannot be installed together, for the reason above")
        return 1
    _print_versions(python, stated)
    return _run(python, "-m", "pytest", "-q", *FAST, *_WARNINGS, *_PROCESSES, *words)


def lower_bounds(requirements: Iterable[str]) -> list[str]:
    """Return constraints on the oldest version of each requirement, in order of their names.

    The highest bound counts where a library is required twice. Raises ValueError where a
    requirement has no lower bound.

    >>> lower_bounds(["numpy>=2.1,<3", "tomli>=2.2,<3; python_version < '3.11'", "numpy>=2"])
    ['numpy==2.1', 'tomli==2.2; python_version < "3.11"']
    """
    oldest: dict[tuple[str, str], Version] = {}
    for one in map(Requirement, requirements):
        bounds = [Version(part.version) for part in one.specifier if part.operator in (">=", "==")]
        if not bounds:
            raise ValueError(f"{one} has no lower bound; expected one such as {one.name}>=1.2")
        marker = f"; {one.marker}" if one.marker else ""
        key = canonicalize_name(one.name), marker
        oldest[key] = max(*bounds, oldest.get(key, bounds[0]))
    return [f"{name}=={version}{marker}" for (name, marker), version in sorted(oldest.items())]


def _new_environment(program: str) -> Path:
    """Make the environment anew with a Python, and return the path of its program."""
    if _run(program, "-m", "venv", "--clear", FOLDER) != 0:
        sys.exit(f"{program} cannot make an environment in {FOLDER}; expected Python with venv")
    return FOLDER / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _print_versions(python: Path, requirements: Iterable[str]) -> None:
    """Print the Python and the installed version of each required library."""
    names = sorted({canonicalize_name(Requirement(one).name) for one in requirements})
    program = (
        "import platform, sys; from importlib import metadata; "
        "print('Python', platform.python_version()); "
        "has = {one.name.lower().replace('_', '-').replace('.', '-'): one.version "
        "for one in metadata.distributions()}; "
        "print(*(f'{one} {has[one]}' for one in sys.argv[1:] if one in has), sep=', ', flush=True)"
    )
    _run(python, "-c", program, *names)


def _run(*command: str | Path) -> int:
    try:
        return subprocess.call([str(word) for word in command], cwd=ROOT)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
