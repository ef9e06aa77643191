"""Sources and outputs of other packages, installed as such, with no line of the product changed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from emgstream.recording import read_sidecar
from emgstream.tables import read_table
from tests.plugins import window_of_a_toy
from tests.plugins.distribution import installed
from tests.plugins.toy import toy_output, toy_source
from tests.processes import EMGSTREAM

Run = Callable[..., subprocess.CompletedProcess[str]]
PORT = ["--port", "toy://301"]


def runner(site: Path) -> Run:
    """Return what runs a program where the packages of a folder are installed, too."""
    environment = os.environ | {"PYTHONPATH": str(site), "QT_QPA_PLATFORM": "offscreen"}

    def run(*words: str, program: list[str] = EMGSTREAM) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*program, *words],
            env=environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    return run


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run a program with a source and an output of another package."""
    modules = {
        "toy_source": Path(toy_source.__file__).read_text(encoding="utf-8"),
        "toy_output": Path(toy_output.__file__).read_text(encoding="utf-8"),
    }
    groups = {
        "emgstream.sources": {"toy": "toy_source:KIND"},
        "emgstream.outputs": {"toy": "toy_output:KIND"},
    }
    return runner(installed(tmp_path_factory.mktemp("toy"), "toy", modules, groups))


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run a program with a package of which nothing works.

    One source does not import, one is called as ours, one fails to look for what is there; and its
    output is none.
    """
    kind = "from emgstream.sources.source_kind import SourceKind\nKIND = SourceKind"
    modules = {
        "absent": "import surely_not_there\n",
        "namesake": f"{kind}('simulated', 'ours', 'simulated', 'os:getcwd')\n",
        "blind": f"{kind}('blind', 'sees nothing', 'blind', 'os:getcwd', finder='os:abort_')\n",
        "none": "KIND = 'no kind'\n",
    }
    sources = {name: f"{name}:KIND" for name in ("absent", "blind", "namesake")}
    groups = {"emgstream.sources": sources, "emgstream.outputs": {"none": "none:KIND"}}
    return runner(installed(tmp_path_factory.mktemp("broken"), "broken", modules, groups))


@pytest.mark.realtime
def test_live_decides_on_the_source_and_hands_on_to_the_output(toy: Run, tmp_path: Path) -> None:
    summary, written = tmp_path / "summary.json", tmp_path / "decided"
    done = toy(
        *["live", "--headless", *PORT, "--seconds", "3"],
        *["--summary", str(summary), "--toy", str(written)],
    )
    assert done.returncode == 0, done.stderr
    document = json.loads(summary.read_text())
    assert (document["source"], document["port"]) == ("toy 301", "the toy's place")
    assert document["sees_loss"] is None
    assert re.search(r"loss +not known", done.stdout), done.stdout
    assert document["accuracy"] > 0.5, "the labels of the source are told"
    head, *indices = written.read_text().splitlines()
    assert head == "7 classes"
    assert [int(index) for index in indices] == [199 + 20 * n for n in range(len(indices))]
    (output,) = document["outputs"]
    assert output["name"] == f"toy to {written}"
    assert output["written"] == document["decisions"] == len(indices) > 0


def test_the_help_offers_both(toy: Run) -> None:
    told = " ".join(toy("live", "--help").stdout.split())
    assert "toy://SESSION (a toy of the tests)" in told
    assert "--toy FILE write 100% of the decisions to this file" in told
    assert "toy://SESSION" in toy("record", "--help").stdout
    assert "toy://SESSION" in toy("test-live", "--help").stdout
    assert "--toy FILE" in toy("replay", "--help").stdout


def test_a_replay_goes_to_the_output_and_never_over_a_file_that_is_read(
    toy: Run, tmp_path: Path
) -> None:
    written = tmp_path / "decided"
    words = ["replay", "demo", "--headless", "--speed", "max", "--toy"]
    done = toy(*words, str(written))
    assert done.returncode == 0, done.stderr
    assert len(written.read_text().splitlines()) == 1 + 2491
    twice = toy(*words, str(written), "--jsonl", str(written))
    assert "expected another file for every output" in twice.stderr
    empty = toy(*words, "")
    assert "argument --toy: an empty word is not the name of a file" in empty.stderr


@pytest.mark.realtime
def test_record_records_it(toy: Run, tmp_path: Path) -> None:
    path = tmp_path / "arm.csv"
    words = ["--movements", "hand_close", "--repetitions", "1", "--hold", "1", "--rest", "1"]
    quick = ["--no-check", "--no-countdown", "--no-trim", "--unattended", "--out", str(path)]
    done = toy("record", *PORT, *words, *quick)
    assert done.returncode == 0, done.stderr
    assert read_table(path).n_rows > 2000
    assert set(read_table(path).label_names) == {"rest", "hand_close"}
    sidecar = read_sidecar(path)
    assert sidecar["source"]["name"] == "toy 301"
    assert sidecar["source"]["is_synthetic"] is True
    assert sidecar["samples"]["sees_loss"] is None


@pytest.mark.realtime
def test_a_cued_test_runs_on_it(toy: Run) -> None:
    words = ["--movements", "hand_close", "--repetitions", "1", "--hold", "1.5", "--rest", "2"]
    done = toy("test-live", *PORT, *words, "--no-countdown", "--unattended", "--no-history")
    assert done.returncode == 0, done.stderr
    assert re.search(r"hand_close +\d of 1", done.stdout), done.stdout


def test_ports_lists_it(toy: Run) -> None:
    done = toy("ports")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"^toy://301 +Toy board 301 +made by the tests", done.stdout, re.MULTILINE)


@pytest.mark.realtime
def test_the_window_lists_it_and_decides_on_it(toy: Run, tmp_path: Path) -> None:
    pytest.importorskip("PyQt5")
    program = [sys.executable, "-m", window_of_a_toy.__name__]
    done = toy(str(tmp_path / "settings.ini"), program=program)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["Toy board 301", "synthetic EMG   toy 301 streaming"]


@pytest.mark.realtime
def test_python_offers_both(toy: Run, tmp_path: Path) -> None:
    program = (
        "import sys, emgstream\n"
        "with emgstream.live('toy://301', outputs=[('toy', sys.argv[1])]) as stream:\n"
        "    for number, decision in enumerate(stream):\n"
        "        if number == 9:\n"
        "            break\n"
        "print(decision.index)\n"
    )
    written = tmp_path / "decided"
    done = toy(str(written), program=[sys.executable, "-c", program])
    assert done.returncode == 0, done.stderr
    assert done.stdout == "379\n"
    assert written.read_text().splitlines()[1:11] == [str(199 + 20 * n) for n in range(10)]


@pytest.mark.realtime
def test_packages_that_do_not_work_cost_a_line_each_and_nothing_else(broken: Run) -> None:
    done = broken("live", "--headless", "--port", "simulated", "--seconds", "1")
    assert done.returncode == 0, done.stderr
    absent, namesake, none = [line for line in done.stderr.splitlines() if "plug-in" in line]
    assert absent.startswith("note: the plug-in 'absent' (absent:KIND) of emgstream.sources")
    assert "ModuleNotFoundError: No module named 'surely_not_there'" in absent
    assert "there is a 'simulated' already" in namesake
    assert "it is of the type str; expected OutputKind" in none
    listed = broken("ports")
    assert listed.returncode == 0, listed.stderr
    assert "Traceback" not in listed.stderr
