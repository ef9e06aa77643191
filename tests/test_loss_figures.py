"""The figures of a summary for what was lost: one total, and its parts."""

from __future__ import annotations

import io
import re

from rich.console import Console

from emgstream.app.live_session import LiveSession
from emgstream.cli.summary_text import print_summary
from emgstream.sources.serial_board import SerialBoardSource
from tests.simulation.virtual_board import VirtualSketch
from tests.stepped_clock import SteppedClock


def numbers_in(text: str, pattern: str) -> list[int]:
    return [int(number.replace(",", "")) for number in re.findall(pattern, text)]


def test_the_parts_of_what_was_lost_add_up_in_the_document_and_in_the_text() -> None:
    clock = SteppedClock()

    def line(number: int) -> bytes:
        is_bad = number > 800 and number % 20 == 0
        return b"nan,1\n" if is_bad else b"%d,%d\n" % (number * 617 % 4999, number * 31 % 997)

    sketch = VirtualSketch(clock, line)
    session = LiveSession(SerialBoardSource(sketch.port, clock=clock), None, clock=clock)
    with sketch.in_place(), session, clock:
        clock.await_sleepers()
        while session.ring.n_received < 2400:
            clock.advance(0.02)
        sketch.fall_silent(loses_lines=True)
        for _ in range(150):
            clock.advance(0.02)
        sketch.speak()
        while session.ring.n_received < 4000:
            clock.advance(0.02)
        document = session.document()
    assert document["unreadable"] > 50
    assert document["missed"] > 1000
    assert document["lost_on_line"] == 0
    assert document["lost"] == document["unreadable"] + document["missed"]
    told = io.StringIO()
    print_summary(Console(file=told, width=200), document)
    (total,) = numbers_in(told.getvalue(), r"lost ([\d,]+)")
    parts = numbers_in(told.getvalue(), r"([\d,]+) (?:in lines|while nothing came|\(.*\) on the)")
    assert len(parts) == 2
    assert sum(parts) == total == document["lost"]
