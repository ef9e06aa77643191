"""The project's own virtual environment: made, filled, kept up to date. Standard library only.

Starts with Python 3.6, as `_other_python`.
"""

import hashlib
import os
import platform
import runpy
import subprocess
import sys
import venv
from pathlib import Path

from _other_python import check_python

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
_QT_OF_THE_SYSTEM = (platform.system(), platform.machine()) == ("Linux", "aarch64")
"""Whether the window needs the PyQt5 of the system, as on a Raspberry Pi: pip has none there."""
_STATED_BY = ("pyproject.toml", "constraints.txt")


def ensure(*extras: str) -> Path:
    """Return the environment's Python, with emgstream and these extras installed.

    Does nothing where they are already and neither pyproject.toml nor the constraints changed.
    Ends the program with one line where it cannot be done.
    """
    check_python()
    stamp = VENV / f"installed-{'-'.join(('base', *extras))}"
    wanted = _digest()
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted:
        return PYTHON
    _check_paths(extras)
    _create()
    _install(extras)
    stamp.write_text(wanted)
    return PYTHON


def run(*command: "str | Path") -> int:
    """Run a command in the project's root and return its exit code; 130 after Ctrl-C."""
    try:
        return subprocess.call([str(word) for word in command], cwd=ROOT)
    except KeyboardInterrupt:
        return 130


def _digest() -> str:
    """Say in one word what the environment was made from."""
    content = b"".join((ROOT / name).read_bytes() for name in _STATED_BY)
    return hashlib.sha256(content + sys.version.encode()).hexdigest()


def _create() -> None:
    if _works():
        return
    print(f"making {VENV.name} with Python {sys.version.split()[0]}", flush=True)
    try:
        venv.create(VENV, with_pip=True, clear=True, system_site_packages=_QT_OF_THE_SYSTEM)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(
            f"cannot make the virtual environment {VENV}: {error}; expected room on the disk"
            + (", and on Debian and Ubuntu the package python3-venv" if os.name == "posix" else "")
        )


def _works() -> bool:
    """Whether the environment is there and of the Python that runs this script."""
    if not PYTHON.exists():
        return False
    asked = [str(PYTHON), "-c", "import pip, sys; print(sys.version)"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False)
    return answer.returncode == 0 and answer.stdout.strip() == sys.version


def _size(extras: "tuple[str, ...]") -> str:
    """Return how much is downloaded and how large it is then, as measured on Linux x86-64."""
    if extras:
        return "about 620 MB to download, 2.6 GB on the disk"
    return "about 115 MB to download, 400 MB on the disk"


def _check_paths(extras: "tuple[str, ...]") -> None:
    """End the program if Windows does not allow the long paths that are in some packages."""
    if "train" in extras:
        limits = runpy.run_path(str(ROOT / "emgstream" / "long_paths.py"))
        problem = limits["path_problem"](VENV / "Lib" / "site-packages")
        if problem is not None:
            sys.exit(problem)


def _install(extras: "tuple[str, ...]") -> None:
    wanted = f".[{','.join(extras)}]" if extras else "."
    print(
        f"installing emgstream{wanted[1:]} into {VENV}: {_size(extras)}; this takes "
        f"{'5 to 15' if extras else '1 to 3'} minutes the first time, depending on the network",
        flush=True,
    )
    options = ("--quiet", "--disable-pip-version-check", "--constraint", "constraints.txt")
    if run(PYTHON, "-m", "pip", "install", *options, "--editable", wanted) != 0:
        sys.exit(
            "the installation failed, for the reason above; expected a working network and about "
            f"{4 if extras else 1} GB of room on the disk; run the same command again"
        )
