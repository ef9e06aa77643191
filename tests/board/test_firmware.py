"""The shipped sketch, unmodified, on a simulated Uno, read byte for byte with our own decoders."""

from pathlib import Path

import numpy as np
import pytest

from emgstream.wire import BoardStatus, FrameDecoder, Frames, Identity, TextDecoder
from tests.board import SimulatedUno, compiled
from tests.board.host import Host, joined, ramp
from tests.board.toolchain import SKETCH, compile_for

pytestmark = pytest.mark.realtime

UNO_FLASH_BYTES, UNO_RAM_BYTES = 32_256, 2_048
STAMP_ERROR_US = 8
"""How far the time between two stamps may be off: the clock counts in 4 us, and an interrupt at
work holds a stamp up for less than 8, so that the error is below 12, and a multiple of 4 where the
period is one."""
_LINE_ENDS = b"\r\n\0"


def assert_is_the_ramp(frames: Frames) -> None:
    """Every sample is the right one to the LSB, given the index it says it has."""
    steps = np.diff(frames.index)
    np.testing.assert_array_equal(np.diff(frames.samples[:, 0]) % 1024, steps * 7 % 1024)
    for pin in (1, 2):
        np.testing.assert_array_equal(
            (frames.samples[:, pin] - frames.samples[:, 0]) % 1024, np.full(len(frames), 341 * pin)
        )


def rate_of(frames: Frames) -> float:
    """Return the rate from the first to the last frame: off by the error of two stamps at most."""
    return float(1e6 * np.ptp(frames.index) / np.ptp(frames.device_us))


def stamp_error_of(frames: Frames) -> float:
    """Return how far `rate_of` may be off, as a ratio."""
    return STAMP_ERROR_US / float(np.ptp(frames.device_us))


@pytest.mark.parametrize("define", ["EMG_BAUD=500000UL", "EMG_BAUD=115200UL", "EMG_PORTABLE"])
def test_the_sketch_compiles_without_a_warning_and_is_small(
    define: str, capsys: pytest.CaptureFixture[str]
) -> None:
    firmware = compiled(define)
    with capsys.disabled():
        print(f"\n{define}: {firmware.flash_bytes} B of flash, {firmware.ram_bytes} B of RAM")  # noqa: T201
    assert firmware.flash_bytes < UNO_FLASH_BYTES / 2
    assert firmware.ram_bytes < UNO_RAM_BYTES / 2


def test_the_sketch_compiles_without_a_warning_for_a_board_without_its_own_path() -> None:
    compile_for("atmega2560", "mega")


def edited(folder: Path, names: str, n_pins: int) -> Path:
    """Return the sketch with the two lines changed that say which channels there are."""
    pins = ", ".join(f"A{pin}" for pin in range(n_pins))
    text = SKETCH.read_text("utf-8").replace('"biceps,triceps,middle"', f'"{names}"')
    path = folder / f"edited_{n_pins}.ino"
    path.write_text(text.replace("{A0, A1, A2}", f"{{{pins}}}"), "utf-8")
    return path


@pytest.mark.parametrize("n_pins", [1, 6])
def test_other_channels_are_a_matter_of_two_lines(tmp_path: Path, n_pins: int) -> None:
    names = tuple(f"m{pin}" for pin in range(n_pins))
    elf = compiled(sketch=edited(tmp_path, ",".join(names), n_pins)).elf
    with SimulatedUno(ramp, elf=elf) as uno, Host(uno.port) as host:
        identity = Identity.from_reply(host.ask("identify", kind="id"))
        assert identity.channel_names == names
        host.decoder, host.parts = FrameDecoder(n_pins, 1000.0, bits=10), []
        host.ask("start")
        frames = host.read_samples(200)
        host.decoder, host.parts = TextDecoder(n_pins), []
        host.ask("text", kind="start")
        lines = host.read_samples(200)
    for came in (frames, lines):
        steps = np.diff(came.samples[:, 0])
        np.testing.assert_array_equal(steps % 1024, np.diff(came.index) * 7 % 1024)
        apart = np.arange(n_pins) * 341
        np.testing.assert_array_equal(came.samples, (came.samples[:, :1] + apart) % 1024)


