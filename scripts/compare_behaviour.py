"""Compare what this tree does with what an older commit did, command by command.

Both trees are given the same recordings, models and words. Compared are the decisions, every text
with its exit code, and the files that are written. The results of the older commit are kept in a
cache, so that a second run only runs this tree.

    .venv/bin/python scripts/compare_behaviour.py
    .venv/bin/python scripts/compare_behaviour.py --only help bad-calls

The exit code is 1 where anything differs that `ALLOWED` does not name.
"""

from __future__ import annotations

import argparse
import difflib
import fnmatch
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from zipfile import BadZipFile

import _behaviour_bench
import _behaviour_calls
import _behaviour_checks
import _behaviour_material
from _behaviour_bench import Tree, Workplace
from _behaviour_checks import GROUPS, Check, Parts, checks_of
from _environment import ROOT

ALLOWED: dict[str, str] = {}
"""Differences that are wanted: a name, in which * stands for anything, and the reason.

A name is ``GROUP/CHECK/PART``, as it is printed.
"""

BASE = "f07d559"
"""The commit before the refactoring."""

_MODULES = (_behaviour_bench, _behaviour_calls, _behaviour_checks, _behaviour_material)


class OldTree:
    """The older commit: what it gave is kept in a folder, and it is only run for what is not there.

    Parameters
    ----------
    commit
        The commit to compare with.
    cache
        The folder to keep its results in.
    """

    def __init__(self, commit: str, cache: Path) -> None:
        self._commit = commit
        self._cache = cache / f"{commit}-{_digest()}"
        self._lock = threading.Lock()
        self._stack = ExitStack()
        self._tree: Tree | None = None
        self.material = self._cache / "material"

    def __enter__(self) -> OldTree:
        self._cache.mkdir(parents=True, exist_ok=True)
        if not self.material.exists():
            print(f"making recordings and models with {self._commit}", flush=True)
            _at_once(self.material, partial(_behaviour_material.make_material, self._checked_out()))
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stack.close()

    def result(self, check: Check) -> Parts:
        """Return what it gives; any thread may ask."""
        name = hashlib.sha256(f"{check.group}/{check.name}".encode()).hexdigest()[:24]
        path = self._cache / f"{check.group}-{name}.json"
        if path.exists():
            kept: Parts = json.loads(path.read_text(encoding="utf-8"))
            return kept
        parts = result(self._checked_out(), check, self.material)
        part_file = path.with_name(f"{path.name}.{os.getpid()}")
        part_file.write_text(json.dumps(parts), encoding="utf-8")
        part_file.replace(path)
        return parts

    def _checked_out(self) -> Tree:
        """Return the tree, written to a temporary folder the first time that it is needed."""
        with self._lock:
            if self._tree is None:
                folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="old-tree-"))
                self._tree = Tree(Path(folder).resolve())
                _check_out(self._commit, self._tree.root)
                self._tree.check()
            return self._tree


@dataclass(frozen=True)
class Difference:
    """A part of a result that two trees do not have in common."""

    name: str
    """``GROUP/CHECK/PART``."""
    old: str | None
    """What the old tree gave; None for nothing."""
    new: str | None
    """What this tree gives; None for nothing."""

    def is_called(self, pattern: str) -> bool:
        """Whether its name fits a name of `ALLOWED`."""
        return fnmatch.fnmatchcase(self.name, pattern)

    def lines(self, most: int) -> Iterator[str]:
        """Give the lines that differ, at most so many."""
        old, new = ((text or "").splitlines() for text in (self.old, self.new))
        found = list(difflib.unified_diff(old, new, "old", "new", lineterm="", n=0))[2:]
        yield from found[:most]
        if len(found) > most:
            yield f"... and {len(found) - most} more lines"


