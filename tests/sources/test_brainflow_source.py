"""Boards of BrainFlow as sources: its synthetic board, a played file, and a streaming board."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from emgstream.clock import MonotonicClock
from emgstream.errors import (
    EndOfStream,
    MissingExtraError,
    SourceNotFoundError,
    StreamMismatchError,
    UsageError,
)
from emgstream.recording import read_sidecar
from emgstream.sources.brainflow_library import brainflow_library
from emgstream.sources.serial_board.probe import find_board
from emgstream.sources.serial_board.serial_ports import PortInfo
from emgstream.sources.source_kind import SourceOptions
from emgstream.sources.source_registry import kind_of, known_sources, open_source
from emgstream.sources.source_status import SourceState
from emgstream.tables import read_table
from tests.processes import run
from tests.simulation.boards import PATIENCE_S
from tests.sources.readings import Reading

try:
    brainflow_library()
except MissingExtraError as missing:
    pytest.skip(str(missing), allow_module_level=True)

PLAYED = "brainflow://PLAYBACK_FILE?file={}&master_board=CYTON"
N_ROWS = 24
PACKAGES, CHANNELS, STAMPS = 0, slice(1, 9), 22


def write_cyton_file(path: Path, numbers: np.ndarray[tuple[int], np.dtype[np.int64]]) -> None:
    """Write a recording of a Cyton as BrainFlow does; the first channel counts samples."""
    rows = np.zeros((len(numbers), N_ROWS))
    rows[:, PACKAGES] = numbers % 256
    rows[:, CHANNELS] = numbers[:, np.newaxis] + np.arange(8) / 10.0
    rows[:, STAMPS] = 1.7e9 + numbers / 250.0
    np.savetxt(path, rows, fmt="%.6f", delimiter="\t")


def error_of(address: str) -> str:
    with (
        pytest.raises((SourceNotFoundError, UsageError)) as refused,
        open_source(address) as source,
    ):
        Reading(source).until(lambda: False)
    return str(refused.value)


@pytest.mark.realtime
def test_the_synthetic_board_is_read_at_250_hz_in_microvolt() -> None:
    with open_source("brainflow://SYNTHETIC") as source:
        read = Reading(source)
        read.samples(700)
        info, status = source.info, source.status()
    assert (info.sampling_rate_hz, info.unit, info.n_channels) == (250.0, "µV", 16)
    assert info.channel_names[:2] == ("EMG1", "EMG2")
    assert read.indices == list(range(read.n_samples))
    assert (status.state, status.sees_loss, status.n_lost) == (SourceState.STREAMING, True, 0)
    assert status.is_synthetic
    assert status.rate_hz == pytest.approx(250.0, rel=0.02)


@pytest.mark.realtime
def test_every_loss_in_a_played_file_is_counted_and_its_end_is_the_end(tmp_path: Path) -> None:
    numbers = np.setdiff1d(np.arange(700), [150, 300, 301, 302, 511, 512])
    write_cyton_file(tmp_path / "cyton.csv", numbers)
    options = SourceOptions(channels=("EMG1", "4", "8"))
    with open_source(PLAYED.format(tmp_path / "cyton.csv"), options) as source:
        read = Reading(source)
        with pytest.raises(EndOfStream):
            read.until(lambda: False)
        status = source.status()
    assert source.info.channel_names == ("EMG1", "EMG4", "EMG8")
    np.testing.assert_array_equal(read.indices, numbers)
    np.testing.assert_array_equal(read.numbers, numbers)
    assert (status.n_lost, status.n_gaps, status.n_received) == (6, 3, len(numbers))


@pytest.mark.realtime
@pytest.mark.skipif(sys.platform != "linux", reason="needs a network of its own")
def test_a_streaming_board_is_read_and_found_again() -> None:
    """In a network without an outside: BrainFlow's multicast would leave this machine."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        pytest.skip("needs unshare and ip")
    inside = (
        "ip link set lo multicast on up && ip route add 224.0.0.0/4 dev lo && exec "
        f"{sys.executable} -m tests.sources.streaming_board_trial"
    )
    words = ["unshare", "--map-root-user", "--net", "sh", "-c", inside]
    if subprocess.run(["unshare", "--map-root-user", "--net", "true"], check=False).returncode:
        pytest.skip("this system allows no network namespace")
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=4 * PATIENCE_S, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["sees_loss"] is True
    assert told["n_reconnects"] == told["n_gaps"] == 1
    assert told["n_missed"] > 5 * 250
    assert told["segments"] == [0, 1]


@pytest.mark.realtime
def test_a_wrong_rate_is_refused_and_with_force_an_alarm() -> None:
    wanted = SourceOptions(sampling_rate_hz=1000.0)
    with (
        open_source("brainflow://SYNTHETIC", wanted) as source,
        pytest.raises(StreamMismatchError, match="samples at 250 Hz"),
    ):
        Reading(source).until(lambda: False)
    forced = SourceOptions(sampling_rate_hz=1000.0, force=True)
    with open_source("brainflow://SYNTHETIC", forced) as source:
        Reading(source).samples(100)
        assert "decisions may be wrong" in source.status().alarms[0]