def test_the_most_channels_that_fit_a_frame_fit_the_ports_buffer_in_either_mode(
    tmp_path: Path,
) -> None:
    sketch = edited(tmp_path, ",".join(f"m{pin}" for pin in range(11)), 11)
    text = sketch.read_text("utf-8")
    sketch.write_text(f'{text}static_assert(LONGEST_BYTES < SERIAL_TX_BUFFER_SIZE, "");\n')
    compile_for("atmega2560", "mega", sketch=sketch)


@pytest.mark.parametrize(
    ("names", "n_pins", "reason"),
    [
        ("biceps,triceps", 3, "needs one name a pin"),
        ("left biceps,triceps", 2, "has a space"),
        (",".join("abcdefghijkl"), 12, "11 channels at most"),
    ],
)
def test_channels_that_nobody_could_read_do_not_compile(
    tmp_path: Path, names: str, n_pins: int, reason: str
) -> None:
    with pytest.raises(RuntimeError, match=reason):
        compile_for("atmega2560", "mega", sketch=edited(tmp_path, names, n_pins))


def test_the_board_names_itself_once_and_is_silent_until_told_to_start() -> None:
    with SimulatedUno(ramp, resets_on_open=True) as uno, Host(uno.port, asks=False) as host:
        identity = Identity.from_reply(host.wait_for("id"))
        assert identity == Identity(
            "uno", "1.0.0", ("biceps", "triceps", "middle"), 1000.0, 10, 5000, 500_000
        )
        assert uno.n_resets == 1
        status = BoardStatus.from_reply(host.ask("status"))
        assert status == BoardStatus(0, 0, 0, 0)
        assert host.n_samples == 0


def test_every_sample_arrives_exact_and_in_time_at_1_khz() -> None:
    with SimulatedUno(ramp) as uno, Host(uno.port) as host:
        skipped = host.decoder.counters.bytes_skipped  # of a greeting that had begun already
        host.ask("start", 65_000)
        frames = host.read_samples(3000)
        host.ask("stop")
        status = BoardStatus.from_reply(host.ask("status"))
        assert_is_the_ramp(frames)
        np.testing.assert_array_equal(np.diff(frames.index), 1)
        assert np.abs(np.diff(frames.device_us) - 1000).max() <= STAMP_ERROR_US
        counters = host.decoder.counters
        assert status == BoardStatus(counters.n_frames, counters.n_frames, 0, 0)
        assert counters.n_lost == counters.n_crc_failures == counters.bytes_skipped - skipped == 0


@pytest.mark.parametrize("rate_hz", [50, 333, 1999, 2000])
def test_the_rate_is_as_commanded_within_a_thousandth(rate_hz: int) -> None:
    instants = []

    def waveform(number: int, pin: int) -> int:
        if pin == 0:
            instants.append(uno.cycle)
        return ramp(number, pin)

    with SimulatedUno(waveform) as uno, Host(uno.port) as host:
        told = float(host.ask("rate", rate_hz).values["rate"])
        host.ask("start")
        frames = host.read_samples(rate_hz)
    measured = 16e6 * (len(instants) - 1) / (instants[-1] - instants[0])
    assert told == pytest.approx(rate_hz, rel=1e-3)
    assert measured == pytest.approx(told, rel=1e-4)
    period_us = round(2e6 / told) / 2  # the timer counts in 0.5 us, and the rate is told rounded
    span_us = np.ptp(frames.index) * period_us
    # Where periods are multiples of 4 us, as at 50 and 2000 Hz, that is 8 at most.
    assert abs(np.ptp(frames.device_us) - span_us) < STAMP_ERROR_US + 4
    assert_is_the_ramp(frames)
    assert host.decoder.counters.n_lost == 0


def test_a_change_of_rate_while_streaming_opens_a_segment_and_loses_nothing() -> None:
    with SimulatedUno(ramp) as uno, Host(uno.port) as host:
        host.ask("start")
        first = host.read_samples(200)
        host.ask("rate", 500, kind="start")
        at_1_khz = host.n_samples  # those still on their way when the rate was asked
        frames = joined([first, host.read_samples(at_1_khz + 200)])
    assert set(frames.segment) == {0, 1}
    second = joined([run for run in frames.runs() if run.segment[0] == 1])
    assert rate_of(second) == pytest.approx(500, rel=stamp_error_of(second))
    np.testing.assert_array_equal(np.diff(frames.index), 1)
    assert_is_the_ramp(frames)


