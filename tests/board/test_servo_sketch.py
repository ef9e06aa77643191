"""The sketch in docs/how-to/servo.md, run on a simulated Uno.

In place of Arduino's servo library, which the toolchain does not bring, a class of the same name
prints each angle, so that what the servo would do comes back on the line.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.board.simavr import CLOCK_HZ, Atmega328p
from tests.board.toolchain import build, missing_tools
from tests.documentation import ROOT, blocks

_SERVO = """
#include <Arduino.h>

struct Servo {
  void attach(int pin) { Serial.print("pin "); Serial.println(pin); }
  void write(int angle) { Serial.println(angle); }
};
"""
_BYTE_CYCLES = CLOCK_HZ * 10 // 115_200
"""A start bit, eight bits and a stop bit."""
_PAUSE_CYCLES = 2 * CLOCK_HZ
"""Twice the second after which Arduino's own number parser gives up."""


@pytest.fixture(scope="module")
def elf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled sketch of the page."""
    if missing := missing_tools():
        pytest.skip(missing)
    (sketch,) = (
        block.text
        for block in blocks(ROOT / "docs" / "how-to" / "servo.md")
        if block.language == "cpp"
    )
    folder = tmp_path_factory.mktemp("servo")
    path = folder / "servo.ino"
    path.write_text(sketch.replace("#include <Servo.h>", _SERVO), encoding="utf-8")
    return build(folder, sketch=path).elf


def angles(elf: Path, *parts: bytes) -> list[str]:
    """Return the angles that the servo is turned to, with a pause after each part of the text."""
    sent = bytearray()
    board = Atmega328p(elf, sent.append, lambda _pin: 0)
    try:
        board.run_until(CLOCK_HZ // 10)
        for part in parts:
            for value in part:
                board.receive(value)
                board.run_until(board.cycle + 2 * _BYTE_CYCLES)
            board.run_until(board.cycle + _PAUSE_CYCLES)
    finally:
        board.close()
    attached, *turned = sent.decode().split("\r\n")[:-1]
    assert attached == "pin 9"
    return turned


@pytest.mark.parametrize(
    ("text", "turned"),
    [
        (b"160\n", ["160"]),
        (b"160\r\n", ["160"]),
        (b"20\n160\n0\n", ["20", "160", "0"]),
        (b"7\n180\n999\n", ["7", "180", "180"]),
    ],
)
def test_a_complete_line_turns_the_servo_once(elf: Path, text: bytes, turned: list[str]) -> None:
    assert angles(elf, text) == turned


def test_nothing_moves_before_the_line_is_complete(elf: Path) -> None:
    assert angles(elf, b"16") == []
    assert angles(elf, b"16", b"0", b"\r", b"\n") == ["160"]


@pytest.mark.parametrize("line", [b"\n", b"\r\n", b"-5\n", b"1.5\n", b"1600\n", b"a\n", b"9 9\n"])
def test_a_line_that_is_no_angle_moves_nothing_and_spoils_no_other(elf: Path, line: bytes) -> None:
    assert angles(elf, line + b"90\n") == ["90"]
