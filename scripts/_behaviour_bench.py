"""Run the commands of one tree of emgstream in a folder of their own, and note what they do."""

from __future__ import annotations

import fnmatch
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing_extensions import Self

TIMEOUT_S = 900.0
"""A command that runs longer is ended and noted as such; the longest takes about 60 s."""

ANY = "<any>"
"""What stands in a result for a value that may differ."""

_WRONG_TREE = 97
_SITE = f"""
import importlib.util, os, pathlib
found = importlib.util.find_spec("emgstream")
origin = pathlib.Path(found.origin if found else "/nowhere").resolve()
if pathlib.Path(os.environ["EMGSTREAM_TREE"]) not in origin.parents:
    os.write(2, f"another tree would be imported: {{origin}}\\n".encode())
    os._exit({_WRONG_TREE})
"""
"""Run at the start of every Python process, also of workers that a command starts."""

_MASKS = {
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(\+00:00|Z)?": "<time>",
    r"emgstream-board-\w+": "emgstream-board-<random>",
    r"p(50|95|99) +[\d.,]+ ms": r"p\1 <time>",
    r"[\d,]+ a second": "<rate> a second",
    r"(epochs? +\d+) in \d+ s": r"\1 in <time>",
    r"\d+ s of training": "<time> of training",
    r"\d+:\d\d:\d\d": "<duration>",
    r'File "[^"]+", line \d+': 'File "<file>", line <number>',
}
"""What may differ in a text from run to run, and what is compared in its place."""


@dataclass(frozen=True)
class Tree:
    """A checkout of emgstream."""

    root: Path
    """Its folder, without links in it."""

    def check(self) -> None:
        """End the program where Python would import another tree than this one."""
        with Workplace(self, None) as place:
            done = place.python("import emgstream; print(emgstream.__file__)")
        if done.exit_code != 0 or not done.stdout.startswith("<tree>"):
            sys.exit(
                f"{self.root} is not the tree that is imported: {done.stdout}{done.stderr}; "
                "run this script with the Python of the project's environment"
            )


@dataclass(frozen=True)
class Outcome:
    """What one command did."""

    exit_code: int | str
    """Its exit code, or why there is none."""
    stdout: str
    """Its standard output, without what may differ."""
    stderr: str
    """Its standard error, likewise."""
    files: tuple[str, ...]
    """The files it made, changed or removed, in order."""

    def parts(self) -> dict[str, str]:
        """Return the exit code with the files, and the text, as parts of a result."""
        return {"exit": "\n".join([f"exit {self.exit_code}", *self.files]), "text": self.text}

    @property
    def text(self) -> str:
        """Both outputs, each under a heading."""
        return f"--- stdout\n{self.stdout}--- stderr\n{self.stderr}"


