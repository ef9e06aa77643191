"""Python files of the user beside the data, with the names of modules that the program imports."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from emgstream.app.training_job import JobState, TrainingJob, TrainingRequest
from emgstream.bundle import read_model
from emgstream.child_python import child_python
from emgstream.simulation import CueSchedule, record_session
from tests.evaluation.told_tasks import root

COMMAND = str(Path(sys.executable).with_name("emgstream"))
DEADLINE_S = 900.0
LABELS = ("rest", "hand_open", "hand_close")
STANDARD = ("logging", "random", "signal", "socket", "tempfile", "types")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: a session, and files that end every program that imports them."""
    script = CueSchedule.shuffled(LABELS, repetitions=4, hold_s=2.0, rest_s=1.0)
    record_session(tmp_path / "session.csv", script, seed=3)
    for name in ("training", "emgstream", "emgstream_training", "numpy", *STANDARD):
        (tmp_path / f"{name}.py").write_text(f"raise SystemExit('the user has a {name}.py')\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S, check=False)


@pytest.mark.usefixtures("folder")
def test_they_would_be_imported_by_a_python_that_is_started_as_usual() -> None:
    assert "the user has a numpy.py" in run(sys.executable, "-c", "import numpy").stderr


@pytest.mark.usefixtures("folder")
def test_the_command_leaves_them_alone() -> None:
    done = run(COMMAND, "inspect", "session.csv")
    assert (done.returncode, done.stderr) == (0, "")
    assert "rows                25,000" in done.stdout


def test_so_does_the_module_unless_one_has_its_own_name(folder: Path) -> None:
    for name in ("emgstream", *STANDARD):  # looked for by Python itself, before anything of ours
        (folder / f"{name}.py").unlink()
    done = run(sys.executable, "-m", "emgstream", "inspect", "session.csv")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.usefixtures("folder")
def test_so_do_child_processes() -> None:
    done = run(*child_python("emgstream.__main__", "inspect", "session.csv"))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.usefixtures("folder")
def test_so_do_the_processes_of_an_evaluation(monkeypatch: pytest.MonkeyPatch) -> None:
    from emgstream_training.evaluation.isolated import in_own_process
    from emgstream_training.evaluation.parallel import run_all

    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))  # where `root` is
    assert in_own_process(root, 9.0) == 3.0
    told: dict[int, float] = {}
    found = dict(run_all(root, [1.0, 4.0, 9.0], n_jobs=2, told=told.__setitem__))
    assert found == {0: 1.0, 1: 2.0, 2: 3.0}
    assert told == {0: 1.0, 1: 4.0, 2: 9.0}
    with pytest.raises(ValueError, match=r"math domain error|nonnegative"):
        in_own_process(root, -1.0)


@pytest.mark.tensorflow
def test_a_model_is_trained_and_measured_among_them(folder: Path) -> None:
    out = folder / "my.emgmodel"
    done = run(COMMAND, "train", "session.csv", "--out", str(out), "--epochs", "1")
    assert (done.returncode, out.exists()) == (0, True), done.stderr
    words = ("--model", str(out), "--folds", "2", "--jobs", "2")
    done = run(COMMAND, "evaluate", "session.csv", *words)
    assert done.returncode == 0, done.stderr
    assert "CNN-LSTM" in done.stdout


@pytest.mark.tensorflow
def test_the_page_trains_among_them(folder: Path) -> None:
    out = folder / "my.emgmodel"
    job = TrainingJob(TrainingRequest((folder / "session.csv",), out, epochs=1))
    try:
        deadline_s = time.monotonic() + DEADLINE_S
        while job.is_running and time.monotonic() < deadline_s:
            job.poll(time.monotonic())
            time.sleep(0.05)
    finally:
        job.shut_down()
    assert (job.state, job.failure) == (JobState.DONE, None)
    assert read_model(out).manifest.recipe == "realtime"
