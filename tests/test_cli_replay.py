from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emgstream.bundle import Model, write_model
from emgstream.cli import main
from emgstream.data import DEMO_RECORDING
from emgstream.pipeline import Pipeline
from emgstream.simulation import CueSchedule, record_session
from emgstream.tables import read_table
from emgstream.types import Chunk

EMGSTREAM = [sys.executable, "-m", "emgstream"]
KEYS = {"index", "time_s", "label", "confidence", "probabilities", "status", "delay_ms"}
STAGES = ["window_span", "hop", "smoothing", "line", "queue", "compute", "output"]


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of synthetic EMG at 1 kHz, two movements and rest."""
    path = tmp_path_factory.mktemp("recording") / "take.csv"
    record_session(path, CueSchedule.parse("rest:1,hand_close:1.5,elbow_bend:1.5"), seed=9)
    return path


def decisions(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def decided(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what was decided, without how long it took."""
    return [{key: line[key] for key in line if key != "delay_ms"} for line in lines]


@pytest.fixture
def replayed(recording: Path, tmp_path: Path) -> Callable[..., list[dict[str, Any]]]:
    def replay(*words: str) -> list[dict[str, Any]]:
        out = tmp_path / "decisions.jsonl"
        assert main(["replay", str(recording), "--headless", "--jsonl", str(out), *words]) == 0
        return decisions(out)

    return replay


def test_every_decision_is_one_json_object(replayed: Callable[..., list[dict[str, Any]]]) -> None:
    lines = replayed("--speed", "max")
    assert [line["index"] for line in lines] == list(range(199, 4000, 20))
    for line in lines:
        assert set(line) >= KEYS
        assert line["time_s"] == pytest.approx(line["index"] / 1000.0)
        assert sum(line["probabilities"].values()) == pytest.approx(1.0, abs=1e-5)
        assert line["label"] in line["probabilities"]
        assert 0.0 < line["confidence"] <= 1.0
        assert line["status"] in {"ok", "rest", "rejected", "unknown"}
    assert [line["strength"] for line in lines if line["status"] == "rest"].count(0.0) > 10


def test_speed_changes_no_decision(replayed: Callable[..., list[dict[str, Any]]]) -> None:
    assert decided(replayed("--speed", "max")) == decided(replayed("--speed", "4"))


def test_a_replay_is_one_pass_over_the_whole_file(
    replayed: Callable[..., list[dict[str, Any]]], recording: Path, demo_model: Model
) -> None:
    table = read_table(recording)
    whole = Pipeline(demo_model).push(Chunk(0, table.samples))
    lines = replayed("--speed", "max")
    assert [line["index"] for line in lines] == whole.indices.tolist()
    found = [list(line["probabilities"].values()) for line in lines]
    np.testing.assert_array_equal(np.array(found, dtype=np.float32), whole.probabilities)


def test_the_published_recording_gives_the_same_decisions_at_any_pace_and_in_one_pass(
    seed_table_path: Path, published_model: Model, tmp_path: Path
) -> None:
    model, out = tmp_path / "arm.emgmodel", tmp_path / "out.jsonl"
    write_model(model, published_model)
    words = ["replay", str(seed_table_path), "--model", str(model), "--jsonl", str(out)]
    assert main([*words, "--speed", "max"]) == 0
    lines = decisions(out)
    assert main([*words, "--rate", "100", "--speed", "100"]) == 0
    assert [(line["index"], line["probabilities"]) for line in decisions(out)] == [
        (line["index"], line["probabilities"]) for line in lines
    ]
    samples = read_table(seed_table_path).samples
    assert np.isnan(samples).any()
    whole = Pipeline(published_model).push(Chunk(0, samples))
    assert [line["index"] for line in lines] == whole.indices.tolist()
    found = [list(line["probabilities"].values()) for line in lines]
    np.testing.assert_array_equal(np.array(found, dtype=np.float32), whole.probabilities)


def test_the_summary_tells_how_much_how_late_and_how_right(recording: Path, tmp_path: Path) -> None:
    out = tmp_path / "summary.json"
    words = ["replay", str(recording), "--headless", "--speed", "max", "--summary", str(out)]
    assert main(words) == 0
    summary = json.loads(out.read_text())
    assert (summary["samples"], summary["lost"], summary["skipped"]) == (4000, 0, 0)
    assert summary["decisions"] == 191
    assert 0.0 <= summary["accuracy"] <= 1.0
    assert set(summary["recall"]) == {"rest", "hand_close", "elbow_bend"}
    said = sum(summary["statuses"].get(status, 0) for status in ("ok", "rest"))
    assert 150 < said <= sum(summary["statuses"].values()) == 191
    assert sum(sum(row.values()) for row in summary["confusion"].values()) == said
    latency = summary["latency_ms"]
    assert 0.0 < latency["p50"] <= latency["p95"] <= latency["p99"]


