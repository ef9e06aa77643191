"""The sidecar of a short recording knows its rate better than two late time stamps do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emgstream.app.recording_verdict import judge
from emgstream.cli import main
from emgstream.tables import ColumnChoice, look_at_table, read_table

SESSION: dict[str, Any] = {"format": "emgstream session", "version": 1}


def recorded(path: Path, seconds: float, rate: object, clock_hz: float | None = 985.0) -> Path:
    """Rows of a board at 1000 Hz whose time stamps say something else, and its sidecar."""
    n_rows = round(1000 * seconds)
    samples = np.random.default_rng(1).integers(500, 530, (n_rows, 3))
    head = "biceps,triceps,middle" if clock_hz is None else "time_s,biceps,triceps,middle"
    lines = [head]
    for row, values in enumerate(samples):
        time = "" if clock_hz is None else f"{row / clock_hz:.6f},"
        lines.append(time + ",".join(map(str, values)))
    path.write_text("\n".join(lines) + "\n")
    path.with_suffix(".json").write_text(json.dumps({**SESSION, "rate": rate}))
    return path


@pytest.mark.parametrize(
    ("rate", "known_hz"),
    [
        ({"nominal_hz": 1000.0, "measured_hz": 1000.3}, 1000.3),
        ({"nominal_hz": 1000, "measured_hz": None}, 1000.0),
        ({"nominal_hz": None, "measured_hz": None}, 985.0),
        ({"nominal_hz": "fast", "measured_hz": -1}, 985.0),
        ({"nominal_hz": 1000.0, "measured_hz": 10**400}, 1000.0),
        ({"nominal_hz": float("inf"), "measured_hz": float("nan")}, 985.0),
        ("1000 Hz", 985.0),
    ],
)
def test_of_three_seconds_the_sidecar_knows_the_rate(
    tmp_path: Path, rate: object, known_hz: float
) -> None:
    path = recorded(tmp_path / "short.csv", 3.0, rate)
    table, look = read_table(path), look_at_table(path)
    assert table.sampling_rate_hz == pytest.approx(known_hz)
    assert look.rate_hz == table.sampling_rate_hz
    assert ("its sidecar short.json" in look.rate_reason) is (known_hz >= 1000.0)
    assert judge(path).rate_hz == table.sampling_rate_hz
    assert read_table(path, ColumnChoice(rate_hz=500.0)).sampling_rate_hz == 500.0


def test_a_short_session_is_replayed_by_a_model_of_its_rate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = recorded(tmp_path / "short.csv", 3.0, {"nominal_hz": 1000.0})
    assert main(["replay", str(path), "--speed", "max", "--headless"]) == 0
    path.with_suffix(".json").unlink()
    assert main(["replay", str(path), "--speed", "max", "--headless"]) == 1
    assert "is sampled at 985 Hz; the model expects 1000 Hz" in capsys.readouterr().err


def test_a_long_recording_is_believed_by_its_clock_and_one_without_by_its_sidecar(
    tmp_path: Path,
) -> None:
    rate = {"nominal_hz": 1000.0}
    long = recorded(tmp_path / "long.csv", 12.0, rate)
    assert read_table(long).sampling_rate_hz == pytest.approx(985.0)
    bare = recorded(tmp_path / "bare.csv", 12.0, rate, clock_hz=None)
    assert read_table(bare).sampling_rate_hz == 1000.0


@pytest.mark.parametrize("text", ["{", "[]", '{"rate": {"nominal_hz": 1000}}', "\0"])
def test_other_files_of_that_name_state_nothing(tmp_path: Path, text: str) -> None:
    path = recorded(tmp_path / "short.csv", 3.0, None)
    path.with_suffix(".json").write_text(text)
    assert read_table(path).sampling_rate_hz == pytest.approx(985.0)