def main() -> int:
    """Compare two trees, print what differs, and return 1 where that is not allowed."""
    arguments = _arguments()
    started_s = time.monotonic()
    with _snapshot(arguments.tree) as tree, OldTree(arguments.base, arguments.keep) as old:
        checks = [check for group in arguments.only for check in checks_of(group, old.material)]
        differences = _all_compared(tree, old, checks, arguments.jobs)
    unwanted = _report(differences, arguments.lines)
    _note_unmet(differences, arguments.only)
    took_s = time.monotonic() - started_s
    print(f"{len(checks)} checks in {took_s:.0f} s: {unwanted} differences that are not allowed")
    return 1 if unwanted else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--only", nargs="+", choices=GROUPS, default=list(GROUPS), help="compare these groups only"
    )
    parser.add_argument(
        "--jobs",
        type=int,
        default=os.cpu_count() or 1,
        metavar="N",
        help="commands to run at once; default: one per processor",
    )
    parser.add_argument(
        "--keep",
        type=Path,
        default=Path(tempfile.gettempdir()) / "emgstream-behaviour",
        metavar="FOLDER",
        help="where to keep the results of the old commit; default: a temporary folder",
    )
    parser.add_argument(
        "--tree", type=Path, default=ROOT, metavar="FOLDER", help="the new tree; default: this one"
    )
    parser.add_argument(
        "--base", default=BASE, metavar="COMMIT", help=f"the old commit; default {BASE}"
    )
    parser.add_argument(
        "--lines", type=int, default=20, metavar="N", help="lines to print of each difference"
    )
    return parser.parse_args()


@contextmanager
def _snapshot(root: Path) -> Iterator[Tree]:
    """Give a copy of a tree as it is now, so that work can go on in it meanwhile."""
    left_out = shutil.ignore_patterns(".*", "__pycache__", "build", "dist")
    with tempfile.TemporaryDirectory(prefix="new-tree-") as folder:
        tree = Tree(Path(folder).resolve() / "tree")
        shutil.copytree(root.resolve(), tree.root, ignore=left_out)
        tree.check()
        yield tree


def _check_out(commit: str, folder: Path) -> None:
    """Write the files of a commit into a folder; git itself is left as it is."""
    done = subprocess.run(
        ["git", "archive", "--format=tar", commit], cwd=ROOT, capture_output=True, check=False
    )
    if done.returncode != 0:
        sys.exit(f"cannot check out {commit}: {done.stderr.decode().strip()}")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")


def _digest() -> str:
    """Return a word for the checks as they are: a result is of no use for others."""
    files = (Path(str(module.__file__)) for module in _MODULES)
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


def _at_once(folder: Path, fill: partial[None]) -> None:
    """Make a folder whole or not at all."""
    unfinished = folder.with_name(f"{folder.name}-{os.getpid()}")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    fill(unfinished)
    if not folder.exists():
        unfinished.rename(folder)


def result(tree: Tree, check: Check, material: Path) -> Parts:
    """Return what a tree gives for a check."""
    with Workplace(tree, material) as place:
        return check.run(place)


def _all_compared(
    tree: Tree, old: OldTree, checks: Sequence[Check], n_jobs: int
) -> list[Difference]:
    pool = ThreadPoolExecutor(n_jobs)
    try:
        found = pool.map(partial(_compared, tree, old), checks)
        return [each for per_check in found for each in per_check]
    finally:
        pool.shutdown(cancel_futures=True)


def _compared(tree: Tree, old: OldTree, check: Check) -> list[Difference]:
    before = old.result(check)
    try:
        now = result(tree, check, old.material)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, BadZipFile) as error:
        now = {"error": f"what it wrote cannot be read: {error!r}"}
    prefix = f"{check.group}/{check.name}"
    return list(_differences(prefix, before, now))


def _differences(
    prefix: str, old: Mapping[str, str], new: Mapping[str, str]
) -> Iterator[Difference]:
    for part in {**old, **new}:
        if old.get(part) != new.get(part):
            yield Difference(f"{prefix}/{part}", old.get(part), new.get(part))


def _report(differences: Iterable[Difference], most_lines: int) -> int:
    """Print the differences, and return how many are not allowed."""
    unwanted = 0
    for difference in differences:
        reason = next((why for name, why in ALLOWED.items() if difference.is_called(name)), None)
        if reason is not None:
            print(f"allowed: {difference.name}: {reason}")
            continue
        unwanted += 1
        print(f"\nDIFFERENT: {difference.name}")
        for line in difference.lines(most_lines):
            print(f"    {line}")
    return unwanted


def _note_unmet(differences: Iterable[Difference], groups: Collection[str]) -> None:
    """Print which allowed differences of the groups there are none of any more."""
    for name in ALLOWED:
        is_met = any(difference.is_called(name) for difference in differences)
        if not is_met and name.partition("/")[0] in groups:
            print(f"note: {name} is allowed to differ, and did not in this run")


if __name__ == "__main__":
    sys.exit(main())