def test_every_decision_tells_how_late_it_is_stage_by_stage(
    replayed: Callable[..., list[dict[str, Any]]], tmp_path: Path
) -> None:
    out = tmp_path / "summary.json"
    lines = replayed("--speed", "max", "--summary", str(out))
    for line in lines:
        delay = line["delay_ms"]
        assert list(delay) == STAGES
        assert (delay["window_span"], delay["hop"], delay["smoothing"]) == (200.0, 20.0, 0.0)
        assert delay["line"] is None  # a file has no line
        assert all(delay[stage] >= 0.0 for stage in ("queue", "compute", "output"))
    summary = json.loads(out.read_text())["delay_ms"]
    assert list(summary) == STAGES
    assert (summary["window_span"], summary["hop"], summary["smoothing"]) == (200.0, 20.0, 0.0)
    assert summary["line"] == {"p50": None, "p95": None, "p99": None}
    for stage in ("queue", "compute", "output"):
        told = np.array([line["delay_ms"][stage] for line in lines])
        for percent in (50, 95, 99):
            exact = np.percentile(told, percent, method="inverted_cdf")
            assert summary[stage][f"p{percent}"] == pytest.approx(exact, rel=0.02, abs=0.002)


def test_the_summary_says_what_became_of_the_decisions_at_every_output(
    recording: Path, tmp_path: Path
) -> None:
    lines = [tmp_path / "one.jsonl", tmp_path / "two.jsonl"]
    out = tmp_path / "summary.json"
    words = ["replay", str(recording), "--speed", "max", "--summary", str(out)]
    assert main([*words, *(word for path in lines for word in ("--jsonl", str(path)))]) == 0
    told = [(o["name"], o["written"], o["dropped"]) for o in json.loads(out.read_text())["outputs"]]
    assert told == [(f"JSON lines to {path}", 191, 0) for path in lines]
    assert decided(decisions(lines[0])) == decided(decisions(lines[1]))


