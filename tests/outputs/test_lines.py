"""Lines on a pipe whose reader stands still, leaves, or shares it."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from emgstream.errors import OutputError
from emgstream.outputs.jsonl import JsonLinesOutput
from emgstream.outputs.lines import LineWriter
from tests.outputs.updates import update
from tests.posix import posix_os
from tests.simulation.boards import PATIENCE_S

on_posix = pytest.mark.skipif(os.name == "nt", reason="looks into a pipe as POSIX does")
HOW = [pytest.param(False, id="by a thread"), pytest.param(True, id="by asking", marks=on_posix)]
"""Whether the system tells if a pipe has room; Windows does not."""


@contextmanager
def piped(
    monkeypatch: pytest.MonkeyPatch, *, tells_room: bool = os.name != "nt"
) -> Iterator[tuple[int, LineWriter]]:
    """Give the reading end of a pipe, and lines that go into it as if it were standard output."""
    reader, writer = os.pipe()
    with os.fdopen(writer, "w") as stream:
        monkeypatch.setattr("sys.stdout", stream)
        with LineWriter("-", tells_room=tells_room) as lines:
            yield reader, lines
        monkeypatch.undo()
    for thread in threading.enumerate():
        if thread.name == "emg-pipe":  # a write that was given up ends with its reader
            thread.join(PATIENCE_S)


@on_posix
@pytest.mark.parametrize("tells_room", HOW)
def test_a_write_that_nobody_reads_waits_until_it_is_given_up(
    tells_room: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with piped(monkeypatch, tells_room=tells_room) as (reader, lines):
        line = "x" * 999 + "\n"
        written: list[int] = []
        writer = threading.Thread(target=lambda: written.append(lines.write_lines([line] * 1000)))
        writer.start()
        writer.join(0.2)
        assert writer.is_alive()
        lines.give_up()
        writer.join(PATIENCE_S)
        posix_os.set_blocking(reader, False)
        there = os.read(reader, 1 << 22)
        os.close(reader)
    assert there == (line * 1000).encode()[: len(there)]
    assert written == [there.count(b"\n")]
    assert 0 < written[0] < 1000


@on_posix
def test_a_named_pipe_that_nobody_reads_waits_until_it_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    posix_os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | posix_os.O_NONBLOCK)
    with LineWriter(str(path)) as lines:
        written: list[int] = []
        line = "x" * 999 + "\n"
        writer = threading.Thread(target=lambda: written.append(lines.write_lines([line] * 1000)))
        writer.start()
        writer.join(0.2)
        assert writer.is_alive()
        lines.give_up()
        writer.join(PATIENCE_S)
        assert not writer.is_alive()
    os.close(reader)
    assert 0 < written[0] < 1000


@pytest.mark.parametrize("tells_room", HOW)
def test_two_streams_share_a_pipe_line_by_line(
    tells_room: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with piped(monkeypatch, tells_room=tells_room) as (reader, lines), os.fdopen(reader) as read:
        outputs = [JsonLinesOutput(lines, name) for name in ("left", "right")]
        many = update(0, [1] * 200)
        writers = [threading.Thread(target=output.write, args=(many,)) for output in outputs]
        for writer in writers:
            writer.start()
        came = [json.loads(read.readline()) for _ in range(400)]
        for writer in writers:
            writer.join(PATIENCE_S)
    for name in ("left", "right"):
        indices = [line["index"] for line in came if line["stream"] == name]
        assert indices == many.decisions.indices.tolist()


@pytest.mark.parametrize("tells_room", HOW)
def test_a_reader_that_left_is_an_error(tells_room: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    with piped(monkeypatch, tells_room=tells_room) as (reader, lines):
        os.close(reader)
        with pytest.raises(OutputError, match="standard output was closed"):
            lines.write_lines(["{}\n"])
