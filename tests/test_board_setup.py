"""The way from the parts of a board to its first samples, without a window and without a board."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from emgstream import firmware
from emgstream.app.board_setup import BoardSetup, SensorSignal, SetupStep, save_sketch
from emgstream.app.live_session import LiveSession
from emgstream.app.next_step import NextStep, next_step
from emgstream.app.port_finding import PortFinding, PortLook, find_port
from emgstream.app.recording_plan import proposed_movements
from emgstream.app.recordings_folder import found_recordings, nearest_folder
from emgstream.bundle import read_model
from emgstream.data import DEMO_MODEL, DEMO_RECORDING
from emgstream.sources.serial_board.serial_ports import PortInfo
from emgstream.sources.source_kind import SourceOptions
from emgstream.sources.source_registry import open_source
from emgstream.sources.usb_bridges import UsbDevice, bridge_of, is_running, usb_devices

CH340, CP210X, UNO, KEYBOARD = (
    UsbDevice(0x1A86, 0x7523),
    UsbDevice(0x10C4, 0xEA60),
    UsbDevice(0x2341, 0x0043),
    UsbDevice(0x046D, 0xC31C),
)


def port(device: str, usb: UsbDevice) -> PortInfo:
    return PortInfo(device, "", usb.vid, usb.pid)


def find(
    *ports: PortInfo,
    devices: tuple[UsbDevice, ...] = (),
    brltty: bool = False,
    platform: str = "linux",
    waited_s: float = 10.0,
) -> PortLook:
    return find_port(ports, devices, brltty, platform, waited_s)


def test_safety_stands_before_electrodes_and_before_the_connection() -> None:
    steps = list(SetupStep)
    safety = steps.index(SetupStep.SAFETY)
    assert safety < steps.index(SetupStep.ELECTRODES) < steps.index(SetupStep.CONNECT)
    assert safety > steps.index(SetupStep.WIRING), "wires are changed with nobody attached"


def test_the_steps_go_forward_and_back_and_stay_within_their_ends() -> None:
    setup = BoardSetup()
    setup.go_back()
    assert setup.is_first
    for _ in range(20):
        setup.go_on()
    assert setup.is_last
    setup.go_back()
    assert setup.step is SetupStep.ELECTRODES


def test_nothing_is_looked_for_before_the_last_step() -> None:
    setup = BoardSetup()
    assert not setup.poll(0.0)
    assert setup.look.finding is PortFinding.LOOKING
    assert setup.request is None


def test_the_last_step_looks_for_the_port_of_this_machine() -> None:
    setup = BoardSetup()
    setup.go_to(SetupStep.CONNECT)
    end_s = time.monotonic() + 60.0
    while setup.look.finding is PortFinding.LOOKING and time.monotonic() < end_s:
        setup.poll(time.monotonic())
        time.sleep(0.01)
    setup.shut_down()
    assert setup.look.words
    assert setup.look.finding is not PortFinding.LOOKING
    assert (setup.request is None) == (
        setup.look.finding not in (PortFinding.FOUND, PortFinding.SEVERAL)
    )


def test_one_sensor_gives_a_sketch_of_one_channel_and_a_protocol_of_two_movements(
    tmp_path: Path,
) -> None:
    setup = BoardSetup()
    setup.choose_sensors(1, SensorSignal.RAW)
    sketch = setup.save(tmp_path)
    text = sketch.read_text("utf-8")
    assert '#define CHANNEL_NAMES "forearm"' in text
    assert "PINS[] = {A0};" in text
    assert "PINS[] = {36};" in text
    assert proposed_movements(len(setup.channel_names)) == (("rest", "hand_close"), 10)
    assert len(proposed_movements(3)[0]) == 7


def test_another_number_of_sensors_needs_another_sketch(tmp_path: Path) -> None:
    setup = BoardSetup()
    setup.save(tmp_path)
    setup.choose_sensors(1, SensorSignal.RAW)
    assert setup.sketch is not None, "the sketch is the same for ENV and RAW"
    setup.choose_sensors(3, SensorSignal.RAW)
    assert setup.sketch is None


def test_a_sketch_is_saved_once_and_an_edited_one_stays(tmp_path: Path) -> None:
    names = ("forearm",)
    first = save_sketch(tmp_path, names)
    assert first == tmp_path / "sketch" / "emg_board" / "emg_board.ino"
    assert (first.parent / "README.md").exists()
    assert save_sketch(tmp_path, names) == first
    first.write_text("// mine\n", "utf-8")
    second = save_sketch(tmp_path, names)
    assert second.parts[-3] == "sketch 2"
    assert first.read_text("utf-8") == "// mine\n"
    assert second.read_text("utf-8") == firmware.source(names)


def test_a_sketch_has_no_more_channels_than_pins() -> None:
    with pytest.raises(ValueError, match="4 channels; the sketch has 3 pins"):
        firmware.source(("a", "b", "c", "d"))
    assert firmware.source(("biceps", "triceps", "middle")) == firmware.source()


def test_one_port_on_usb_is_the_board() -> None:
    look = find(port("COM5", UNO), PortInfo("COM1"), platform="win32")
    assert (look.finding, look.port) == (PortFinding.FOUND, "COM5")
    clone = find(port("COM5", CH340), platform="win32")
    assert clone.words == "Your board is at COM5 (chip CH340)."


def test_several_ports_are_asked_which_is_the_board() -> None:
    look = find(port("COM5", UNO), port("COM6", CP210X), platform="win32")
    assert (look.finding, look.port) == (PortFinding.SEVERAL, None)
    assert "COM5, COM6" in look.words


def test_a_board_that_has_just_been_plugged_in_is_waited_for() -> None:
    assert find(waited_s=1.0).finding is PortFinding.LOOKING
    assert find(devices=(CH340,), waited_s=1.0).finding is PortFinding.LOOKING


def test_minutes_without_a_port_name_the_driver_or_what_takes_the_port() -> None:
    linux = find(waited_s=120.0)
    assert linux.finding is PortFinding.NONE
    assert "CH340, CP210x" in linux.words
    assert "brltty" not in linux.words
    assert "brltty" in find(waited_s=120.0, brltty=True).words
    assert "CH341SER" in find(waited_s=120.0, platform="win32").words


def test_the_chip_on_the_usb_without_a_port_is_named_with_its_driver() -> None:
    look = find(devices=(KEYBOARD, CP210X), platform="darwin")
    assert look.finding is PortFinding.NO_DRIVER
    assert "CP210x VCP of Silicon Labs" in look.words


def test_the_braille_service_is_named_where_it_has_taken_the_chip() -> None:
    look = find(devices=(CH340,), brltty=True)
    assert look.finding is PortFinding.TAKEN
    assert "brltty" in look.words
    assert find(devices=(CH340,), brltty=False).finding is PortFinding.NO_DRIVER
    assert find(port("COM4", CH340), devices=(CH340,), brltty=True).finding is PortFinding.FOUND


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_where_the_usb_is_not_told_the_drivers_are_advice(platform: str) -> None:
    look = find(platform=platform)
    assert look.finding is PortFinding.NONE
    assert "CH341SER" in look.words
    assert "CP210x VCP" in look.words
    linux = find(platform="linux").words
    assert "CH341SER" not in linux
    assert "nothing has to be installed" in linux


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permissions on ports")
def test_a_port_that_may_not_be_opened_tells_what_to_ask_for(tmp_path: Path) -> None:
    device = tmp_path / "ttyACM0"
    device.touch(mode=0o000)
    if os.access(device, os.R_OK):
        pytest.skip("this user may open everything")
    assert find(port(str(device), UNO)).finding is PortFinding.NOT_ALLOWED


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="only Linux tells who has a port open")
def test_a_port_that_this_window_has_open_is_found(tmp_path: Path) -> None:
    device = tmp_path / "ttyACM0"
    with device.open("w"):
        assert find(port(str(device), UNO)).finding is PortFinding.FOUND


def test_devices_are_read_as_linux_tells_them(tmp_path: Path) -> None:
    for name, vid, pid in (("1-1", "1a86", "7523"), ("usb1", "1d6b", "0002")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "idVendor").write_text(f"{vid}\n")
        (folder / "idProduct").write_text(f"{pid}\n")
    (tmp_path / "1-1:1.0").mkdir()
    assert usb_devices(tmp_path) == [CH340, UsbDevice(0x1D6B, 2)]
    assert usb_devices(tmp_path / "none") == []
    assert bridge_of(CH340) is not None
    assert bridge_of(UNO) is None


def test_a_service_is_found_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "17").mkdir()
    (tmp_path / "17" / "comm").write_text("brltty\n")
    (tmp_path / "self").mkdir()
    assert is_running("brltty", tmp_path)
    assert not is_running("modem", tmp_path)


def test_the_next_step_leads_to_a_model_of_ones_own() -> None:
    board = LiveSession(open_source("simulated", SourceOptions()), None)
    assert next_step(board, None) is NextStep.RECORD
    assert next_step(board, DEMO_MODEL) is NextStep.RECORD
    assert next_step(board, Path("my.emgmodel")) is NextStep.TEST
    recording = LiveSession(open_source(str(DEMO_RECORDING), SourceOptions()), None)
    assert next_step(recording, None) is NextStep.TRAIN
    decided = LiveSession(open_source(str(DEMO_RECORDING), SourceOptions()), read_model(DEMO_MODEL))
    assert next_step(decided, DEMO_MODEL) is None


def test_recordings_are_offered_newest_first_without_those_that_are_picked(tmp_path: Path) -> None:
    for number, name in enumerate(("old.csv", "new.csv", "picked.csv", "notes.md")):
        (tmp_path / name).write_text("a,b\n")
        os.utime(tmp_path / name, (1e9 + number, 1e9 + number))
    found = found_recordings(tmp_path, but={tmp_path / "picked.csv"})
    assert [one.path.name for one in found] == ["new.csv", "old.csv"]
    assert "2001" in found[0].facts
    assert found_recordings(tmp_path / "none") == []


def test_a_dialog_opens_in_the_nearest_folder_that_exists(tmp_path: Path) -> None:
    assert nearest_folder(tmp_path / "a" / "b") == tmp_path
    assert nearest_folder(tmp_path) == tmp_path
