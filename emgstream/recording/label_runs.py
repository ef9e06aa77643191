"""From cues to labels: each held movement from when the muscles do it, to the end of its cue.

A person follows a cue some 200 to 400 ms late, so what stands between the cue and the onset of the
muscles is labelled ``transition``, which is an example of nothing. A rest begins once the muscles
have let go. A repetition that was discarded or interrupted has no label at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from emgstream.cue_schedule import REST
from emgstream.recording.cue_events import RepetitionOutcome
from emgstream.recording.muscle_onset import find_onset, find_release
from emgstream.types import FloatArray, IndexArray

__all__ = ["METHOD", "CueRun", "LabelledCueRun", "label_runs"]

METHOD = (
    "onset of the EMG envelope against rest, double threshold (after Hodges & Bui 1996, Bonato et "
    "al. 1998); samples between cue and onset are 'transition'"
)

_USUAL_REACTION_S = 0.3
_LATEST_S = 1.5
_REST_BEFORE_S = 2.0
_ANTICIPATION_S = 0.2
_LEAST_REST_S = 0.5


@dataclass(frozen=True, slots=True)
class CueRun:
    """The rows of one cue."""

    label: str
    """What was asked for; empty where nothing was."""
    repetition: int
    """Number of the repetition, from 1; 0 where nothing was asked for."""
    start: int
    """First row."""
    end: int
    """First row after it."""


@dataclass(frozen=True, slots=True)
class LabelledCueRun:
    """The rows of one cue, and which of them carry its label."""

    run: CueRun
    """The rows."""
    outcome: RepetitionOutcome
    """What became of the repetition."""
    label_from: int | None
    """First row that carries the label; None where none does."""
    note: str = ""
    """What a person who looks the labels over should know; empty where all is well."""


def label_runs(
    runs: Sequence[CueRun],
    outcomes: Mapping[tuple[str, int], RepetitionOutcome],
    samples: FloatArray,
    segments: IndexArray,
    rate_hz: float | None,
    *,
    trim: bool,
) -> list[LabelledCueRun]:
    """Return which rows of each cue carry its label, cues that asked for nothing left out.

    ``samples`` and ``segments`` are the rows' own, shapes ``(n_rows, n_channels)`` and
    ``(n_rows,)``. Labels are as cued with ``trim=False``, and where nobody knows the rate.
    """
    labelled: list[LabelledCueRun] = []
    at_rest = None
    for run in runs:
        outcome = outcomes.get((run.label, run.repetition), RepetitionOutcome.CUT_SHORT)
        first, note = run.start, ""
        if trim and rate_hz is not None and run.label and outcome.counts:
            first, note = _first_row(run, at_rest, samples, segments, rate_hz)
        at_rest = slice(first, run.end) if run.label in (REST, "") else None
        if run.label:
            labelled.append(LabelledCueRun(run, outcome, first if outcome.counts else None, note))
    return labelled


def _first_row(
    run: CueRun, at_rest: slice | None, samples: FloatArray, segments: IndexArray, rate_hz: float
) -> tuple[int, str]:
    """Return the row from which a run carries its label, and what is to be said of it.

    ``at_rest`` are the rows of rest just before it, None without.
    """
    usual = min(run.start + round(_USUAL_REACTION_S * rate_hz), run.end)
    if run.label == REST:
        return _released(run, samples, segments, rate_hz) or (usual, "no stretch of rest in it")
    rest = None if at_rest is None else _rest_before(run, at_rest, segments, rate_hz)
    if rest is None:
        return usual, f"no rest before it; cut by the usual {_USUAL_REACTION_S:g} s"
    onset = find_onset(
        samples[rest.start : run.end],
        slice(0, rest.stop - rest.start),
        run.start - rest.start,
        rate_hz,
    )
    if onset is None or onset + rest.start > run.start + _LATEST_S * rate_hz:
        return usual, "no contraction seen; was it done?"
    return rest.start + onset, ""


def _rest_before(run: CueRun, at_rest: slice, segments: IndexArray, rate_hz: float) -> slice | None:
    """Return rows of rest just before a cue, less what may anticipate it; None for too few."""
    breaks = np.flatnonzero(np.diff(segments[at_rest.start : run.start + 1]))
    unbroken = at_rest.start + int(breaks[-1]) + 1 if len(breaks) else at_rest.start
    start = max(unbroken, run.start - round(_REST_BEFORE_S * rate_hz))
    end = run.start - round(_ANTICIPATION_S * rate_hz)
    return slice(start, end) if end - start >= _LEAST_REST_S * rate_hz else None


def _released(
    run: CueRun, samples: FloatArray, segments: IndexArray, rate_hz: float
) -> tuple[int, str] | None:
    """Return the row at which a rest is one, told by its own second half; None if it never is."""
    breaks = np.flatnonzero(np.diff(segments[run.start : run.end]))
    end = run.start + int(breaks[0]) + 1 if len(breaks) else run.end
    half = (end - run.start) // 2
    if half < _LEAST_REST_S * rate_hz:
        return None
    still = slice(half, end - run.start - round(_ANTICIPATION_S * rate_hz))
    row = find_release(samples[run.start : end], still, 0, rate_hz)
    return None if row is None else (run.start + row, "")
