"""A port that another program needs for a while: an uploader, or one that the user names."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from emgstream.errors import PortTakenError, SourceError
from emgstream.recording import read_sidecar
from emgstream.simulation.board import SimulatedBoard
from emgstream.sources.serial_board import PortInfo
from emgstream.sources.serial_board.holders import holders
from emgstream.sources.serial_board.serial_link import SerialLink
from emgstream.sources.serial_board.serial_ports import find_again
from emgstream.sources.source import PortHolder
from emgstream.sources.source_status import SourceState
from tests.processes import EMGSTREAM, board_process
from tests.serial_board.reader import assert_is_the_truth, streaming, streaming_on_a_port
from tests.simulation.boards import PATIENCE_S, SCRIPT, wait_for
from tests.terminals import Terminal, on_a_terminal

on_a_pty = pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who opens a port")

UPLOADER = Path(__file__).with_name("uploader.py")
A_FEW_ROWS = 2000
"""Bytes of a table that has samples, and not only its header."""


@contextmanager
def uploader(port: str, seconds: float = 1.0) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, str(UPLOADER), port, str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.realtime
@on_linux
def test_an_uploader_gets_the_port_at_once_and_the_stream_goes_on_after_it() -> None:
    with streaming_on_a_port() as (board, reader):
        reader.take(300)
        with uploader(board.port) as process:
            reader.until(lambda: reader.source.status().state is SourceState.RELEASED)
            words = reader.source.status().words
            reader.until(lambda: process.poll() is not None)
            assert process.stdout is not None
            assert process.returncode == 0, process.stdout.read()
        n_before = reader.n_samples
        reader.take(300)
        status, ledger = reader.settled(), board.ledger()
    assert f"is being used by python3 ({process.pid})" in words.replace("python ", "python3 ")
    assert words.endswith("; waiting until it lets go")
    assert_is_the_truth(reader, ledger)
    assert reader.segments == [0, 1]
    index = reader.index()
    assert index[n_before] - index[n_before - 1] - 1 == status.n_missed > 1000
    assert status.n_reconnects == 1
    assert any(note.startswith("the port was let go for python") for note in status.notes)


@on_linux
def test_without_reconnecting_the_stream_goes_on_after_an_uploader_all_the_same() -> None:
    with streaming_on_a_port(reconnect=False) as (board, reader):
        reader.take(50)
        with uploader(board.port, 0.1) as process:
            reader.until(lambda: reader.source.status().state is SourceState.RELEASED)
            reader.until(lambda: process.poll() is not None)
        reader.take(50)


@on_linux
def test_nothing_is_written_to_a_port_that_another_program_has_opened() -> None:
    with SimulatedBoard(SCRIPT) as board:
        link = SerialLink(board.port, 500_000)
        with uploader(board.port) as process:
            wait_for(lambda: bool(holders(board.port)[1:]), process.poll)
            with pytest.raises(PortTakenError, match=rf"\({process.pid}\); expected it for us"):
                link.write(b"0 ")
            with pytest.raises(PortTakenError):
                link.read()
            link.close()
            assert process.wait(PATIENCE_S) == 0


@on_linux
def test_two_programs_of_ours_that_open_a_port_at_once_do_not_both_get_it() -> None:
    with SimulatedBoard(SCRIPT) as board:
        link = SerialLink(board.port, 500_000)
        with pytest.raises(SourceError, match="is in use: held by"):
            SerialLink(board.port, 500_000)
        link.close()
        SerialLink(board.port, 500_000).close()


@on_linux
def test_a_program_that_asks_for_the_port_to_itself_as_esptool_does_gets_it() -> None:
    ask = "import serial, sys; serial.Serial(sys.argv[1], exclusive=True)"
    with SimulatedBoard(SCRIPT) as board:
        link = SerialLink(board.port, 500_000)
        subprocess.run([sys.executable, "-c", ask, board.port], check=True, timeout=PATIENCE_S)
        link.close()


@pytest.mark.realtime
@on_a_pty
def test_a_port_that_was_released_is_free_until_it_is_taken_again() -> None:
    with streaming_on_a_port() as (board, reader):
        assert isinstance(reader.source, PortHolder)
        reader.take(100)
        reader.source.release()
        reader.until(lambda: reader.source.status().state is SourceState.RELEASED)
        assert holders(board.port) == []
        with uploader(board.port, 0.3) as process:
            reader.until(lambda: process.poll() is not None)
            assert process.returncode == 0
        assert reader.source.status().words == "the port is released"
        reader.source.retake()
        reader.take(100)
        status, ledger = reader.settled(), board.ledger()
    assert_is_the_truth(reader, ledger)
    assert status.n_missed > 300
    assert "the port was released: the time without it is a gap" in status.notes


def test_the_time_without_the_port_is_counted_to_the_sample() -> None:
    with streaming() as (_, reader):
        reader.take(3000)
        reader.source.release()
        reader.until(lambda: reader.source.status().state is SourceState.RELEASED)
        for _ in range(100):
            reader.read()
        assert reader.source.status().n_missed > 1000, "it is counted up to now"
        newest = reader.index()[-1]
        reader.source.retake()
        n_before = reader.n_samples
        reader.take(100)
        assert reader.source.status().n_missed == reader.index()[n_before] - newest - 1


def test_a_bootloader_in_the_place_of_its_board_is_not_taken_for_it() -> None:
    board = PortInfo("/dev/null", "Leonardo", 0x2341, 0x8036)
    assert find_again(board, [replace(board, pid=0x0036)]) is None
    assert find_again(board, [board]) == board


@pytest.mark.realtime
@on_linux
def test_a_recording_goes_on_after_an_upload_with_a_gap_that_is_told(tmp_path: Path) -> None:
    path = tmp_path / "arm.csv"
    words = ["record", "--free", "--seconds", "8", "--no-check", "--unattended", "--out", str(path)]
    with board_process(tmp_path) as board:
        command = [*EMGSTREAM, *words, "--port", board.port]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as record:
            wait_for(lambda: path.exists() and path.stat().st_size > A_FEW_ROWS, record.poll)
            with uploader(board.port) as process:
                assert process.wait(PATIENCE_S) == 0
            told, _ = record.communicate(timeout=6 * PATIENCE_S)
    assert record.returncode == 0, told
    assert "waiting until it lets go" in told
    assert "streaming again" in told
    samples = read_sidecar(path)["samples"]
    assert samples["n_missed"] > 1000
    assert f"{samples['n_missed']:,}" in told, told


@pytest.mark.realtime
@on_a_terminal
def test_the_key_u_releases_the_port_in_the_terminal_and_takes_it_again(tmp_path: Path) -> None:
    with board_process(tmp_path) as board:
        terminal = Terminal("live", "--port", board.port, "--headless")
        try:
            terminal.wait_for("lost 0.00%")
            terminal.press("u")
            terminal.wait_for("the port is released")
            wait_for(lambda: holders(board.port) == [], terminal.process.poll)
            terminal.press("u")
            terminal.wait_for("streaming again")
            terminal.process.send_signal(signal.SIGINT)
            terminal.end()
            assert terminal.is_as_before()
        finally:
            terminal.close()
