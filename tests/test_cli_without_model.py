"""Recordings of other boards: what they hold is told, and they are shown without a model."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from emgstream.cli import main
from emgstream.data import DEMO_MODEL


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """Four seconds of 300 channels that no model knows."""
    path = tmp_path / "grid.csv"
    names = [f"c{number}" for number in range(300)]
    samples = np.random.default_rng(1).integers(400, 600, (800, 300))
    rows = [
        f"{row / 200:.3f},{','.join(map(str, values))},{'fist' if row < 400 else 'rest'}"
        for row, values in enumerate(samples)
    ]
    path.write_text("\n".join([",".join(["time_s", *names, "label"]), *rows]))
    return path


@pytest.mark.parametrize("face", [["--headless"], []])
def test_what_a_recording_of_other_channels_holds_is_told_and_how_to_watch_it(
    foreign: Path, face: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", str(foreign), *face]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "grid.csv holds 300 channels (c0, c1, c2, c3, c4, c5, c6, c7 and 292 more), 800" in line
    assert "rows at 200 Hz and 2 labels (fist, rest); the demo model" in line
    assert f"watch it without a model: emgstream replay {foreign} --model none" in line
    assert len(line) < 420 + 2 * len(str(foreign))


def test_with_a_model_that_was_named_the_mismatch_is_told_and_the_way_out(
    foreign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", str(foreign), "--model", str(DEMO_MODEL), "--headless"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "has the channels c0, c1, c2, c3, c4, c5, c6, c7 and 292 more; the model expects" in line
    assert line.endswith(f"or watch it without a model: emgstream replay {foreign} --model none")
    assert main(["replay", "demo", "--rate", "500", "--headless"]) == 1
    assert "or watch it without a model" in capsys.readouterr().err


def test_a_recording_is_replayed_without_a_model(
    foreign: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "summary.json"
    words = ["replay", str(foreign), "--model", "none", "--speed", "max", "--summary", str(out)]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "model    none" in said
    assert "decisions" not in said
    summary = json.loads(out.read_text())
    assert (summary["model"], summary["samples"], summary["decisions"]) == (None, 800, 0)


def test_a_board_is_streamed_without_a_model(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["live", "--port", "simulated", "--model", "none", "--seconds", "0.2"]
    assert main(words) == 0
    assert "model    none" in capsys.readouterr().out


def test_an_output_of_decisions_is_refused_without_a_model(
    foreign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", str(foreign), "--model", "none", "--udp", "127.0.0.1:9"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "UDP to 127.0.0.1:9 passes decisions on, and without a model there are none" in line


def test_a_model_file_of_that_name_is_a_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("none").write_bytes(DEMO_MODEL.read_bytes())
    assert main(["replay", "demo", "--model", "none", "--speed", "max", "--headless"]) == 0
    assert "decisions" in capsys.readouterr().out
