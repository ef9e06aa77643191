"""The review of a recording, printed."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from emgstream.app.recording_review import REPETITIONS, repetition_rows, review_facts
from emgstream.cli.terminal import print_facts
from emgstream.recording import RecoveryReport
from emgstream.wording import command_line

__all__ = ["print_review"]


def print_review(terminal: Console, recovered: RecoveryReport) -> None:
    """Print each repetition with the shift of its label, then the facts."""
    if recovered.runs:
        terminal.print(_repetitions(recovered))
        terminal.print()
    print_facts(terminal, _facts(recovered))


def _repetitions(recovered: RecoveryReport) -> Table:
    table = Table(box=None, padding=(0, 2), pad_edge=False)
    table.add_column(REPETITIONS[0])
    table.add_column(REPETITIONS[1], justify="right")
    table.add_column(REPETITIONS[2], justify="right")
    table.add_column("")
    for label, number, shift, remark in repetition_rows(recovered):
        table.add_row(Text(label), number, shift, Text(remark, style="yellow"))
    return table


def _facts(recovered: RecoveryReport) -> Iterator[tuple[str, str]]:
    yield from review_facts(recovered)
    if recovered.sidecar.get("labels", {}).get("is_trimmed"):
        yield (
            "labels",
            (
                "from the onset of the muscles; to label as cued, run: "
                f"{command_line('emgstream', 'recover', recovered.path, '--no-trim')}"
            ),
        )
