"""Which kind of source an address is of, and the simulated board as one of them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest

from emgstream.clock import MonotonicClock
from emgstream.data import DEMO_RECORDING
from emgstream.errors import UsageError
from emgstream.sources.replay_source import ReplaySource
from emgstream.sources.simulated_board_source import SimulatedBoardSource
from emgstream.sources.source import Source
from emgstream.sources.source_kind import SourceOptions
from emgstream.sources.source_registry import kind_of, open_source, standing_sources
from emgstream.sources.source_status import SourceState
from emgstream.types import FloatArray
from tests.simulation.boards import wait_for


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("simulated", "simulated"),
        ("arm.csv", "recording"),
        ("C:\\emg\\ARM.CSV.GZ", "recording"),
        ("arm.edf", "recording"),
        ("arm.xdf", "recording"),
        ("C:\\emg\\arm.MAT", "recording"),
        ("socket://host:5000/arm.csv", "serial"),
        ("lsl://arm.csv", "lsl"),
        ("lsl://?type=EMG", "lsl"),
        ("brainflow://CYTON?serial_port=COM3", "brainflow"),
        ("/dev/ttyACM0", "serial"),
        ("COM3", "serial"),
        ("auto", "serial"),
        ("", "serial"),
    ],
)
def test_an_address_tells_its_kind(address: str, kind: str) -> None:
    assert kind_of(address).name == kind


def test_a_recording_opens_as_any_other_source() -> None:
    source = open_source(str(DEMO_RECORDING), SourceOptions(speed=None, channels=("triceps",)))
    assert isinstance(source, ReplaySource)
    assert source.info.channel_names == ("triceps",)


def test_the_list_begins_with_what_is_always_there() -> None:
    titles = [source.title for source in standing_sources()]
    assert titles[:2] == ["Simulated board", "Find my board"]


def test_a_replay_loads_neither_pyserial_nor_the_simulation() -> None:
    program = (
        "import sys\n"
        "from emgstream.sources.source_registry import open_source\n"
        f"open_source({str(DEMO_RECORDING)!r})\n"
        "print([name for name in sys.modules if name in ('serial', 'emgstream.simulation')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")


class Read:
    """What was read of a source by the test's own thread."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.parts: list[FloatArray] = []

    def until(self, claim: Callable[[], bool]) -> None:
        def read_on() -> bool:
            chunk = self.source.read()
            if len(chunk):
                self.parts.append(chunk.samples)
            return claim()

        wait_for(read_on, self.source.status)

    @property
    def n_samples(self) -> int:
        return sum(map(len, self.parts))

    def labels(self, first: int = 0) -> list[str | None]:
        return self.source.labels_at(np.arange(first, self.n_samples))


@pytest.mark.realtime
def test_the_simulated_board_knows_what_is_done_on_channels_in_any_order() -> None:
    options = SourceOptions(channel_names=("a", "b"), channels=("3", "1"))
    with open_source("simulated", options) as source:
        assert isinstance(source, SimulatedBoardSource)
        read = Read(source)
        read.until(lambda: read.n_samples > 300)
        assert source.info.channel_names == ("a", "b")
        assert source.info.name == "synthetic EMG, simulated board"
        assert set(read.labels()) == {"rest"}, "the script begins with it"
        status = source.status()
        assert (status.state, status.is_synthetic) == (SourceState.STREAMING, True)
        source.subject.give_cue("hand_close", MonotonicClock().now())
        read.until(lambda: "hand_close" in read.labels(read.n_samples - 1))
    labels = read.labels()
    assert labels.index("hand_close") == labels.count("rest"), "one after the other"
    with pytest.raises(UsageError, match="juggle"):
        source.subject.check("juggle")


@pytest.mark.realtime
def test_simulated_boards_of_one_run_are_different_people() -> None:
    def first_samples(number: int) -> FloatArray:
        with open_source("simulated", SourceOptions(number=number)) as source:
            read = Read(source)
            read.until(lambda: read.n_samples >= 200)
        return np.concatenate(read.parts)[:200]

    same, again, other = map(first_samples, (0, 0, 1))
    np.testing.assert_array_equal(same, again)
    assert not np.array_equal(same, other)
