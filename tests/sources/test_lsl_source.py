"""Streams of the Lab Streaming Layer as sources, sent by other processes of this machine."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import pytest

from emgstream.errors import SourceDisconnectedError, SourceNotFoundError, StreamMismatchError
from emgstream.recording import read_sidecar
from emgstream.sources.source_kind import SourceOptions
from emgstream.sources.source_registry import kind_of, open_source
from emgstream.sources.source_status import SourceState
from emgstream.tables import read_table
from tests.processes import EMGSTREAM, run
from tests.simulation.boards import PATIENCE_S
from tests.sources.readings import Reading

pytest.importorskip("pylsl", reason="needs the extra lsl", exc_type=ImportError)
pytestmark = pytest.mark.realtime

SENDER = Path(__file__).with_name("lsl_sender.py")


@contextmanager
def sender(
    name: str, rate_hz: float = 1000.0, source_id: str = "device 7", way: str = "pushed"
) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, str(SENDER), name, str(rate_hz), source_id, way]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


@contextmanager
def reading(address: str, **options: object) -> Iterator[Reading]:
    with open_source(address, SourceOptions(**options)) as source:  # type: ignore[arg-type]
        yield Reading(source)


def test_a_stream_is_read_with_its_names_its_unit_and_its_rate() -> None:
    with sender("whole arm", 250.0), reading("lsl://whole arm?type=EMG") as read:
        read.samples(900)
        info, status = read.source.info, read.source.status()
        times_s = read.source.time_at(np.array(read.indices))
    assert (info.name, info.channel_names) == ("LSL whole arm", ("biceps", "triceps"))
    assert (info.sampling_rate_hz, info.unit) == (250.0, "µV")
    assert read.indices == list(range(read.n_samples))
    assert read.numbers == list(range(read.numbers[0], read.numbers[0] + read.n_samples))
    assert (status.state, status.port) == (SourceState.STREAMING, "lsl://whole arm")
    assert (status.sees_loss, status.n_lost, status.n_missed) == (None, 0, 0)
    assert status.identity is not None
    assert status.identity["source_id"] == "device 7"
    assert status.rate_hz == pytest.approx(250.0, rel=0.02)
    assert times_s[-1] == pytest.approx(read.n_samples / 250.0, rel=0.1)
    assert np.all(np.diff(times_s) >= 0.0)


def test_steady_stamps_tell_every_lost_sample() -> None:
    with sender("steady", way="steady"), reading("lsl://steady") as read:
        read.samples(3000)
        status = read.source.status()
    first = read.numbers[0]
    np.testing.assert_array_equal(np.array(read.numbers) - first, read.indices)
    assert status.sees_loss is True
    assert status.n_lost == read.numbers[-1] - first + 1 - read.n_samples >= 30
    assert status.n_gaps == status.n_lost
    (alarm,) = status.alarms if status.alarms else ("",)
    assert alarm == "" or "of the samples were lost" in alarm


@pytest.mark.parametrize(("way", "n_missed"), [("lost", 1000), ("late", 0)])
def test_a_pause_is_missed_only_if_its_samples_never_come(way: str, n_missed: int) -> None:
    with sender("pausing", way=way), reading("lsl://pausing") as read:
        read.until(lambda: bool(read.chunks) and read.numbers[-1] > 4000)
        status = read.source.status()
    assert status.n_missed == pytest.approx(n_missed, abs=100)
    assert status.n_lost == 0
    behind = (read.numbers[-1] - read.numbers[0]) - (read.indices[-1] - read.indices[0])
    assert abs(behind) <= 100


def test_a_rate_that_is_not_stated_is_measured() -> None:
    with sender("no rate", 0.0), reading("lsl://no rate") as read:
        read.samples(1800)
        assert read.source.info.sampling_rate_hz is None
        assert read.source.status().rate_hz == pytest.approx(500.0, rel=0.05)


def test_a_stream_that_restarts_is_told_and_another_one_is_never_taken() -> None:
    with reading("lsl://arm") as read, ExitStack() as stack:
        with sender("arm") as first:
            read.samples(600)
            first.kill()
            read.until(lambda: read.source.status().state is SourceState.UNPLUGGED)
        n_before, newest = read.n_samples, read.indices[-1]
        stack.enter_context(sender("arm", source_id="somebody else's"))
        read.until(lambda: "another one is taken only if" in read.source.status().words)
        assert read.n_samples == n_before
        assert read.source.status().n_missed > 1000, "the time it is away is counted up to now"
        stack.enter_context(sender("arm"))
        read.samples(n_before + 300)
        status = read.source.status()
    assert "lsl://arm was started again by its sender: the time between is a gap" in status.notes
    assert (status.n_reconnects, status.n_gaps) == (1, 1)
    assert status.n_missed == read.indices[n_before] - newest - 1 > 1000
    assert [chunk.segment for chunk in read.chunks] == sorted(c.segment for c in read.chunks)
    assert {chunk.segment for chunk in read.chunks} == {0, 1}


def test_without_reconnecting_a_lost_stream_ends() -> None:
    with sender("arm") as process, reading("lsl://arm", reconnect=False) as read:
        read.samples(100)
        process.kill()
        with pytest.raises(SourceDisconnectedError, match=r"after \d+ samples; expected it to"):
            read.until(lambda: False)


def test_a_stream_that_is_there_twice_is_refused_and_both_addresses_are_told() -> None:
    with sender("arm"), sender("arm"):
        with reading("lsl://arm") as read, pytest.raises(SourceNotFoundError) as refused:
            read.until(lambda: False)
        assert "lsl://arm is there 2 times" in str(refused.value)
        exact = re.findall(r"lsl://arm\?uid=[-0-9a-f]+", str(refused.value))
        assert len(set(exact)) == 2
        with reading(exact[0]) as read:
            read.samples(100)


def test_a_stream_that_is_not_there_is_an_error_that_tells_what_is() -> None:
    with (
        sender("leg", way="text"),
        reading("lsl://arm") as read,
        pytest.raises(SourceNotFoundError, match="no LSL stream lsl://arm: there are lsl://leg"),
    ):
        read.until(lambda: False)


def test_of_many_streams_three_are_named_without_brackets() -> None:
    with ExitStack() as stack:
        for name in ("leg", "hip", "neck", "back"):
            stack.enter_context(sender(name))
        read = stack.enter_context(reading("lsl://arm"))
        with pytest.raises(SourceNotFoundError, match=r"and \d+ more; expected one") as refused:
            read.until(lambda: False)
    named = str(refused.value).partition(": there are ")[2].partition(" and ")[0]
    assert len(re.findall("lsl://", named)) == 3
    assert "(" not in named


def test_a_rate_that_the_model_does_not_expect_is_refused() -> None:
    with (
        sender("arm", 250.0),
        reading("lsl://arm", sampling_rate_hz=1000.0) as read,
        pytest.raises(StreamMismatchError, match="250 Hz"),
    ):
        read.until(lambda: False)


def test_streams_with_samples_are_found_and_listed_by_ports() -> None:
    with sender("left arm"), sender("markers", way="text"):
        found: list[str] = []
        deadline = time.monotonic() + 20.0
        while "lsl://left arm" not in found and time.monotonic() < deadline:
            found = [source.address for source in kind_of("lsl://").find()]
        listed = run("ports")
    assert "lsl://left arm" in found
    assert "lsl://markers" not in found
    assert listed.returncode == 0, listed.stderr
    assert re.search(
        r"^lsl://left arm +LSL left arm +EMG, 2 channels, 1000 Hz", listed.stdout, re.M
    )


def test_chosen_channels_are_recorded_without_a_model(tmp_path: Path) -> None:
    path = tmp_path / "arm.csv"
    words = ["--movements", "hand_close", "--repetitions", "1", "--hold", "1", "--rest", "1"]
    quick = ["--no-check", "--no-countdown", "--no-trim", "--unattended", "--out", str(path)]
    with sender("arm", 250.0):
        done = run("record", "--port", "lsl://arm", "--channels", "triceps", *words, *quick)
    assert done.returncode == 0, done.stderr
    table, sidecar = read_table(path), read_sidecar(path)
    assert table.channel_names == ("triceps",)
    assert table.sampling_rate_hz == pytest.approx(250.0, rel=0.02)
    assert (sidecar["unit"], sidecar["source"]["port"]) == ("µV", "lsl://arm")
    assert sidecar["samples"]["sees_loss"] is None
    assert re.search(r"samples .* s   loss not known", done.stdout), done.stdout


def test_decisions_are_made_on_a_stream_in_the_terminal_and_in_python() -> None:
    words = ["replay", "demo", "--headless", "--loop", "--lsl", "whole arm"]
    pipe = subprocess.PIPE
    program = (
        "import emgstream\n"
        "with emgstream.live('lsl://whole arm') as stream:\n"
        "    print(next(iter(stream)).index)\n"
    )
    with subprocess.Popen([*EMGSTREAM, *words], stdout=pipe, stderr=pipe) as process:
        try:
            headless = ["live", "--port", "lsl://whole arm", "--headless", "--seconds", "4"]
            live = run(*headless, "--jsonl", "-")
            python = run(program=program)
        finally:
            process.kill()
            process.communicate(timeout=PATIENCE_S)
    assert live.returncode == 0, live.stderr
    decisions = [json.loads(line) for line in live.stdout.splitlines() if line.startswith("{")]
    assert len(decisions) > 50
    assert {one["status"] for one in decisions} <= {"ok", "rest", "rejected", "unknown", "gap"}
    assert (python.returncode, python.stdout) == (0, "199\n"), python.stderr
