"""The review of a recording in words and figures, as terminal and window show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from emgstream.app.recorded_signal import LabelSpan, RecordedSignal
from emgstream.app.stream_words import loss_words
from emgstream.cue_schedule import REST
from emgstream.recording import LabelledCueRun, RecoveryReport, amplitudes, sidecar_path
from emgstream.translation import tr
from emgstream.wording import spoken

__all__ = [
    "REPETITIONS",
    "label_spans",
    "repetition_rows",
    "repetition_words",
    "review_facts",
    "reviewed",
]

_EXACT = 10.0
"""Level from which no tenth is shown: it varies by more from one repetition to the next."""

REPETITIONS = (tr("movement"), tr("no."), tr("label begins"), tr("remark"))
"""The captions over the repetitions."""


def repetition_rows(recovered: RecoveryReport) -> list[tuple[str, ...]]:
    """Return each repetition with the shift of its label and a remark, under `REPETITIONS`.

    A rest is listed only with a remark.
    """
    rows: list[tuple[str, ...]] = []
    shown = reviewed(recovered)
    for labelled, shift_s in zip(recovered.runs, recovered.shifts_s, strict=True):
        run = labelled.run
        if labelled not in shown:
            continue
        shift = tr("no label") if shift_s is None else f"{1e3 * shift_s:+.0f} ms"
        remark = labelled.note or ("" if labelled.outcome.counts else tr(labelled.outcome.value))
        rows.append((run.label, str(run.repetition), shift, remark))
    return rows


def reviewed(recovered: RecoveryReport) -> list[LabelledCueRun]:
    """Return the repetitions that `repetition_rows` lists, in the same order."""
    return [one for one in recovered.runs if one.run.label != REST or one.note]


def label_spans(recovered: RecoveryReport) -> list[LabelSpan]:
    """Return the label of every repetition; dim where it does not count."""
    spans = []
    for labelled in recovered.runs:
        run, first = labelled.run, labelled.label_from
        begins = run.start if first is None else first
        if begins < run.end:
            spans.append(LabelSpan(begins, run.end - 1, run.label, is_dim=first is None))
    return spans


def repetition_words(
    recovered: RecoveryReport, labelled: LabelledCueRun, signal: RecordedSignal | None
) -> str:
    """Return one repetition in words: its onset, its level, and the remark on it."""
    run = labelled.run
    words = [tr("{movement}, no. {number}", movement=spoken(run.label), number=run.repetition)]
    shift_s = recovered.shifts_s[recovered.runs.index(labelled)]
    if shift_s is None:
        words.append(tr("has no label"))
    elif shift_s > 0.0:
        words.append(
            tr("the muscle began {shift_s:.0f} ms after the cue", shift_s=1000.0 * shift_s)
        )
    else:
        words.append(tr("labelled from the cue on"))
    level = None if signal is None else _level(recovered, labelled, signal)
    if level is not None:
        words.append(
            tr(
                "{level:,.{decimals}f} times the level at rest",
                level=level,
                decimals=0 if level >= _EXACT else 1,
            )
        )
    if labelled.note or not labelled.outcome.counts:
        words.append(labelled.note or tr(labelled.outcome.value))
    return ", ".join(words)


def _level(
    recovered: RecoveryReport, labelled: LabelledCueRun, signal: RecordedSignal
) -> float | None:
    """Return the RMS of the most active channel over that at rest; None without a rest."""
    if labelled.run.label == REST:
        return None
    at_rest = [
        signal.samples[one.label_from : one.run.end]
        for one in recovered.runs
        if one.run.label == REST and one.label_from is not None
    ]
    begins = labelled.run.start if labelled.label_from is None else labelled.label_from
    held = signal.samples[begins : labelled.run.end]
    parts = [part for part in at_rest if np.isfinite(part).all(axis=1).any()]
    if not parts or not np.isfinite(held).all(axis=1).any():
        return None
    quiet = amplitudes(np.concatenate(parts))
    return float(np.max(amplitudes(held) / np.maximum(quiet, 1e-9)))


def review_facts(recovered: RecoveryReport) -> Iterator[tuple[str, str]]:
    """Yield name and value of what is known of the whole recording."""
    samples = recovered.sidecar.get("samples", {})
    yield tr("recording"), str(recovered.path)
    yield tr("sidecar"), str(sidecar_path(recovered.path))
    yield (
        tr("samples"),
        tr(
            "{n_samples:,} in {duration_s:.1f} s{loss}",
            n_samples=recovered.n_samples,
            duration_s=recovered.duration_s,
            loss=_loss(samples),
        ),
    )
    n_kept = sum(one.outcome.counts and one.run.label != REST for one in recovered.runs)
    yield tr("movements"), tr("{n_kept:,} with a label", n_kept=n_kept)
    for what in recovered.found:
        yield tr("mended"), what
    for warning in recovered.sidecar.get("quality", {}).get("warnings", []):
        yield tr("warning"), warning


def _loss(samples: Mapping[str, Any]) -> str:
    """Return what the sidecar says of losses; nothing if it does not."""
    if samples.get("n_lost") is None:
        return ""
    n_lost = samples["n_lost"] + samples.get("n_missed", 0)
    return "   " + loss_words(
        tr("lost {n_lost:,}", n_lost=n_lost), n_lost, samples.get("sees_loss", True)
    )
