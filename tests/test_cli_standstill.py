"""A command that stands still for seconds, as while a computer sleeps."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.posix import posix_signal
from tests.processes import EMGSTREAM, board_process
from tests.simulation.boards import PATIENCE_S, wait_for

STOPPED_S = 5.0

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot stop a process"),
]


def decisions(path: Path) -> list[dict[str, Any]]:
    lines = path.read_text().splitlines() if path.exists() else []
    return [json.loads(line) for line in lines if line.endswith("}")]


def test_the_time_is_a_gap_that_is_told_and_the_stream_goes_on(tmp_path: Path) -> None:
    out, summary = tmp_path / "decisions.jsonl", tmp_path / "summary.json"
    files = ["--jsonl", str(out), "--summary", str(summary)]
    with board_process(tmp_path) as board:
        command = [*EMGSTREAM, "live", "--port", board.port, "--headless", "--force", *files]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as live:
            try:
                wait_for(lambda: len(decisions(out)) > 100, live.poll)
                live.send_signal(posix_signal.SIGSTOP)
                time.sleep(STOPPED_S)
                live.send_signal(posix_signal.SIGCONT)
                n_before = len(decisions(out))
                wait_for(lambda: len(decisions(out)) > n_before + 100, live.poll)
                live.send_signal(signal.SIGINT)
                shown, told = live.communicate(timeout=PATIENCE_S)
            finally:
                live.kill()
    document = json.loads(summary.read_text())
    assert "this program stood still for" in shown + told
    assert any("stood still" in note for note in document["notes"])
    made = decisions(out)
    jumps = [b["index"] - a["index"] for a, b in pairwise(made) if b["index"] - a["index"] > 20]
    n_lost = document["lost_on_line"] + document["missed"]
    assert n_lost > 1000, "the line holds far less than five seconds"
    assert max(jumps) == pytest.approx(n_lost, abs=300)
    indices, times_s = made[-1]["index"] - made[0]["index"], made[-1]["time_s"] - made[0]["time_s"]
    assert times_s == pytest.approx(indices / 1000.0, abs=0.2)
