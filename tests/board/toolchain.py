"""The sketch as the Arduino IDE compiles it for an Uno, with Debian's avr-gcc."""

from __future__ import annotations

import atexit
import ctypes
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

__all__ = ["APT", "SKETCH", "Firmware", "build", "compile_for", "compiled", "missing_tools"]

APT = "apt-get install gcc-avr avr-libc binutils-avr arduino-core-avr libsimavr2"

_ARDUINO = Path("/usr/share/arduino/hardware/arduino/avr")
SKETCH = Path(__file__).parents[2] / "emgstream/firmware/emg_board/emg_board.ino"
_SIMAVR = "libsimavr.so.2"
_WARNINGS = ("-Wall", "-Wextra", "-Werror")
_UNO = "-mmcu=atmega328p"
_OPTIONS = (
    "-Os",
    "-ffunction-sections",
    "-fdata-sections",
    "-DF_CPU=16000000UL",
    "-DARDUINO=10819",
    "-DARDUINO_ARCH_AVR",
    "-DDECIMAL_DIG=__DECIMAL_DIG__",
    f"-I{_ARDUINO}/cores/arduino",
)
_TARGET = (_UNO, *_OPTIONS, f"-I{_ARDUINO}/variants/standard")
_CPP = ("-std=gnu++11", "-fno-exceptions", "-fno-threadsafe-statics")


@dataclass(frozen=True)
class Firmware:
    """A compiled sketch."""

    elf: Path
    flash_bytes: int
    """Program memory taken, of 32,256 an Uno has beside its bootloader."""
    ram_bytes: int
    """Static memory taken, of 2,048."""


def missing_tools() -> str:
    """Return why the board cannot be simulated here and what would help, or nothing."""
    missing = [tool for tool in ("avr-gcc", "avr-ar", "avr-size") if not shutil.which(tool)]
    if not (_ARDUINO / "cores/arduino/Arduino.h").exists():
        missing.append("the Arduino core")
    try:
        ctypes.CDLL(_SIMAVR)
    except OSError:
        missing.append(_SIMAVR)
    return f"no {', '.join(missing)} here; {APT}" if missing else ""


@cache
def compiled(*defines: str, sketch: Path = SKETCH) -> Firmware:
    """Return a sketch, compiled once a run; skips the test where tools are missing."""
    if missing := missing_tools():
        pytest.skip(missing)
    return build(_directory(), *defines, sketch=sketch)


@cache
def _directory() -> Path:
    directory = tempfile.TemporaryDirectory(prefix="emg-board-")
    atexit.register(directory.cleanup)
    return Path(directory.name)


def compile_for(mcu: str, variant: str, *, sketch: Path = SKETCH) -> None:
    """Compile a sketch alone, warnings being errors; raises RuntimeError with what is wrong."""
    if missing := missing_tools():
        pytest.skip(missing)
    options = [f"-mmcu={mcu}", *_CPP, *_WARNINGS, *_OPTIONS, f"-I{_ARDUINO}/variants/{variant}"]
    _run("avr-gcc", "-x", "c++", *options, "-c", sketch, "-o", _directory() / f"{mcu}.o")


def build(directory: Path, *defines: str, sketch: Path = SKETCH) -> Firmware:
    """Compile a sketch, warnings being errors, with each define given, such as ``EMG_PORTABLE``.

    The Arduino core is compiled once a directory, and without warnings: it is not ours.
    """
    core = _core(directory)
    name = "_".join([sketch.stem, *defines]).replace("=", "-")
    target = directory / f"{name}.o"
    options = [*_CPP, *_WARNINGS, *_TARGET, *(f"-D{define}" for define in defines)]
    _run("avr-gcc", "-x", "c++", *options, "-c", sketch, "-o", target)
    elf = directory / f"{name}.elf"
    _run("avr-gcc", _UNO, "-Wl,--gc-sections", target, core, "-lm", "-o", elf)
    text, data, bss = map(int, _run("avr-size", elf).splitlines()[1].split()[:3])
    return Firmware(elf, flash_bytes=text + data, ram_bytes=data + bss)


def _core(directory: Path) -> Path:
    archive = directory / "core.a"
    if not archive.exists():
        objects = [_core_object(source, directory) for source in _core_sources()]
        _run("avr-ar", "rcs", archive, *objects)
    return archive


def _core_sources() -> list[Path]:
    folder = _ARDUINO / "cores/arduino"
    return sorted([*folder.glob("*.c"), *folder.glob("*.cpp")])


def _core_object(source: Path, directory: Path) -> Path:
    target = directory / f"{source.name}.o"
    language = _CPP if source.suffix == ".cpp" else ("-std=gnu11",)
    _run("avr-gcc", "-w", *language, *_TARGET, "-c", source, "-o", target)
    return target


def _run(*words: str | Path) -> str:
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{words[0]} gave {done.returncode}:\n{done.stderr}")
    return done.stdout