class Workplace:
    """A temporary folder with a home, for commands of one tree.

    Parameters
    ----------
    tree
        What is run.
    material
        The folder of the files that commands may name; each is copied once a command names it.
    """

    def __init__(self, tree: Tree, material: Path | None) -> None:
        self._tree = tree
        self._material = material
        self._base = Path(tempfile.mkdtemp(prefix="behaviour-")).resolve()
        self.folder = self._base / "work"
        for name in ("work/folder", "home", "run", "tmp", "site"):
            (self._base / name).mkdir(parents=True, mode=0o700)
        (self.folder / "taken.csv").write_text("taken\n", encoding="utf-8")
        (self._base / "site" / "sitecustomize.py").write_text(_SITE, encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        shutil.rmtree(self._base, ignore_errors=True)

    def emgstream(self, *words: str) -> Outcome:
        """Run a command of emgstream to its end."""
        return self._run([sys.executable, "-m", "emgstream", *words])

    def python(self, program: str, *words: str) -> Outcome:
        """Run a program of Python to its end."""
        return self._run([sys.executable, "-c", program, *words])

    @contextmanager
    def started(self, *words: str) -> Iterator[str]:
        """Give the first line of a command that runs as long as the block does."""
        with self._open([sys.executable, "-m", "emgstream", *words]) as process:
            try:
                yield process.stdout.readline().decode() if process.stdout else ""
            finally:
                process.terminate()
                process.communicate(timeout=TIMEOUT_S)

    def text(self, name: str) -> str:
        """Return the text of a file, without what may differ; empty where there is none."""
        path = self.folder / name
        return self.masked(path.read_text(encoding="utf-8")) if path.is_file() else ""

    def lines(self, name: str) -> list[str]:
        """Return the lines of a file, as they are; none where there is no file."""
        path = self.folder / name
        return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []

    def json(self, name: str) -> Any:
        """Return what a JSON file holds; None where there is none."""
        path = self.folder / name
        if not path.is_file():
            return None
        return json.loads(self.masked(path.read_text(encoding="utf-8")))

    def digest(self, name: str) -> str:
        """Return a hash of a file; empty where there is none."""
        path = self.folder / name
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""

    def masked(self, text: str) -> str:
        """Return a text without paths of this machine, times and what is random."""
        text = text.replace(str(self.folder), "<work>").replace(str(self._base), "<base>")
        text = text.replace(str(self._tree.root), "<tree>")
        for pattern, instead in _MASKS.items():
            text = re.sub(pattern, instead, text)
        return text

    def _run(self, command: Sequence[str]) -> Outcome:
        self._lay_out(command)
        before = self._snapshot()
        exit_code: int | str
        with self._open(command) as process:
            try:
                stdout, stderr = process.communicate(timeout=TIMEOUT_S)
                exit_code = process.returncode
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                stdout, stderr = process.communicate()
                exit_code = f"none: it ran for more than {TIMEOUT_S:g} s"
        if exit_code == _WRONG_TREE:
            sys.exit(stderr.decode())
        said, complained = (
            self.masked(each.decode(errors="backslashreplace")) for each in (stdout, stderr)
        )
        return Outcome(exit_code, said, complained, _changes(before, self._snapshot()))

    def _open(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def _environment(self) -> dict[str, str]:
        """Return the same variables for every tree and every machine."""
        home = self._base / "home"
        root = self._tree.root
        packages = (
            [root / "training"] if (root / "training" / "emgstream_training").exists() else []
        )
        path = os.pathsep.join(map(str, [self._base / "site", root, *packages]))
        return {
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": path,
            "PYTHONHASHSEED": "0",
            "EMGSTREAM_TREE": str(self._tree.root),
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_CACHE_HOME": str(home / "cache"),
            "XDG_DATA_HOME": str(home / "data"),
            "XDG_RUNTIME_DIR": str(self._base / "run"),
            "MPLCONFIGDIR": str(Path(tempfile.gettempdir()) / "behaviour-matplotlib"),
            "TMPDIR": str(self._base / "tmp"),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "COLUMNS": "100",
            "QT_QPA_PLATFORM": "offscreen",
            "TF_CPP_MIN_LOG_LEVEL": "3",
        }

    def _lay_out(self, words: Sequence[str]) -> None:
        """Copy the files that the words name, with those of the same stem beside them."""
        if self._material is None:
            return
        for path in sorted(self._material.iterdir()):
            stem = path.name.split(".")[0]
            is_named = any(re.search(rf"\b{re.escape(stem)}\b", word) for word in words)
            if is_named and not (self.folder / path.name).exists():
                shutil.copy(path, self.folder / path.name)

    def _snapshot(self) -> dict[str, str]:
        paths = (path for path in self.folder.rglob("*") if path.is_file())
        names = (path.relative_to(self.folder).as_posix() for path in paths)
        return {name: self.digest(name) for name in names}


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Return one line for each file that a command made, changed or removed.

    >>> _changes({"a": "1", "b": "1", "c": "1"}, {"a": "1", "b": "2", "d": "1"})
    ('changed b', 'made d', 'removed c')
    """
    made = [f"made {name}" for name in after if name not in before]
    changed = [f"changed {name}" for name in after if after[name] != before.get(name, after[name])]
    removed = [f"removed {name}" for name in before if name not in after]
    return tuple(sorted([*made, *changed, *removed]))


def without(document: Any, ignored: Sequence[str], path: str = "") -> Any:
    """Return a JSON document with `ANY` in the place of values at some paths.

    >>> without({"a": 1, "b": {"c": 2, "d": None}, "e": [{"c": 3}]}, ["b.*", "e.*.c"])
    {'a': 1, 'b': {'c': '<any>', 'd': None}, 'e': [{'c': '<any>'}]}
    """
    if (
        path
        and document is not None
        and any(fnmatch.fnmatchcase(path, pattern) for pattern in ignored)
    ):
        return ANY
    prefix = f"{path}." if path else ""
    if isinstance(document, dict):
        return {key: without(value, ignored, f"{prefix}{key}") for key, value in document.items()}
    if isinstance(document, list):
        return [without(value, ignored, f"{prefix}{n}") for n, value in enumerate(document)]
    return document


def json_lines(document: Any, path: str = "") -> str:
    """Return a JSON document as lines of a path and a value, sorted by key.

    >>> print(json_lines({"b": [1.5, None], "a": {}}), end="")
    a = {}
    b.0 = 1.5
    b.1 = null
    """
    prefix = f"{path}." if path else ""
    if isinstance(document, dict) and document:
        return "".join(
            json_lines(value, f"{prefix}{key}") for key, value in sorted(document.items())
        )
    if isinstance(document, list) and document:
        return "".join(json_lines(value, f"{prefix}{n}") for n, value in enumerate(document))
    return f"{path} = {json.dumps(document)}\n"
