from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from emgstream.cli import main
from emgstream.simulation import CueSchedule, SyntheticEmg
from tests.simulation.boards import PATIENCE_S, opened, wait_for

SIMULATE = [sys.executable, "-m", "emgstream", "simulate"]
on_a_pty = pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")
ROOT = Path(__file__).resolve().parent.parent


def read_some(port: str, n_frames: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    with opened(port) as host:
        host.read_until(lambda host: host.has("id"))
        return host.stream(n_frames).samples


@pytest.mark.realtime
@on_a_pty
def test_the_ledger_tells_what_a_reader_of_the_link_got(tmp_path: Path) -> None:
    link, out = tmp_path / "ttyEMG", tmp_path / "ledger.json"
    words = ["--link", str(link), "--script", "rest:0.3,hand_close:5", "--faults", "loss=0.05"]
    words += ["--seed", "3", "--ledger", str(out)]
    with subprocess.Popen([*SIMULATE, *words], stdout=subprocess.PIPE, text=True) as process:
        wait_for(link.exists, lambda: process.poll())
        samples = read_some(str(link), 500)
        process.send_signal(signal.SIGINT)
        told, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    assert not link.is_symlink()
    for words_told in (
        f"synthetic EMG on {link}",
        "rest (no. 1)",
        "hand_close (no. 1) from sample 300",
        "over:",
    ):
        assert words_told in told
    ledger = json.loads(out.read_text())
    (run,) = ledger["runs"]
    assert (ledger["n_frames"], ledger["n_instants"]) == (run["n_frames"], run["n_instants"])
    emg = SyntheticEmg(CueSchedule.parse(ledger["script"]), run["rate_hz"], ledger["seed"])
    truth = np.delete(emg.read(run["n_instants"]), run["lost"], axis=0)
    np.testing.assert_array_equal(samples, truth)
    starts = [(movement["label"], movement["start"]) for movement in run["movements"]]
    assert starts == [("rest", 0), ("hand_close", 300)]


@pytest.mark.realtime
def test_a_tcp_port_is_told_and_served() -> None:
    words = ["--tcp", "0", "--seconds", "60"]
    with subprocess.Popen([*SIMULATE, *words], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = process.stdout.readline().split(";")[0].split()[-1]
        assert port.startswith("socket://127.0.0.1:")
        assert len(read_some(port, 50)) >= 50
        process.terminate()
        process.communicate(timeout=PATIENCE_S)


@on_a_pty
def test_a_polite_kill_leaves_no_link_behind(tmp_path: Path) -> None:
    link = tmp_path / "ttyEMG"
    with subprocess.Popen([*SIMULATE, "--link", str(link)], stdout=subprocess.PIPE) as process:
        wait_for(link.exists, lambda: process.poll())
        process.terminate()
        process.communicate(timeout=PATIENCE_S)
    assert not link.is_symlink()
    assert process.returncode == 0


def test_it_ends_by_itself_after_some_seconds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "ledger.json"
    assert main(["simulate", "--tcp", "0", "--seconds", "0.2", "--ledger", str(out)]) == 0
    ledger = json.loads(out.read_text())
    assert 0.2 <= ledger["elapsed_s"] < PATIENCE_S
    assert (ledger["n_frames"], ledger["runs"], ledger["unplugs"]) == (0, [], [])
    assert "0 frames" in capsys.readouterr().out


def test_a_script_may_be_a_file(tmp_path: Path) -> None:
    script, out = tmp_path / "script.txt", tmp_path / "ledger.json"
    script.write_text("rest:1  # breathe\nhand_open:2\n")
    words = ["simulate", "--tcp", "0", "--seconds", "0.01", "--ledger", str(out)]
    assert main([*words, "--script", str(script)]) == 0
    assert json.loads(out.read_text())["script"] == "rest:1.0,hand_open:2.0"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--tcp", "70000"], "from 0 to 65535"),
        (["--tcp", "0", "--link", "x"], "not allowed with"),
        (["--tcp", "0", "--rate", "20"], "50 to 4000 Hz"),
        (["--tcp", "0", "--script", "rest:1,fly:2"], "'fly:2' names no simulated movement"),
        (["--tcp", "0", "--faults", "gremlins=1"], "'gremlins=1' is unknown"),
        (["--tcp", "0", "--faults", "stall=3"], "SECONDS@EVERY"),
        (["--tcp", "0", "--seed", "-1"], "--seed"),
        (["--tcp", "0", "--ppm", "1e9"], "at most 100000"),
        (["--tcp", "0", "--ledger", "no/such/folder/x.json"], "cannot write no/such/folder/x.json"),
        pytest.param(
            ["--link", "no/such/folder/x"], "cannot link no/such/folder/x", marks=on_a_pty
        ),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_1(
    words: list[str],
    reason: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["simulate", *words, "--seconds", "0.1"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("emgstream: ")
    assert reason in line


def test_the_soak_finds_nothing_undetected_under_any_fault() -> None:
    soak = [sys.executable, str(ROOT / "scripts" / "soak_wire.py"), "--frames", "20000"]
    run = subprocess.run(soak, capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout.splitlines()[-1] == "undetected: 0"
