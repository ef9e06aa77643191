"""The review of a recording in words and figures, as terminal and window show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from emgstream.cue_schedule import REST
from emgstream.recording import RecoveryReport, sidecar_path
from emgstream.sources.source_status import loss_words

__all__ = ["REPETITIONS", "repetition_rows", "review_facts"]

REPETITIONS = ("movement", "no.", "label begins", "remark")
"""The captions over the repetitions."""


def repetition_rows(recovered: RecoveryReport) -> list[tuple[str, ...]]:
    """Return each repetition with the shift of its label and a remark, under `REPETITIONS`.

    A rest is listed only with a remark.
    """
    rows: list[tuple[str, ...]] = []
    for labelled, shift_s in zip(recovered.runs, recovered.shifts_s, strict=True):
        run = labelled.run
        if run.label == REST and not labelled.note:
            continue
        shift = "no label" if shift_s is None else f"{1e3 * shift_s:+.0f} ms"
        remark = labelled.note or ("" if labelled.outcome.counts else labelled.outcome.value)
        rows.append((run.label, str(run.repetition), shift, remark))
    return rows


def review_facts(recovered: RecoveryReport) -> Iterator[tuple[str, str]]:
    """Yield name and value of what is known of the whole recording."""
    samples = recovered.sidecar.get("samples", {})
    yield "recording", str(recovered.path)
    yield "sidecar", str(sidecar_path(recovered.path))
    yield "samples", f"{recovered.n_samples:,} in {recovered.duration_s:.1f} s{_loss(samples)}"
    n_kept = sum(one.outcome.counts and one.run.label != REST for one in recovered.runs)
    yield "movements", f"{n_kept:,} with a label"
    for what in recovered.found:
        yield "mended", what
    for warning in recovered.sidecar.get("quality", {}).get("warnings", []):
        yield "warning", warning


def _loss(samples: Mapping[str, Any]) -> str:
    """Return what the sidecar says of losses; nothing if it does not."""
    if samples.get("n_lost") is None:
        return ""
    n_lost = samples["n_lost"] + samples.get("n_missed", 0)
    return "   " + loss_words(f"lost {n_lost:,}", n_lost, samples.get("sees_loss", True))
