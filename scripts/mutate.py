"""Change the code in small ways, one at a time, and count the changes that no test notices.

    python scripts/mutate.py                   # every room
    python scripts/mutate.py wire windowing    # some of them

For each release, with its figures in BENCHMARKS.md. Each change (a mutant) runs in a process of its
own, with the tests of its room that reach the changed function, without TensorFlow and real time.
It is killed if one of them fails, or timed out if they take more than 5 times as long and 10 s
more. Both count as noticed. Properties are tried with 20 examples, the same for each mutant
(profile "mutation" in tests/conftest.py).
Numbers, comparisons, branches, operators, arguments and texts are changed. Left out are docstrings,
statements that only raise or return an error, and the texts `message` and `hint` of one, as most of
their mutants are other words; and what mutmut cannot change: code outside functions, and functions
under a decorator (but for static methods and class methods), such as properties.
Less than 85 % noticed in a room is a failure, with exit code 1.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLOOR = 0.85
_NOTICED = ("killed", "timeout")
_PRAGMA = "  # pragma: no mutate"
_RESULT = re.compile(r"^    (\S+): (.+)$", re.MULTILINE)
_HUNK = re.compile(r"^@@ -(\d+)")


@dataclass(frozen=True)
class Room:
    """A part of the code and the tests that hold it."""

    files: tuple[str, ...]
    """Paths, with the wildcards of ``Path.glob``."""
    tests: tuple[str, ...]
    """Files and folders of tests."""


ROOMS = {
    "wire": Room(("emgstream/wire/*.py",), ("tests/wire",)),
    "ringbuffer": Room(("emgstream/ringbuffer.py",), ("tests/test_ringbuffer.py",)),
    "windowing": Room(("emgstream/windowing.py",), ("tests/test_windowing.py",)),
    "steps": Room(("emgstream/steps/*.py",), ("tests/steps",)),
    "decisions": Room(
        ("emgstream/decisions/*.py",),
        # without those of whole replays, which take several times as long
        tuple(f"tests/decisions/test_{name}.py" for name in ("stage", "one_window", "smoothers")),
    ),
    "gap_bridge": Room(("emgstream/gap_bridge.py",), ("tests/test_gap_bridge.py",)),
    "roles": Room(
        ("emgstream/tables/column_roles.py",),
        ("tests/tables/test_column_roles.py", "tests/tables/test_role_reasons.py"),
    ),
}


@dataclass(frozen=True)
class Survivor:
    """A mutant that no test noticed."""

    file: str
    line: int
    before: str
    after: str
    status: str
    """``survived``, or ``no tests`` if no test reaches its function."""

    def __str__(self) -> str:
        note = "" if self.status == "survived" else f" ({self.status})"
        return f"- {self.file}:{self.line}{note}: `{self.before}` -> `{self.after}`"


def main() -> int:
    """Mutate each room, print its table and its survivors, and return 1 for a share too small."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "rooms", nargs="*", metavar="ROOM", help=f"of {', '.join(ROOMS)}; default all"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="mutants at a time")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.rooms if name not in ROOMS]
    if unknown:
        parser.error(f"no room {', '.join(unknown)}; expected of {', '.join(ROOMS)}")
    if importlib.util.find_spec("mutmut") is None or not hasattr(os, "fork"):
        print(
            "mutmut is missing, which runs on Linux and macOS; install it with: "
            ".venv/bin/pip install -c constraints.txt -e "
            '".[proof]"',
            file=sys.stderr,
        )
        return 1
    weak = [name for name in arguments.rooms or ROOMS if _measure(name, arguments.jobs) < FLOOR]
    if weak:
        print(f"less than {FLOOR:.0%} noticed: {', '.join(weak)}", file=sys.stderr)
    return 1 if weak else 0


def _measure(name: str, jobs: int) -> float:
    """Mutate a room, print its table and survivors, and return the share noticed."""
    with tempfile.TemporaryDirectory() as folder:
        stage = Path(folder)
        _stage(ROOMS[name], stage)
        _mutmut(stage, "run", "--max-children", str(jobs))
        results = _RESULT.findall(_mutmut(stage, "results", "--all", "true"))
        survivors = [
            _survivor(stage, mutant, status) for mutant, status in results if status not in _NOTICED
        ]
    counts = Counter(status for _, status in results)
    noticed = sum(counts[status] for status in _NOTICED)
    share = noticed / len(results)
    print(
        f"| room | mutants | killed | survived | timed out | noticed |\n|---|---|---|---|---|---|\n"
        f"| {name} | {len(results):,} | {counts['killed']:,} | {len(survivors):,} | "
        f"{counts['timeout']:,} | {share:.1%} |\n",
        *sorted(survivors, key=lambda survivor: (survivor.file, survivor.line)),
        "",
        sep="\n",
        flush=True,
    )
    return share


