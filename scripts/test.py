"""Install everything and run all checks of emgstream: ``python3 scripts/test.py``."""

import argparse
import os
import sys

from _environment import PYTHON, ensure, run

CHECKS = {
    "lint": ("ruff", "check", "."),
    "format": ("ruff", "format", "--check", "."),
    "types": ("mypy",),
    **{
        f"types on {system}": (
            "mypy",
            "--platform",
            platform,
            "--cache-dir",
            f".mypy_cache/{platform}",
        )
        for system, platform in (("Windows", "win32"), ("macOS", "darwin"))
    },
    "import contracts": ("lint-imports",),
    "documentation": ("python", "scripts/docs.py", "--check"),
    "suite": (
        "pytest",
        "--numprocesses=auto",
        "--maxprocesses=4",
        "--dist=loadfile",
        "--no-loadscope-reorder",
    ),
}
"""Each check by its name: a program of the environment, and its words.

The files of the suite come in the order of `tests/conftest.py`, those that take long first.
"""

FAST = ["-m", "not tensorflow and not realtime"]
"""Options of pytest that leave out the tests that take minutes."""


COVERED = ["--cov", "--cov-report="]
"""Options of pytest that hold the share of the branches that are run above its floor."""


def main() -> int:
    """Run every check, the suite last; words this script does not know go to pytest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--setup-only", action="store_true", help="only install; run no check")
    parser.add_argument(
        "--fast",
        action="store_true",
        help="leave out the tests that import TensorFlow or play a session in real time",
    )
    arguments, words = parser.parse_known_args()
    if arguments.fast:
        words = [*FAST, *words]
    words = words or COVERED  # a part of the suite covers a part of the code
    ensure("train", "export", "formats", "lsl", "brainflow", "mqtt", "docs", "dev")
    if arguments.setup_only:
        return 0
    # Else each of the suite's processes, hundreds of them, compiles its modules anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    failed = [name for name in CHECKS if _check(name, words if name == "suite" else []) != 0]
    if failed:
        print(f"failed: {', '.join(failed)}", flush=True)
    return 1 if failed else 0


def _check(name: str, words: "list[str]") -> int:
    print(f"--- {name}", flush=True)
    program, *arguments = CHECKS[name]
    return run(PYTHON.with_name(program), *arguments, *words)


if __name__ == "__main__":
    sys.exit(main())
