"""The summary tells why decisions are gaps, and where saturation cannot be seen."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from emgstream.cli import main

Rows = npt.NDArray[np.float64]


def replayed(
    path: Path, samples: Rows, capsys: pytest.CaptureFixture[str], index: Rows | None = None
) -> tuple[str, dict[str, int]]:
    """Return what is printed of a replay, and its decisions by status."""
    number = np.arange(len(samples)) if index is None else index
    rows = [
        f"{place},{place / 1000:.3f}," + ",".join(f"{value:.6g}" for value in row)
        for place, row in zip(number.astype(int).tolist(), samples, strict=True)
    ]
    path.write_text("\n".join(["index,time_s,biceps,triceps,middle", *rows]) + "\n")
    out = path.with_suffix(".summary")
    words = ["replay", str(path), "--speed", "max", "--summary", str(out)]
    assert main(words) == 0
    return capsys.readouterr().out, json.loads(out.read_text())["statuses"]


@pytest.fixture
def counts() -> Rows:
    noise = np.random.default_rng(1).standard_normal((4000, 3))
    return np.clip(np.round(512 + 60 * noise), 1, 1022)


def test_channels_at_the_end_of_the_range_are_named_with_how_long(
    tmp_path: Path, counts: Rows, capsys: pytest.CaptureFixture[str]
) -> None:
    counts[:, 1] = 1023
    counts[500, 1] = 1022  # a constant column would be asked about
    counts[:1000, 0] = 0
    said, statuses = replayed(tmp_path / "arm.csv", counts, capsys)
    assert statuses["gap"] == sum(statuses.values()) == 191
    assert "191 decisions with a channel at the end of the converter's range:" in said
    assert "biceps at 0: 25.0 % of the samples, 1.0 s" in said
    assert "triceps at 1023: >99.9 % of the samples, 4.0 s" in said
    assert "middle at" not in said


def test_windows_that_lost_samples_are_told_by_themselves(
    tmp_path: Path, counts: Rows, capsys: pytest.CaptureFixture[str]
) -> None:
    index = np.arange(4000.0) + 50 * (np.arange(4000) // 1000)
    said, statuses = replayed(tmp_path / "arm.csv", counts, capsys, index)
    assert statuses["gap"] == 27
    assert "27 decisions on windows with lost samples or a pause" in said
    assert "converter" not in said


def test_another_unit_is_no_saturation_and_its_range_is_said_to_be_unknown(
    tmp_path: Path, counts: Rows, capsys: pytest.CaptureFixture[str]
) -> None:
    said, statuses = replayed(tmp_path / "arm.csv", (counts - 512) * 0.48828, capsys)
    assert statuses["gap"] == 0
    assert (
        "range      not known: some values are outside the range of the model's converter, 0 to "
        "1023;" in said
    )


def test_of_a_usual_recording_nothing_is_said(
    tmp_path: Path, counts: Rows, capsys: pytest.CaptureFixture[str]
) -> None:
    said, _ = replayed(tmp_path / "arm.csv", counts, capsys)
    assert "gap" not in said
    assert "range" not in said
