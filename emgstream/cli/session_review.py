"""What a session came to, for the person who recorded it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from emgstream.cli.terminal import print_facts
from emgstream.cue_schedule import REST
from emgstream.recording import RecoveryReport, sidecar_path

__all__ = ["print_review"]


def print_review(terminal: Console, recovered: RecoveryReport) -> None:
    """Print each movement with the shift of its label, then the facts."""
    if recovered.runs:
        terminal.print(_shifts(recovered))
        terminal.print()
    print_facts(terminal, _facts(recovered))


def _shifts(recovered: RecoveryReport) -> Table:
    table = Table(box=None, padding=(0, 2), pad_edge=False)
    table.add_column("movement")
    table.add_column("no.", justify="right")
    table.add_column("label begins", justify="right")
    table.add_column("")
    for labelled, shift_s in zip(recovered.runs, recovered.shifts_s, strict=True):
        run = labelled.run
        if run.label == REST and not labelled.note:
            continue
        shift = "no label" if shift_s is None else f"{1e3 * shift_s:+.0f} ms"
        remark = labelled.note or ("" if labelled.outcome.counts else labelled.outcome.value)
        table.add_row(Text(run.label), str(run.repetition), shift, Text(remark, style="yellow"))
    return table


def _facts(recovered: RecoveryReport) -> Iterator[tuple[str, str]]:
    samples = recovered.sidecar.get("samples", {})
    yield "recording", str(recovered.path)
    yield "sidecar", str(sidecar_path(recovered.path))
    lost = samples.get("n_lost")
    loss = "" if lost is None else f"   lost {lost + samples.get('n_missed', 0):,}"
    yield "samples", f"{recovered.n_samples:,} in {recovered.duration_s:.1f} s{loss}"
    for what in recovered.found:
        yield "mended", what
    for warning in recovered.sidecar.get("quality", {}).get("warnings", []):
        yield "warning", warning
    if recovered.sidecar.get("labels", {}).get("is_trimmed"):
        yield (
            "labels",
            (
                "from the onset of the muscles on; as cued instead: "
                f"emgstream recover {recovered.path} --no-trim"
            ),
        )