@pytest.mark.realtime
def test_three_of_its_channels_are_recorded_and_nothing_of_its_log_is_printed(
    tmp_path: Path,
) -> None:
    path, log = tmp_path / "arm.csv", tmp_path / "log.txt"
    words = ["--movements", "hand_close", "--repetitions", "1", "--hold", "1", "--rest", "1"]
    quick = ["--no-check", "--no-countdown", "--no-trim", "--unattended", "--out", str(path)]
    chosen = ["--port", "brainflow://SYNTHETIC", "--channels", "EMG2,1,EMG5"]
    done = run("record", *chosen, *words, *quick, "--log", str(log))
    assert done.returncode == 0, done.stderr
    assert "board_logger" not in done.stdout + done.stderr
    assert "BrainFlow: incoming json" in log.read_text()
    assert read_table(path).channel_names == ("EMG2", "EMG1", "EMG5")
    sidecar = read_sidecar(path)
    assert sidecar["source"]["board"]["board"] == "Synthetic"
    assert (sidecar["unit"], sidecar["rate"]["nominal_hz"]) == ("µV", 250.0)
    assert sidecar["samples"]["n_lost"] == 0


def test_an_address_that_cannot_be_opened_tells_what_it_needs(tmp_path: Path) -> None:
    assert "did you mean CYTON" in error_of("brainflow://CYTN")
    assert "CYTON needs serial_port=PORT of its dongle" in error_of("brainflow://CYTON")
    absent = tmp_path / "ttyNone"
    assert "correct port name" in error_of(f"brainflow://CYTON?serial_port={absent}")
    assert "the parameter 'serialport'" in error_of("brainflow://CYTON?serialport=COM3")
    assert "ip_port=x; expected a whole number" in error_of("brainflow://CYTON_WIFI?ip_port=x")
    assert "is not complete; expected file=FILE" in error_of("brainflow://PLAYBACK_FILE")
    assert "no channels for EMG" in error_of("brainflow://EMOTIBIT")


def test_a_board_that_cannot_be_opened_is_one_line_of_the_terminal(tmp_path: Path) -> None:
    port = f"brainflow://CYTON?serial_port={tmp_path / 'ttyNone'}"
    done = run("live", "--model", "none", "--headless", "--port", port)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("emgstream: BrainFlow cannot open brainflow://CYTON?serial_port=")


def test_ports_lists_the_boards_with_what_each_needs() -> None:
    done = run("ports")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^brainflow://CYTON +8 at 250 Hz +serial_port=PORT", done.stdout, re.M)
    assert re.search(r"^brainflow://STREAMING .*ip_address=GROUP", done.stdout, re.M)
    assert "EMOTIBIT" not in done.stdout, "it has no channels for EMG"
    assert len(known_sources()) > 50
    assert kind_of("brainflow://").find()[0].address == "brainflow://SYNTHETIC"


def test_auto_suggests_the_address_for_a_dongle_that_is_no_board_of_ours() -> None:
    dongle = PortInfo("/dev/surely-not-there", "FT231X USB UART", 0x0403, 0x6015)
    with pytest.raises(SourceNotFoundError) as refused:
        for _ in find_board([dongle], (115_200,), None, MonotonicClock()):
            pass
    address = "brainflow://CYTON?serial_port=/dev/surely-not-there"
    assert f"for a board of BrainFlow try --port '{address}'" in str(refused.value)


def broken(folder: Path, text: str) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return what runs a program with another package called brainflow."""
    package = folder / "brainflow"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "board_shim.py").write_text(text)

    def started(*words: str) -> subprocess.CompletedProcess[str]:
        program = (
            f"import sys; sys.path.insert(0, {str(folder)!r}); from emgstream.cli import main; "
            f"sys.exit(main({list(words)!r}))"
        )
        return run(program=program)

    return started


def test_without_the_extra_it_is_one_line_and_nothing_is_listed(tmp_path: Path) -> None:
    start = broken(tmp_path, "raise ModuleNotFoundError('none', name='brainflow')")
    done = start("live", "--model", "none", "--headless", "--port", "brainflow://CYTON")
    (line,) = done.stderr.splitlines()
    assert (done.returncode, line[-33:]) == (1, "with: emgstream install brainflow")
    assert "brainflow://" not in start("ports").stdout


def test_where_the_library_of_brainflow_does_not_load_one_sentence_says_so(tmp_path: Path) -> None:
    """BrainFlow itself, with the library of another machine."""
    installed = Path(sys.modules["brainflow"].__path__[0])
    shutil.copytree(installed, tmp_path / "brainflow", ignore=shutil.ignore_patterns("lib"))
    library = tmp_path / "brainflow" / "lib"
    library.mkdir()
    for file in (installed / "lib").iterdir():
        (library / file.name).write_bytes(b"\x7fELF of another machine")
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from emgstream.cli import main; "
        "sys.exit(main(['live', '--model', 'none', '--headless', '--port', 'brainflow://CYTON']))"
    )
    done = run(program=program)
    (line,) = done.stderr.splitlines()
    assert done.returncode == 1
    assert "BrainFlow does not load here" in line
    assert line.endswith("install it again with: emgstream install brainflow --again")
