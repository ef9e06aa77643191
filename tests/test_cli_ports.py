"""``emgstream ports`` as a user runs it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.processes import board_process, run
from tests.simulation.boards import opened

pytest.importorskip("termios", reason="Windows has no pseudo-terminals")
from tests.serial_board.sketch import Sketch


def answer_of(told: str, port: str) -> str:
    """Return what stands beside a port in the table."""
    lines = [line for line in told.splitlines() if line.startswith(port)]
    assert len(lines) == 1, told
    return lines[0].removeprefix(port).strip()


@pytest.mark.realtime
def test_each_port_is_told_with_what_answered_and_one_in_use_is_not_disturbed(
    tmp_path: Path,
) -> None:
    (tmp_path / "busy").mkdir()
    with (
        board_process(tmp_path) as board,
        board_process(tmp_path, tcp=True) as far,
        Sketch(lambda line: b"%d,300,280\r\n" % (line * 617 % 1000)) as sketch,
        Sketch(lambda _: b"") as silent,
        Sketch(lambda line: bytes([line % 251, 200, 129])) as noise,
        board_process(tmp_path / "busy") as busy,
        opened(busy.port) as host,
    ):
        host.read_until(lambda host: host.has("id"))
        host.say("start")
        host.read_until(lambda host: host.decoder.counters.n_frames > 50)
        ports = [board.port, far.port, sketch.port, silent.port, noise.port, busy.port]
        done = run("ports", *ports, "/dev/ttyNONE")
        before = host.decoder.counters.n_frames
        host.read_until(lambda host: host.decoder.counters.n_frames > before + 100)
        assert (board.end()["runs"], len(busy.end()["runs"])) == ([], 1)
    assert (done.returncode, done.stderr) == (0, "")
    answers = [answer_of(done.stdout, port) for port in (*ports, "/dev/ttyNONE")]
    firmware = "EMG firmware 1.0.0 (simulated, synthetic), biceps, triceps, middle at 1000 Hz"
    assert answers[0].startswith(firmware)
    assert answers[1].startswith(firmware)
    assert answers[2].startswith("text at about ")
    assert ", 3 channels" in answers[2]
    assert answers[3] == "silent"
    assert "bytes that cannot be read at any baud rate tried" in answers[4]
    assert "in use: held by " in answers[5]
    assert f"({os.getpid()})" in answers[5]
    assert answers[6].startswith("no port /dev/ttyNONE")
    assert "did you mean /dev/ttyNONE" not in answers[6]


def test_wrong_words_are_one_line_and_exit_code_1() -> None:
    done = run("ports", "--fast")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("emgstream: unrecognized arguments: --fast")
