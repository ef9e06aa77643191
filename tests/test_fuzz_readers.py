"""The seeds of `scripts/fuzz_readers.py` and some changes of them, without its fuzzer."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from tests.scripts import script_module

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "scripts" / "fuzz_readers.py"


@pytest.fixture(scope="module")
def targets() -> ModuleType:
    return script_module("fuzz_targets")


def changed(data: bytes, longest: int, draws: random.Random) -> bytes:
    """Change some bytes, as a fuzzer does."""
    bytes_ = bytearray(data)
    for _ in range(draws.randint(1, 4)):
        place = draws.randrange(len(bytes_) + 1)
        bytes_[place : place + draws.randrange(3)] = draws.randbytes(draws.randrange(3))
    return bytes(bytes_[:longest])


@pytest.mark.parametrize(
    ("name", "n"), [("wire", 8), ("tables", 6), ("manifests", 40), ("control", 40)]
)
def test_seeds_and_changes_of_them_are_read_or_refused(
    name: str, n: int, targets: ModuleType, tmp_path: Path
) -> None:
    target = targets.TARGETS[name]
    draws = random.Random(name)
    outcomes = Counter(targets.tried(target, seed, tmp_path) for seed in target.seeds())
    assert outcomes["read"] > outcomes["refused"]
    for seed in target.seeds():
        for _ in range(n):
            data = changed(seed, target.max_bytes, draws)
            if target.mutate is not None:
                plain = lambda given, most: changed(given, most, draws)  # noqa: E731
                data = target.mutate(seed, target.max_bytes, draws, plain)
            targets.tried(target, data, tmp_path)


def test_the_names_are_those_of_the_targets(targets: ModuleType) -> None:
    script = script_module("fuzz_readers")
    assert tuple(targets.TARGETS) == script.NAMES


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, timeout=120, check=False
    )


def test_a_target_that_is_not_there_is_one_sentence() -> None:
    done = run(str(SCRIPT), "wires")
    assert done.returncode == 2
    assert "there is no target 'wires'; expected wire, tables" in done.stderr


def test_without_the_fuzzer_it_is_one_sentence() -> None:
    program = f"import sys, runpy; sys.modules['atheris'] = None; sys.argv = [{str(SCRIPT)!r}]; "
    program += f"runpy.run_path({str(SCRIPT)!r}, run_name='__main__')"
    done = run("-c", program)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "needs Atheris, which is not installed" in line
    assert '".[proof]"' in line


def test_one_input_is_replayed_without_the_fuzzer(tmp_path: Path) -> None:
    path = tmp_path / "input"
    path.write_bytes(b'j{"movements": {"fist": "space"}}')
    done = run(str(SCRIPT), "control", "--replay", str(path))
    assert (done.returncode, done.stdout) == (0, "control: read\n")