def test_stopped_means_silent_and_a_new_start_opens_a_segment() -> None:
    with SimulatedUno(ramp) as uno, Host(uno.port) as host:
        host.ask("start")
        host.read_samples(100)
        host.ask("stop")
        before = host.ask("status")
        n_received = len(host.received)  # the end of its line may still be on its way
        after = host.ask("status")
        assert before == after
        assert host.received[n_received:].strip(_LINE_ENDS) == after.encode().strip(_LINE_ENDS)
        host.parts.clear()
        host.ask("start", 7)
        assert set(host.read_samples(100).segment) == {1}
        assert host.decoder.counters.n_lost == 0


def test_text_mode_prints_lines_and_binary_mode_comes_back() -> None:
    with SimulatedUno(ramp) as uno:
        with Host(uno.port, TextDecoder(3)) as host:
            host.ask("text", kind="start")
            frames = host.read_samples(500)
            assert b"\0" not in host.received[host.received.index(b"mode=text") :]
        assert_is_the_ramp(frames)
        with Host(uno.port) as binary_host:
            binary_host.ask("binary", kind="start")
            assert_is_the_ramp(binary_host.read_samples(500))
            assert binary_host.decoder.counters.n_lost == 0


def test_a_line_too_slow_drops_whole_frames_and_the_board_counts_them() -> None:
    """The simulated line is a tenth slower than a real one, so a full one overflows."""
    firmware = compiled("EMG_BAUD=57600UL")
    with SimulatedUno(ramp, elf=firmware.elf) as uno, Host(uno.port, baud=57_600) as host:
        told = host.ask("rate", 1000).values
        assert told["asked"] == "1000"
        assert float(told["rate"]) == pytest.approx(349, rel=1e-3)
        skipped = host.decoder.counters.bytes_skipped
        host.ask("start")
        frames = host.read_samples(1500)
        host.ask("stop")
        status = BoardStatus.from_reply(host.ask("status"))
        counters = host.decoder.counters
        assert status.n_queue_full > 0
        assert counters.n_frames == status.n_sent
        assert counters.n_crc_failures == counters.bytes_skipped - skipped == 0
        # the last dropped ones have no frame behind them that would show the gap
        assert 0 <= status.n_queue_full - counters.n_lost <= 2
        assert status.n_instants == status.n_sent + status.n_queue_full + status.n_late
        assert_is_the_ramp(frames)


@pytest.mark.parametrize("asked", [0, 49, 2001, 65_535])
def test_a_rate_out_of_range_is_brought_into_it(asked: int) -> None:
    with SimulatedUno(ramp) as uno, Host(uno.port) as host:
        assert float(host.ask("rate", asked).values["rate"]) == (50 if asked < 50 else 2000)


@pytest.mark.parametrize(
    "line", [b"fly", b"rate", b"rate 70000", b"rate -5", b"start 1 2", b"x" * 90]
)
def test_what_is_no_command_is_answered_with_what_is(line: bytes) -> None:
    with SimulatedUno(ramp) as uno, Host(uno.port) as host:
        host.send_bytes(b"\n" + line + b"\r\n")
        assert "identify" in host.wait_for("error").values["expected"]
        assert Identity.from_reply(host.ask("identify", kind="id")).board == "uno"


def test_a_person_may_type_in_capitals_with_any_line_ending() -> None:
    with SimulatedUno(ramp) as uno, Host(uno.port) as host:
        host.send_bytes(b"  Rate 250 \r")
        assert host.wait_for("rate").values["rate"] == "250.000"


def test_the_path_for_other_boards_keeps_values_and_mean_rate_too() -> None:
    firmware = compiled("EMG_PORTABLE")
    with SimulatedUno(ramp, elf=firmware.elf) as uno, Host(uno.port) as host:
        host.decoder = FrameDecoder(3, 300.0, bits=10)
        host.ask("rate", 300)
        host.ask("start", 65_500)
        frames = host.read_samples(600)
        host.ask("stop")
        status = BoardStatus.from_reply(host.ask("status"))
    assert rate_of(frames) == pytest.approx(300, rel=1e-3)
    assert status.n_instants == status.n_sent + status.n_queue_full + status.n_late
    assert host.decoder.counters.n_lost == status.n_late == 0
    assert_is_the_ramp(frames)
