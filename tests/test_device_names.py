"""Names of Windows' devices: nothing looks for them on the disk, which would open them."""

from __future__ import annotations

import builtins
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from emgstream import device_names
from emgstream.app.doctor.folder_checks import configuration_checks
from emgstream.app.key_bindings import KeyBindings
from emgstream.app.recordings_folder import found_recordings
from emgstream.app.source_address import check_address
from emgstream.atomic_files import check_writable, is_same_file, write_whole
from emgstream.cli import main
from emgstream.cli.verb_files import refuse_to_overwrite
from emgstream.configuration import configuration_path
from emgstream.device_names import is_device_name, is_unwritable_device
from emgstream.errors import SourceError
from emgstream.outputs.lines import LineWriter
from emgstream.sources.serial_board.holders import holders
from emgstream.sources.serial_board.serial_link import SerialLink
from emgstream.sources.source_registry import kind_of

_IN_USE = "could not open port 'COM5': PermissionError(13, 'Zugriff verweigert', None, 5)"
_DEVICES = [r"\\.\COM12", r"C:\data\COM5", "COM5", "com12", "COM5:", "con", "CON:", "nul"]
_DEVICES += ["Aux.csv", "prn", "LPT1", "conin$", "COM¹"]
LOOKS = {
    os: ("stat", "lstat", "open", "readlink", "scandir", "access"),
    os.path: ("realpath", "exists", "isfile", "isdir", "samefile"),
    io: ("open",),
    builtins: ("open",),
}
"""What asks the system about a path, or opens it."""


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Return the devices that were asked for, as Windows would open them."""
    asked: list[str] = []

    def watched(function: Callable[..., Any], name: str) -> Callable[..., Any]:
        def looks(path: Any, *words: Any, **named: Any) -> Any:
            is_path = isinstance(path, (str, os.PathLike)) and str(path) != os.devnull
            if is_path and is_device_name(path):
                asked.append(f"{name}({path})")
            return function(path, *words, **named)

        return looks

    with monkeypatch.context() as patch:
        patch.setattr(device_names, "IS_WINDOWS", True)
        for module, names in LOOKS.items():
            for name in names:
                patch.setattr(module, name, watched(getattr(module, name), name))
        yield asked


@pytest.mark.parametrize(
    "name",
    [
        r"COM5",
        r"com12",
        r"COM5:",
        r"\\.\COM12",
        r"C:\data\COM5",
        r"con",
        r"CON:",
        r"nul",
        r"Aux.csv",
        r"prn",
        r"LPT1",
        r"conin$",
        r"COM¹",
        r"COM5/",
        r"C:COM5",
        r"com5.csv",
        r"LPT3.txt",
        r"LPT12",
        r"clock$",
        r"\\.\PhysicalDrive0",
        r"//./PhysicalDrive0",
        r"\\.\C:",
        r"\\.\C:\data\COM5",
        r"aux/rec.csv",
        r"aux\rec.csv",
        r"data/com5/arm.csv",
    ],
)
def test_a_device_is_told_from_a_file_by_its_name(name: str) -> None:
    assert is_device_name(name, windows=True)
    assert not is_device_name(name, windows=False)


@pytest.mark.parametrize(
    "name",
    [
        *("", "com", "COMB", "com5a.csv", "arm.csv", "icon", "contact.csv", "data/com5a/arm.csv"),
        *(
            "com12.csv",
            "com2024.csv",
            "COM0.csv",
            "lpt10.txt",
            r"C:\data\com12.csv",
            "com12/arm.csv",
        ),
        *(r"\\.\C:\data\arm.csv", r"\\.\pipe\decisions", "C:", "/"),
    ],
)
def test_a_file_is_no_device(name: str) -> None:
    assert not is_device_name(name, windows=True)


def test_a_file_may_go_to_the_console_and_to_nowhere_alone() -> None:
    assert not any(is_unwritable_device(name, windows=True) for name in ("con", "NUL", "CON:"))
    unwritable = ("COM5", "lpt1", "aux", "con/rec.csv", r"\\.\PhysicalDrive0")
    assert all(is_unwritable_device(name, windows=True) for name in unwritable)
    assert not is_unwritable_device(r"\\.\nul", windows=True)


@pytest.mark.parametrize(
    "words",
    [
        ("inspect", "COM5"),
        ("inspect", "con:"),
        ("replay", "COM5", "--headless"),
        ("replay", "demo", "--headless", "--model", "COM5"),
        ("replay", "demo", "--headless", "--speed", "max", "--jsonl", "COM5"),
        ("replay", "demo", "--headless", "--speed", "max", "--summary", "COM5"),
        ("convert", "demo", "--out", "COM5.csv"),
        ("recover", "COM5"),
        ("evaluate", "COM5"),
        ("tune", "COM5"),
        ("record", "--port", "simulated", "--unattended", "--seconds", "1", "--out", "COM5.csv"),
        ("test-live", "--replay", "COM5"),
        ("export", "COM5", "--to", "edf", "--out", "arm.edf"),
        ("live", "--port", "simulated", "--seconds", "1", "--model", "com7"),
        ("live", "--port", "simulated", "--seconds", "1", "--control", "COM5"),
        ("replay", "demo", "--headless", "--control", "aux"),
        ("replay", "COM5/", "--headless"),
        ("replay", "COM5/", "--headless", "--log", "emg.log"),
        ("inspect", "demo", "--log", "COM5"),
        ("inspect", "aux/rec.csv"),
        ("simulate", "--link", "COM5"),
        ("config", "--set", "outputs.summary=COM5"),
        ("config", "--set", "outputs.jsonl=COM5"),
        ("config", "--set", "outputs.control=con"),
        ("config", "--set", "model=COM5"),
        ("train", "demo", "--out", "m.emgmodel", "--report", "aux"),
        ("firmware", "export", "COM5"),
    ],
    ids=" ".join,
)
def test_a_device_in_place_of_a_file_is_one_line_and_stays_closed(
    words: tuple[str, ...], opened: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code: object = main(words)
    except SystemExit as end:  # of the parser
        code = end.code
    told = capsys.readouterr().err.strip().splitlines()
    assert code in (1, 2)
    assert "device of Windows" in told[-1], told
    assert opened == []


def test_a_log_beside_a_port_does_not_look_for_the_port(opened: list[str], tmp_path: Path) -> None:
    refuse_to_overwrite([Path("COM5"), Path("COM5.json")], [tmp_path / "emg.log"])
    assert opened == []


@pytest.mark.parametrize("name", ["COM5", "nul"])
def test_a_folder_in_the_configuration_that_is_a_device_is_told(
    name: str,
    opened: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("EMGSTREAM_CONFIG", str(tmp_path / "config.toml"))
    assert main(["config", "--set", f"recordings={name}"]) == 1
    assert f"{name}', which is not a folder" in capsys.readouterr().err
    configuration_path().write_text(f'recordings = "{name}"\n', encoding="utf-8")
    assert main(["record", "--port", "simulated", "--unattended", "--seconds", "1"]) == 1
    assert f"{name}', which is not a folder" in capsys.readouterr().err
    assert [check.topic for check in configuration_checks() if name in check.text] == ["config"]
    assert found_recordings(Path(name)) == []
    assert opened == []


def test_bindings_in_a_device_are_told_in_the_window(opened: list[str]) -> None:
    assert "device of Windows" in KeyBindings(Path("COM5.json")).problem
    assert opened == []


def test_an_address_that_is_a_port_is_not_looked_for(opened: list[str]) -> None:
    assert check_address("COM5").words == "the serial port COM5"
    assert check_address("com5").request is not None
    for name in ("con", "nul", "LPT1", "COM5:"):
        assert check_address(name).request is None
    assert kind_of("COM5").name == "serial"
    assert opened == []


def test_a_port_is_opened_by_its_name_alone(
    opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`os.path.realpath` would open the port first, and reset the board."""
    ports: list[str] = []

    def refuse(port: str, *_: object, **__: object) -> None:
        ports.append(port)
        raise OSError(_IN_USE)

    with monkeypatch.context() as patch:
        patch.setattr("sys.platform", "win32")
        patch.setattr("os.name", "nt")
        patch.setattr("serial.Serial", refuse)
        assert holders("COM5") == []
        with pytest.raises(SourceError, match="COM5 is in use"):
            SerialLink("COM5", 500_000)
    assert (ports, opened) == (["COM5"], [])


def test_files_written_to_the_console_or_nowhere_are_not_looked_for(opened: list[str]) -> None:
    for name in ("con", "nul"):
        assert not is_same_file(Path(name), Path("arm.csv"))
        check_writable(Path(name))
    for name in ("COM5", "COM5.json"):
        with pytest.raises(OSError, match="device of Windows"):
            check_writable(Path(name))
        with pytest.raises(OSError, match="device of Windows"):
            write_whole(Path(name), b"x")
    assert opened == []


def test_decisions_can_go_to_nowhere(opened: list[str], tmp_path: Path) -> None:
    with LineWriter(str(tmp_path / "nul")) as lines:
        assert lines.write_lines(["{}\n"]) == 1
    assert {one.partition("(")[0] for one in opened} == {"open"}