def _stage(room: Room, stage: Path) -> None:
    """Copy the package and its tests, with marks on what is not mutated and mutmut's settings."""
    for folder in ("emgstream", "tests"):
        shutil.copytree(ROOT / folder, stage / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", stage)
    files = sorted(path.relative_to(ROOT) for one in room.files for path in ROOT.glob(one))
    for file in files:
        path = stage / file
        path.write_text(_without_errors(path.read_text(encoding="utf-8")), encoding="utf-8")
    settings = {
        "source_paths": ["emgstream"],
        "only_mutate": [str(file) for file in files],
        "pytest_add_cli_args": [
            *("-m", "not tensorflow and not realtime"),
            *("--hypothesis-profile=mutation", "-p", "no:cacheprovider"),
        ],
        "pytest_add_cli_args_test_selection": list(room.tests),
        "timeout_constant": ["2.0"],
        "timeout_multiplier": ["5.0"],
        # a worker must not inherit what the unchanged code left in the caches of the process
        "process_isolation": ["forkserver"],
    }
    told = "".join(
        f"{key} =\n" + "".join(f"    {value}\n" for value in values)
        if len(values) > 1
        else f"{key} = {values[0]}\n"
        for key, values in settings.items()
    )
    (stage / "setup.cfg").write_text(f"[mutmut]\n{told}", encoding="utf-8")


def _without_errors(source: str) -> str:
    r"""Mark what only raises or returns an error or is its text, for mutmut to leave it out.

    >>> print(_without_errors("if n < 1:\n    raise ValueError(n)"))
    if n < 1:
        raise ValueError(n)  # pragma: no mutate
    """
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt) and _is_of_error(node):
            for number in range(node.lineno - 1, node.end_lineno or node.lineno):
                lines[number] += _PRAGMA
    return "\n".join(lines) + "\n" * source.endswith("\n")


def _is_of_error(node: ast.stmt) -> bool:
    """Return whether a statement only raises or returns an error, or is the text of one."""
    match node:
        case ast.Raise():
            return True
        case ast.Return(value=ast.Call(func=ast.Name(id=name))):
            return name.endswith("Error")
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name in ("message", "hint")
    return False


def _mutmut(stage: Path, *words: str) -> str:
    """Run a command of mutmut on the copy and return what it prints."""
    done = subprocess.run(
        [Path(sys.executable).with_name("mutmut"), *words],
        cwd=stage,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(f"mutmut {words[0]} failed:\n{done.stdout[-4000:]}")
    return done.stdout


def _survivor(stage: Path, mutant: str, status: str) -> Survivor:
    """Return where a mutant is in the file and what it changed."""
    diff = _mutmut(stage, "show", mutant).splitlines()[1:]
    file = diff[0].removeprefix("--- ")
    start = next(number for number, line in enumerate(diff) if line.startswith("@@"))
    found = _HUNK.match(diff[start])
    assert found is not None, diff[start]
    changed = next(n for n, line in enumerate(diff[start + 1 :]) if line.startswith(("-", "+")))
    return Survivor(
        file,
        _function_line(stage / file, mutant) + int(found.group(1)) - 1 + changed,
        _joined(diff[start:], "-"),
        _joined(diff[start:], "+"),
        status,
    )


def _joined(diff: list[str], sign: str) -> str:
    """Return the lines of a diff with a sign as one line, without the marks of this script."""
    lines = (line[1:].replace(_PRAGMA, "").strip() for line in diff if line.startswith(sign))
    return " ".join(lines)


def _function_line(path: Path, mutant: str) -> int:
    """Return the first line of a mutant's function, with the comments and decorators above it."""
    source = path.read_text(encoding="utf-8")
    mangled = mutant.rpartition(".")[2].partition("__mutmut_")[0]
    *owner, name = mangled.split("ǁ")[1:] or [mangled.removeprefix("x_")]
    scope: ast.AST = ast.parse(source)
    for part in (*owner, name):
        scope = next(
            node
            for node in ast.iter_child_nodes(scope)
            if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and node.name == part
        )
    assert isinstance(scope, ast.FunctionDef)
    line = min([scope.lineno, *(one.lineno for one in scope.decorator_list)])
    lines = source.splitlines()
    while lines[line - 2].lstrip().startswith("#"):
        line -= 1
    return line


if __name__ == "__main__":
    sys.exit(main())
