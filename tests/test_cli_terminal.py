"""What a person sees: in a terminal, and in a file or a pipe."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from emgstream_training.epoch_progress import EpochProgress
from rich.console import Console

from emgstream.cli.terminal import StreamLine, console, print_facts
from emgstream.cli.training_progress import EpochBar
from emgstream.sources.source_status import SourceState, SourceStatus
from tests.outputs.updates import update
from tests.simulation.boards import wait_for


def progress(stage: str, epoch: int) -> EpochProgress:
    return EpochProgress(
        stage=stage,
        epoch=epoch,
        n_epochs=300,
        loss=0.9,
        accuracy=0.5,
        val_loss=0.1234,
        val_accuracy=0.876,
        time_left_s=125.4,
    )


def words_of(file: io.StringIO) -> str:
    """Return what was written to a terminal, without its colours, movements and wide spaces."""
    return " ".join(re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", " ", file.getvalue()).split())


def test_the_bar_shows_epoch_loss_accuracy_and_the_time_left_of_the_stage_that_runs() -> None:
    file = io.StringIO()
    one = "epoch 264/300 loss 0.123 accuracy 88 %"
    two = "epoch 3/300 loss 0.123 accuracy 88 %"
    with EpochBar(Console(file=file, force_terminal=True, width=120)) as bar:
        bar.show(progress("training", 264))
        wait_for(lambda: f"{one} 0:02:05 left" in words_of(file), lambda: words_of(file)[-200:])
        bar.show(progress("check", 3))
        wait_for(lambda: f"{two} 0:02:05 left" in words_of(file), lambda: words_of(file)[-200:])
    last = words_of(file).split("training")[-1]
    assert one in last
    assert two in last
    assert "left" not in last


def test_a_bar_that_nothing_was_shown_on_leaves_no_line() -> None:
    for is_terminal in (True, False):
        file = io.StringIO()
        with EpochBar(Console(file=file, force_terminal=is_terminal)):
            pass
        assert file.getvalue() == ""


def test_facts_in_a_pipe_are_lines_without_spaces_at_their_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_facts(console(), [("rows", "50 [bold] :fist:"), ("channels", "biceps, " + "x" * 200)])
    rows, channels = capsys.readouterr().out.splitlines()
    assert rows == "rows      50 [bold] :fist:"
    assert channels == "channels  biceps, " + "x" * 200


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_line_of_a_stream_fits_into_the_terminal_and_keeps_what_counts(width: int) -> None:
    status = SourceStatus(
        SourceState.STREAMING,
        rate_hz=1000.0,
        ppm=-11.0,
        loss=0.001,
        recent_loss=0.02,
        sees_loss=True,
    )
    newest = update(2_000_000)
    names = ("rest", "a movement of the wrist with a long name", "open")
    newest = replace(newest, decisions=replace(newest.decisions, class_names=names))
    line = StreamLine()
    assert line.fitted(width) is None
    line.update(1000, newest, status)
    fitted = line.fitted(width)
    assert fitted is not None
    assert fitted.cell_len <= width
    assert "a movement of t…" in fitted.plain
    if width >= 80:
        assert "75%" in fitted.plain
        assert "lost 0.10%" in fitted.plain
        assert "4.0 ms late" in fitted.plain
    assert ("1000.0 Hz" in fitted.plain) == (width == 120)
