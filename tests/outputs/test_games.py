"""The games in docs/how-to/receive-decisions.md: Godot 3 runs its script, Mono those for Unity.

Godot 4 and Unity are no packages of Debian; the script for Godot 4 is not run here.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.outputs.web_bench import free_port
from tests.processes import EMGSTREAM

HERE = Path(__file__).parent
DOCS = (HERE.parents[1] / "docs" / "how-to" / "receive-decisions.md").read_text(encoding="utf-8")
GODOT, MCS, MONO = shutil.which("godot3-server"), shutil.which("mcs"), shutil.which("mono")
MONO_JSON = Path("/usr/lib/mono/4.5/System.Runtime.Serialization.dll")
HAS_MONO = bool(MCS and MONO) and MONO_JSON.exists()


def example(language: str, part: str) -> str:
    """Return the one example of a language with a part in it."""
    found = re.findall(rf"```{language}\n(.*?)```", DOCS, re.S)
    (one,) = (text for text in found if part in text)
    return str(one)


@contextmanager
def playing(words: list[str]) -> Iterator[Iterator[str]]:
    """Give what a game says of each new movement: ``MOVEMENT at POSITION``."""
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as game:
        try:
            assert game.stdout is not None
            yield (line.strip() for line in game.stdout if " at " in line)
        finally:
            game.kill()


def moves_with(game: Iterator[str], *output: str) -> None:
    """The game rests, moves to the right with the demo's first movement, and rests again."""
    assert next(game) == "rest at 0"
    words = [*EMGSTREAM, "replay", "demo", "--speed", "2", *output]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(words, stdout=quiet, stderr=quiet) as sender:
        try:
            assert next(game).startswith("wrist_right at ")
            movement, position = next(game).split(" at ")
        finally:
            sender.kill()
    assert movement == "rest"
    assert int(position) > 0


@pytest.mark.realtime
@pytest.mark.skipif(GODOT is None, reason="needs Debian's godot3-server")
def test_a_character_in_godot_runs_with_the_wrist(tmp_path: Path) -> None:
    folder, port = tmp_path / "game", str(free_port())
    shutil.copytree(HERE / "godot_game", folder)
    player = example("gdscript", "extends KinematicBody2D").replace("8765", port)
    (folder / "player.gd").write_text(player, encoding="utf-8")
    with playing([str(GODOT), "--path", str(folder)]) as game:
        moves_with(game, "--web", port)


@pytest.mark.realtime
@pytest.mark.skipif(not HAS_MONO, reason="needs Debian's mono-mcs, mono-runtime and its JSON")
def test_an_object_in_unity_moves_with_the_wrist(tmp_path: Path) -> None:
    for name in ("EmgReceiver", "EmgMovement"):
        part = f"class {name} "
        (tmp_path / f"{name}.cs").write_text(example("csharp", part), encoding="utf-8")
    shutil.copytree(HERE / "csharp_game", tmp_path, dirs_exist_ok=True)
    of_game = ["-target:library", "EmgReceiver.cs", "EmgMovement.cs", "UnityEngine.cs"]
    of_watch = ["-r:System.Runtime.Serialization", "EmgReceiver.cs", "Watch.cs"]
    for files in (of_game, of_watch):
        subprocess.run([str(MCS), "-warnaserror", *files], cwd=tmp_path, check=True)
    port = str(free_port())
    with playing([str(MONO), str(tmp_path / "EmgReceiver.exe"), port]) as game:
        moves_with(game, "--udp", f"127.0.0.1:{port}")
