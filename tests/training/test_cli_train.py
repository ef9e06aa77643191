"""`emgstream train` as a user meets it: what it says, and what Ctrl-C and a bad place cost."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from subprocess import PIPE
from typing import Any

import emgstream_training.fold
import emgstream_training.train
import numpy as np
import pytest
from emgstream_training.epoch_progress import EpochProgress
from emgstream_training.recipes import REALTIME, RECIPES

from emgstream.bundle import read_model
from emgstream.cli import main
from emgstream.cli.training_progress import EpochBar
from tests.processes import EMGSTREAM
from tests.simulation.boards import PATIENCE_S


def press_ctrl_c_before(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str, when: Callable[..., bool]
) -> None:
    original = getattr(module, name)

    def press_and_go_on(*given: Any) -> Any:
        if when(*given):
            signal.raise_signal(signal.SIGINT)
        return original(*given)

    monkeypatch.setattr(module, name, press_and_go_on)


@pytest.fixture
def stopped_after_two_epochs(monkeypatch: pytest.MonkeyPatch) -> None:
    def is_second(_bar: EpochBar, progress: EpochProgress) -> bool:
        return progress.epoch == 2

    press_ctrl_c_before(monkeypatch, EpochBar, "show", is_second)


@pytest.mark.tensorflow
@pytest.mark.usefixtures("stopped_after_two_epochs")
def test_ctrl_c_ends_the_training_with_the_best_model_so_far(
    session_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "arm.emgmodel"
    assert main(["train", str(session_path), "--out", str(out)]) == 1
    said = capsys.readouterr()
    assert said.err.splitlines()[-1].startswith("emgstream: stopped by Ctrl-C; ")
    assert "epochs    2 in " in said.out
    evaluation = read_model(out).manifest.evaluation
    assert evaluation["interrupted"] is True
    assert evaluation["validation"]["n_epochs"] == 2
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.tensorflow
@pytest.mark.usefixtures("stopped_after_two_epochs")
def test_a_report_that_cannot_be_written_does_not_cost_the_model(
    session_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, report = tmp_path / "arm.emgmodel", tmp_path / "report"
    (report / "report.html").mkdir(parents=True)
    assert main(["train", str(session_path), "--out", str(out), "--report", str(report)]) == 1
    assert "cannot write the report to" in capsys.readouterr().err.splitlines()[-1]
    assert read_model(out).manifest.recipe == "realtime"


@pytest.mark.tensorflow
def test_ctrl_c_after_the_last_epoch_costs_nothing(
    session_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, report = tmp_path / "arm.emgmodel", tmp_path / "report"
    monkeypatch.setitem(RECIPES, "realtime", REALTIME.with_max_epochs(2))
    press_ctrl_c_before(monkeypatch, emgstream_training.fold, "export_model", lambda *_: True)
    assert main(["train", str(session_path), "--out", str(out), "--report", str(report)]) == 0
    assert (report / "model.h5").exists()
    assert "interrupted" not in read_model(out).manifest.evaluation


@pytest.mark.tensorflow
def test_ctrl_c_before_anything_was_learned_leaves_an_older_model_alone(
    session_path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "arm.emgmodel"
    out.write_bytes(b"an older model")
    press_ctrl_c_before(monkeypatch, emgstream_training.train, "prepare", lambda *_: True)
    assert main(["train", str(session_path), "--out", str(out)]) == 1
    assert capsys.readouterr().err == "emgstream: stopped by Ctrl-C\n"
    assert out.read_bytes() == b"an older model"


def test_a_place_for_the_model_that_will_not_do_is_told_before_the_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "missing" / "arm.emgmodel"
    assert main(["train", "none.csv", "--out", str(place)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"emgstream: cannot write the model {place}: ")


@pytest.mark.parametrize("seed", ["-1", "4294967296", "99999999999999999999", "x", "²"])
@pytest.mark.parametrize("words", ["train --out arm", "calibrate --out arm", "evaluate"])
def test_a_seed_that_will_not_do_is_one_line(
    words: str, seed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    verb, *others = words.split()
    assert main([verb, "none.csv", *others, f"--seed={seed}"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert f"argument --seed: '{seed}' is not a whole number from 0 to 4294967295" in line


@pytest.mark.parametrize("verb", ["train", "calibrate"])
def test_a_recording_that_is_not_there_is_told_before_tensorflow_is_loaded(
    verb: str, session_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "arm")
    assert main([verb, str(session_path), "none.csv", "--out", out]) == 1
    assert capsys.readouterr().err == (
        "emgstream: none.csv does not exist; check the path, or record a table first\n"
    )


def test_options_may_stand_between_the_recordings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["none.csv", "--rate", "500", "neither.csv", "--out", str(tmp_path / "arm")]
    assert main(["train", *words]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("emgstream: none.csv does not exist")


@pytest.mark.tensorflow
def test_a_recording_that_cannot_be_trained_on_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "one.csv").write_text("a,b,label\n" + "1,2,rest\n4,1,rest\n2,9,rest\n" * 20)
    words = ["train", str(tmp_path / "one.csv"), "--out", str(tmp_path / "arm")]
    assert main(words) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "only the label 'rest'" in line


@pytest.fixture
def damaged_path(session_path: Path, tmp_path: Path) -> Path:
    """A session whose first channel is empty, and which breaks off."""
    head, *rows = session_path.read_text().splitlines()
    channel = head.split(",").index("biceps")
    cells = [row.split(",") for row in rows]
    emptied = [",".join([*row[:channel], "", *row[channel + 1 :]]) for row in cells]
    path = tmp_path / "damaged.csv"
    path.write_text("\n".join([head, *emptied, "0.1"]))
    return path


@pytest.mark.tensorflow
def test_what_was_repaired_is_noted_once_before_anything_is_learned(
    damaged_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "arm.emgmodel"
    assert main(["train", str(damaged_path), "--out", str(out), "--epochs", "1"]) == 0
    said = capsys.readouterr().err
    assert said.startswith("note: damaged.csv: biceps: no number; not read as a channel\n")
    assert said.count("cut short, dropped") == 1


@pytest.mark.tensorflow
def test_what_was_repaired_is_noted_where_nothing_can_be_learned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "short.csv"
    samples = np.random.default_rng(1).integers(400, 600, (51, 3))
    rows = [f"{k / 1000},{','.join(map(str, row))},none" for k, row in enumerate(samples)]
    rows[50] = rows[50].replace("none", "rest")
    path.write_text("\n".join(["time_s,biceps,triceps,middle,label", *rows, "0.051,1,"]))
    words = [str(path), "--out", str(tmp_path / "arm")]
    for verb in ("train", "calibrate"):
        assert main([verb, *words]) == 1
        first, last = capsys.readouterr().err.splitlines()
        assert first == "note: short.csv: 1 last line, cut short, dropped (data row 51)"
        assert last.startswith("emgstream: ")


@pytest.mark.tensorflow
def test_a_program_that_watches_is_told_each_epoch_and_the_end(
    session_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "arm.emgmodel"
    words = ["train", str(session_path), "--out", str(out), "--epochs", "2", "--progress", "jsonl"]
    assert main(words) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    epochs, trained = events[:-1], events[-1]
    assert {event["event"] for event in epochs} == {"epoch"}
    assert epochs[1]["epoch"] == 2
    assert 0.0 <= epochs[1]["accuracy"] <= 1.0
    assert (trained["event"], trained["model"]) == ("trained", str(out))
    assert trained["interrupted"] is False
    assert trained["repairs"] == []


@pytest.mark.tensorflow
def test_it_ends_with_the_program_that_started_it(session_path: Path, tmp_path: Path) -> None:
    words = ["train", str(session_path), "--out", str(tmp_path / "arm"), "--stop-with-stdin"]
    with subprocess.Popen([*EMGSTREAM, *words], stdin=subprocess.PIPE, stderr=PIPE) as child:
        _, said = child.communicate(timeout=6 * PATIENCE_S)  # closes standard input at once
    assert child.returncode == 1
    assert said.decode().splitlines()[-1] == "emgstream: stopped by Ctrl-C"
