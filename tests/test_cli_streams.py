"""Standard input and output that are closed, or take nothing more."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.processes import EMGSTREAM

TEST = ["test-live", "--replay", "demo", "--no-history"]
RECORD = ["record", "--port", "simulated", "--no-check", "--script", "rest:1"]

on_posix = pytest.mark.skipif(os.name == "nt", reason="the shell of Windows closes no stream")


def shell(words: list[str], redirection: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run one command with a stream as a shell redirects it."""
    return subprocess.run(
        ["sh", "-c", f'"$@" {redirection}', "sh", *EMGSTREAM, *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=folder,
    )


@pytest.mark.realtime
@on_posix
def test_a_session_is_recorded_where_standard_input_is_closed(tmp_path: Path) -> None:
    words = [*RECORD, "--unattended", "--out", "arm.csv"]
    done = shell(words, "<&-", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "arm.csv").exists()


@on_posix
def test_nobody_can_begin_where_standard_input_is_closed(tmp_path: Path) -> None:
    done = shell([*RECORD, "--out", "arm.csv"], "<&-", tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("emgstream: standard input is not a terminal")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.realtime
@on_posix
def test_a_session_whose_reader_goes_away_is_put_in_order(tmp_path: Path) -> None:
    script = "rest:1,hand_close:2,rest:1"
    words = [*RECORD[:-1], script, "--unattended", "--no-countdown", "--out", "arm.csv"]
    done = shell(words, "| head -n 3 >/dev/null", tmp_path)
    assert done.stderr == "emgstream: standard output was closed by its reader\n"
    sidecar = json.loads((tmp_path / "arm.json").read_text(encoding="utf-8"))
    assert sidecar["state"] == "complete"


@on_posix
def test_a_closed_standard_output_is_no_failure(tmp_path: Path) -> None:
    done = shell(TEST, ">&-", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("words", [TEST, ["tune", "demo"], ["inspect", "demo"]])
def test_a_full_disk_behind_standard_output_is_one_line(words: list[str], tmp_path: Path) -> None:
    done = shell(words, ">/dev/full", tmp_path)
    assert done.returncode == 1
    assert done.stderr == (
        "emgstream: cannot write to standard output: No space left on device; make room, or send "
        "it elsewhere\n"
    )