def test_a_model_without_a_rate_has_no_empty_line_of_delays(
    published_model: Model, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "".join(f"{500 + n % 9},{510 - n % 7},{490 + n % 5}\n" for n in range(400))
    (tmp_path / "arm.csv").write_text("biceps,triceps,middle\n" + rows)
    write_model(tmp_path / "arm.emgmodel", published_model)
    words = [str(tmp_path / "arm.csv"), "--model", str(tmp_path / "arm.emgmodel")]
    assert main(["replay", *words, "--headless", "--speed", "max"]) == 0
    (line,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith("delay"))
    assert len(line.split()) > 1


def test_only_decisions_go_to_standard_output(recording: Path) -> None:
    words = ["replay", str(recording), "--headless", "--speed", "max", "--jsonl", "-"]
    run = subprocess.run([*EMGSTREAM, *words], capture_output=True, text=True, check=True)
    assert len([json.loads(line) for line in run.stdout.splitlines()]) == 191
    assert "decisions" in run.stderr


def test_the_live_path_loads_no_heavy_library(recording: Path) -> None:
    program = (
        "import sys; from emgstream.cli import main; "
        f"assert main(['replay', {str(recording)!r}, '--headless', '--speed', 'max']) == 0; "
        "heavy = ('tensorflow', 'keras', 'sklearn', 'pandas', 'scipy', 'PyQt5', 'pyqtgraph'); "
        "print(*[name for name in heavy if name in sys.modules], 'none', file=sys.stderr)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stderr.split() == ["none"]


def test_the_shipped_recording_replays_by_its_name(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    assert main(["replay", "demo", "--headless", "--speed", "max", "--jsonl", str(out)]) == 0
    assert decisions(out)[-1]["index"] == pytest.approx(read_table(DEMO_RECORDING).n_rows, abs=20)


def test_other_column_names_are_picked_in_the_models_order(
    recording: Path, tmp_path: Path, replayed: Callable[..., list[dict[str, Any]]]
) -> None:
    renamed = tmp_path / "renamed.csv"
    renamed.write_text(recording.read_text().replace("biceps,triceps,middle", "c1,c2,c3", 1))
    out = tmp_path / "out.jsonl"
    words = ["replay", str(renamed), "--headless", "--speed", "max", "--jsonl", str(out)]
    assert main([*words, "--channels", "c1,c2,c3"]) == 0
    assert decided(decisions(out)) == decided(replayed("--speed", "max"))


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["replay"], "required: file"),
        (["fly"], "invalid choice: 'fly'"),
        (["replay", "none.csv"], "none.csv"),
        (["replay", "."], "."),
        (["replay", "demo", "--model", "none.emgmodel"], "none.emgmodel: no such file"),
        (["replay", "demo", "--model", __file__], "not a model"),
        (["replay", "demo", "--speed", "0"], "'0' is not a positive number"),
        (["replay", "demo", "--speed", "quick"], "'quick' is not a positive number, nor max"),
        (["replay", "demo", "--headless", "--rate", "500"], "500 Hz; the model expects 1000 Hz"),
        (["replay", "demo", "--channels", "biceps,triceps"], "the model expects 3"),
        (["replay", "demo", "--channels", "biceps,,middle"], "not a list of different names"),
        (["replay", "demo", "--channels", "biceps,triceps,thumb"], "thumb"),
        (["replay", "demo", "--speed", "max", "--jsonl", "no/such/folder"], "cannot write"),
        (["replay", "demo", "--speed", "max", "--summary", "no/such/folder"], "cannot write"),
        (["replay", "demo", "--udp", "localhost"], "'localhost' is not an address"),
        (["replay", "demo", "--udp", "::1:9000"], "expected HOST:PORT"),
        (["replay", "demo", "--udp", "127.0.0.1:70000"], "'127.0.0.1:70000' is not an address"),
        (["replay", "demo", "--osc", "no..host:9000"], "cannot send to no..host:9000"),
        (["replay", "demo", "--speed", "max", "--jsonl", ""], "not the name of a file"),
        (["replay", "demo", "--speed", "max", "--jsonl", "a", "--summary", "./a"], "written al"),
        (["inspect", "none.emgmodel"], "no such file"),
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
    assert main(words) == 1
    said = capsys.readouterr()
    (line,) = said.err.splitlines()
    assert line.startswith("emgstream: ")
    assert reason in line
    assert not said.out


@pytest.mark.parametrize("option", ["--jsonl", "--summary"])
def test_no_output_is_written_over_the_recording(
    option: str, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = recording.read_bytes()
    assert main(["replay", str(recording), "--speed", "max", option, str(recording)]) == 1
    assert "is read or written already" in capsys.readouterr().err
    assert recording.read_bytes() == before


def test_damage_is_told_beside_the_summary_and_a_mistake_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "short.csv"
    path.write_text("biceps,triceps,middle\n" + "512,,530\n" + "512,498,530\n" * 98)
    assert main(["replay", str(path), "--headless"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "give --rate HZ, or --speed max" in line
    assert main(["replay", str(path), "--headless", "--speed", "max"]) == 0
    said = capsys.readouterr()
    assert "short.csv: triceps: 1 empty field taken as missing (data row 0)" in said.err
    assert "decisions  0   a window needs 200 samples without a gap" in said.out


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("option", ["--jsonl", "--summary"])
def test_a_full_disk_is_one_line(
    option: str, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", str(recording), "--speed", "max", option, "/dev/full"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "cannot write /dev/full: No space left on device" in line


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT to send to another process")
def test_ctrl_c_ends_a_loop_with_its_summary_and_no_half_line(
    recording: Path, tmp_path: Path
) -> None:
    out = tmp_path / "summary.json"
    words = ["replay", str(recording), "--loop", "--jsonl", "-", "--summary", str(out)]
    with subprocess.Popen(  # unbuffered: what readline took with it, communicate would not return
        [*EMGSTREAM, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=60)
    lines = [json.loads(line) for line in (first + rest).splitlines()]
    assert process.returncode == 1
    assert errors.splitlines()[-1] == b"emgstream: stopped by Ctrl-C"
    assert b"Traceback" not in errors
    assert json.loads(out.read_text())["decisions"] == len(lines)


@pytest.mark.skipif(os.name == "nt", reason="Windows reports a closed pipe otherwise")
def test_a_reader_that_leaves_ends_the_replay_with_one_line(recording: Path) -> None:
    words = ["replay", str(recording), "--loop", "--speed", "max", "--jsonl", "-"]
    with subprocess.Popen(
        [*EMGSTREAM, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read()
        assert process.wait(timeout=60) == 1
    assert "standard output was closed" in errors.splitlines()[-1]
    assert "Traceback" not in errors
    assert "Exception ignored" not in errors
